/** A run as JUnit XML, the form CI systems read. Pure. */
import type { CaseResult, SuiteRun } from '../../../gateway/control/contract/suites.ts';

const seconds = (ms: number) => (ms / 1000).toFixed(3);

export function junit(run: SuiteRun): string {
  const total = run.results.length;
  const counts = `tests="${total}" failures="${run.failed}" errors="${run.errors}" skipped="${run.skipped}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${counts} time="${seconds(run.durationMs)}">`,
    `  <testsuite name="${xmlText(run.suite)}" ${counts} time="${seconds(run.durationMs)}" timestamp="${xmlText(run.startedAt)}">`,
    ...run.results.map((result) => testCase(run.suite, result)),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function testCase(suite: string, result: CaseResult): string {
  const head = `    <testcase classname="${xmlText(suite)}" name="${xmlText(result.name)}" time="${seconds(result.durationMs)}"`;
  if (result.result === 'passed') return `${head}/>`;
  const message = xmlText(result.failures[0] ?? result.result);
  const whole = xmlText(result.failures.join('\n'));
  const tag = { failed: 'failure', error: 'error', skipped: 'skipped' }[result.result];
  const inside =
    tag === 'skipped' ? `<skipped message="${message}"/>` : `<${tag} message="${message}">${whole}</${tag}>`;
  return `${head}>\n      ${inside}\n    </testcase>`;
}

/** XML cannot hold most control characters, not even escaped. */
function xmlText(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
      .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '�')
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
  );
}

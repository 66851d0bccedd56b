/** A run as JUnit XML, the form that CI systems read. Pure. */
import type { CaseResult, SuiteRun } from './suites.ts';

export function junitXml(run: SuiteRun): string {
  const counts = `tests="${run.results.length}" failures="${run.failed}" errors="${run.errors}" skipped="${run.skipped}"`;
  const time = `time="${seconds(run.durationMs)}"`;
  // Without fractions and zone, as the form's own schema wants it.
  const timestamp = run.startedAt.replace(/(?:\.\d+)?Z$/, '');
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="keyward" ${counts} ${time}>`,
    `  <testsuite name="${escaped(run.suite)}" ${counts} ${time} timestamp="${escaped(timestamp)}">`,
    ...run.results.map((result) => testCase(run.suite, result)),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

const TAGS = { failed: 'failure', error: 'error', skipped: 'skipped' } as const;

function testCase(suite: string, { name, result, failures, durationMs }: CaseResult): string {
  const head = `    <testcase classname="${escaped(suite)}" name="${escaped(name)}" time="${seconds(durationMs)}"`;
  if (result === 'passed') return `${head}/>`;
  const tag = TAGS[result];
  const message = escaped(failures[0] ?? result);
  const inside =
    tag === 'skipped'
      ? `<skipped message="${message}"/>`
      : `<${tag} message="${message}" type="${result}">${escaped(failures.join('\n'))}</${tag}>`;
  return `${head}>\n      ${inside}\n    </testcase>`;
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

/** XML cannot hold most control characters, nor half a surrogate pair, not even escaped. */
function escaped(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
      .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu, '\ufffd')
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      .replaceAll('\n', '&#10;')
      .replaceAll('\r', '&#13;')
      .replaceAll('\t', '&#9;')
  );
}

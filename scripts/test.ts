/**
 * `npm test`: unit, integration, golden and security tests, then the end-to-end ones under a display (a virtual one
 * where there is none). What this machine cannot run is named with its reason, never passed over. The last line is
 * `N passed, N failed, N skipped` over both. With arguments (`npm test -- test/electron`) only the matching tests of
 * the first kind run.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildStale } from './build.ts';
import { findDisplay, findXvfbRun } from './machine.ts';

type Report = {
  success: boolean;
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  testResults: {
    name: string;
    status: string;
    message: string;
    assertionResults: { status: string; fullName: string }[];
  }[];
};
type Tally = { passed: number; failed: number; skipped: string[] };

const root = path.join(import.meta.dirname, '..');
const reports = mkdtempSync(path.join(tmpdir(), 'keyward-tests-'));
const filters = process.argv.slice(2);

// Before the tests, not by them: several files want the same dist/.
await buildStale(['renderer', 'electron', 'cli']);
const tallies = [await run('vitest.config.ts', filters)];
if (filters.length === 0) tallies.push(await run('vitest.e2e.config.ts', [], virtualDisplay()));
rmSync(reports, { recursive: true, force: true });

const passed = sum((tally) => tally.passed);
const failed = sum((tally) => tally.failed);
const skipped = tallies.flatMap((tally) => tally.skipped);
for (const name of skipped) process.stdout.write(`SKIPPED  ${name}\n`);
process.stdout.write(`\n${passed} passed, ${failed} failed, ${skipped.length} skipped\n`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;

/** `xvfb-run` in front of the end-to-end tests where there is no display and it is installed; else nothing. */
function virtualDisplay(): string[] {
  const xvfb = findXvfbRun();
  return findDisplay().missing && xvfb.path ? [xvfb.path, '-a', '-s', '-screen 0 1400x1000x24'] : [];
}

async function run(config: string, words: string[], wrapper: string[] = []): Promise<Tally> {
  const outputFile = path.join(reports, `${config}.json`);
  const vitest = path.join(root, 'node_modules/vitest/vitest.mjs');
  const [program = process.execPath, ...rest] = [
    ...wrapper,
    process.execPath,
    vitest,
    'run',
    '--config',
    config,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${outputFile}`,
    ...words,
  ];
  const code = await new Promise<number>((resolve) => {
    const child = spawn(program, rest, { cwd: root, stdio: 'inherit' });
    child.on('error', () => resolve(1));
    child.on('exit', (exitCode) => resolve(exitCode ?? 1));
  });
  return tally(outputFile, code);
}

function tally(outputFile: string, code: number): Tally {
  let report: Report;
  try {
    report = JSON.parse(readFileSync(outputFile, 'utf8')) as Report;
  } catch {
    return { passed: 0, failed: 1, skipped: [] }; // the runner itself fell over and has said why
  }
  const tests = report.testResults.flatMap((file) => file.assertionResults);
  const notRun = tests.filter((test) => test.status !== 'passed' && test.status !== 'failed');
  // A file that cannot be loaded fails without a failed test in it, and so does an unhandled error.
  const brokenFiles = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  ).length;
  const failures = report.numFailedTests + brokenFiles;
  return {
    passed: report.numPassedTests,
    failed: code !== 0 && failures === 0 ? 1 : failures,
    skipped: notRun.map((test) => test.fullName),
  };
}

function sum(count: (tally: Tally) => number): number {
  return tallies.reduce((total, each) => total + count(each), 0);
}

/**
 * `npm test`: unit, integration, golden and security tests, then the end-to-end ones under a display (a virtual one
 * where there is none). What this machine cannot run is named with its reason, never passed over. With arguments
 * (`npm test -- test/electron`) only the matching tests of the first kind run.
 *
 * The tests use real sockets, processes and browsers, and a busy machine can make one of them late. So the files of at
 * most `FEW` failed tests are run once more, alone: what fails again has failed; what passes is named as `UNSTABLE`
 * with what it said the first time, for it is a defect of the test or a race in the product, and to be mended as such.
 * The end names every failed test; the last line is `N passed, N failed, N skipped`.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { buildStale } from './build.ts';
import { findDisplay, findXvfbRun } from './machine.ts';

type Report = {
  numPassedTests: number;
  testResults: {
    name: string;
    status: string;
    message: string;
    assertionResults: { status: string; fullName: string; failureMessages: string[] }[];
  }[];
};
type Failure = { file: string; name: string; said: string };
type Tally = { passed: number; failures: Failure[]; unstable: Failure[]; skipped: string[] };

/** More failed tests than this are not noise, and are not tried again. */
const FEW = 5;

const root = path.join(import.meta.dirname, '..');
const reports = mkdtempSync(path.join(tmpdir(), 'keyward-tests-'));
const filters = process.argv.slice(2);

// Before the tests, not by them: several files want the same dist/.
await buildStale(['renderer', 'electron', 'cli']);
const tallies = [await run('vitest.config.ts', filters)];
if (filters.length === 0) tallies.push(await run('vitest.e2e.config.ts', [], virtualDisplay()));
rmSync(reports, { recursive: true, force: true });

const passed = tallies.reduce((total, each) => total + each.passed, 0);
const failures = tallies.flatMap((tally) => tally.failures);
const skipped = tallies.flatMap((tally) => tally.skipped);
for (const name of skipped) process.stdout.write(`SKIPPED  ${name}\n`);
for (const each of tallies.flatMap((tally) => tally.unstable)) process.stdout.write(`UNSTABLE ${words(each)}\n`);
for (const each of failures) process.stdout.write(`FAILED   ${words(each)}\n`);
process.stdout.write(`\n${passed} passed, ${failures.length} failed, ${skipped.length} skipped\n`);
process.exitCode = failures.length > 0 || passed === 0 ? 1 : 0;

/** `xvfb-run` in front of the end-to-end tests where there is no display and it is installed; else nothing. */
function virtualDisplay(): string[] {
  const xvfb = findXvfbRun();
  return findDisplay().missing && xvfb.path ? [xvfb.path, '-a', '-s', '-screen 0 1400x1000x24'] : [];
}

/** Runs the tests of `config`, and the files of a few failed ones once more. */
async function run(config: string, filters: string[], wrapper: string[] = []): Promise<Tally> {
  const first = await runOnce(config, filters, wrapper);
  if (first.failures.length === 0 || first.failures.length > FEW) return first;
  const files = [...new Set(first.failures.map((each) => each.file))].filter((file) => file !== '');
  if (files.length === 0) return first;
  process.stdout.write(`\nOnce more, alone: ${files.join(' ')}\n`);
  const again = await runOnce(config, [...files, '--no-file-parallelism'], wrapper);
  const still = new Set(again.failures.map((each) => `${each.file} ${each.name}`));
  const unstable = first.failures.filter((each) => !still.has(`${each.file} ${each.name}`));
  // A file that fell over as a whole has said nothing of its tests the first time: it is counted as it was then.
  const recovered = unstable.filter((each) => each.name !== '').length;
  return { ...first, passed: first.passed + recovered, failures: again.failures, unstable };
}

async function runOnce(config: string, filters: string[], wrapper: string[]): Promise<Tally> {
  const outputFile = path.join(reports, `${config}.json`);
  rmSync(outputFile, { force: true });
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
    ...filters,
  ];
  const code = await new Promise<number>((resolve) => {
    const child = spawn(program, rest, { cwd: root, stdio: 'inherit' });
    child.on('error', () => resolve(1));
    child.on('exit', (exitCode) => resolve(exitCode ?? 1));
  });
  return tally(config, outputFile, code);
}

function tally(config: string, outputFile: string, code: number): Tally {
  let report: Report;
  try {
    report = JSON.parse(readFileSync(outputFile, 'utf8')) as Report;
  } catch {
    const said = 'the runner itself fell over, and has said why above';
    return { passed: 0, failures: [{ file: '', name: config, said }], unstable: [], skipped: [] };
  }
  const failures: Failure[] = [];
  const skipped: string[] = [];
  for (const file of report.testResults) {
    const name = path.relative(root, file.name);
    const failed = file.assertionResults.filter((test) => test.status === 'failed');
    for (const test of failed) {
      failures.push({ file: name, name: test.fullName, said: test.failureMessages.join('\n') });
    }
    // A file that cannot be loaded fails without a failed test in it, and so does an unhandled error.
    if (file.status === 'failed' && failed.length === 0) failures.push({ file: name, name: '', said: file.message });
    for (const test of file.assertionResults) {
      if (test.status !== 'passed' && test.status !== 'failed') skipped.push(test.fullName);
    }
  }
  if (code !== 0 && failures.length === 0) {
    failures.push({ file: '', name: config, said: 'an error outside of any test, printed above' });
  }
  return { passed: report.numPassedTests, failures, unstable: [], skipped };
}

/** A failure in a few lines: the file, the test, and the beginning of what it said. */
function words({ file, name, said }: Failure): string {
  const lines = stripVTControlCharacters(said).split('\n').slice(0, 12);
  return [`${file} ${name}`.trim(), ...lines].join('\n         ');
}

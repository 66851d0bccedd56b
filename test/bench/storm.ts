/** `npm run storm`: what clients see in a storm, with and without Keyward in front. */
import { runStorm, type StormRow } from './storm-run.ts';

const seconds = Number(process.argv[2] ?? 12);
if (!(seconds > 0)) {
  process.stderr.write('How long? npm run storm -- SECONDS\n');
  process.exit(2);
}
process.stderr.write(`Three storms of ${seconds} s, the same weather in each …\n`);
const rows = await runStorm({ durationMs: seconds * 1000, requestsPerSecond: 60, firstByteMs: 1200 });

const columns: readonly [string, (row: StormRow) => string][] = [
  ['clients ask', ({ way }) => way],
  ['requests', ({ requests }) => String(requests)],
  ['answered', ({ answered, requests }) => `${answered} (${((answered / requests) * 100).toFixed(1)} %)`],
  ['failed', ({ failed }) => String(failed)],
  ['wrong', ({ wrong }) => String(wrong)],
  ['duplicated', ({ duplicated }) => String(duplicated)],
  ['p50', ({ p50Ms }) => `${p50Ms} ms`],
  ['p99', ({ p99Ms }) => `${p99Ms} ms`],
  ['asked of providers, each', ({ asked }) => asked.toFixed(2)],
];
const lines = [columns.map(([title]) => title), ...rows.map((row) => columns.map(([, text]) => text(row)))];
const widths = columns.map((_, column) => Math.max(...lines.map((line) => (line[column] as string).length)));
for (const line of lines) {
  process.stdout.write(
    `${line
      .map((cell, column) => cell.padEnd(widths[column] as number))
      .join('  ')
      .trimEnd()}\n`,
  );
}
const behind = rows.at(-1) as StormRow;
if (behind.wrong > 0 || behind.duplicated > 0) process.exitCode = 1;

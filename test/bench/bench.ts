/**
 * `npm run bench`: the gateway beside a bare Node pipe and nginx in the same run, interleaved, medians of three rounds;
 * four minutes in all. Ratios carry over to other machines, absolute figures do not; on a machine that does other work
 * meanwhile, CPU time a request is what to look at. Says which goals fall short; never fails for that.
 * KEYWARD_BENCH_SECONDS and KEYWARD_BENCH_ROUNDS change the length of a measurement and their number.
 */
import { buildStale } from '../../scripts/build.ts';
import { type CpuTime, cpuTime } from './cpu.ts';
import { goal, summary } from './goals.ts';
import { startKeyward } from './keyward.ts';
import { type LoadResult, load, median } from './load.ts';
import { type Contender, has, startBarePipe, startNginx } from './servers.ts';
import { benchStart } from './start-bench.ts';
import { benchManyStreams, benchStreams } from './stream-bench.ts';

const SECONDS = Number(process.env.KEYWARD_BENCH_SECONDS ?? 2);
const ROUNDS = Number(process.env.KEYWARD_BENCH_ROUNDS ?? 3);
/** Until the engine has compiled what is used often: it takes some ten thousand requests. */
const WARM_UP_SECONDS = 10;
const CONNECTIONS = [16, 64, 1];
const PROMPT = 'p'.repeat(700);
const PATH = '/v1/chat/completions';
/** After this long without traffic a burst's memory has been given back. */
const REST_MS = 8_000;

type Result = LoadResult & CpuTime;

interface Row {
  readonly contender: Contender;
  readonly key?: string;
  readonly results: Map<number, Result[]>;
}

for (const command of ['nginx', 'wrk']) {
  if (!has(command)) {
    console.log(`bench skipped: ${command} is not installed (apt-get install nginx-light wrk)`);
    process.exit(0);
  }
}

await buildStale(['cli']);
const idleMb = await benchStart();
await benchRequests();
await benchStreams();
await benchManyStreams();
console.log(`\n${summary()}`);

async function benchRequests(): Promise<void> {
  const { upstream, proxy } = await startNginx();
  const bare = await startBarePipe(upstream);
  const recording = await startKeyward('keyward, capture on', upstream, 'full');
  const silent = await startKeyward('keyward, capture off', upstream, 'off');
  const rows: Row[] = [
    { contender: { ...proxy, name: 'direct', url: upstream }, results: new Map() },
    { contender: proxy, results: new Map() },
    { contender: bare, results: new Map() },
    { contender: silent, key: silent.key, results: new Map() },
    { contender: recording, key: recording.key, results: new Map() },
  ];
  try {
    for (const row of rows) await measure(row, CONNECTIONS[0] as number, WARM_UP_SECONDS);
    for (const connections of CONNECTIONS) {
      for (let round = 0; round < ROUNDS; round += 1) {
        for (const row of rows) {
          const results = row.results.get(connections) ?? [];
          results.push(await measure(row, connections, SECONDS));
          row.results.set(connections, results);
        }
      }
    }
    report(rows);
    const loadedMb = recording.memoryMb();
    await new Promise((resolve) => setTimeout(resolve, REST_MS));
    console.log(`memory at the end of the load: ${loadedMb.toFixed(0)} MB`);
    goal('memory after it, in a quiet moment', recording.memoryMb() / idleMb, 1.5, 'at most', '× idle');
  } finally {
    await Promise.all([recording.stop(), silent.stop(), bare.stop()]);
    await proxy.stop();
  }
}

async function measure(row: Row, connections: number, seconds: number): Promise<Result> {
  const { contender, key } = row;
  const model = key ? 'bench/bench' : 'bench';
  const body = JSON.stringify({ model, messages: [{ role: 'user', content: PROMPT }] });
  const headers: Record<string, string> = key ? { authorization: `Bearer ${key}` } : {};
  const before = cpuTime(contender.process.pid);
  const result = await load({ url: contender.url, path: PATH, body, headers }, connections, seconds);
  const after = cpuTime(contender.process.pid);
  return {
    ...result,
    mainUs: (after.mainUs - before.mainUs) / result.requests,
    allUs: (after.allUs - before.allUs) / result.requests,
  };
}

function report(rows: readonly Row[]): void {
  const of = (row: Row, connections: number, pick: (result: Result) => number) =>
    median((row.results.get(connections) ?? []).map(pick));
  const [direct, nginx, pipe, , captured] = rows as [Row, Row, Row, Row, Row];
  const rate = (result: Result) => result.requestsPerSecond;
  const main = (result: Result) => result.mainUs;
  const all = (result: Result) => result.allUs;
  const p99 = (result: Result) => result.p99Ms;
  const added = (row: Row) => of(row, 1, (result) => result.p50Ms) - of(direct, 1, (result) => result.p50Ms);
  const errors = (row: Row) => [...row.results.values()].flat().reduce((sum, result) => sum + result.errors, 0);
  console.table(
    rows.map((row) => ({
      contender: row.contender.name,
      'requests/s, 16': Math.round(of(row, 16, rate)),
      '÷ nginx': ratio(of(row, 16, rate), of(nginx, 16, rate)),
      '÷ pipe': ratio(of(row, 16, rate), of(pipe, 16, rate)),
      '÷ pipe, 64': ratio(of(row, 64, rate), of(pipe, 64, rate)),
      'added p50, 1 (µs)': Math.round(added(row) * 1000),
      'p99, 16 (ms)': of(row, 16, p99).toFixed(1),
      errors: errors(row),
    })),
  );
  console.log(
    'CPU time a request, 16 connections (the upstream is nginx too, so that nginx and direct are not told apart)',
  );
  console.table(
    rows.slice(2).map((row) => ({
      contender: row.contender.name,
      'main thread (µs)': Math.round(of(row, 16, main)),
      'main ÷ pipe': ratio(of(row, 16, main), of(pipe, 16, main)),
      'main ÷ pipe, 64': ratio(of(row, 64, main), of(pipe, 64, main)),
      'all threads (µs)': Math.round(of(row, 16, all)),
      'all ÷ pipe': ratio(of(row, 16, all), of(pipe, 16, all)),
    })),
  );
  for (const connections of [16, 64]) {
    const share = of(captured, connections, rate) / of(pipe, connections, rate);
    goal(`throughput, ${connections} connections, capture on`, share, 0.85, 'at least', '× pipe');
  }
  goal('added p50, 1 connection', added(captured) / added(nginx), 1.75, 'at most', '× what nginx adds');
  goal('p99, 16 connections', of(captured, 16, p99) / of(pipe, 16, p99), 3, 'at most', '× pipe');
}

function ratio(value: number, of: number): string {
  return (value / of).toFixed(2);
}

/**
 * `npm run bench`: the gateway beside a bare Node pipe and nginx in the same run, interleaved, three rounds; a ratio is
 * taken within each round and the median of the three counts. Six minutes in all. Ratios carry over to other machines,
 * absolute figures do not; on a machine that does other work meanwhile, CPU time a request is what to look at. Says which
 * goals are met and which fall short; never fails for that.
 * KEYWARD_BENCH_SECONDS and KEYWARD_BENCH_ROUNDS change the length of a measurement and their number.
 */
import { buildStale } from '../../scripts/build.ts';
import { benchCache } from './cache-bench.ts';
import { type CpuTime, cpuTime } from './cpu.ts';
import { goal, noteLoad, summary } from './goals.ts';
import { startKeyward } from './keyward.ts';
import { type LoadResult, load, median } from './load.ts';
import { type Contender, has, prose, startBarePipe, startNginx } from './servers.ts';
import { benchStart } from './start-bench.ts';
import { benchManyStreams, benchStreams } from './stream-bench.ts';

const SECONDS = Number(process.env.KEYWARD_BENCH_SECONDS ?? 2);
const ROUNDS = Number(process.env.KEYWARD_BENCH_ROUNDS ?? 3);
/** Until the engine has compiled what is used often: it takes some ten thousand requests. */
const WARM_UP_SECONDS = 10;
const CONNECTIONS = [16, 64, 1];
const PROMPT = prose(700);
/** After this long without traffic a burst's memory has been given back (rest.ts). */
const REST_MS = 75_000;
/** Gateways rest once after their start; done before the load, it is not what is measured. */
const START_REST_MS = 6_000;

type Result = LoadResult & CpuTime;
type Pick = (result: Result) => number;

const rate: Pick = (result) => result.requestsPerSecond;
const main: Pick = (result) => result.mainUs;
const all: Pick = (result) => result.allUs;
const p99: Pick = (result) => result.p99Ms;

interface Row {
  readonly contender: Contender;
  readonly key?: string;
  /** Asked in Anthropic's dialect, for a provider that speaks OpenAI's. */
  readonly translated?: boolean;
  readonly results: Map<number, Result[]>;
}

for (const command of ['nginx', 'wrk']) {
  if (!has(command)) {
    console.log(`bench skipped: ${command} is not installed (apt-get install nginx-light wrk)`);
    process.exit(0);
  }
}

noteLoad();
await buildStale(['cli']);
const idleMb = await benchStart();
await benchRequests();
await benchCache(SECONDS, ROUNDS);
await benchStreams();
await benchManyStreams();
console.log(`\n${summary()}`);

async function benchRequests(): Promise<void> {
  const nginx = await startNginx();
  const { upstream, proxy } = nginx;
  const bare = await startBarePipe(upstream);
  const recording = await startKeyward('keyward, capture on', upstream, 'full');
  const silent = await startKeyward('keyward, capture off', upstream, 'off');
  const rows: Row[] = [
    { contender: { ...proxy, name: 'direct', url: upstream }, results: new Map() },
    { contender: proxy, results: new Map() },
    { contender: bare, results: new Map() },
    { contender: silent, key: silent.key, results: new Map() },
    { contender: recording, key: recording.key, results: new Map() },
    {
      contender: { ...recording, name: 'the same, translated' },
      key: recording.key,
      translated: true,
      results: new Map(),
    },
  ];
  try {
    await new Promise((resolve) => setTimeout(resolve, START_REST_MS));
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
    await nginx.stop();
  }
}

async function measure(row: Row, connections: number, seconds: number): Promise<Result> {
  const { contender, key, translated } = row;
  const model = key ? 'bench/bench' : 'bench';
  const messages = [{ role: 'user', content: PROMPT }];
  const path = translated ? '/v1/messages' : '/v1/chat/completions';
  const body = JSON.stringify(translated ? { model, max_tokens: 1000, messages } : { model, messages });
  const headers: Record<string, string> = key ? { authorization: `Bearer ${key}` } : {};
  const before = cpuTime(contender.process.pid);
  const result = await load({ url: contender.url, path, body, headers }, connections, seconds);
  const after = cpuTime(contender.process.pid);
  return {
    ...result,
    mainUs: (after.mainUs - before.mainUs) / result.requests,
    allUs: (after.allUs - before.allUs) / result.requests,
  };
}

/** Of three rounds. */
function of(row: Row, connections: number, pick: Pick): number {
  return median((row.results.get(connections) ?? []).map(pick));
}

/** Each round's own ratio, since what else the machine does differs from round to round. */
function share(row: Row, other: Row, connections: number, pick: Pick): number {
  const others = other.results.get(connections) ?? [];
  return median((row.results.get(connections) ?? []).map((one, round) => pick(one) / pick(others[round] as Result)));
}

function report(rows: readonly Row[]): void {
  const [direct, nginx, pipe, , captured, translated] = rows as [Row, Row, Row, Row, Row, Row];
  const added = (row: Row) => of(row, 1, (result) => result.p50Ms) - of(direct, 1, (result) => result.p50Ms);
  const errors = (row: Row) => [...row.results.values()].flat().reduce((sum, result) => sum + result.errors, 0);
  console.table(
    rows.map((row) => ({
      contender: row.contender.name,
      'requests/s, 16': Math.round(of(row, 16, rate)),
      '÷ nginx': share(row, nginx, 16, rate).toFixed(2),
      '÷ pipe': share(row, pipe, 16, rate).toFixed(2),
      '÷ pipe, 64': share(row, pipe, 64, rate).toFixed(2),
      'added p50, 1 (µs)': Math.round(added(row) * 1000),
      'p99, 16 (ms)': of(row, 16, p99).toFixed(1),
      errors: errors(row),
    })),
  );
  console.log('CPU time a request');
  console.table(
    rows.slice(2).map((row) => ({
      contender: row.contender.name,
      'main thread, 16 (µs)': Math.round(of(row, 16, main)),
      'main ÷ pipe': share(row, pipe, 16, main).toFixed(2),
      'main ÷ pipe, 64': share(row, pipe, 64, main).toFixed(2),
      'all threads, 16 (µs)': Math.round(of(row, 16, all)),
      'all ÷ pipe': share(row, pipe, 16, all).toFixed(2),
      'all ÷ pipe, 64': share(row, pipe, 64, all).toFixed(2),
    })),
  );
  for (const connections of [16, 64]) {
    const same = share(captured, pipe, connections, rate);
    goal(`throughput, ${connections} connections, capture on`, same, 0.85, 'at least', '× pipe');
    const other = share(translated, pipe, connections, rate);
    goal(`throughput, ${connections} connections, capture on, translated`, other, 0.7, 'at least', '× pipe');
  }
  goal('added p50, 1 connection', added(captured) / added(nginx), 1.75, 'at most', '× what nginx adds');
  console.log(`       the bare pipe itself: ${(added(pipe) / added(nginx)).toFixed(2)} × what nginx adds`);
  goal('p99, 16 connections', share(captured, pipe, 16, p99), 3, 'at most', '× pipe');
}

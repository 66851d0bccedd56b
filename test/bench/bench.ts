/**
 * `npm run bench`: the gateway beside a bare Node pipe and nginx in the same run, interleaved, medians of three rounds.
 * Ratios carry over to other machines, absolute figures do not. Says which goal of performance falls short; never fails.
 */
import { startKeyward } from './keyward.ts';
import { type LoadResult, load, median } from './load.ts';
import { type Contender, has, startBarePipe, startNginx } from './servers.ts';
import { measureStreams, startStreamUpstream } from './streams.ts';

const SECONDS = Number(process.env.KEYWARD_BENCH_SECONDS ?? 4);
const ROUNDS = Number(process.env.KEYWARD_BENCH_ROUNDS ?? 3);
const PROMPT = 'p'.repeat(700);
const PATH = '/v1/chat/completions';

interface Row {
  readonly contender: Contender;
  readonly key?: string;
  readonly results: Map<number, LoadResult[]>;
}

for (const command of ['nginx', 'wrk']) {
  if (!has(command)) {
    console.log(`bench skipped: ${command} is not installed (apt-get install nginx-light wrk)`);
    process.exit(0);
  }
}

const { upstream, proxy } = await startNginx();
const bare = await startBarePipe(upstream);
const recording = await startKeyward('keyward, capture on', upstream, 'full');
const silent = await startKeyward('keyward, capture off', upstream, 'off');
const idleMb = recording.memoryMb();
const rows: Row[] = [
  { contender: { ...proxy, name: 'direct', url: upstream }, results: new Map() },
  { contender: proxy, results: new Map() },
  { contender: bare, results: new Map() },
  { contender: silent, key: silent.key, results: new Map() },
  { contender: recording, key: recording.key, results: new Map() },
];

try {
  for (const connections of [1, 16, 64]) {
    for (const row of rows) await measure(row, connections, 1);
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const row of rows) {
        const results = row.results.get(connections) ?? [];
        results.push(await measure(row, connections, SECONDS));
        row.results.set(connections, results);
      }
    }
  }
  const loadedMb = recording.memoryMb();
  report(loadedMb);
  await reportStreams();
} finally {
  await Promise.all([recording.stop(), silent.stop(), bare.stop()]);
  await proxy.stop();
}

function measure(row: Row, connections: number, seconds: number): Promise<LoadResult> {
  const model = row.key ? 'bench/bench' : 'bench';
  const body = JSON.stringify({ model, messages: [{ role: 'user', content: PROMPT }] });
  const headers: Record<string, string> = row.key ? { authorization: `Bearer ${row.key}` } : {};
  return load({ url: row.contender.url, path: PATH, body, headers }, connections, seconds);
}

function report(loadedMb: number) {
  const of = (row: Row, connections: number, pick: (result: LoadResult) => number) =>
    median((row.results.get(connections) ?? []).map(pick));
  const [direct, nginx, pipe, , captured] = rows as [Row, Row, Row, Row, Row];
  const rate = (result: LoadResult) => result.requestsPerSecond;
  const added = (row: Row) => of(row, 1, (result) => result.p50Ms) - of(direct, 1, (result) => result.p50Ms);
  console.table(
    rows.map((row) => ({
      contender: row.contender.name,
      'requests/s, 16': Math.round(of(row, 16, rate)),
      '÷ nginx': ratio(of(row, 16, rate), of(nginx, 16, rate)),
      '÷ pipe': ratio(of(row, 16, rate), of(pipe, 16, rate)),
      '÷ pipe, 64': ratio(of(row, 64, rate), of(pipe, 64, rate)),
      'added p50, 1 (µs)': Math.round(added(row) * 1000),
      'p99, 16 (ms)': of(row, 16, (result) => result.p99Ms).toFixed(1),
      errors: [1, 16, 64].reduce((sum, c) => sum + (row.results.get(c) ?? []).reduce((n, r) => n + r.errors, 0), 0),
    })),
  );
  goal(
    'throughput, 16 connections, capture on',
    of(captured, 16, rate) / of(pipe, 16, rate),
    0.85,
    'at least',
    '× pipe',
  );
  goal(
    'throughput, 64 connections, capture on',
    of(captured, 64, rate) / of(pipe, 64, rate),
    0.85,
    'at least',
    '× pipe',
  );
  goal('added p50, 1 connection', added(captured) / added(nginx), 1.75, 'at most', '× what nginx adds');
  goal(
    'p99, 16 connections',
    of(captured, 16, (result) => result.p99Ms) / of(pipe, 16, (result) => result.p99Ms),
    3,
    'at most',
    '× pipe',
  );
  goal('memory, idle', idleMb, 90, 'at most', 'MB');
  console.log(`memory after load: ${loadedMb.toFixed(0)} MB`);
  goal('start to listening', recording.startMs, 300, 'at most', 'ms');
}

async function reportStreams() {
  const source = await startStreamUpstream(200, 10);
  const pipe = await startBarePipe(source.url);
  const gateway = await startKeyward('keyward', source.url, 'full');
  const targets: { name: string; url: string; headers: Record<string, string>; model: string }[] = [
    { name: 'direct', url: source.url, headers: {}, model: 'bench' },
    { name: 'bare pipe', url: pipe.url, headers: {}, model: 'bench' },
    { name: 'keyward', url: gateway.url, headers: { authorization: `Bearer ${gateway.key}` }, model: 'bench/bench' },
  ];
  const found = new Map(targets.map((target) => [target.name, { first: [] as number[], chunk: [] as number[] }]));
  try {
    for (let round = 0; round < ROUNDS + 1; round += 1) {
      for (const target of targets) {
        const body = JSON.stringify({ model: target.model, stream: true, messages: [{ role: 'user', content: 'hi' }] });
        const result = await measureStreams(target.url + PATH, body, target.headers, 32);
        if (result.complete !== 32) console.log(`${target.name}: only ${result.complete} of 32 streams were whole`);
        if (round === 0) continue; // warm-up
        found.get(target.name)?.first.push(result.firstChunkMs);
        found.get(target.name)?.chunk.push(result.chunkMs);
      }
    }
    const at = (name: string, kind: 'first' | 'chunk') => median(found.get(name)?.[kind] ?? []);
    console.table(
      targets.map(({ name }) => ({
        contender: name,
        'first chunk (ms)': at(name, 'first').toFixed(2),
        'each chunk (µs)': Math.round(at(name, 'chunk') * 1000),
      })),
    );
    goal(
      'first chunk of a stream',
      at('keyward', 'first') - at('bare pipe', 'first'),
      0.3,
      'at most',
      'ms more than the pipe',
    );
    goal(
      'each chunk of a stream',
      (at('keyward', 'chunk') - at('bare pipe', 'chunk')) * 1000,
      15,
      'at most',
      'µs more than the pipe',
    );
  } finally {
    await Promise.all([gateway.stop(), pipe.stop()]);
    source.close();
  }
}

function ratio(value: number, of: number): string {
  return (value / of).toFixed(2);
}

function goal(what: string, value: number, bound: number, kind: 'at least' | 'at most', unit: string) {
  const met = kind === 'at least' ? value >= bound : value <= bound;
  console.log(`${met ? 'met  ' : 'SHORT'}  ${what}: ${value.toFixed(2)} ${unit} (goal: ${kind} ${bound})`);
}

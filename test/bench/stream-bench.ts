/** What the gateway adds to streams beside the bare pipe, and a thousand slow ones at once. */
import { goal } from './goals.ts';
import { startKeyward } from './keyward.ts';
import { median } from './load.ts';
import { startBarePipe } from './servers.ts';
import { measureStreams, startStreamUpstream } from './streams.ts';

const PATH = '/v1/chat/completions';
const ROUNDS = 3;
const AT_ONCE = 32;
const MANY = 1000;

const bodyFor = (model: string) => JSON.stringify({ model, stream: true, messages: [{ role: 'user', content: 'hi' }] });

export async function benchStreams(): Promise<void> {
  const source = await startStreamUpstream(200, 10);
  const pipe = await startBarePipe(source.url);
  const gateway = await startKeyward('keyward', source.url, 'full');
  const targets: { name: string; url: string; headers: Record<string, string>; model: string }[] = [
    { name: 'direct', url: source.url, headers: {}, model: 'bench' },
    { name: 'bare pipe', url: pipe.url, headers: {}, model: 'bench' },
    { name: 'keyward', url: gateway.url, headers: { authorization: `Bearer ${gateway.key}` }, model: 'bench/bench' },
  ];
  const found = new Map(targets.map(({ name }) => [name, { first: [] as number[], chunk: [] as number[] }]));
  try {
    for (let round = 0; round < ROUNDS + 1; round += 1) {
      for (const { name, url, headers, model } of targets) {
        const result = await measureStreams(url + PATH, bodyFor(model), headers, AT_ONCE);
        if (result.complete !== AT_ONCE)
          console.log(`${name}: only ${result.complete} of ${AT_ONCE} streams were whole`);
        if (round === 0) continue; // warm-up
        found.get(name)?.first.push(result.firstChunkMs);
        found.get(name)?.chunk.push(result.chunkMs);
      }
    }
  } finally {
    await Promise.all([gateway.stop(), pipe.stop()]);
    source.close();
  }
  const at = (name: string, kind: 'first' | 'chunk') => median(found.get(name)?.[kind] ?? []);
  console.table(
    targets.map(({ name }) => ({
      contender: name,
      'first chunk (ms)': at(name, 'first').toFixed(2),
      'each chunk (µs)': Math.round(at(name, 'chunk') * 1000),
    })),
  );
  const more = (kind: 'first' | 'chunk') => at('keyward', kind) - at('bare pipe', kind);
  goal('first chunk of a stream', more('first'), 0.3, 'at most', 'ms more than the pipe');
  goal('each chunk of a stream', more('chunk') * 1000, 15, 'at most', 'µs more than the pipe');
}

/** A thousand streams of ten chunks, half a second apart, while `/health` is asked how long everything else waits. */
export async function benchManyStreams(): Promise<void> {
  const source = await startStreamUpstream(10, 500);
  const gateway = await startKeyward('keyward', source.url, 'full');
  const waits: number[] = [];
  let peakMb = 0;
  let going = true;
  const watch = async () => {
    while (going) {
      const started = performance.now();
      await fetch(`${gateway.url}/health`).then((answer) => answer.arrayBuffer());
      waits.push(performance.now() - started);
      peakMb = Math.max(peakMb, gateway.memoryMb());
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  try {
    const headers = { authorization: `Bearer ${gateway.key}` };
    const watching = watch();
    const { complete } = await measureStreams(gateway.url + PATH, bodyFor('bench/bench'), headers, MANY);
    going = false;
    await watching;
    waits.sort((a, b) => a - b);
    goal(`${MANY} slow streams, whole`, complete, MANY, 'at least', 'streams');
    goal('memory meanwhile', peakMb, 300, 'at most', 'MB');
    goal('wait for /health meanwhile, p99', waits[Math.floor(waits.length * 0.99)] ?? 0, 20, 'at most', 'ms');
  } finally {
    await gateway.stop();
    source.close();
  }
}

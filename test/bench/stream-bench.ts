/** What the gateway adds to streams beside the bare pipe, and a thousand slow ones at once. */
import { cpuTime } from './cpu.ts';
import { goal } from './goals.ts';
import { startKeyward } from './keyward.ts';
import { median } from './load.ts';
import { startBarePipe } from './servers.ts';
import { measureStreams, startStreamUpstream } from './streams.ts';

const PATH = '/v1/chat/completions';
const ROUNDS = 3;
/** The engine needs some ten thousand chunks until it has compiled what is used often. */
const WARM_UP_ROUNDS = 2;
const CHUNKS = 200;
const AT_ONCE = 32;
const MANY = 1000;

/** Asked in Anthropic's dialect of a provider that speaks OpenAI's. */
const TRANSLATED_PATH = '/v1/messages';
const TRANSLATED = 'keyward, translated';

const bodyFor = (model: string) =>
  JSON.stringify({ model, stream: true, max_tokens: 1000, messages: [{ role: 'user', content: 'hi' }] });

interface Measured {
  readonly firstMs: number;
  readonly chunkMs: number;
  /** µs of CPU time a chunk: the main thread's. */
  readonly cpuUs: number;
}

export async function benchStreams(): Promise<void> {
  const source = await startStreamUpstream(CHUNKS, 10);
  const pipe = await startBarePipe(source.url);
  const gateway = await startKeyward('keyward', source.url, 'full');
  const key = { authorization: `Bearer ${gateway.key}` };
  interface Target {
    readonly name: string;
    readonly url: string;
    readonly path?: string;
    readonly headers: Record<string, string>;
    readonly model: string;
    readonly pid?: number;
  }
  const asked = { url: gateway.url, headers: key, model: 'bench/bench', pid: gateway.process.pid };
  const targets: Target[] = [
    { name: 'direct', url: source.url, headers: {}, model: 'bench' },
    { name: 'bare pipe', url: pipe.url, headers: {}, model: 'bench', pid: pipe.process.pid },
    { ...asked, name: 'keyward' },
    { ...asked, name: TRANSLATED, path: TRANSLATED_PATH },
  ];
  const rounds: Map<string, Measured>[] = [];
  try {
    for (let round = 0; round < ROUNDS + WARM_UP_ROUNDS; round += 1) {
      const measured = new Map<string, Measured>();
      for (const { name, url, path = PATH, headers, model, pid } of targets) {
        const before = cpuTime(pid).mainUs;
        const result = await measureStreams(url + path, bodyFor(model), headers, AT_ONCE);
        const cpuUs = (cpuTime(pid).mainUs - before) / (AT_ONCE * CHUNKS);
        if (result.complete !== AT_ONCE)
          console.log(`${name}: only ${result.complete} of ${AT_ONCE} streams were whole`);
        measured.set(name, { firstMs: result.firstChunkMs, chunkMs: result.chunkMs, cpuUs });
      }
      if (round >= WARM_UP_ROUNDS) rounds.push(measured);
    }
  } finally {
    await Promise.all([gateway.stop(), pipe.stop()]);
    source.close();
  }
  const at = (name: string, kind: keyof Measured) => median(rounds.map((round) => round.get(name)?.[kind] ?? 0));
  /** Each round's own difference. */
  const more = (name: string, than: string, kind: keyof Measured) =>
    median(rounds.map((round) => (round.get(name)?.[kind] ?? 0) - (round.get(than)?.[kind] ?? 0)));
  console.table(
    targets.map(({ name }) => ({
      contender: name,
      'first chunk (ms)': at(name, 'firstMs').toFixed(2),
      'added to each chunk (µs)': Math.round(more(name, 'direct', 'chunkMs') * 1000),
      'CPU a chunk (µs)': Math.round(at(name, 'cpuUs')),
    })),
  );
  goal('first chunk of a stream', more('keyward', 'bare pipe', 'firstMs'), 0.3, 'at most', 'ms more than the pipe');
  const chunkUs = more('keyward', 'bare pipe', 'chunkMs') * 1000;
  goal('each chunk of a stream', chunkUs, 15, 'at most', 'µs more than the pipe');
  const translatedUs = more(TRANSLATED, 'bare pipe', 'chunkMs') * 1000;
  goal('each chunk of a translated stream', translatedUs, 60, 'at most', 'µs more than the pipe');
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

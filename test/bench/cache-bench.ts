/** Requests that the cache answers, captured like all others, beside a bare pipe that asks its upstream each time. */
import { cpuTime } from './cpu.ts';
import { goal } from './goals.ts';
import { cli, startKeyward } from './keyward.ts';
import { load, median } from './load.ts';
import { prose, startBarePipe, startNginx } from './servers.ts';

const WARM_UP_SECONDS = 10;

interface Side {
  readonly name: string;
  readonly url: string;
  readonly pid: number | undefined;
  readonly model: string;
  readonly headers: Readonly<Record<string, string>>;
}

export async function benchCache(seconds: number, rounds: number): Promise<void> {
  const nginx = await startNginx();
  const pipe = await startBarePipe(nginx.upstream);
  const keyward = await startKeyward('keyward', nginx.upstream, 'full');
  try {
    await cli(keyward.home, ['routes', 'set', 'kept', '--target', 'bench/bench', '--cache', '1h']);
    const authorization = `Bearer ${keyward.key}`;
    const bare: Side = { name: 'bare pipe', url: pipe.url, pid: pipe.process.pid, model: 'kept', headers: {} };
    const hits: Side = {
      name: 'keyward, cache hits, capture on',
      url: keyward.url,
      pid: keyward.process.pid,
      model: 'kept',
      headers: { authorization },
    };
    await seen(hits);
    for (const side of [bare, hits]) await measure(side, 16, WARM_UP_SECONDS);
    const lines = [];
    for (const connections of [16, 64, 1]) {
      const results = { bare: [] as Measured[], hits: [] as Measured[] };
      for (let round = 0; round < rounds; round += 1) {
        results.bare.push(await measure(bare, connections, seconds));
        results.hits.push(await measure(hits, connections, seconds));
      }
      const ratio = median(results.hits.map((hit, nth) => hit.rate / (results.bare[nth] as Measured).rate));
      for (const [side, measured] of [[bare, results.bare] as const, [hits, results.hits] as const]) {
        lines.push({
          connections,
          contender: side.name,
          'requests/s': Math.round(median(measured.map(({ rate }) => rate))),
          'p50 (µs)': Math.round(median(measured.map(({ p50Us }) => p50Us))),
          'main thread (µs)': Math.round(median(measured.map(({ mainUs }) => mainUs))),
          errors: measured.reduce((sum, { errors }) => sum + errors, 0),
        });
      }
      if (connections > 1) goal(`cache hit, ${connections} connections, capture on`, ratio, 1.5, 'at least', '× pipe');
    }
    console.log('requests that the cache answers');
    console.table(lines);
  } finally {
    await Promise.all([keyward.stop(), pipe.stop()]);
    await nginx.stop();
  }
}

interface Measured {
  readonly rate: number;
  readonly p50Us: number;
  readonly mainUs: number;
  readonly errors: number;
}

const body = (model: string) => JSON.stringify({ model, messages: [{ role: 'user', content: prose(700) }] });

/** The second of two equal requests must be a hit, or something else is measured. */
async function seen({ url, model, headers }: Side): Promise<void> {
  let state: string | null = null;
  for (const _ of [1, 2]) {
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: body(model),
    });
    await response.arrayBuffer();
    state = response.headers.get('x-keyward-cache');
  }
  if (state !== 'hit') throw new Error(`the cache answered ${state}`);
}

async function measure({ url, pid, model, headers }: Side, connections: number, seconds: number): Promise<Measured> {
  const before = cpuTime(pid).mainUs;
  const request = { url, path: '/v1/chat/completions', body: body(model), headers };
  const result = await load(request, connections, seconds);
  return {
    rate: result.requestsPerSecond,
    p50Us: result.p50Ms * 1000,
    mainUs: (cpuTime(pid).mainUs - before) / result.requests,
    errors: result.errors,
  };
}

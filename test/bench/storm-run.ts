/**
 * A storm: three providers on the loopback that fail, slow down, rate-limit and recover by the clock, and clients that do not
 * know. What clients saw is counted three ways: asking the first provider once, asking it as SDKs do (two retries), and
 * asking Keyward for a route over all three. Whether anything was done twice is counted where it is done, at the providers.
 */
import { startTestGateway } from '../support/gateway.ts';
import { type Act, type ScriptedProvider, type Seen, startScriptedProvider } from '../support/scripted-provider.ts';

export interface StormOptions {
  readonly durationMs: number;
  readonly requestsPerSecond: number;
  /** A first byte that does not come in this time is not waited for. */
  readonly firstByteMs: number;
  /** Leaves out the clients that try by themselves. */
  readonly withoutSdk?: boolean;
}

export interface StormRow {
  readonly way: string;
  readonly requests: number;
  readonly answered: number;
  readonly failed: number;
  /** Answered with another request's answer, or half of one taken for whole. */
  readonly wrong: number;
  /** Requests that providers finished more than once. */
  readonly duplicated: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Requests that reached providers, for each of a client's. */
  readonly asked: number;
}

type Weather = (request: Seen, index: number, elapsed: number) => Act;

const SLOW_MS = 120;

/** What each provider does, by the share of the storm that has passed. */
const WEATHER: Readonly<Record<string, Weather>> = {
  // The one that everybody asks: overloaded, then limited, then slow and cutting streams, then well again.
  first: (_request, index, elapsed) => {
    if (elapsed < 0.15) return {};
    if (elapsed < 0.35) return index % 10 === 0 ? {} : { status: 503 };
    if (elapsed < 0.5) return index % 3 === 0 ? {} : { status: 429, headers: { 'retry-after-ms': '400' } };
    if (elapsed < 0.6) return { cut: 'before' };
    if (elapsed < 0.75) return index % 8 === 0 ? { hang: true } : { delayMs: SLOW_MS };
    return {};
  },
  // Has its own bad minute while the first one is limited.
  second: (_request, index, elapsed) => {
    if (elapsed > 0.4 && elapsed < 0.55) return index % 2 === 0 ? { status: 500 } : { delayMs: SLOW_MS };
    return index % 25 === 24 ? { status: 502, body: '<html>Bad Gateway</html>' } : {};
  },
  third: () => ({ delayMs: SLOW_MS }),
};

export async function runStorm(options: StormOptions): Promise<StormRow[]> {
  const providers = await Promise.all(Object.keys(WEATHER).map((name) => startScriptedProvider(name)));
  const gateway = await startTestGateway();
  try {
    const names = Object.keys(WEATHER);
    for (const [index, provider] of providers.entries()) {
      await gateway.addProvider({ id: names[index] as string, baseUrl: provider.url }, `sk-storm-key-${index}`);
    }
    const by = { actor: 'test', action: 'test', subject: 'test' };
    await gateway.gateway.services.store.update(by, (draft) => {
      draft.routes.push({
        name: 'storm',
        targets: names.map((provider) => ({ provider, model: 'm' })),
        strategy: 'fallback',
        retries: 1,
        timeouts: { firstByteMs: options.firstByteMs },
        breaker: { failures: 5, openMs: Math.round(options.durationMs / 15) },
        recording: null,
      });
    });
    const [first] = providers as [ScriptedProvider];
    const direct = { url: `${first.url}/chat/completions`, key: 'sk-storm-key-0', model: 'm' };
    const behind = { url: `${gateway.url}/v1/chat/completions`, key: gateway.key, model: 'storm' };
    const rows: StormRow[] = [];
    for (const [way, target, retries] of [
      ['first provider, once', direct, 0],
      ['first provider, SDK (2 retries)', direct, 2],
      ['Keyward, a route over three', behind, 0],
    ] as const) {
      if (retries > 0 && options.withoutSdk) continue;
      const beganAt = performance.now();
      for (const [index, provider] of providers.entries()) {
        provider.seen.length = 0;
        const weather = WEATHER[names[index] as string] as Weather;
        provider.script((request, at) => weather(request, at, (performance.now() - beganAt) / options.durationMs));
      }
      const seen = await rain(options, (tag, stream) =>
        ask({ ...target, patienceMs: options.firstByteMs * 4 }, tag, stream, retries),
      );
      rows.push(rowOf(way, seen, providers));
    }
    return rows;
  } finally {
    await gateway.stop();
    await Promise.all(providers.map((provider) => provider.stop()));
  }
}

interface Outcome {
  readonly result: 'answered' | 'failed' | 'wrong';
  readonly ms: number;
}

/** Requests at a steady pace, whether or not earlier ones are answered: a storm does not wait. */
async function rain(
  { durationMs, requestsPerSecond }: StormOptions,
  send: (tag: string, stream: boolean) => Promise<Outcome['result']>,
): Promise<Outcome[]> {
  const beganAt = performance.now();
  const running: Promise<Outcome>[] = [];
  const count = Math.round((durationMs / 1000) * requestsPerSecond);
  for (let index = 0; index < count; index += 1) {
    const dueMs = (index / requestsPerSecond) * 1000 - (performance.now() - beganAt);
    if (dueMs > 1) await new Promise((resolve) => setTimeout(resolve, dueMs));
    const sentAt = performance.now();
    const sent = send(`tag-${index}`, index % 2 === 1);
    running.push(sent.then((result) => ({ result, ms: performance.now() - sentAt })));
  }
  return Promise.all(running);
}

interface Target {
  readonly url: string;
  readonly key: string;
  readonly model: string;
  readonly patienceMs: number;
}

/** As OpenAI's SDK does it: 408, 409, 429, 5xx and broken connections again, by `retry-after-ms` or half a second doubled. */
async function ask(target: Target, tag: string, stream: boolean, retries: number): Promise<Outcome['result']> {
  for (let tries = 0; ; tries += 1) {
    const { status, text, waitMs } = await once(target, tag, stream);
    if (status === 200) return judge(text, tag, stream);
    const again = status === undefined || status === 408 || status === 409 || status === 429 || status >= 500;
    if (!again || tries >= retries) return 'failed';
    await new Promise((resolve) => setTimeout(resolve, waitMs ?? 500 * 2 ** tries));
  }
}

async function once({ url, key, model, patienceMs }: Target, tag: string, stream: boolean) {
  try {
    const response = await fetch(url, {
      method: 'POST',
      signal: AbortSignal.timeout(patienceMs),
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: JSON.stringify({ model, stream, messages: [{ role: 'user', content: tag }] }),
    });
    const told = response.headers.get('retry-after-ms');
    return { status: response.status, text: await response.text(), waitMs: told === null ? undefined : Number(told) };
  } catch {
    return { status: undefined, text: '', waitMs: undefined };
  }
}

function judge(text: string, tag: string, stream: boolean): Outcome['result'] {
  const whole = stream ? text.includes('data: [DONE]') : text.trimEnd().endsWith('}');
  if (text.includes('"error"')) return 'failed';
  return whole && new RegExp(` answers ${tag}"`).test(text) ? 'answered' : 'wrong';
}

function rowOf(way: string, outcomes: readonly Outcome[], providers: readonly ScriptedProvider[]): StormRow {
  const count = (result: Outcome['result']) => outcomes.filter((each) => each.result === result).length;
  const sorted = outcomes.map(({ ms }) => ms).sort((a, b) => a - b);
  const finished = new Map<string, number>();
  let reached = 0;
  for (const { tag, finished: done } of providers.flatMap(({ seen }) => seen)) {
    reached += 1;
    if (done && tag !== undefined) finished.set(tag, (finished.get(tag) ?? 0) + 1);
  }
  const at = (share: number) => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
  return {
    way,
    requests: outcomes.length,
    answered: count('answered'),
    failed: count('failed'),
    wrong: count('wrong'),
    duplicated: [...finished.values()].filter((times) => times > 1).length,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    asked: Math.round((reached / outcomes.length) * 100) / 100,
  };
}

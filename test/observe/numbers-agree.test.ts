import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CaptureRow } from '../../gateway/captures/capture.ts';
import type { Usage } from '../../gateway/control/contract/index.ts';
import { type ControlClient, controlClient } from '../../gateway/control/router.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { type CountingProvider, mixedTraffic, startCountingProvider } from './traffic.ts';

const SECRET = 'sk-upstream-0123456789abcdefABCDEF';
const ROUNDS = 3;

let gateway: TestGateway;
let provider: CountingProvider;
let client: ControlClient;

beforeAll(async () => {
  provider = await startCountingProvider();
  gateway = await startTestGateway();
  client = controlClient(gateway.gateway.control, 'cli');
  for (const id of ['one', 'two']) {
    await gateway.addProvider({ id, preset: 'openai', name: id, baseUrl: provider.baseUrl }, `${SECRET}${id}`);
  }
  await mixedTraffic(gateway, ROUNDS);
  await allEnded(gateway);
});
afterAll(async () => {
  await gateway.stop();
  await provider.close();
});

describe('after mixed traffic', () => {
  it('captures, usage and the provider have counted the same', async () => {
    const rows = await gateway.gateway.services.recorder.list({ limit: 1000 });
    expect(rows.length).toBe(13 * ROUNDS);
    const usage = await everything();
    expect(sumsOf(usage.total)).toEqual(sumsOfRows(rows));
    // Of the provider's own: what was answered whole has tokens, everything that arrived is an attempt.
    const traffic = await client.usage.get({ since: '1h' });
    expect(traffic.total.attempts).toBe(provider.counted.requests);
    expect(traffic.total.tokens.input).toBe(provider.counted.inputTokens);
    expect(traffic.total.tokens.output).toBe(provider.counted.outputTokens);
    expect(traffic.total.tokens.cachedInput).toBe(4 * 4 * ROUNDS);
    expect(traffic.total.tokens.reasoning).toBe(2 * 4 * ROUNDS);
    expect(traffic.practiceRequests).toBe(2 * ROUNDS);
    expect(traffic.total.requests).toBe(11 * ROUNDS);
    expect(traffic.total.clientGone).toBe(ROUNDS);
  });

  it('each way of grouping adds up to the whole', async () => {
    const { total, buckets } = await everything();
    for (const by of ['app', 'provider', 'model', 'key', 'gatewayKey', 'cause'] as const) {
      const { rows } = await client.usage.get({ since: '1h', by, practice: true });
      expect(added(rows)).toEqual(sumsOf(total));
    }
    expect(added(buckets)).toEqual(sumsOf(total));
  });

  it('failures are counted by the cause that their captures name', async () => {
    const rows = await gateway.gateway.services.recorder.list({ limit: 1000 });
    const expected = new Map<string, number>();
    for (const { ok, cause } of rows)
      if (!ok) expected.set(cause ?? 'other', (expected.get(cause ?? 'other') ?? 0) + 1);
    const { causes } = await everything();
    expect(new Map(causes.map(({ cause, count }) => [cause as string, count]))).toEqual(expected);
  });

  it('the weather counts each attempt at a provider once, and names what ails it', async () => {
    const weather = await client.usage.weather();
    const all = weather.filter(({ key }) => key === null);
    expect(all.map(({ provider: id }) => id).sort()).toEqual(['one', 'two']);
    const day = (id: string) => all.find((row) => row.provider === id)?.windows.find(({ window }) => window === '24h');
    // Those that the app left say nothing about the provider.
    expect((day('one')?.requests ?? 0) + (day('two')?.requests ?? 0)).toBe(provider.counted.requests - ROUNDS);
    expect(day('one')).toMatchObject({ requests: 4 * ROUNDS, troubled: ROUNDS, share: 0.75 });
    expect(
      day('two')
        ?.causes.map(({ cause }) => cause)
        .sort(),
    ).toEqual(['network_reset_or_truncated', 'rate_limited']);
    expect(
      weather
        .filter(({ key }) => key !== null)
        .map(({ key }) => key?.id.slice(0, 6))
        .sort(),
    ).toEqual(['pk_one', 'pk_two']);
  });

  it('replays are counted apart, and one that sends nothing not at all', async () => {
    const before = await client.usage.get({ since: '1h' });
    const [row] = await gateway.gateway.services.recorder.list({ model: 'gpt-4o-mini', limit: 1 });
    await client.replay.run({ id: (row as CaptureRow).id, mode: 'dry-run' });
    await client.replay.run({ id: (row as CaptureRow).id, mode: 'recorded' });
    expect((await client.usage.get({ since: '1h' })).own.requests).toBe(0);
    await client.replay.run({ id: (row as CaptureRow).id, mode: 'live' });
    const after = await client.usage.get({ since: '1h' });
    expect(after.total).toEqual(before.total);
    expect(after.own.requests).toBe(1);
    expect(after.own.costUsd).toBeGreaterThan(0);
  });

  it('pruning takes captures and no number', async () => {
    const before = await everything();
    await gateway.gateway.services.recorder.settle();
    const { removed } = await client.captures.prune({ olderThanMs: 0 });
    expect(removed).toBeGreaterThanOrEqual(13 * ROUNDS);
    expect(await client.captures.list({})).toEqual([]);
    expect(sumsOf((await everything()).total)).toEqual(sumsOf(before.total));
  });
});

function everything(): Promise<Usage> {
  return client.usage.get({ since: '1h', practice: true });
}

interface Sums {
  requests: number;
  failures: number;
  clientGone: number;
  streams: number;
  attempts: number;
  input: number;
  output: number;
  nano: number;
}

function sumsOf({ requests, failures, clientGone, streams, attempts, tokens, costUsd }: Usage['total']): Sums {
  const { input, output } = tokens;
  return { requests, failures, clientGone, streams, attempts, input, output, nano: Math.round(costUsd * 1e9) };
}

function added(all: readonly Usage['total'][]): Sums {
  return all.map(sumsOf).reduce((sum, one) => {
    for (const name of Object.keys(sum) as (keyof Sums)[]) sum[name] += one[name];
    return sum;
  });
}

function sumsOfRows(rows: readonly CaptureRow[]): Sums {
  const count = (of: (row: CaptureRow) => number) => rows.reduce((sum, row) => sum + of(row), 0);
  return {
    requests: rows.length,
    failures: count(({ ok }) => (ok ? 0 : 1)),
    clientGone: count(({ clientGone }) => (clientGone ? 1 : 0)),
    streams: count(({ stream }) => (stream ? 1 : 0)),
    attempts: count(({ attempts }) => attempts),
    input: count(({ inputTokens }) => inputTokens ?? 0),
    output: count(({ outputTokens }) => outputTokens ?? 0),
    nano: count(({ costUsd }) => Math.round((costUsd ?? 0) * 1e9)),
  };
}

/** An app that hung up is noticed a moment later. */
async function allEnded({ gateway: { services } }: TestGateway): Promise<void> {
  while (services.pipeline.active > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  await services.recorder.flush();
}

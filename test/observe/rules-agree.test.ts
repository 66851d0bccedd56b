/** Retries, fallback, answers out of the cache, a limit that refuses: captures, usage and metrics tell one story. */
import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { controlClient } from '../../gateway/control/router.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { type ScriptedProvider, startScriptedProvider } from '../support/scripted-provider.ts';
import { sum } from './exposition.ts';

const by = { actor: 'test', action: 'test', subject: 'test' };
let gateway: TestGateway;
let first: ScriptedProvider;
let second: ScriptedProvider;

beforeAll(async () => {
  [gateway, first, second] = await Promise.all([
    startTestGateway(),
    startScriptedProvider('first'),
    startScriptedProvider('second'),
  ]);
  await gateway.addProvider({ id: 'first', baseUrl: first.url }, 'sk-first-key-0001');
  await gateway.addProvider({ id: 'second', baseUrl: second.url }, 'sk-second-key-0001');
  const targets = [
    { provider: 'first', model: 'a' },
    { provider: 'second', model: 'b' },
  ];
  const route = { targets, strategy: 'fallback' as const, recording: null };
  await gateway.gateway.services.store.update(by, (draft) => {
    draft.routes = [
      { ...route, name: 'falls', retries: 1, breaker: { failures: 2 } },
      { ...route, name: 'cached', targets: targets.slice(1), cacheTtlMs: 60_000 },
    ];
  });
});
afterAll(() => Promise.all([gateway.stop(), first.stop(), second.stop()]));

const ask = async (model: string, key = gateway.key) => {
  const body = { model, temperature: 0, messages: [{ role: 'user', content: 'hi' }] };
  const response = await gateway.post('/v1/chat/completions', body, { authorization: `Bearer ${key}` });
  await response.arrayBuffer();
  return response.status;
};

describe('after retries, fallback, cache hits and refusals', () => {
  it('captures, usage, metrics and the providers agree', async () => {
    const limited = await gateway.issue({ limits: { rpm: 1, budgetDayUsd: 5 } });
    first.script([{ status: 503 }]);
    second.script([{}]);
    const statuses = [
      await ask('falls'),
      await ask('falls'),
      await ask('cached'),
      await ask('cached'),
      await ask('cached'),
      await ask('second/b', limited),
      await ask('second/b', limited),
      await ask('second/b', limited),
    ];
    expect(statuses).toEqual([200, 200, 200, 200, 200, 200, 429, 429]);

    const { recorder } = gateway.gateway.services;
    await recorder.flush();
    const rows = await recorder.list({ limit: 100 });
    const { total } = await controlClient(gateway.gateway.control, 'cli').usage.get({ since: '1h' });
    const text = await (await fetch(`${gateway.url}/metrics`)).text();
    const asked = first.seen.length + second.seen.length;
    const attempts = rows.reduce((count, row) => count + row.attempts, 0);
    const hits = (await Promise.all(rows.map(({ id }) => gateway.capture(id)))).filter(
      ({ cache }) => cache?.state === 'hit',
    ).length;

    expect(rows.length).toBe(statuses.length);
    expect([total.requests, sum(text, 'keyward_requests_total')]).toEqual([rows.length, rows.length]);
    // The first target is asked twice, which opens its breaker; the second stands in. Of three cached ones, one is asked for.
    expect(first.seen.length).toBe(2);
    expect([attempts, total.attempts, sum(text, 'keyward_provider_attempts_total')]).toEqual([asked, asked, asked]);
    expect(sum(text, 'keyward_provider_attempt_failures_total', { provider: 'first' })).toBe(first.seen.length);
    expect([hits, total.cacheHits, sum(text, 'keyward_cache_hits_total')]).toEqual([2, 2, 2]);
    const failed = rows.filter(({ ok }) => !ok).length;
    expect([failed, total.failures, sum(text, 'keyward_request_failures_total')]).toEqual([2, 2, 2]);
    expect(sum(text, 'keyward_limit_refusals_total', { limit: 'rpm', of: 'gateway-key' })).toBe(2);
    expect(sum(text, 'keyward_circuits_open', { provider: 'first', state: 'open' })).toBe(1);
    expect(sum(text, 'keyward_circuits_open', { provider: 'second' })).toBe(0);
    expect(text).toMatch(/keyward_budget_used_ratio\{of="gateway-key",id="[^"]+",name="test",period="day"\} 0\n/);
  });

  const promtool = spawnSync('promtool', ['--version']).status === 0;
  it.skipIf(!promtool)(
    `and Prometheus reads it${promtool ? '' : ': skipped, because promtool is not installed'}`,
    async () => {
      const input = await (await fetch(`${gateway.url}/metrics`)).text();
      expect(input).toContain('keyward_limit_refusals_total{');
      const checked = spawnSync('promtool', ['check', 'metrics'], { input, encoding: 'utf8' });
      expect(`${checked.stdout}${checked.stderr}`).toBe('');
    },
  );
});

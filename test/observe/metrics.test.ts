import { spawnSync } from 'node:child_process';
import { networkInterfaces } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ControlClient, controlClient } from '../../gateway/control/router.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { sum } from './exposition.ts';
import { type CountingProvider, mixedTraffic, startCountingProvider } from './traffic.ts';

const ROUNDS = 2;
const SECRET = 'sk-upstream-0123456789abcdefABCDEF';
const promtool = spawnSync('promtool', ['--version']).status === 0;
const elsewhere = Object.values(networkInterfaces())
  .flat()
  .find((one) => one && !one.internal && one.family === 'IPv4')?.address;

let gateway: TestGateway;
let provider: CountingProvider;
let client: ControlClient;

beforeAll(async () => {
  provider = await startCountingProvider();
  gateway = await startTestGateway({ host: '0.0.0.0' });
  if (elsewhere) await gateway.set({ allowedHosts: [elsewhere] });
  client = controlClient(gateway.gateway.control, 'cli');
  for (const id of ['one', 'two']) {
    await gateway.addProvider({ id, preset: 'openai', name: id, baseUrl: provider.baseUrl }, SECRET + id);
  }
  await mixedTraffic(gateway, ROUNDS);
  while (gateway.gateway.services.pipeline.active > 0) await new Promise((resolve) => setTimeout(resolve, 5));
});
afterAll(async () => {
  await gateway.stop();
  await provider.close();
});

async function scrape(): Promise<string> {
  const response = await fetch(`${gateway.url}/metrics`);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  return response.text();
}

describe('GET /metrics', () => {
  it.skipIf(!promtool)(
    `is what Prometheus reads${promtool ? '' : ': skipped, because promtool is not installed'}`,
    async () => {
      const checked = spawnSync('promtool', ['check', 'metrics'], { input: await scrape(), encoding: 'utf8' });
      expect(`${checked.stdout}${checked.stderr}`).toBe('');
      expect(checked.status).toBe(0);
    },
  );

  it('says what captures, usage and the providers say', async () => {
    const text = await scrape();
    const { total, causes } = await client.usage.get({ since: '1h', practice: true });
    expect(sum(text, 'keyward_requests_total')).toBe(total.requests);
    expect(sum(text, 'keyward_request_failures_total')).toBe(total.failures);
    for (const { cause, count } of causes) expect(sum(text, 'keyward_request_failures_total', { cause })).toBe(count);
    expect(sum(text, 'keyward_requests_abandoned_total')).toBe(total.clientGone);
    expect(sum(text, 'keyward_request_duration_seconds_count')).toBe(total.requests);
    expect(sum(text, 'keyward_request_duration_seconds_bucket', { le: '+Inf' })).toBe(total.requests);
    expect(sum(text, 'keyward_input_tokens_total')).toBe(total.tokens.input);
    expect(sum(text, 'keyward_output_tokens_total')).toBe(total.tokens.output);
    expect(Math.round(sum(text, 'keyward_cost_usd_total') * 1e9)).toBe(Math.round(total.costUsd * 1e9));
    const theirs = ['one', 'two'].map((id) => sum(text, 'keyward_provider_attempts_total', { provider: id }));
    expect((theirs[0] as number) + (theirs[1] as number)).toBe(provider.counted.requests);
    expect(sum(text, 'keyward_requests_in_flight')).toBe(0);
    expect(sum(text, 'keyward_build_info')).toBe(1);
  });

  it('has buckets that rise to their count', async () => {
    const text = await scrape();
    const buckets = text.match(/^keyward_request_duration_seconds_bucket\{provider="one".*$/gm) ?? [];
    const counts = buckets.map((line) => Number(line.split(' ').at(-1)));
    expect(counts.length).toBe(21);
    expect(counts).toEqual([...counts].sort((one, other) => one - other));
    expect(counts.at(-1)).toBe(sum(text, 'keyward_request_duration_seconds_count', { provider: 'one' }));
  });

  it('has no label that an app can invent, and no secret', async () => {
    for (let nth = 0; nth < 30; nth++) {
      const body = { model: `one/invented-${nth}`, messages: [{ role: 'user', content: 'x' }] };
      await gateway.post('/v1/chat/completions', body).then((response) => response.text());
      await gateway
        .post('/v1/chat/completions', { ...body, model: `made-up-${nth}` })
        .then((response) => response.text());
    }
    const text = await scrape();
    expect(text).not.toMatch(/invented|made-up|nobody/);
    expect(sum(text, 'keyward_requests_total', { model: 'other' })).toBeGreaterThanOrEqual(30);
    expect(sum(text, 'keyward_requests_total', { model: 'gpt-4o-mini' })).toBe(ROUNDS);
    expect(text).not.toContain(SECRET);
    expect(text).not.toContain(gateway.key);
    expect(text).not.toContain('127.0.0.1');
  });

  it('takes GET and HEAD alone', async () => {
    expect((await fetch(`${gateway.url}/metrics`, { method: 'HEAD' })).status).toBe(200);
    const posted = await fetch(`${gateway.url}/metrics`, { method: 'POST', body: 'x' });
    expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  it('is no page’s to read', async () => {
    const response = await fetch(`${gateway.url}/metrics`, { headers: { origin: 'https://evil.example' } });
    expect(response.status).toBe(403);
  });

  it.skipIf(!elsewhere)(
    `wants a gateway key from another computer${elsewhere ? '' : ': skipped, because this machine has the loopback only'}`,
    async () => {
      const address = `http://${elsewhere}:${new URL(gateway.url).port}/metrics`;
      const refused = await fetch(address);
      expect([refused.status, refused.headers.get('x-keyward-cause')]).toEqual([401, 'key_missing']);
      expect((await fetch(address, { headers: { authorization: 'Bearer kw_nonsense' } })).status).toBe(401);
      const allowed = await fetch(address, { headers: { authorization: `Bearer ${gateway.key}` } });
      expect(allowed.status).toBe(200);
      expect(await allowed.text()).toContain('keyward_build_info');
    },
  );
});

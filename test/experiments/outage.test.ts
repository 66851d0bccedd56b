/** "Your key is fine, the provider is down." */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ControlClient, controlClient } from '../../gateway/control/router.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { type ProviderServer, startProviderServer } from '../support/provider-servers/start-provider-server.ts';

let place: TestGateway;
let client: ControlClient;
let server: ProviderServer;

beforeEach(async () => {
  place = await startTestGateway();
  client = controlClient(place.gateway.control, 'cli');
  server = await startProviderServer({ dialect: 'openai' });
});
afterEach(async () => {
  await place.stop();
  await server.close();
});

const HELLO = [{ role: 'user', content: 'Hello' }];

async function ask(): Promise<{ status: number; id: string }> {
  const answer = await place.post('/v1/chat/completions', { model: 'openai/gpt-4o-mini', messages: HELLO });
  await answer.arrayBuffer();
  return { status: answer.status, id: answer.headers.get('x-keyward-capture') ?? '' };
}

/** Two good keys, both of which were seen to work. */
async function twoGoodKeys(): Promise<void> {
  await client.keys.add({ provider: 'openai', baseUrl: server.url, secret: server.key('valid'), check: true });
  await client.keys.add({ provider: 'openai', secret: server.key('other-account'), label: 'second', check: true });
  expect((await ask()).status).toBe(200);
}

describe('a provider that answers 401 to good keys', () => {
  it('is explained as down: another key that worked is refused alike', async () => {
    await twoGoodKeys();
    server.setFault({ kind: 'outage-401' });
    const { status, id } = await ask();
    expect(status).toBe(401);
    const explanation = await client.captures.explain({ id, probe: true });
    expect(explanation.cause).toBe('provider_outage');
    expect(explanation.status).not.toBe('proven');
    expect(explanation.title).not.toMatch(/key/i);
    expect(explanation.fixes.map((fix) => fix.id)).not.toContain('replace-key');
    const other = explanation.probes.find(({ probe }) => probe === 'other-key');
    expect(other?.result).toContain('not this key’s');
    // Once it is over, the same request is answered, and the explanation holds.
    server.setFault(null);
    expect(await client.fixes.apply({ id, fix: 'retry' })).toMatchObject({ applied: true, fixed: true });
    expect((await client.captures.explain({ id })).cause).toBe('provider_outage');
  });

  it('is thought of where there is but one key, which worked a moment ago', async () => {
    await client.keys.add({ provider: 'openai', baseUrl: server.url, secret: server.key('valid'), check: false });
    expect((await ask()).status).toBe(200);
    server.setFault({ kind: 'outage-401' });
    const explanation = await client.captures.explain({ id: (await ask()).id });
    // The key is not blamed with confidence, and what would tell is said.
    expect(explanation).toMatchObject({ status: 'possible', alternatives: [{ cause: 'provider_outage' }, {}] });
    expect(explanation.confidence).toBeLessThanOrEqual(0.6);
    expect(explanation.detail).toMatch(/The same key was accepted at .* A free call with the key in a few minutes/);
    expect(explanation.probes.map(({ probe }) => probe)).toContain('list-models');
  });

  it('is told by the key working again, without sending anything', async () => {
    await client.keys.add({ provider: 'openai', baseUrl: server.url, secret: server.key('valid'), check: false });
    expect((await ask()).status).toBe(200);
    server.setFault({ kind: 'outage-401' }, 1);
    const { id } = await ask();
    expect((await ask()).status).toBe(200);
    const asked = server.requests.length;
    const explanation = await client.captures.explain({ id });
    expect(explanation.cause).toBe('provider_outage');
    expect(explanation.title).not.toMatch(/key/i);
    expect(server.requests).toHaveLength(asked);
  });

  it('is told by the provider’s other faults at that time', async () => {
    await client.keys.add({ provider: 'openai', baseUrl: server.url, secret: server.key('valid'), check: false });
    expect((await ask()).status).toBe(200);
    server.setFault({ kind: 'answer', status: 500, body: '{"error":{"message":"The server had an error"}}' });
    for (let round = 0; round < 3; round += 1) expect((await ask()).status).toBe(500);
    server.setFault({ kind: 'outage-401' });
    const explanation = await client.captures.explain({ id: (await ask()).id });
    expect(explanation.confidence).toBeLessThanOrEqual(0.6);
    const outage = explanation.alternatives.find(({ cause }) => cause === 'provider_outage');
    expect(explanation.cause === 'provider_outage' ? explanation.confidence : outage?.confidence).toBeGreaterThan(0.25);
  });

  it('does not shield a key whose neighbour is accepted', async () => {
    await client.keys.add({ provider: 'openai', baseUrl: server.url, secret: server.key('revoked'), check: false });
    await client.keys.add({ provider: 'openai', secret: server.key('valid'), label: 'second', check: true });
    const explanation = await client.captures.explain({ id: (await ask()).id });
    expect(explanation.cause).toBe('key_invalid_unknown');
    expect(explanation.confidence).toBeGreaterThan(0.7);
  });

  it('is told without sending anything once two keys that worked were both refused', async () => {
    await twoGoodKeys();
    const [, second] = (await client.keys.list()).map(({ id }) => id);
    server.setFault({ kind: 'outage-401' });
    const { id } = await ask();
    await client.keys.test({ id: second as string });
    const asked = server.requests.length;
    expect((await client.captures.explain({ id })).cause).toBe('provider_outage');
    expect(server.requests).toHaveLength(asked);
  });

  it('that is over by the time somebody looks is not blamed on the key either', async () => {
    await twoGoodKeys();
    server.setFault({ kind: 'outage-401' }, 1);
    const { id } = await ask();
    const explanation = await client.captures.explain({ id, probe: true });
    expect(explanation.cause).toBe('provider_outage');
    expect(explanation.ladder.find(({ check }) => check === 'key_accepted')?.evidence.at(-1)?.what).toContain(
      'accepted',
    );
  });

  it('is not called an outage where the other key never worked', async () => {
    await client.keys.add({ provider: 'openai', baseUrl: server.url, secret: server.key('expired'), check: false });
    await client.keys.add({ provider: 'openai', secret: server.key('revoked'), label: 'second', check: false });
    const { id } = await ask();
    const explanation = await client.captures.explain({ id, probe: true });
    expect(explanation.cause).toBe('key_expired');
    expect(explanation.status).not.toBe('proven');
    expect(explanation.probes.find(({ probe }) => probe === 'other-key')?.result).toContain('tells neither way');
  });
});

it('a key that has expired is said to be expired by its check as well, not just unknown', async () => {
  const added = await client.keys.add({ provider: 'openai', baseUrl: server.url, secret: server.key('expired') });
  expect(added.check?.health).toMatchObject({ state: 'expired', cause: 'key_expired' });
  expect(added.check?.health.sentence).toMatch(/^Expired: /);
});

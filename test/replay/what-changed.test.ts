import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Changes } from '../../gateway/control/contract/replay.ts';
import { type ControlClient, controlClient } from '../../gateway/control/router.ts';
import type { Document } from '../../gateway/store/schema.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { type ProviderServer, startProviderServer } from '../support/provider-servers/start-provider-server.ts';

const chat = '/v1/chat/completions';
let gateway: TestGateway;
let server: ProviderServer;
let client: ControlClient;
let keyId: string;

beforeAll(async () => {
  gateway = await startTestGateway();
  client = controlClient(gateway.gateway.control, 'cli');
  server = await startProviderServer({ dialect: 'openai' });
  keyId = (await gateway.addProvider(
    { id: 'up', name: 'Upstream', preset: 'openai', baseUrl: server.url },
    server.key(),
  )) as string;
});
afterAll(async () => {
  await gateway.stop();
  await server.close();
});

const by = { actor: 'test', action: 'test', subject: 'test' };
const update = (edit: (draft: Document) => void) => gateway.gateway.services.store.update(by, edit);
const request = (more: object = {}) => ({
  model: 'up/gpt-5-mini',
  messages: [{ role: 'user', content: 'hi' }],
  ...more,
});

async function send(key: string, body: object = request(), headers: Record<string, string> = {}) {
  const response = await gateway.post(chat, body, { authorization: `Bearer ${key}`, ...headers });
  await response.text();
  return gateway.captureOf(response);
}

/** A success, then whatever `change` does, then what came of it. */
async function changedBy(
  change: (key: string) => Promise<unknown>,
  after: { readonly body?: object; readonly headers?: Record<string, string> } = {},
): Promise<Changes & { readonly worked: string }> {
  const key = await gateway.issue();
  const worked = await send(key);
  expect(worked.ok).toBe(true);
  await change(key);
  const failed = await send(key, after.body, after.headers);
  expect(failed.ok).toBe(false);
  const changes = await client.replay.changes({ id: failed.id });
  expect(changes.success?.id).toBe(worked.id);
  return { ...changes, worked: worked.id };
}

describe('what changed since it worked', () => {
  it('the provider key was replaced', async () => {
    const { vault } = gateway.gateway.services;
    const use = (secret: string) =>
      update((draft) => {
        const key = draft.providerKeys.find(({ id }) => id === keyId);
        if (!key) throw new Error('no key');
        key.sealed = vault.seal(key.id, secret);
        key.version += 1;
        key.lastFour = secret.slice(-4);
      });
    const { changes, sentence } = await changedBy(() => use(server.key('expired')));
    await use(server.key('valid'));
    expect(changes[0]).toMatchObject({ what: 'key-version', before: { version: 1 }, after: { version: 2 } });
    expect(changes[0]?.suspicion).toBeGreaterThan(0.9);
    expect(changes).toHaveLength(1);
    expect(sentence).toMatch(/was replaced/);
  });

  it('the gateway key was revoked', async () => {
    const { changes } = await changedBy((key) => client.gatewayKeys.revoke({ id: key.split('_')[1] as string }));
    expect(changes[0]).toMatchObject({ what: 'gateway-key', path: expect.stringMatching(/revokedAt$/) });
    expect(changes[0]?.sentence).toMatch(/was revoked/);
  });

  it('the scope of the gateway key was narrowed', async () => {
    const { changes } = await changedBy((key) =>
      client.gatewayKeys.edit({ id: key.split('_')[1] as string, scope: { models: ['practice/*'] } }),
    );
    expect(changes[0]).toMatchObject({ what: 'gateway-key', path: expect.stringMatching(/scope$/) });
  });

  it('the base URL was changed, and an edit puts it back', async () => {
    const { changes } = await changedBy(() => client.providers.update({ id: 'up', baseUrl: `${server.origin}/wrong` }));
    await client.providers.update({ id: 'up', baseUrl: server.url });
    expect(changes).toHaveLength(1);
    expect(changes[0]).toMatchObject({ what: 'base-url', undo: { path: 'base-url', value: server.url } });
  });

  it('another model was asked for, and its undo mends the request', async () => {
    const { changes, of } = await changedBy(async () => {}, { body: request({ model: 'up/no-such-model' }) });
    expect(changes[0]).toMatchObject({ what: 'model', undo: { path: 'model', value: 'up/gpt-5-mini' } });
    const mended = await client.replay.run({ id: of, mode: 'live', edits: [changes[0]?.undo ?? { path: 'model' }] });
    expect(mended.outcome).toMatchObject({ ok: true });
  });

  it('a parameter is new, and noise is not told', async () => {
    const fault = {
      kind: 'answer',
      status: 400,
      body: '{"error":{"message":"Unsupported parameter: top_k","type":"invalid_request_error","param":"top_k","code":"unsupported_parameter"}}',
    } as const;
    const { changes } = await changedBy(async () => server.setFault(fault, 1), {
      body: request({ top_k: 5 }),
      headers: { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', 'x-request-id': 'abc' },
    });
    expect(changes).toHaveLength(1);
    expect(changes[0]).toMatchObject({ what: 'parameter', path: '/top_k', after: 5, undo: { path: '/top_k' } });
  });

  it('nothing here changed: it lies with the provider, and says so', async () => {
    const { changes, sentence } = await changedBy(async () => server.setFault({ kind: 'outage-401' }, 1));
    expect(changes).toEqual([]);
    expect(sentence).toMatch(/lies with the provider/);
  });

  it('looks past replays, checks and other endpoints', async () => {
    const key = await gateway.issue();
    const worked = await send(key);
    await client.replay.run({ id: worked.id, mode: 'live' });
    const failed = await send(key, request({ model: 'up/no-such-model' }));
    const { success, matchedBy } = await client.replay.changes({ id: failed.id });
    expect(success?.id).toBe(worked.id);
    expect(matchedBy).toContain('endpoint');
    expect(matchedBy).not.toContain('route');
  });

  it('says that nothing is known where nothing worked before', async () => {
    const fresh = await startTestGateway();
    const response = await fresh.post(chat, request({ model: 'nothing' }));
    const { id } = await fresh.captureOf(response);
    const changes = await controlClient(fresh.gateway.control, 'cli').replay.changes({ id });
    expect(changes).toMatchObject({ success: null, changes: [], matchedBy: [] });
    await fresh.stop();
  });
});

describe('two branches of one capture', () => {
  it('are compared leg by leg', async () => {
    const original = await send(await gateway.issue());
    const one = await client.replay.run({ id: original.id, mode: 'live' });
    const two = await client.replay.run({
      id: original.id,
      mode: 'live',
      edits: [{ path: '/temperature', value: 0.1 }],
    });
    const compared = await client.replay.compare({ id: one.capture ?? '', with: two.capture ?? '' });
    expect(compared.request.map(({ path }) => path)).toEqual(['header.content-length', '/temperature']);
    expect(compared.sent).toContainEqual({ path: '/temperature', kind: 'added', after: 0.1 });
    expect(compared.steps.map(({ stage }) => stage)).toEqual(original.steps.map(({ stage }) => stage));
    expect(compared.before.row).not.toHaveProperty('steps');
  });

  it('are previewed before they are run', async () => {
    const original = await send(await gateway.issue());
    const edits = [{ path: '/messages/0/content', value: 'bye' }];
    const { request: edited, differences } = await client.replay.preview({ id: original.id, edits });
    expect(JSON.parse(edited.body.text ?? '').messages[0].content).toBe('bye');
    expect(differences).toContainEqual({ path: '/messages/0/content', kind: 'changed', before: 'hi', after: 'bye' });
    await expect(
      client.replay.preview({ id: original.id, edits: [{ path: '/mesages/0', value: 1 }] }),
    ).rejects.toMatchObject({ code: 'INVALID', data: { next: expect.stringContaining('/messages/0') } });
  });
});

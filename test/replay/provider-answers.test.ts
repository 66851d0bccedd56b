import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Capture } from '../../gateway/captures/capture.ts';
import type { Replay, ReplayInput } from '../../gateway/control/contract/replay.ts';
import { ReplayProblem, runReplay } from '../../gateway/replay/replay.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import {
  type Fault,
  type ProviderServer,
  startProviderServer,
} from '../support/provider-servers/start-provider-server.ts';

const chat = '/v1/chat/completions';
let gateway: TestGateway;
let server: ProviderServer;
let keyId: string;

beforeAll(async () => {
  gateway = await startTestGateway();
  server = await startProviderServer({ dialect: 'openai' });
  keyId = (await gateway.addProvider(
    { id: 'up', name: 'Upstream', preset: 'openai', baseUrl: server.url },
    server.key('valid'),
  )) as string;
  await gateway.addProvider({ id: 'nowhere', name: 'Nowhere', baseUrl: 'http://127.0.0.1:9/v1' }, 'sk-nowhere-000000');
  await gateway.set({ timeouts: { connectMs: 2000, firstByteMs: 500, idleMs: 500, totalMs: 10_000 } });
});
afterAll(async () => {
  await gateway.stop();
  await server.close();
});
afterEach(() => server.setFault(null));

const by = { actor: 'test', action: 'test', subject: 'test' };
const request = (more: object = {}) => ({
  model: 'up/gpt-5-mini',
  messages: [{ role: 'user', content: 'hi' }],
  ...more,
});

function replay(id: string, input: Omit<ReplayInput, 'id'>): Promise<Replay> {
  return runReplay(gateway.gateway.control, { id, ...input });
}

async function captured(body: unknown, path = chat): Promise<{ capture: Capture; text: string }> {
  const response = await gateway.post(path, body);
  const text = await response.text().catch(() => '');
  return { capture: await gateway.captureOf(response), text };
}

/** A new secret for the one key, as `keys replace` stores it. */
function useSecret(secret: string) {
  const { store, vault } = gateway.gateway.services;
  return store.update(by, (draft) => {
    const key = draft.providerKeys.find(({ id }) => id === keyId);
    if (!key) throw new Error('no key');
    key.sealed = vault.seal(key.id, secret);
    key.version += 1;
    key.lastFour = secret.slice(-4);
    key.fingerprint = vault.fingerprint(secret);
  });
}

async function sameWhenServedAgain(capture: Capture) {
  const again = await replay(capture.id, { mode: 'recorded' });
  expect(again.refused).toBeNull();
  expect(again.answerDifferences).toEqual([]);
  expect(again.steps.flatMap((step) => step.differences)).toEqual([]);
  expect(again.outcome).toMatchObject({ ok: capture.ok, cause: capture.cause, stage: capture.stage });
  const made = await gateway.capture(again.capture ?? '');
  expect(made.answer?.status).toBe(capture.answer?.status);
  expect(made.answer?.body.text).toBe(capture.answer?.body.text);
  expect(made.attemptList[0]?.responseBody?.text).toBe(capture.attemptList[0]?.responseBody?.text);
  expect(made.attemptList[0]?.responseBody?.chunkSizes).toEqual(capture.attemptList[0]?.responseBody?.chunkSizes);
  return made;
}

describe('a recorded answer, served again through forward, judge and respond', () => {
  it.each(['expired', 'revoked', 'other-organization', 'restricted', 'no-credit', 'rate-limited'] as const)(
    'a key that is %s fails with the same bytes and the same cause',
    async (state) => {
      await useSecret(server.key(state));
      const { capture } = await captured(request());
      await useSecret(server.key('valid'));
      expect(capture.ok).toBe(false);
      await sameWhenServedAgain(capture);
    },
  );

  it('a stream comes chunk by chunk as it came', async () => {
    const { capture } = await captured(request({ stream: true }));
    expect(capture.attemptList[0]?.responseBody?.chunkSizes?.length).toBeGreaterThan(1);
    const made = await sameWhenServedAgain(capture);
    expect(made.usage).toEqual(capture.usage);
  });

  it.each<[string, Fault, object]>([
    ['a stream cut before its end', { kind: 'cut-stream' }, { stream: true }],
    ['a stream split inside characters and events', { kind: 'split', bytes: 1 }, { stream: true }],
    ['a connection broken off in the stream', { kind: 'reset', at: 'body' }, { stream: true }],
    ['a stream that stands still', { kind: 'hang', at: 'body' }, { stream: true }],
    ['a connection reset before the answer', { kind: 'reset', at: 'before' }, {}],
    ['no answer in time', { kind: 'hang', at: 'before' }, {}],
    ['a web page in place of an answer', { kind: 'html' }, {}],
    ['a redirect', { kind: 'redirect', to: 'https://elsewhere.invalid/' }, {}],
    ['a compressed answer', { kind: 'gzip' }, {}],
    ['an outage that says 401', { kind: 'outage-401' }, {}],
    [
      'an error inside a 200',
      { kind: 'answer', status: 200, body: '{"error":{"message":"no","code":"invalid_api_key"}}' },
      {},
    ],
  ])('%s', async (_what, fault, more) => {
    server.setFault(fault);
    const { capture } = await captured(request(more));
    server.setFault(null);
    const sent = server.requests.length;
    await sameWhenServedAgain(capture);
    expect(server.requests.length).toBe(sent);
  });

  it('a connection that was refused', async () => {
    const { capture } = await captured({ ...request(), model: 'nowhere/m' });
    expect(capture.cause).toBe('network_refused');
    await sameWhenServedAgain(capture);
  });

  it('raw access', async () => {
    const { capture } = await captured(request({ model: 'gpt-5-mini' }), '/p/up/chat/completions');
    expect(capture.ok).toBe(true);
    await sameWhenServedAgain(capture);
  });

  it('keeps the pauses where it is asked to', async () => {
    server.setFault({ kind: 'slow', perChunkMs: 30 });
    const { capture } = await captured(request({ stream: true }));
    const times = capture.attemptList[0]?.responseBody?.chunkTimesMs ?? [];
    const spanMs = (times.at(-1) ?? 0) - (times[0] ?? 0);
    const startedAt = performance.now();
    await replay(capture.id, { mode: 'recorded', timing: true });
    expect(performance.now() - startedAt).toBeGreaterThan(spanMs * 0.9);
  });

  it('is not served where it was not kept, and says so', async () => {
    await gateway.set({ recording: 'no-bodies' });
    const { capture } = await captured(request());
    await gateway.set({ recording: 'full' });
    const again = await replay(capture.id, { mode: 'recorded' });
    expect(again.refused?.sentence).toContain('not recorded');
    expect(again.refused?.next).toContain('body');
  });

  it('is not served for another target', async () => {
    const { capture } = await captured(request());
    const again = await replay(capture.id, { mode: 'recorded', edits: [{ path: 'model', value: 'up/gpt-5' }] });
    expect(again.refused?.sentence).toMatch(/recorded answer is up’s for gpt-5-mini/);
  });
});

describe('a live replay', () => {
  it('turns green once the key is replaced, and says that then it was another', async () => {
    await useSecret(server.key('expired'));
    const { capture } = await captured(request());
    expect(capture.ok).toBe(false);
    const before = await replay(capture.id, { mode: 'live' });
    expect(before.outcome).toMatchObject({ ok: false, cause: capture.cause });
    await useSecret(server.key('valid'));
    const after = await replay(capture.id, { mode: 'live' });
    expect(after).toMatchObject({ refused: null, outcome: { ok: true, status: 200 } });
    expect(after.sending).toMatchObject({ method: 'POST', practice: false, costUsd: 0 });
    expect(server.requests.at(-1)?.headers.authorization).toBe(`Bearer ${server.key('valid')}`);
    expect(JSON.parse(server.requests.at(-1)?.body.toString() ?? '')).toEqual(request({ model: 'gpt-5-mini' }));
    expect(JSON.stringify(after)).not.toContain(server.key('valid'));
    const then = await replay(capture.id, { mode: 'live', config: 'then' });
    expect(then.refused?.sentence).toMatch(/replaced since/);
    const dry = await replay(capture.id, { mode: 'dry-run', config: 'then' });
    expect(dry.notes.join()).toMatch(/replaced since/);
  });

  it('uses the key that an edit names', async () => {
    const { store, vault } = gateway.gateway.services;
    const other = 'pk_other000';
    const secret = server.key('valid');
    await store.update(by, (draft) => {
      const key = structuredClone(draft.providerKeys.find(({ id }) => id === keyId));
      if (!key) throw new Error('no key');
      draft.providerKeys.push({ ...key, id: other, label: 'other', sealed: vault.seal(other, secret) });
    });
    await useSecret(server.key('revoked'));
    const { capture } = await captured(request());
    expect(capture.ok).toBe(false);
    const mended = await replay(capture.id, { mode: 'live', edits: [{ path: 'key', value: other }] });
    expect(mended.outcome).toMatchObject({ ok: true });
    const foreign = [...store.snapshot.providerKeys.values()].find(({ provider }) => provider === 'nowhere');
    const refused = await replay(capture.id, { mode: 'live', edits: [{ path: 'key', value: foreign?.id }] });
    expect(refused.refused?.sentence).toMatch(/belongs to nowhere/);
    await useSecret(server.key('valid'));
  });

  it('sends a key to no other host, whatever the edit', async () => {
    const stranger = await startProviderServer({ dialect: 'openai' });
    const { capture } = await captured(request());
    const edits = [{ path: 'base-url', value: stranger.url }];
    const refused = await replay(capture.id, { mode: 'live', edits });
    expect(refused.refused?.sentence).toMatch(/is not sent to/);
    expect(stranger.requests).toEqual([]);
    const dry = await replay(capture.id, { mode: 'dry-run', edits });
    expect(dry.prepared?.url).toContain(new URL(stranger.url).host);
    await stranger.close();
  });

  it('mends a base URL on the provider’s own host', async () => {
    await gateway.addProvider({ id: 'off', name: 'Off', baseUrl: `${server.origin}/wrong` }, server.key('valid'));
    const { capture } = await captured({ ...request(), model: 'off/gpt-5-mini' });
    expect(capture.ok).toBe(false);
    const edits = [{ path: 'base-url', value: server.url }];
    expect((await replay(capture.id, { mode: 'live', edits })).outcome).toMatchObject({ ok: true });
  });

  it('sends edits of the body and leaves every other byte alone', async () => {
    const { capture } = await captured(
      '{ "model": "up/gpt-5-mini",\n "seed": 12345678901234567890, "messages": [{"role":"user","content":"a"}] }',
    );
    await replay(capture.id, {
      mode: 'live',
      edits: [
        { path: '/messages/0/content', value: 'b' },
        { path: '/temperature', value: 0.5 },
      ],
    });
    expect(server.requests.at(-1)?.body.toString()).toBe(
      '{ "model": "gpt-5-mini",\n "seed": 12345678901234567890, "messages": [{"role":"user","content":"b"}],"temperature":0.5 }',
    );
  });

  it('refuses to send a marker in place of a secret header', async () => {
    const response = await gateway.post(chat, request(), { 'x-custom-token': 'very-secret-token-value' });
    await response.text();
    const capture = await gateway.captureOf(response);
    const refused = await replay(capture.id, { mode: 'live' });
    expect(refused.refused?.sentence).toMatch(/x-custom-token held a secret/);
    const without = await replay(capture.id, { mode: 'live', edits: [{ path: 'header.x-custom-token' }] });
    expect(without.outcome).toMatchObject({ ok: true });
  });

  it('keeps the markers of its original as they are', async () => {
    const { capture } = await captured(request());
    const once = await replay(capture.id, { mode: 'live' });
    const made = await gateway.capture(once.capture ?? '');
    const authorization = (one: Capture) => one.request.headers.find(([name]) => name === 'authorization')?.[1];
    expect(authorization(made)).toBe(authorization(capture));
    const twice = await replay(made.id, { mode: 'live' });
    expect(twice.outcome).toMatchObject({ ok: true });
  });
});

describe('a dry run', () => {
  it('shows what would be sent, without the secret, and sends nothing', async () => {
    const { capture } = await captured(request());
    const sent = server.requests.length;
    const dry = await replay(capture.id, {});
    expect(server.requests.length).toBe(sent);
    expect(dry).toMatchObject({ mode: 'dry-run', config: 'now', outcome: null, refused: null, capture: null });
    expect(dry.preparedDifferences).toEqual([]);
    expect(dry.prepared?.url).toBe(`${server.url}/chat/completions`);
    expect(dry.prepared?.key?.id).toBe(keyId);
    expect(JSON.stringify(dry)).not.toContain(server.key('valid'));
    const edited = await replay(capture.id, { edits: [{ path: '/temperature', value: 1 }] });
    expect(edited.preparedDifferences).toContainEqual({ path: '/temperature', kind: 'added', after: 1 });
  });
});

describe('an edit without a place', () => {
  it.each<[string, unknown, RegExp]>([
    ['/mesages/0/content', 'x', /Did you mean \/messages\/0\/content/],
    ['modle', 'x', /Did you mean model/],
    ['content-type', 'x', /header\.content-type/],
    ['header.authorization', 'Bearer sk-secret-value-123', /gateway-key=ID/],
    ['query.key', 'sk-secret-value-123', /gateway-key=ID/],
    ['header.x-absent', undefined, /headers are shown|Did you mean/],
    ['key', 'pk_nothing', /keys list/],
    ['gateway-key', 'nothing', /gateway-keys list/],
    ['base-url', 'not a url', /https:\/\//],
  ])('%s', async (path, value, next) => {
    const { capture } = await captured(request());
    const problem = await replay(capture.id, { edits: [{ path, value }] }).catch((error: unknown) => error);
    expect(problem).toBeInstanceOf(ReplayProblem);
    expect((problem as ReplayProblem).next).toMatch(next);
    expect(String((problem as ReplayProblem).message)).not.toContain('sk-secret');
  });
});

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Cause } from '../../gateway/causes.ts';
import type { FixResult } from '../../gateway/control/contract/experiments.ts';
import { type ControlClient, controlClient } from '../../gateway/control/router.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { type ProviderServer, startProviderServer } from '../support/provider-servers/start-provider-server.ts';

let place: TestGateway;
let client: ControlClient;
let server: ProviderServer;
const faults: unknown[] = [];

beforeAll(async () => {
  place = await startTestGateway({ onFault: (error) => faults.push(error) });
  client = controlClient(place.gateway.control, 'cli');
  server = await startProviderServer({ dialect: 'openai' });
});
afterAll(async () => {
  await place.stop();
  await server.close();
  expect(faults).toEqual([]);
});

const OK = { model: 'practice/ok', messages: [{ role: 'user', content: 'Hello' }] };
const ask = (model: string) => ({ ...OK, model });

async function failing(body: unknown, headers: Record<string, string> = {}): Promise<string> {
  const answer = await place.post('/v1/chat/completions', body, headers);
  await answer.arrayBuffer();
  expect(answer.status).toBeGreaterThanOrEqual(400);
  return answer.headers.get('x-keyward-capture') ?? '';
}

/** Explained as that cause; the fix is offered, changes something, is audited, and turns the replay green. */
async function mend(id: string, cause: Cause, fix: string, values: Record<string, string> = {}): Promise<FixResult> {
  const explanation = await client.captures.explain({ id });
  expect(explanation.cause).toBe(cause);
  expect(explanation.fixes.map((one) => one.id)).toContain(fix);
  const preview = await client.fixes.preview({ id, fix });
  expect(preview.rehearsal).toBe(false);
  const version = place.gateway.services.store.snapshot.version;
  const result = await client.fixes.apply({ id, fix, values });
  expect(result).toMatchObject({ fix, applied: true, fixed: true });
  expect(await place.capture(result.capture ?? '')).toMatchObject({
    ok: true,
    status: 200,
    origin: { kind: 'replay', of: id },
  });
  if (preview.changes) {
    const audit = await client.settings.audit({ limit: 20 });
    expect(audit.some((row) => row.version > version && row.actor === 'cli')).toBe(true);
  }
  return result;
}

const ago = (ms: number) => new Date(Date.now() - ms).toISOString();

describe('a refusal of the gateway itself is mended for real:', () => {
  it('an expired gateway key is extended, and the extension can be taken back', async () => {
    const key = await place.issue({ expiresAt: ago(60_000) });
    const id = await failing(OK, { authorization: `Bearer ${key}` });
    const { undo } = await mend(id, 'key_expired', 'extend-gateway-key', { expires: '2d' });
    const again = () => place.post('/v1/chat/completions', OK, { authorization: `Bearer ${key}` });
    expect((await again()).status).toBe(200);
    await client.fixes.undo({ undo: undo ?? '' });
    expect((await again()).status).toBe(401);
  });

  it('a revoked gateway key is restored', async () => {
    const key = await place.issue({ revokedAt: ago(60_000) });
    const id = await failing(OK, { authorization: `Bearer ${key}` });
    await mend(id, 'key_revoked', 'restore-gateway-key');
    expect((await place.post('/v1/chat/completions', OK, { authorization: `Bearer ${key}` })).status).toBe(200);
  });

  it.each([
    ['no key', 'key_missing', { authorization: '' }],
    ['a provider’s key', 'key_wrong_provider', { authorization: `Bearer sk-ant-api03-${'a'.repeat(93)}AA` }],
    ['a placeholder', 'key_malformed', { authorization: 'Bearer YOUR_API_KEY' }],
    ['an unknown key', 'key_invalid_unknown', { authorization: 'Bearer nobody-knows-this-one-1234567890' }],
  ] as const)('an app that sent %s is given one of its own, shown once', async (_what, cause, headers) => {
    const id = await failing(OK, headers);
    const result = await mend(id, cause, 'issue-gateway-key', { app: 'Test app' });
    expect(result.issued?.key).toMatch(/^kw_/);
    expect(result.next).toContain('into the app');
    const works = await place.post('/v1/chat/completions', OK, { authorization: `Bearer ${result.issued?.key}` });
    expect(works.status).toBe(200);
    await client.fixes.undo({ undo: result.undo ?? '' });
    const gone = await place.post('/v1/chat/completions', OK, { authorization: `Bearer ${result.issued?.key}` });
    expect(gone.status).toBe(401);
  });

  it('a mistyped gateway key is made anew', async () => {
    const key = await place.issue();
    const id = await failing(OK, { authorization: `Bearer ${key.slice(0, -1)}${key.endsWith('a') ? 'b' : 'a'}` });
    const explanation = await client.captures.explain({ id });
    const fix =
      explanation.fixes.find(({ action }) => action?.kind === 'gateway-keys.rotate')?.id ?? 'issue-gateway-key';
    const { issued } = await mend(id, explanation.cause ?? 'other', fix, { app: 'Test app' });
    const works = await place.post('/v1/chat/completions', OK, { authorization: `Bearer ${issued?.key}` });
    expect(works.status).toBe(200);
  });

  it('a user that the key does not speak for is allowed', async () => {
    const key = await place.issue({ users: ['ann'] });
    const id = await failing(OK, { authorization: `Bearer ${key}`, 'x-keyward-user': 'bob' });
    await mend(id, 'key_mismatch', 'edit-gateway-key-users');
  });

  it('a request that names no user is shown with one', async () => {
    const key = await place.issue({ users: ['ann'] });
    const id = await failing(OK, { authorization: `Bearer ${key}` });
    const result = await mend(id, 'key_mismatch', 'edit-gateway-key-users');
    expect(result.next).toContain('x-keyward-user: ann');
  });

  it.each([
    ['provider', { providers: ['openai'] }],
    ['endpoint', { endpoints: ['embeddings'] }],
  ] as const)('a %s outside the key’s scope is let in', async (_what, scope) => {
    const key = await place.issue({ scope: { ...scope } as never });
    const id = await failing(OK, { authorization: `Bearer ${key}` });
    await mend(id, 'permission_missing', 'edit-gateway-key-scope');
  });

  it('a model outside the key’s scope is let in', async () => {
    const key = await place.issue({ scope: { models: ['openai/*'] } });
    const id = await failing(OK, { authorization: `Bearer ${key}` });
    await mend(id, 'model_no_access', 'edit-gateway-key-scope');
  });

  it('a mistyped model is sent to the nearest one, and a route of that name mends it for good', async () => {
    const id = await failing(ask('practise/okk'));
    const explanation = await client.captures.explain({ id });
    expect(explanation.cause).toBe('model_not_found');
    const used = await client.fixes.apply({ id, fix: 'use-model', values: { model: 'practice/ok' } });
    expect(used).toMatchObject({ applied: true, fixed: true, undo: null });
    const { undo } = await mend(id, 'model_not_found', 'edit-route', { model: 'practice/ok' });
    expect((await place.post('/v1/chat/completions', ask('practise/okk'))).status).toBe(200);
    await client.fixes.undo({ undo: undo ?? '' });
    expect((await place.post('/v1/chat/completions', ask('practise/okk'))).status).toBe(404);
  });

  // A provider that is known to want a key is not asked without one; any other says so itself.
  it.each([
    ['known', 'openai', 'gateway_config'],
    ['custom', null, 'key_missing'],
  ] as const)('a %s provider without a key is given one', async (name, preset, cause) => {
    const provider = `keyless-${name}`;
    await place.addProvider({ id: provider, preset, baseUrl: server.url });
    const id = await failing(ask(`${provider}/gpt-4o-mini`));
    const { undo } = await mend(id, cause, 'enter-key', { secret: server.key() });
    await client.fixes.undo({ undo: undo ?? '' });
    expect((await client.keys.list()).filter((key) => key.provider === provider)).toEqual([]);
  });

  it.each([
    ['known', 'openai', 'gateway_config'],
    ['custom', null, 'key_missing'],
  ] as const)('a key of a %s provider that is switched off is switched on', async (name, preset, cause) => {
    const provider = `keyoff-${name}`;
    const keyId = await place.addProvider({ id: provider, preset, baseUrl: server.url }, server.key());
    await client.keys.disable({ id: keyId ?? '' });
    const id = await failing(ask(`${provider}/gpt-4o-mini`));
    const { undo } = await mend(id, cause, 'enable-key');
    await client.fixes.undo({ undo: undo ?? '' });
    expect((await client.keys.list()).find((key) => key.id === keyId)?.disabled).toBe(true);
  });

  it('a provider that is not set up is set up with a key', async () => {
    const id = await failing(ask('groq/llama-3.1-8b-instant'));
    expect((await client.captures.explain({ id })).cause).toBe('gateway_config');
    const preview = await client.fixes.preview({ id, fix: 'add-provider' });
    expect(preview.needs).toMatchObject([
      { name: 'provider', suggested: 'groq' },
      { name: 'secret', secret: true },
    ]);
    await expect(client.fixes.apply({ id, fix: 'add-provider' })).rejects.toMatchObject({ code: 'INVALID' });
    // Its real address is not asked from here: a proxy where nothing listens stands in the way.
    await client.settings.set({ proxyUrl: 'http://127.0.0.1:9' });
    const secret = `gsk_${'k'.repeat(52)}`;
    const result = await client.fixes.apply({ id, fix: 'add-provider', values: { secret } });
    await client.settings.set({ proxyUrl: null });
    expect(result).toMatchObject({ applied: true, fixed: false });
    expect((await client.providers.list()).map((row) => row.id)).toContain('groq');
    await client.fixes.undo({ undo: result.undo ?? '' });
    expect((await client.providers.list()).map((row) => row.id)).not.toContain('groq');
    expect(JSON.stringify(result)).not.toContain(secret);
  });

  it('a setting that the address lacks is filled in', async () => {
    await place.addProvider(
      { id: 'azure', preset: 'azure-openai', baseUrl: `${server.origin}/{resource}` },
      server.key(),
    );
    const id = await failing(ask('azure/gpt-4o-mini'));
    expect((await client.captures.explain({ id })).cause).toBe('gateway_config');
    const result = await client.fixes.apply({ id, fix: 'edit-provider-settings', values: { resource: 'v1' } });
    expect(result).toMatchObject({ applied: true });
    const row = (await client.providers.list()).find((one) => one.id === 'azure');
    expect(row?.settings).toMatchObject({ resource: 'v1' });
    expect(server.requests.at(-1)?.url).toContain('/v1/');
  });

  it('a provider that is switched off is switched on', async () => {
    await place.addProvider({ id: 'off', baseUrl: server.url, enabled: false }, server.key());
    const id = await failing(ask('off/gpt-4o-mini'));
    await mend(id, 'gateway_config', 'enable-provider');
  });

  it('a body beyond the bound is let in next time', async () => {
    await place.set({ maxBodyBytes: 2048 });
    const id = await failing({ ...OK, padding: 'x'.repeat(4096) });
    const result = await mend(id, 'payload_too_large', 'raise-body-bound', { megabytes: '1' });
    expect((await place.post('/v1/chat/completions', { ...OK, padding: 'x'.repeat(4096) })).status).toBe(200);
    await client.fixes.undo({ undo: result.undo ?? '' });
    expect((await client.settings.get()).maxBodyBytes).toBe(2048);
    await place.set({ maxBodyBytes: 32 * 1024 * 1024 });
  });

  it('a request to a mistyped path is sent to the nearest one there is', async () => {
    const answer = await place.post('/v1/chat/completion', OK);
    expect(answer.status).toBe(404);
    await answer.arrayBuffer();
    const id = answer.headers.get('x-keyward-capture') ?? '';
    expect((await client.fixes.preview({ id, fix: 'edit-and-replay' })).edits).toEqual([
      { path: 'url', value: '/v1/chat/completions' },
    ]);
    const { next } = await mend(id, 'wrong_endpoint', 'edit-and-replay');
    expect(next).toContain('in the app');
  });

  it('a request by the wrong method is sent by the right one', async () => {
    const answer = await fetch(`${place.url}/v1/chat/completions`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${place.key}`, 'content-type': 'application/json' },
      body: JSON.stringify(OK),
    });
    expect(answer.status).toBe(405);
    await answer.arrayBuffer();
    await mend(answer.headers.get('x-keyward-capture') ?? '', 'wrong_endpoint', 'edit-and-replay');
  });

  it('a request that cannot be read is corrected and sent', async () => {
    const id = await failing('{"model": "practice/ok", "messages": [}');
    await mend(id, 'bad_request_parameter', 'edit-and-replay', { body: JSON.stringify(OK) });
  });
});

describe('a failure on the way to a provider is mended for real:', () => {
  it('a wrong base URL is found by experiment, proven, and corrected', async () => {
    await place.addProvider({ id: 'lost', baseUrl: `${server.origin}/api/v9` }, server.key());
    const id = await failing(ask('lost/gpt-4o-mini'));
    const explanation = await client.captures.explain({ id, probe: true });
    expect(explanation).toMatchObject({ cause: 'wrong_endpoint', status: 'proven' });
    const { undo } = await mend(id, 'wrong_endpoint', 'edit-base-url');
    expect((await client.providers.list()).find((row) => row.id === 'lost')?.baseUrl).toBe(server.url);
    await client.fixes.undo({ undo: undo ?? '' });
    expect((await client.providers.list()).find((row) => row.id === 'lost')?.baseUrl).toContain('/api/v9');
  });

  it('a port where nothing listens is changed for the right one', async () => {
    const closed = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => closed.once('listening', resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    await place.addProvider({ id: 'silent', baseUrl: `http://127.0.0.1:${port}/v1` }, server.key());
    const id = await failing(ask('silent/gpt-4o-mini'));
    await mend(id, 'network_refused', 'edit-base-url', { baseUrl: server.url });
  });

  it('a wait that ran out is lengthened', async () => {
    await place.addProvider({ id: 'slow', baseUrl: server.url }, server.key());
    const timeouts = place.gateway.services.store.snapshot.settings.timeouts;
    await place.set({ timeouts: { ...timeouts, firstByteMs: 1000 } });
    server.setFault({ kind: 'slow', beforeMs: 3000 });
    const id = await failing(ask('slow/gpt-4o-mini'));
    const { undo } = await mend(id, 'upstream_timeout', 'raise-timeout', { seconds: '20' });
    server.setFault(null);
    await client.fixes.undo({ undo: undo ?? '' });
    expect((await client.settings.get()).timeouts.firstByteMs).toBe(1000);
    await place.set({ timeouts });
  });

  it('a passing limit is waited for, as long as the provider said', async () => {
    await place.addProvider({ id: 'busy', baseUrl: server.url }, server.key());
    const body = JSON.stringify({
      error: { message: 'Rate limit reached', type: 'requests', code: 'rate_limit_exceeded' },
    });
    server.setFault(
      { kind: 'answer', status: 429, headers: { 'retry-after': '1', 'content-type': 'application/json' }, body },
      1,
    );
    const id = await failing(ask('busy/gpt-4o-mini'));
    await mend(id, 'rate_limited', 'retry-later');
  });

  it('a wait of hours is not sat out, and when to come back is said', async () => {
    await place.addProvider({ id: 'spent', baseUrl: server.url }, server.key());
    const body = JSON.stringify({
      error: { message: 'Rate limit reached', type: 'requests', code: 'rate_limit_exceeded' },
    });
    server.setFault(
      { kind: 'answer', status: 429, headers: { 'retry-after': '7200', 'content-type': 'application/json' }, body },
      1,
    );
    const id = await failing(ask('spent/gpt-4o-mini'));
    await expect(client.fixes.apply({ id, fix: 'retry-later' })).rejects.toMatchObject({
      code: 'CONFLICT',
      data: { next: expect.stringContaining('Try again after') },
    });
  });
});

describe('undoing a fix', () => {
  it('puts a replaced key back while Keyward runs, under a version of its own', async () => {
    await place.addProvider({ id: 'back', baseUrl: server.url }, server.key('revoked'));
    const id = await failing(ask('back/gpt-4o-mini'));
    const { undo } = await mend(id, 'key_invalid_unknown', 'replace-key', { secret: server.key() });
    // The request was sent unchanged just before: together the two are proof.
    expect(await client.captures.explain({ id })).toMatchObject({ cause: 'key_invalid_unknown', status: 'proven' });
    await client.fixes.undo({ undo: undo ?? '' });
    const key = (await client.keys.list()).find(({ provider }) => provider === 'back');
    expect(key).toMatchObject({ version: 3, lastFour: server.key('revoked').slice(-4) });
    expect((await place.post('/v1/chat/completions', ask('back/gpt-4o-mini'))).status).toBe(401);
    // Once only: the seal is not kept for longer.
    await expect(client.fixes.undo({ undo: undo ?? '' })).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('says so where the fault had passed before anything was changed', async () => {
    await place.addProvider({ id: 'passing', baseUrl: server.url }, server.key());
    server.setFault({ kind: 'outage-401' }, 1);
    const id = await failing(ask('passing/gpt-4o-mini'));
    const result = await client.fixes.apply({
      id,
      fix: 'replace-key',
      values: { secret: server.key('other-account') },
    });
    expect(result).toMatchObject({ fixed: true, sentence: expect.stringContaining('the fault had passed') });
    expect((await client.captures.explain({ id })).status).not.toBe('proven');
  });

  it('leaves alone what was changed again since', async () => {
    const key = await place.issue({ expiresAt: ago(60_000) });
    const id = await failing(OK, { authorization: `Bearer ${key}` });
    const { undo } = await mend(id, 'key_expired', 'extend-gateway-key');
    const keyId = /^kw_([a-z0-9]+)_/.exec(key)?.[1] ?? '';
    await client.gatewayKeys.edit({ id: keyId, label: 'renamed' });
    await expect(client.fixes.undo({ undo: undo ?? '' })).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(client.fixes.undo({ undo: 'nonsense' })).rejects.toMatchObject({ code: 'INVALID' });
  });
});

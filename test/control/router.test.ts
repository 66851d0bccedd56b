import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseGatewayKey } from '../../gateway/store/gateway-key.ts';
import { type FakeProvider, fakeProvider, type OpenControl, openControl } from './open-control.ts';

const OPENAI_KEY = 'sk-proj-Zq3vN8xK2mP7tR5wY9bC4dF6gH1jL0sA3eU8iO5pT7nM2kX9vB4cZ6qW1rE';
const OTHER_KEY = 'sk-proj-Aa1Bb2Cc3Dd4Ee5Ff6Gg7Hh8Ii9Jj0Kk1Ll2Mm3Nn4Oo5Pp6Qq7Rr8Ss9Tt';

let control: OpenControl;
let provider: FakeProvider;

beforeEach(async () => {
  control = await openControl();
  provider = await fakeProvider();
});
afterEach(async () => {
  await control.close();
  await provider.close();
  expect(control.faults).toEqual([]);
});

describe('provider keys', () => {
  it('adds the provider with its first key, checks the key live and tells neither back', async () => {
    const { key, check } = await control.client.keys.add({
      provider: 'openai',
      secret: `  "Bearer ${OPENAI_KEY}"\n`,
      baseUrl: provider.url,
      check: true,
    });
    expect(check?.health).toMatchObject({ state: 'valid', source: 'probe', status: 200 });
    expect(key).toMatchObject({ provider: 'openai', lastFour: OPENAI_KEY.slice(-4), health: 'valid', version: 1 });
    expect(provider.requests).toHaveLength(1);
    expect(provider.requests[0]?.headers.authorization).toBe(`Bearer ${OPENAI_KEY}`);
    expect(JSON.stringify([await control.client.keys.list(), await control.client.providers.list()])).not.toContain(
      OPENAI_KEY,
    );
    const file = await readFile(path.join(control.home, 'keyward.json'), 'utf8');
    expect(file).not.toContain(OPENAI_KEY.slice(8, 24));
  });

  it('keeps a key that the provider rejects, marked with what the provider said', async () => {
    provider.answer(401, { error: { message: 'Incorrect API key provided', code: 'invalid_api_key' } });
    const { key, check } = await control.client.keys.add({
      provider: 'openai',
      secret: OPENAI_KEY,
      baseUrl: provider.url,
      check: true,
    });
    expect(check?.health.state).toBe('rejected');
    expect(check?.capture).toMatch(/^c[0-9a-z]{20}$/);
    expect((await control.client.keys.list()).map(({ id, health }) => ({ id, health }))).toEqual([
      { id: key.id, health: 'rejected' },
    ]);
  });

  it('sends nothing to the provider when told not to check', async () => {
    const { check } = await control.client.keys.add({
      provider: 'openai',
      secret: OPENAI_KEY,
      baseUrl: provider.url,
      check: false,
    });
    expect(check).toBeNull();
    expect(provider.requests).toEqual([]);
  });

  it.each([
    ['a placeholder', 'YOUR_API_KEY'],
    ['a gateway key', 'kw_abc123defg_u7Bg4KClVnuYxk48UbXoeGiuX1Y4nqNNldln0nmzczy2Z8v9X'],
    ['another provider’s key', `sk-ant-api03-${'Ab3'.repeat(31)}AA`],
    ['a JSON object without a part that is a key', '{"region":"eu"}'],
  ])('refuses %s with a sentence and stores nothing', async (_what, secret) => {
    await expect(control.client.keys.add({ provider: 'openai', secret, check: false })).rejects.toMatchObject({
      code: 'INVALID',
      defined: true,
    });
    expect(await control.client.keys.list()).toEqual([]);
    expect((await control.client.providers.list()).filter((row) => !row.practice)).toEqual([]);
  });

  it('refuses the same key twice and a second address for a provider that is set up', async () => {
    await control.client.keys.add({ provider: 'openai', secret: OPENAI_KEY, baseUrl: provider.url, check: false });
    await expect(
      control.client.keys.add({ provider: 'openai', secret: ` ${OPENAI_KEY}`, check: false }),
    ).rejects.toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('stored already') });
    await expect(
      control.client.keys.add({
        provider: 'openai',
        secret: OTHER_KEY,
        baseUrl: 'https://evil.example/v1',
        check: false,
      }),
    ).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('replaces a secret under the same id: new version, old one remembered by its fingerprint, health unknown again', async () => {
    const { key } = await control.client.keys.add({
      provider: 'openai',
      secret: OPENAI_KEY,
      baseUrl: provider.url,
      expires: '30d',
      check: true,
    });
    const replaced = await control.client.keys.replace({ id: key.id, secret: OTHER_KEY, check: false });
    expect(replaced.key).toMatchObject({ id: key.id, version: 2, health: 'never_checked', expires: null });
    expect(control.services.store.snapshot.providerKeys.get(key.id)?.history).toEqual([
      expect.objectContaining({ version: 1, fingerprint: key.fingerprint }),
    ]);
    await control.client.keys.test({ id: key.id });
    expect(provider.requests.at(-1)?.headers.authorization).toBe(`Bearer ${OTHER_KEY}`);
  });

  it('says which key was meant when an id is mistyped', async () => {
    const { key } = await control.client.keys.add({ provider: 'openai', secret: OPENAI_KEY, check: false });
    const mistyped = `${key.id.slice(0, -1)}~`;
    await expect(control.client.keys.test({ id: mistyped })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      data: { next: expect.stringContaining(key.id) },
    });
  });
});

describe('providers', () => {
  it('takes an alias for its preset, and its dialect from it', async () => {
    expect(await control.client.providers.add({ id: 'gemini' })).toMatchObject({
      id: 'google-gemini',
      preset: 'google-gemini',
      dialect: 'gemini',
      name: 'Google Gemini API (AI Studio)',
    });
    expect(await control.client.providers.add({ id: 'gemini', preset: 'gemini' })).toMatchObject({
      id: 'gemini',
      name: 'Google Gemini API (AI Studio)',
    });
    expect(await control.client.providers.add({ id: 'Mine', preset: 'gemini' })).toMatchObject({ name: 'Mine' });
    expect(await control.client.providers.add({ id: 'replicate' })).toMatchObject({ dialect: 'replicate-predictions' });
  });

  it('names the nearest preset for one that does not exist', async () => {
    await expect(control.client.providers.add({ id: 'antropic' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      data: { next: expect.stringContaining('anthropic') },
    });
  });

  it('refuses a header that would hold a key unencrypted', async () => {
    await expect(
      control.client.providers.add({ id: 'mine', baseUrl: provider.url, headers: { Authorization: 'Bearer x' } }),
    ).rejects.toMatchObject({ code: 'INVALID' });
  });

  it('goes with its keys, and not while a route leads nowhere else', async () => {
    await control.client.keys.add({ provider: 'openai', secret: OPENAI_KEY, check: false });
    await control.client.routes.set({
      name: 'fast',
      targets: [{ provider: 'openai', model: 'gpt-5-mini' }],
      strategy: 'fallback',
      recording: null,
    });
    await expect(control.client.providers.remove({ id: 'openai' })).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('fast'),
    });
    await control.client.routes.remove({ name: 'fast' });
    await control.client.providers.remove({ id: 'openai' });
    expect(await control.client.keys.list()).toEqual([]);
  });

  it('tells an unreachable address from a reachable one', async () => {
    await control.client.providers.add({ id: 'mine', baseUrl: provider.url });
    expect(await control.client.providers.test({ id: 'mine' })).toMatchObject({ reachable: true });
    await provider.close();
    expect(await control.client.providers.test({ id: 'mine' })).toMatchObject({
      reachable: false,
      sentence: expect.stringContaining('could not be reached'),
    });
  });
});

describe('apps and gateway keys', () => {
  it('shows a gateway key once and keeps its hash only', async () => {
    const app = await control.client.apps.add({ name: 'cursor', owner: 'ann' });
    const issued = await control.client.gatewayKeys.issue({ app: 'Cursor', expires: '30d' });
    expect(parseGatewayKey(issued.key)).toEqual({ ok: true, id: issued.id });
    expect(issued.app).toBe('cursor');
    const shown = JSON.stringify([
      await control.client.gatewayKeys.list(),
      await control.client.gatewayKeys.show({ id: issued.id }),
      await control.client.settings.audit({ limit: 100 }),
    ]);
    expect(shown).not.toContain(issued.key.split('_')[2]);
    expect(await control.client.apps.list()).toEqual([expect.objectContaining({ id: app.id, gatewayKeys: 1 })]);
  });

  it('asks for the id where two people’s apps have the same name', async () => {
    await control.client.apps.add({ name: 'cursor', owner: 'ann' });
    const second = await control.client.apps.add({ name: 'cursor', owner: 'ben' });
    await expect(control.client.gatewayKeys.issue({ app: 'cursor' })).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining(second.id),
    });
    expect((await control.client.gatewayKeys.issue({ app: second.id })).app).toBe('cursor');
  });

  it('revokes, restores, and expires with the clock', async () => {
    await control.client.apps.add({ name: 'script' });
    const { id } = await control.client.gatewayKeys.issue({ app: 'script', expires: '1h' });
    expect((await control.client.gatewayKeys.revoke({ id })).state).toBe('revoked');
    expect((await control.client.gatewayKeys.restore({ id })).state).toBe('active');
    control.advance(3_600_001);
    expect((await control.client.gatewayKeys.show({ id })).state).toBe('expired');
    expect((await control.client.gatewayKeys.edit({ id, expires: null })).state).toBe('active');
  });

  it('rotates under the same id and lets the old secret live for its grace only', async () => {
    await control.client.apps.add({ name: 'script' });
    const first = await control.client.gatewayKeys.issue({ app: 'script' });
    const second = await control.client.gatewayKeys.rotate({ id: first.id, graceMs: 60_000 });
    expect(second.id).toBe(first.id);
    expect(second.key).not.toBe(first.key);
    expect((await control.client.gatewayKeys.show({ id: first.id })).graceUntil).not.toBeNull();
    control.advance(60_001);
    expect((await control.client.gatewayKeys.show({ id: first.id })).graceUntil).toBeNull();
  });

  it.each([
    [{ expires: 'yesterday' }],
    [{ expires: '2020-01-01' }],
    [{ scope: { providers: ['opnai'] } }],
    [{ scope: { endpoints: ['chat.completion'] } }],
    [{ scope: { models: [] } }],
  ])('refuses to issue a key with %j', async (options) => {
    await control.client.apps.add({ name: 'script' });
    await expect(control.client.gatewayKeys.issue({ app: 'script', ...options })).rejects.toMatchObject({
      code: 'INVALID',
    });
    expect(await control.client.gatewayKeys.list()).toEqual([]);
  });

  it('takes an app’s keys away with it', async () => {
    await control.client.apps.add({ name: 'script' });
    await control.client.gatewayKeys.issue({ app: 'script' });
    await control.client.apps.remove({ id: 'script' });
    expect(await control.client.gatewayKeys.list()).toEqual([]);
  });
});

describe('settings and the audit trail', () => {
  it('changes only the settings that are named', async () => {
    await control.client.settings.set({ port: 5151, notifyOnFailure: false });
    const settings = await control.client.settings.set({ allowedOrigins: ['https://app.example.com/'] });
    expect(settings).toMatchObject({
      port: 5151,
      notifyOnFailure: false,
      allowedOrigins: ['https://app.example.com'],
    });
  });

  it.each([
    [{ port: 70_000 }],
    [{ allowedOrigins: ['*'] }],
    [{ allowedOrigins: ['null'] }],
    [{ proxyUrl: 'socks5://x' }],
    [{ nonsense: true } as object],
  ])('refuses %j', async (change) => {
    await expect(control.client.settings.set(change)).rejects.toMatchObject({ code: 'INVALID' });
  });

  it('writes every change down with who made it', async () => {
    await control.client.apps.add({ name: 'script' });
    const [row] = await control.client.settings.audit({ limit: 1 });
    expect(row).toMatchObject({ actor: 'cli', action: 'app.add', version: control.services.store.snapshot.version });
  });
});

describe('the live stream', () => {
  it('greets, tells of a change, and ends when nobody listens any more', async () => {
    const stop = new AbortController();
    const events = await control.client.status.live(undefined, { signal: stop.signal });
    const seen: string[] = [];
    for await (const event of events) {
      seen.push(event.type);
      if (event.type === 'hello') await control.client.apps.add({ name: 'script' });
      if (event.type === 'config') stop.abort();
    }
    expect(seen.slice(0, 2)).toEqual(['hello', 'config']);
  });
});

describe('explanations', () => {
  it('says what a capture id looks like when it is given something else', async () => {
    await expect(control.client.captures.explain({ id: 'nope', probe: false })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      data: { next: expect.stringContaining('x-keyward-capture') },
    });
  });

  it('explains a check that the provider refused, from its capture', async () => {
    provider.answer(401, { error: { message: 'Incorrect API key provided', code: 'invalid_api_key' } });
    const { check } = await control.client.keys.add({
      provider: 'openai',
      secret: OPENAI_KEY,
      baseUrl: provider.url,
      check: true,
    });
    const explanation = await control.client.captures.explain({ id: check?.capture as string, probe: true });
    expect(explanation.cause).toBe('key_invalid_unknown');
    expect(explanation.ladder.find((rung) => rung.check === 'key_accepted')?.result).toBe('failed');
    expect(explanation.probes[0]).toMatchObject({ probe: 'list-models', capture: expect.any(String) });
    expect(provider.requests).toHaveLength(2);
  });
});

/** A configuration that leaves one home and comes into another. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  appSchema,
  type Document,
  gatewayKeySchema,
  providerKeySchema,
  providerSchema,
  routeSchema,
  settingsSchema,
} from '../../gateway/store/schema.ts';
import { filled } from './fill-schema.ts';
import { openHome, type TestHome } from './homes.ts';

const SECRET = 'sk-canary-5f0c1b7a9e2d4c6f8a0b1c3d5e7f9a1b';
const HEADER_SECRET = 'hdr-canary-77aa88bb99cc';
const PROXY_PASSWORD = 'proxycanary1234';
const HASH = 'ab'.repeat(32);
const PASSPHRASE = 'correct horse battery';

/** What belongs to one home, and does not travel: seals, fingerprints keyed with its salt, what it has observed. */
const STAYS = ['sealed', 'fingerprint', 'version', 'health', 'history'];
/** What travels under a passphrase only. */
const SECRETS = ['hash', 'previous'];

let from: TestHome;
let to: TestHome;
beforeAll(async () => {
  [from, to] = await Promise.all([openHome(), openHome()]);
  const { store, vault } = from.gateway.gateway.services;
  const whole = wholeDocument((secret) => vault.seal('pk_zzzzzzz1', secret));
  await store.update({ actor: 'test', action: 'test', subject: 'test' }, (draft) => void Object.assign(draft, whole));
}, 60_000);
afterAll(async () => {
  await Promise.all([from?.gateway.stop(), to?.gateway.stop()]);
});

const documentOf = ({ gateway }: TestHome) => gateway.gateway.services.store.snapshot.document;

describe('every field of the schema', () => {
  it('comes over without secrets, and none of them is in the file', async () => {
    const { content } = await from.client.config.export({});
    for (const secret of [SECRET, HEADER_SECRET, PROXY_PASSWORD, HASH]) expect(content).not.toContain(secret);
    const preview = await to.client.config.preview({ content });
    expect(preview.applied).toBe(false);
    expect(preview.notes.map(({ place }) => place)).toEqual(
      expect.arrayContaining(['/settings/proxyUrl', '/providers/0/headers/x-team-token']),
    );
    expect(documentOf(to).routes).toEqual([]);
    const done = await to.client.config.import({ content });
    expect(done.items.filter(({ action }) => action === 'skip')).toEqual([]);
    const [was, is] = [documentOf(from), documentOf(to)];
    expect(is.settings).toEqual({ ...was.settings, proxyUrl: 'http://proxy.example.com:3128' });
    expect(is.providers).toEqual(was.providers.map((provider) => ({ ...provider, headers: { 'x-team': 'blue' } })));
    expect(is.apps.filter(({ id }) => id !== 'app_test')).toEqual(was.apps);
    expect(is.routes).toEqual(was.routes);
    expect(is.providerKeys.map(without(STAYS))).toEqual(was.providerKeys.map(without(STAYS)));
    const comers = is.gatewayKeys.filter(({ id }) => id === 'gwkey00001');
    expect(comers.map(without(SECRETS))).toEqual(was.gatewayKeys.map(without(SECRETS)));
    expect(comers[0]?.hash).not.toBe(HASH);
    expect(is.providerKeys[0]?.health.sentence).toContain('secret was not in the file');
    expect((await to.client.settings.audit({ limit: 1 }))[0]).toMatchObject({ action: 'config.import', actor: 'cli' });
    // A second time changes nothing.
    const again = await to.client.config.import({ content });
    expect(again.items.filter(({ action }) => action !== 'keep')).toEqual([]);
  });

  it('comes over with its secrets under a passphrase, and only as it was sealed', { timeout: 60_000 }, async () => {
    const { content } = await from.client.config.export({ passphrase: PASSPHRASE });
    for (const secret of [SECRET, HEADER_SECRET, PROXY_PASSWORD, HASH]) expect(content).not.toContain(secret);
    expect((await to.client.config.preview({ content })).sealed).toBe(true);
    await expect(to.client.config.import({ content, passphrase: 'another one' })).rejects.toThrow(/do not open/);
    // An address changed in the open part must not receive the key.
    const moved = JSON.parse(content);
    moved.providers[0].baseUrl = 'https://evil.example.com/v1';
    await expect(to.client.config.import({ content: JSON.stringify(moved), passphrase: PASSPHRASE })).rejects.toThrow(
      /changed after it was sealed/,
    );
    const done = await to.client.config.import({ content, passphrase: PASSPHRASE });
    expect(done).toMatchObject({ sealed: false, notes: [] });
    expect(JSON.stringify(done)).not.toContain(SECRET);
    const [was, is] = [documentOf(from), documentOf(to)];
    expect(is.settings).toEqual(was.settings);
    expect(is.providers).toEqual(was.providers);
    expect(is.gatewayKeys.filter(({ id }) => id === 'gwkey00001')).toEqual(was.gatewayKeys);
    const [key] = is.providerKeys;
    expect(to.gateway.gateway.services.vault.open('pk_zzzzzzz1', key?.sealed ?? '')).toBe(SECRET);
    expect(key).toMatchObject({ lastFour: SECRET.slice(-4), history: [] });
  });

  it('is in the JSON Schema, which takes what is exported and refuses what the import refuses', async () => {
    const schema = z.fromJSONSchema(await from.client.config.schema());
    const { content } = await from.client.config.export({});
    expect(schema.safeParse(JSON.parse(content)).error).toBeUndefined();
    for (const [broken] of BROKEN) expect(schema.safeParse(broken).success, JSON.stringify(broken)).toBe(false);
  });
});

const head = { keyward: 'config', version: 1 } as const;
const target = { provider: 'practice', model: 'ok' };
const BROKEN: readonly (readonly [object, RegExp])[] = [
  [{ ...head, routes: [{ name: 'a', targets: [target], retires: 3 }] }, /"routes\.0" has "retires"/],
  [{ ...head, routes: [{ name: 'a', targets: [] }] }, /"routes\.0\.targets" must be/],
  [{ ...head, settings: { timeouts: { connectMs: 'soon' } } }, /"settings\.timeouts\.connectMs" should be a number/],
  [{ ...head, settings: { cache: { ttl: 3 } } }, /"settings\.cache" has "ttl"/],
  [{ ...head, apps: [{ owner: 'ana' }] }, /"apps\.0\.name" is missing/],
  [{ ...head, provider: [] }, /it has "provider"/],
  [{ ...head, routes: [{ name: 'a b', targets: [target] }] }, /"routes\.0\.name" a route name has no spaces/],
];

describe('a file written by hand', () => {
  it.each(BROKEN)('that breaks the schema is refused with the place: %j', async (broken, sentence) => {
    const version = documentOf(to).version;
    const content = JSON.stringify(broken);
    await expect(to.client.config.import({ content })).rejects.toThrow(sentence);
    expect(documentOf(to).version).toBe(version);
  });

  it('changes only what it names', async () => {
    const before = documentOf(to).settings;
    const content = JSON.stringify({ ...head, settings: { timeouts: { connectMs: 4321 } } });
    const done = await to.client.config.import({ content });
    expect(done.items).toMatchObject([{ what: 'setting', name: 'timeouts', action: 'change' }]);
    expect(documentOf(to).settings).toEqual({ ...before, timeouts: { ...before.timeouts, connectMs: 4321 } });
  });

  it('that asks for what cannot be changes nothing at all', async () => {
    const version = documentOf(to).version;
    const content = JSON.stringify({
      ...head,
      apps: [{ name: 'good' }],
      routes: [{ name: 'bad', targets: [{ provider: 'nobody', model: 'x' }] }],
    });
    await expect(to.client.config.import({ content })).rejects.toThrow(/no provider "nobody"/);
    expect(documentOf(to).version).toBe(version);
  });

  it('cannot send a key of this home to another address', async () => {
    const moved = {
      id: 'mine',
      preset: null,
      name: 'Mine',
      dialect: 'openai-chat',
      baseUrl: 'https://evil.example.com/v1',
    };
    const was = documentOf(to).providers;
    const { items } = await to.client.config.import({ content: JSON.stringify({ ...head, providers: [moved] }) });
    expect(items).toMatchObject([{ action: 'skip', sentence: expect.stringContaining('a file cannot send it') }]);
    expect(documentOf(to).providers).toEqual(was);
  });

  it('cannot have a key of this home exchanged at another address', async () => {
    const { gateway } = to;
    const provider = { id: 'watsonx', preset: 'watsonx', name: 'watsonx', dialect: 'watsonx-chat' as const };
    const settings = { region: 'us-south', projectId: 'p' };
    await gateway.addProvider({ ...provider, settings }, 'a key of this home');
    const was = documentOf(to).providers;
    const moved = { ...provider, settings: { ...settings, iamUrl: 'http://127.0.0.1:9/identity/token' } };
    const { items } = await to.client.config.import({ content: JSON.stringify({ ...head, providers: [moved] }) });
    expect(items).toMatchObject([{ action: 'skip', sentence: expect.stringContaining('a file cannot send it') }]);
    expect(documentOf(to).providers).toEqual(was);
  });
});

/** One record of each kind, every field of it filled. */
function wholeDocument(seal: (secret: string) => string): Partial<Document> {
  const limits = { rpm: 7, tpm: 7000, concurrency: 3, budgetDayUsd: 1.5, budgetMonthUsd: 20 };
  const transform = {
    headers: [{ do: 'set', name: 'x-edited', value: 'yes' }],
    body: [{ do: 'default', path: '/temperature', value: 0 }],
    systemPrefix: 'Be brief.',
    redact: [{ pattern: '[0-9]{16}', with: '[card]' }],
  };
  const part = <T extends z.ZodType>(schema: T, values: Record<string, unknown>) =>
    filled(schema, { limits, transform, ...values }) as z.infer<T>;
  // The settings' limits are others.
  const settings = filled(settingsSchema, {
    allowedOrigins: ['https://chat.example.com'],
    allowedHosts: ['keyward.example.com'],
    proxyUrl: `http://user:${PROXY_PASSWORD}@proxy.example.com:3128`,
    'tracing.otlpUrl': 'http://127.0.0.1:4318/v1/traces',
    experiments: ['local'],
  }) as Document['settings'];
  const provider = part(providerSchema, {
    id: 'mine',
    preset: null,
    baseUrl: 'https://api.example.com/v1',
    headers: { 'x-team': 'blue', 'x-team-token': HEADER_SECRET },
    enabled: false,
  });
  const key = part(providerKeySchema, {
    id: 'pk_zzzzzzz1',
    provider: 'mine',
    lastFour: SECRET.slice(-4),
    sealed: seal(SECRET),
  });
  const app = part(appSchema, { id: 'app_zzzzzzz1', models: { 'gpt-4': 'fast' } });
  const gatewayKey = part(gatewayKeySchema, { id: 'gwkey00001', app: app.id, hash: HASH, lastFour: 'wxyz' });
  const route = part(routeSchema, {
    name: 'fast',
    'targets[].provider': 'mine',
    'targets[].key': key.id,
    strategy: 'weighted',
  });
  return {
    settings,
    providers: [provider],
    providerKeys: [key],
    apps: [app],
    gatewayKeys: [gatewayKey],
    routes: [route],
  };
}

function without(names: readonly string[]) {
  return (record: object) => Object.fromEntries(Object.entries(record).filter(([name]) => !names.includes(name)));
}

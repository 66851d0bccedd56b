/** Configurations of other programs: what is taken over, what is not and why, and that nothing of a secret is told. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ConfigItem } from '../../gateway/control/contract/config.ts';
import { openHome, type TestHome } from './homes.ts';

const OPENAI = 'sk-proj-canaryA1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8S9t0U1v2W3x4';
const ANTHROPIC = `sk-ant-api03-${'canary0123456789'.repeat(5)}canary012345-AA`;
const DEEPSEEK = 'sk-0123456789abcdef0123456789abcdef';
const RELAY = 'sk-relaycanary0123456789abcdefghijklmnopqrstuvwxyz';

let home: TestHome;
beforeAll(async () => {
  home = await openHome();
}, 60_000);
afterAll(() => home?.gateway.stop());

const document = () => home.gateway.gateway.services.store.snapshot.document;
const named = (items: readonly ConfigItem[], what: ConfigItem['what'], action: ConfigItem['action']) =>
  items.filter((item) => item.what === what && item.action === action).map(({ name }) => name);

async function take(content: string, more: { environment?: Record<string, string>; format?: 'litellm' } = {}) {
  const version = document().version;
  const preview = await home.client.config.preview({ content, ...more });
  expect(document().version).toBe(version);
  const done = await home.client.config.import({ content, ...more });
  const plain = (items: readonly ConfigItem[]) => items.map(({ what, action, sentence }) => [what, action, sentence]);
  expect(plain(done.items)).toEqual(plain(preview.items));
  for (const secret of [OPENAI, ANTHROPIC, DEEPSEEK, RELAY])
    expect(JSON.stringify([preview, done])).not.toContain(secret);
  return done;
}
const secretsOf = (provider: string) => {
  const { vault } = home.gateway.gateway.services;
  return document()
    .providerKeys.filter((key) => key.provider === provider)
    .map((key) => vault.open(key.id, key.sealed));
};

const LITELLM = `
model_list:
  - model_name: fast
    litellm_params: { model: openai/gpt-4o-mini, api_key: os.environ/OPENAI_API_KEY, weight: 3, temperature: 0.2 }
  - model_name: fast
    litellm_params: { model: claude-3-5-haiku-20241022, api_key: os.environ/MY_CLAUDE }
  - model_name: relay-model
    litellm_params: &relay
      model: openai/some-model
      api_base: https://relay.example.com/v1
      api_key: ${RELAY}
  - model_name: backup
    litellm_params: *relay
  - model_name: nobody
    litellm_params: { model: wholly-unknown-model-9000 }
router_settings:
  routing_strategy: simple-shuffle
  num_retries: 4
  fallbacks: [{ relay-model: [fast] }]
  model_group_alias: { quick: fast }
  allowed_fails: 3
litellm_settings: { request_timeout: 90, success_callback: [langfuse] }
general_settings: { master_key: ${OPENAI} }
`;

describe('LiteLLM', () => {
  it('says which variables are missing, then takes over models, weights, fallbacks and aliases', async () => {
    const first = await home.client.config.preview({ content: LITELLM, fileName: 'config.yaml' });
    expect(first.format).toBe('litellm');
    expect(first.missing.sort()).toEqual(['MY_CLAUDE', 'OPENAI_API_KEY']);
    const done = await take(LITELLM, { environment: { OPENAI_API_KEY: OPENAI, MY_CLAUDE: ANTHROPIC } });
    expect(done.missing).toEqual([]);
    expect(named(done.items, 'provider', 'add')).toEqual(['openai', 'anthropic', 'relay.example.com']);
    expect(secretsOf('openai')).toEqual([OPENAI]);
    expect(secretsOf('anthropic')).toEqual([ANTHROPIC]);
    expect(secretsOf('relay.example.com')).toEqual([RELAY]);
    const routes = new Map(document().routes.map((route) => [route.name, route]));
    expect(routes.get('fast')).toMatchObject({
      strategy: 'weighted',
      retries: 4,
      targets: [
        { provider: 'openai', model: 'gpt-4o-mini', weight: 3, key: expect.stringMatching(/^pk_/) },
        { provider: 'anthropic', model: 'claude-3-5-haiku-20241022' },
      ],
    });
    expect(routes.get('quick')?.targets).toEqual(routes.get('fast')?.targets);
    expect(routes.get('relay-model')).toMatchObject({ strategy: 'fallback' });
    expect(routes.get('relay-model')?.targets.map(({ provider }) => provider)).toEqual([
      'relay.example.com',
      'openai',
      'anthropic',
    ]);
    expect(routes.get('backup')?.targets).toMatchObject([{ provider: 'relay.example.com', model: 'some-model' }]);
    expect(document().settings.timeouts.totalMs).toBe(90_000);
    const notes = Object.fromEntries(done.notes.map(({ place, sentence }) => [place, sentence]));
    expect(notes['model_list[0]']).toContain('temperature');
    expect(notes['model_list[4]']).toContain('cannot be told');
    expect(Object.keys(notes)).toEqual(
      expect.arrayContaining([
        'router_settings.allowed_fails',
        'litellm_settings.success_callback',
        'general_settings.master_key',
      ]),
    );
    expect((await home.client.settings.audit({ limit: 1 }))[0]).toMatchObject({
      action: 'config.import',
      subject: 'litellm',
    });
  });

  it('adds nothing a second time', async () => {
    const version = document().version;
    const again = await take(LITELLM, { environment: { OPENAI_API_KEY: OPENAI, MY_CLAUDE: ANTHROPIC } });
    expect(again.items.filter(({ action }) => action !== 'keep')).toEqual([]);
    expect(document().version).toBe(version);
  });

  it('does not fall for aliases that unfold without end, nor for YAML that is none', async () => {
    const bomb = [
      'a0: &a0 [x,x,x,x,x,x,x,x,x]',
      ...Array.from({ length: 9 }, (_, n) => `a${n + 1}: &a${n + 1} [${Array(9).fill(`*a${n}`).join(',')}]`),
    ];
    await expect(home.client.config.preview({ content: `${bomb.join('\n')}\nmodel_list: []` })).rejects.toThrow(
      /aliases/,
    );
    await expect(home.client.config.preview({ content: 'model_list:\n  - {a: [b\n' })).rejects.toThrow(/line \d/);
    await expect(home.client.config.preview({ content: 'model_list: 1\nmodel_list: 2\n' })).rejects.toThrow(
      /no YAML: line 2/,
    );
    const deep = `model_list: ${'['.repeat(50_000)}`;
    await expect(home.client.config.preview({ content: deep })).rejects.toThrow(/nested too deeply|no YAML/);
    await expect(home.client.config.preview({ content: 'just words', format: 'litellm' })).rejects.toThrow(
      /no sections/,
    );
  });
});

describe('.env', () => {
  it('knows keys by name, by form and with their address', async () => {
    const done = await take(
      [
        '# keys',
        `export OPENAI_API_KEY="${OPENAI}"`,
        `DEEPSEEK_API_KEY='${DEEPSEEK}' # mine`,
        `SOME_BOT_KEY=${ANTHROPIC.replace('012345-AA', '543210-AA')}`,
        `PLAIN_SECRET=abcdefgh`,
        'PORT=8080',
        'OLLAMA_HOST=http://127.0.0.1:11434',
      ].join('\r\n'),
    );
    expect(done.format).toBe('env');
    expect(named(done.items, 'provider', 'add')).toEqual(['deepseek', 'ollama']);
    expect(named(done.items, 'provider-key', 'add')).toHaveLength(2);
    expect(secretsOf('deepseek')).toEqual([DEEPSEEK]);
    expect(secretsOf('anthropic')).toHaveLength(2);
    expect(done.items.find(({ action, what }) => what === 'provider-key' && action === 'keep')).toMatchObject({
      lastFour: OPENAI.slice(-4),
    });
    expect(done.notes.map(({ place }) => place)).toEqual(['PLAIN_SECRET', 'PORT']);
  });

  it('sends a key to the address that stands beside it, and nowhere else', async () => {
    await take(`OPENAI_API_KEY=${RELAY}\nOPENAI_BASE_URL=https://other-relay.example.com/v1\n`);
    const at = document().providers.find(({ baseUrl }) => baseUrl === 'https://other-relay.example.com/v1');
    expect(at?.id).not.toBe('openai');
    expect(secretsOf(at?.id ?? '')).toEqual([RELAY]);
    expect(secretsOf('openai')).toEqual([OPENAI]);
  });
});

it('an .env’s project is a setting of watsonx.ai, and no key', async () => {
  const secret = 'qX7_envFile00000ABCDEFGHIJKLMNOPQRSTUVWX-yz1';
  const url = 'https://eu-de.ml.cloud.ibm.com';
  await take(`WATSONX_APIKEY=${secret}\nWATSONX_URL=${url}\nWATSONX_PROJECT_ID=63dc4cf1-252f\n`);
  const provider = document().providers.find(({ preset }) => preset === 'watsonx');
  expect(provider).toMatchObject({ dialect: 'watsonx-chat', settings: { projectId: '63dc4cf1-252f' } });
  expect(provider?.baseUrl).toContain(url);
  expect(secretsOf(provider?.id ?? '')).toEqual([secret]);
});

describe('one-api and new-api', () => {
  const channel = {
    id: 1,
    type: 1,
    status: 1,
    name: 'Main',
    key: RELAY,
    base_url: 'https://one.example.com',
    models: 'm-a,m-b',
    model_mapping: '{"m-b":"real-b"}',
    weight: 2,
    priority: 5,
  };

  it('turns channels into providers, several keys, and routes by priority and weight', async () => {
    const rows = [
      channel,
      {
        ...channel,
        id: 2,
        type: 36,
        name: 'DeepSeek',
        key: DEEPSEEK,
        base_url: '',
        models: 'm-a',
        model_mapping: '',
        priority: 1,
      },
      {
        ...channel,
        id: 3,
        type: 8,
        name: 'Off',
        status: 2,
        base_url: 'https://off.example.com/v1',
        key: 'sk-offcanary-0123456789abcdefghij',
      },
      { ...channel, id: 4, type: 999, name: 'Odd', base_url: '' },
      {
        ...channel,
        id: 5,
        type: 8,
        name: 'Twins',
        base_url: 'https://twins.example.com',
        key: 'sk-twinone0123456789abcdefgh\nsk-twintwo0123456789abcdefgh',
        models: 'm-c',
      },
    ];
    const done = await take(JSON.stringify({ success: true, data: rows }));
    expect(done.format).toBe('one-api');
    const routes = new Map(document().routes.map((route) => [route.name, route]));
    expect(routes.get('m-a')).toMatchObject({
      strategy: 'fallback',
      targets: [{ provider: 'main', model: 'm-a' }, { provider: 'deepseek' }],
    });
    expect(routes.get('m-b')?.targets).toMatchObject([{ provider: 'main', model: 'real-b', weight: 2 }]);
    expect(document().providers.find(({ id }) => id === 'main')?.baseUrl).toBe('https://one.example.com/v1');
    expect(secretsOf('twins')).toHaveLength(2);
    expect(document().providerKeys.find(({ provider }) => provider === 'off')?.disabledAt).not.toBeNull();
    expect(done.notes.map(({ sentence }) => sentence).join(' ')).toMatch(/type 999/);
  });

  it('reads type ids as the program counts them that wrote the file', async () => {
    const preview = async (row: object) => (await home.client.config.preview({ content: JSON.stringify([row]) })).items;
    const row = { ...channel, type: 43, base_url: null, key: 'sk-fedcba9876543210fedcba9876543210' };
    expect(named(await preview({ ...row, auto_ban: 1 }), 'provider', 'keep')).toEqual(['deepseek']);
    expect(named(await preview(row), 'provider', 'keep')).toEqual([]);
  });
});

describe('CC Switch', () => {
  it('takes over profiles of Claude Code and Codex, and names those that sign in with an account', async () => {
    const done = await take(
      JSON.stringify({
        version: 2,
        claude: {
          current: 'a',
          providers: {
            a: {
              id: 'a',
              name: 'Relay Claude',
              settingsConfig: {
                env: { ANTHROPIC_BASE_URL: 'https://cc.example.com/anthropic', ANTHROPIC_AUTH_TOKEN: RELAY },
              },
            },
            b: { id: 'b', name: 'Claude Official', settingsConfig: { env: {} } },
          },
        },
        codex: {
          providers: {
            c: {
              id: 'c',
              name: 'Relay Codex',
              settingsConfig: {
                auth: { OPENAI_API_KEY: RELAY },
                config:
                  'model = "x"\n[model_providers.c]\nbase_url = "https://codex.example.com/v1"\nwire_api = "responses"\n',
              },
            },
          },
        },
        mcp: {},
      }),
    );
    expect(done.format).toBe('cc-switch');
    const provider = (id: string) => document().providers.find((each) => each.id === id);
    expect(provider('relay-claude')).toMatchObject({
      baseUrl: 'https://cc.example.com/anthropic',
      dialect: 'anthropic-messages',
    });
    expect(provider('relay-codex')).toMatchObject({
      baseUrl: 'https://codex.example.com/v1',
      dialect: 'openai-responses',
    });
    expect(secretsOf('relay-codex')).toEqual([RELAY]);
    expect(done.notes.map(({ place }) => place)).toEqual(['claude Claude Official', 'mcp']);
  });
});

it('says of rubbish that it is none of these', async () => {
  for (const content of ['hello', '[1,2,3]', '"text"', '- a\n- b', '<html></html>']) {
    await expect(home.client.config.preview({ content })).rejects.toThrow(/cannot be told/);
  }
  await expect(home.client.config.preview({ content: '{"a":1}' })).rejects.toThrow(/"keyward" is missing/);
});

import { describe, expect, test } from 'vitest';
import { matchEndpoint } from '../../gateway/dialects/endpoints.ts';
import { outboundOf } from '../../gateway/dialects/outbound.ts';
import type { Endpoint } from '../../gateway/exchange.ts';
import { findPreset, isSupported, presetDialect, presets } from '../../gateway/providers/presets.ts';
import { applyCredential, ownHosts, resolveUpstream, upstreamHead } from '../../gateway/providers/resolve.ts';
import { type Provider, providerSchema } from '../../gateway/store/schema.ts';

function provider(preset: string | null, more: Partial<Provider> = {}): Provider {
  const found = findPreset(preset);
  return providerSchema.parse({
    id: preset ?? 'custom',
    preset,
    name: found?.name ?? 'Custom',
    dialect: found ? presetDialect(found) : 'openai-chat',
    createdAt: '2026-01-01T00:00:00Z',
    ...more,
  });
}

function endpoint(path: string, method = 'POST', upgrade = false): Endpoint {
  const match = matchEndpoint(method, path, upgrade);
  if (match.kind !== 'endpoint') throw new Error(`${path}: ${match.kind}`);
  return match.endpoint;
}

function resolve(record: Provider, path: string, model = 'm', search?: string) {
  const method = path.endsWith('/models') ? 'GET' : 'POST';
  return resolveUpstream(record, findPreset(record.preset), endpoint(path, method), model, { search });
}

function urlOf(record: Provider, path: string, model = 'm', search?: string): string {
  const resolved = resolve(record, path, model, search);
  return resolved.ok ? resolved.url.href : `${resolved.cause}: ${resolved.message}`;
}

const CHAT = '/v1/chat/completions';
const MESSAGES = '/v1/messages';
const GENERATE = '/v1beta/models/x:generateContent';

describe('the address of a request', () => {
  test.each([
    ['openai', CHAT, 'https://api.openai.com/v1/chat/completions'],
    ['openai', '/v1/audio/speech', 'https://api.openai.com/v1/audio/speech'],
    ['anthropic', MESSAGES, 'https://api.anthropic.com/v1/messages'],
    ['anthropic', '/v1/messages/count_tokens', 'https://api.anthropic.com/v1/messages/count_tokens'],
    ['anthropic', CHAT, 'https://api.anthropic.com/v1/chat/completions'],
    ['google-gemini', GENERATE, 'https://generativelanguage.googleapis.com/v1beta/models/m:generateContent'],
    ['google-gemini', CHAT, 'https://generativelanguage.googleapis.com/v1beta/openai/chat/completions'],
    ['deepseek', CHAT, 'https://api.deepseek.com/chat/completions'],
    ['deepseek', MESSAGES, 'https://api.deepseek.com/anthropic/v1/messages'],
    ['moonshot', MESSAGES, 'https://api.moonshot.ai/anthropic/v1/messages'],
    ['zai', MESSAGES, 'https://api.z.ai/api/anthropic/v1/messages'],
    ['zai', CHAT, 'https://api.z.ai/api/paas/v4/chat/completions'],
    ['openrouter', MESSAGES, 'https://openrouter.ai/api/v1/messages'],
    ['cohere', CHAT, 'https://api.cohere.ai/compatibility/v1/chat/completions'],
    ['groq', '/v1/responses', 'https://api.groq.com/openai/v1/responses'],
    ['ollama', MESSAGES, 'http://127.0.0.1:11434/v1/messages'],
    ['ollama', '/p/ollama/api/chat', 'http://127.0.0.1:11434/api/chat'],
    ['ollama', '/p/ollama/v1/models', 'http://127.0.0.1:11434/v1/models'],
    ['ollama', '/p/ollama/models', 'http://127.0.0.1:11434/v1/models'],
    ['ollama-cloud', '/p/ollama-cloud/api/tags', 'https://ollama.com/api/tags'],
    ['lm-studio', '/p/lm-studio/api/v0/models', 'http://127.0.0.1:1234/api/v0/models'],
    ['jina', '/v1/embeddings', 'https://api.jina.ai/v1/embeddings'],
    ['openai', '/p/openai/files', 'https://api.openai.com/v1/files'],
    ['openai', '/p/openai/v1/files', 'https://api.openai.com/v1/files'],
    ['openai', '/p/openai/v9/files', 'https://api.openai.com/v1/v9/files'],
    ['groq', '/p/groq/v1/files', 'https://api.groq.com/openai/v1/files'],
    ['groq', '/p/groq/openai/v1/files', 'https://api.groq.com/openai/v1/files'],
    ['google-gemini', '/p/gemini/v1beta/files', 'https://generativelanguage.googleapis.com/v1beta/files'],
    ['google-gemini', '/p/gemini/v1/files', 'https://generativelanguage.googleapis.com/v1beta/v1/files'],
    ['deepseek', '/p/deepseek/user/balance', 'https://api.deepseek.com/user/balance'],
    ['replicate', '/p/replicate/predictions', 'https://api.replicate.com/v1/predictions'],
    ['openai', '/p/openai', 'https://api.openai.com/v1'],
  ])('%s at %s is %s', (preset, path, expected) => {
    expect(urlOf(provider(preset), path)).toBe(expected);
  });

  test.each([
    [{}, 'http://127.0.0.1:11434'],
    [{ settings: { host: '192.168.1.5:11500' } }, 'http://192.168.1.5:11500'],
    [{ baseUrl: 'http://nas:11434' }, 'http://nas:11434'],
    [{ baseUrl: 'http://nas:11434/v1' }, 'http://nas:11434'],
    [{ baseUrl: 'http://nas:11434/api' }, 'http://nas:11434'],
    [{ baseUrl: 'https://nas/ollama/v1' }, 'https://nas/ollama'],
  ])('Ollama’s own form is beside the shared one: %o', (more, root) => {
    const record = provider('ollama', more);
    const native = resolveUpstream(record, findPreset('ollama'), outboundOf('ollama-chat', true).endpoint, 'm');
    expect(native.ok && native.url.href).toBe(`${root}/api/chat`);
    expect(urlOf(record, CHAT)).toBe(`${root}/v1/chat/completions`);
    expect(urlOf(record, '/p/ollama/api/tags')).toBe(`${root}/api/tags`);
  });

  test('every served preset has an address for its own dialect once its settings are filled in', () => {
    // Dialects that no client speaks: their addresses are tested below, or with their servers.
    const spokenOut = ['aws-bedrock', 'watsonx', 'replicate'];
    const own = { 'openai-chat': CHAT, 'anthropic-messages': MESSAGES, gemini: GENERATE, 'cohere-v2': CHAT } as Record<
      string,
      string
    >;
    for (const preset of presets.filter((one) => isSupported(one) && !spokenOut.includes(one.id))) {
      const settings = Object.fromEntries(preset.settings.map(({ name }) => [name, 'abc']));
      if (preset.id === 'azure-openai') delete settings.apiVersion;
      const record = provider(preset.id, { settings });
      const path = preset.dialect === 'openai-embeddings' ? '/v1/embeddings' : own[presetDialect(preset)];
      const url = urlOf(record, path as string);
      expect(url, preset.id).toMatch(/^https?:\/\/[a-z0-9.:-]+\//);
      expect(url, preset.id).not.toMatch(/[{}]|%7B|\/v1\/v1/);
    }
  });

  test.each([
    ['ibm/granite', false, {}, 'https://eu-de.ml.cloud.ibm.com/ml/v1/text/chat?version=2025-02-06'],
    ['ibm/granite', true, {}, 'https://eu-de.ml.cloud.ibm.com/ml/v1/text/chat_stream?version=2025-02-06'],
    [
      'deployment/a-b',
      true,
      {},
      'https://eu-de.ml.cloud.ibm.com/ml/v1/deployments/a-b/text/chat_stream?version=2025-02-06',
    ],
    [
      'm',
      false,
      { baseUrl: 'https://us-south.ml.cloud.ibm.com' },
      'https://us-south.ml.cloud.ibm.com/ml/v1/text/chat?version=2025-02-06',
    ],
  ] as const)('watsonx.ai is asked for %s (stream: %s) with %o at %s', (model, stream, more, expected) => {
    const settings = { region: 'eu-de', projectId: 'p' };
    const record = provider('watsonx', { settings, ...more });
    const { endpoint: asked } = outboundOf('watsonx-chat', stream);
    const resolved = resolveUpstream(record, findPreset('watsonx'), asked, model, { stream });
    expect(resolved.ok && resolved.url.href).toBe(expected);
    const tokenUrl = 'https://iam.cloud.ibm.com/identity/token';
    expect(resolved.ok && resolved.auth.signIn).toEqual({ kind: 'ibm-iam', tokenUrl });
    expect([...ownHosts(record, findPreset('watsonx'))]).toContain('iam.cloud.ibm.com');
  });

  test.each([
    ['https://private.iam.cloud.ibm.com/identity/token', true],
    ['https://iam.test.cloud.ibm.com/identity/token', true],
    ['http://127.0.0.1:9/identity/token', true],
    ['https://eu-de.ml.cloud.ibm.com/identity/token', true],
    ['http://iam.cloud.ibm.com/identity/token', false],
    ['https://iam.cloud.ibm.com.example.org/identity/token', false],
    ['https://xiam.cloud.ibm.com/identity/token', false],
    ['https://user@iam.cloud.ibm.com/identity/token', false],
    ['http://10.0.0.1/identity/token', false],
    ['not an address', false],
  ])('the key of watsonx.ai may be exchanged at %s: %s', (iamUrl, allowed) => {
    const record = provider('watsonx', { settings: { region: 'eu-de', projectId: 'p', iamUrl } });
    const resolved = resolveUpstream(record, findPreset('watsonx'), outboundOf('watsonx-chat', false).endpoint, 'm');
    expect(resolved.ok).toBe(allowed);
  });

  test.each([
    ['meta/llama-x', false, 'https://api.replicate.com/v1/models/meta/llama-x/predictions'],
    ['deployments/me/mine', true, 'https://api.replicate.com/v1/deployments/me/mine/predictions'],
    ['a/b:5c7d5dc6', false, 'https://api.replicate.com/v1/predictions'],
  ])('Replicate is asked for %s (stream: %s) at %s', (model, stream, expected) => {
    const { endpoint: asked } = outboundOf('replicate-predictions', stream);
    const resolved = resolveUpstream(provider('replicate'), findPreset('replicate'), asked, model, { stream });
    expect(resolved.ok && resolved.url.href).toBe(expected);
    expect(resolved.ok && resolved.defaultHeaders).toEqual(stream ? [] : ['prefer', 'wait']);
  });

  test('a missing setting is a gateway_config problem that names the setting', () => {
    const resolved = resolve(provider('azure-openai'), CHAT);
    expect(resolved).toMatchObject({ ok: false, cause: 'gateway_config' });
    expect(resolved.ok === false && resolved.next).toContain('Resource name');
  });

  test.each([
    ['my-res', 'https://my-res.openai.azure.com/openai/v1/chat/completions'],
    ['https://my-res.openai.azure.com/', 'https://my-res.openai.azure.com/openai/v1/chat/completions'],
    ['my-res.services.ai.azure.com', 'https://my-res.services.ai.azure.com/openai/v1/chat/completions'],
  ])('Azure’s resource may be given as %s', (resource, expected) => {
    expect(urlOf(provider('azure-openai', { settings: { resource } }), CHAT)).toBe(expected);
  });

  test('Azure’s classic address takes deployment and api-version from the settings, or the deployment from the model', () => {
    const settings = { resource: 'r', apiVersion: '2024-10-21' };
    const url = 'https://r.openai.azure.com/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21';
    expect(urlOf(provider('azure-openai', { settings: { ...settings, deployment: 'gpt-4o' } }), CHAT)).toBe(url);
    expect(urlOf(provider('azure-openai', { settings }), CHAT, 'gpt-4o')).toBe(url);
    const pasted = 'https://r.openai.azure.com/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21';
    expect(urlOf(provider('azure-openai', { baseUrl: pasted }), CHAT)).toBe(url);
    const bare = provider('azure-openai', { baseUrl: 'https://r.openai.azure.com/openai/deployments/d' });
    expect(urlOf(bare, CHAT)).toMatch(/^gateway_config: .*API version/);
  });

  test('a setting cannot smuggle another host into the address', () => {
    for (const resource of ['evil.com/x?', 'a@evil.com', 'a b', 'x\\evil']) {
      const url = urlOf(provider('azure-openai', { settings: { resource } }), CHAT);
      expect(url).toMatch(/^gateway_config|^https:\/\/evil\.com\/openai\/v1/);
    }
    const account = provider('cloudflare-workers-ai', { settings: { accountId: '../../../x?y#z' } });
    expect(urlOf(account, CHAT)).toBe(
      'https://api.cloudflare.com/client/v4/accounts/..%2F..%2F..%2Fx%3Fy%23z/ai/v1/chat/completions',
    );
  });

  test.each([
    ['https://api.example.com/v1', 'https://api.example.com/v1/chat/completions'],
    ['https://api.example.com/v1/', 'https://api.example.com/v1/chat/completions'],
    [' https://api.example.com/v1/chat/completions/ ', 'https://api.example.com/v1/chat/completions'],
    ['"https://api.example.com/openai"', 'https://api.example.com/openai/chat/completions'],
    ['api.example.com', 'https://api.example.com/v1/chat/completions'],
    ['localhost:8000', 'http://localhost:8000/v1/chat/completions'],
    ['https://x.example.com//a//v1?tenant=7', 'https://x.example.com/a/v1/chat/completions?tenant=7'],
    ['', 'gateway_config: Custom has no base URL.'],
    ['ftp://x/v1', /gateway_config: A base URL starts with/],
    ['https://u:p@x/v1', /gateway_config: .*user name or password/],
    ['https://exa mple/v1', /gateway_config: .*space/],
  ])('a custom base URL pasted as %s', (baseUrl, expected) => {
    expect(urlOf(provider(null, { baseUrl }), CHAT)).toEqual(
      typeof expected === 'string' ? expected : expect.stringMatching(expected),
    );
  });

  test('an Anthropic base URL without its version is completed, as Anthropic’s own clients do', () => {
    const record = (baseUrl: string) => provider(null, { baseUrl, dialect: 'anthropic-messages' });
    expect(urlOf(record('https://x.test/anthropic'), MESSAGES)).toBe('https://x.test/anthropic/v1/messages');
    expect(urlOf(record('https://x.test'), MESSAGES)).toBe('https://x.test/v1/messages');
    expect(urlOf(record('https://x.test/v1/messages'), MESSAGES)).toBe('https://x.test/v1/messages');
  });

  test('with an own base URL, the other dialects of a preset stay on that host', () => {
    const record = provider('deepseek', { baseUrl: 'http://127.0.0.1:9/v1' });
    expect(urlOf(record, CHAT)).toBe('http://127.0.0.1:9/v1/chat/completions');
    expect(urlOf(record, MESSAGES)).toBe('http://127.0.0.1:9/anthropic/v1/messages');
    expect(ownHosts(record, findPreset('deepseek'))).toEqual(new Set(['127.0.0.1:9']));
  });

  test('a local runtime moves with the address in its settings', () => {
    const record = provider('ollama', { settings: { host: '192.168.1.5:11500' } });
    expect(urlOf(record, CHAT)).toBe('http://192.168.1.5:11500/v1/chat/completions');
  });

  test('a dialect that the provider does not speak is refused with the path that works', () => {
    const resolved = resolve(provider('mistral'), GENERATE);
    expect(resolved).toMatchObject({ ok: false, cause: 'wrong_endpoint' });
    expect(resolved.ok === false && resolved.next).toContain('/v1/chat/completions');
    expect(resolve(provider('jina'), CHAT)).toMatchObject({ ok: false, cause: 'wrong_endpoint' });
    expect(resolve(provider('aws-bedrock', { settings: { region: 'us-east-1' } }), CHAT)).toMatchObject({ ok: false });
  });

  test('the client’s query travels on as it was spelled, without a gateway key', () => {
    expect(urlOf(provider('google-gemini'), GENERATE, 'm', '?key=kw_1&alt=sse&x=%20a+b')).toBe(
      'https://generativelanguage.googleapis.com/v1beta/models/m:generateContent?alt=sse&x=%20a+b',
    );
    const raw = provider(null, { baseUrl: 'https://x.test/v1' });
    expect(urlOf(raw, '/p/custom/lookup', 'm', '?key=kw_a_b&q=1')).toBe('https://x.test/v1/lookup?q=1');
    expect(urlOf(raw, '/p/custom/lookup', 'm', '?key=color&q=1')).toBe('https://x.test/v1/lookup?key=color&q=1');
  });

  test('a model’s name in the path is escaped but keeps its slashes, and models/ is not doubled', () => {
    const gemini = provider('google-gemini');
    expect(urlOf(gemini, GENERATE, 'models/gemini-2.5-pro')).toContain('/models/gemini-2.5-pro:generateContent');
    expect(urlOf(gemini, GENERATE, 'tunedModels/a b')).toContain('/v1beta/tunedModels/a%20b:generateContent');
    expect(urlOf(gemini, GENERATE, 'a?b#c/d')).toContain('/models/a%3Fb%23c/d:generateContent');
  });

  test('a raw path cannot leave the provider’s host', () => {
    for (const rest of ['//evil.com/x', '/../../x', '/%2e%2e/x', '/\\evil.com', '/@evil.com']) {
      const resolved = resolve(provider('openai'), `/p/openai${rest}`);
      expect(resolved.ok && resolved.url.host).toBe('api.openai.com');
    }
  });

  test('realtime goes to a wss: address', () => {
    const upgrade = endpoint('/v1/realtime', 'GET', true);
    const resolved = resolveUpstream(provider('openai'), findPreset('openai'), upgrade, 'm', { search: 'model=x' });
    expect(resolved.ok && resolved.url.href).toBe('wss://api.openai.com/v1/realtime?model=x');
  });
});

function headOf(record: Provider, path: string, secret: string | undefined, client: string[] = []) {
  const resolved = resolve(record, path);
  if (!resolved.ok) throw new Error(resolved.message);
  const head = upstreamHead(resolved, client, secret);
  if (!head.ok) return head;
  const headers: Record<string, string> = {};
  for (let i = 0; i < head.headers.length; i += 2) {
    headers[(head.headers[i] as string).toLowerCase()] = head.headers[i + 1] as string;
  }
  return { ok: true as const, headers, url: head.url };
}

describe('the provider key', () => {
  test.each([
    ['openai', CHAT, 'sk-1', { authorization: 'Bearer sk-1' }],
    ['anthropic', MESSAGES, 'sk-ant-api03-1', { 'x-api-key': 'sk-ant-api03-1', 'anthropic-version': '2023-06-01' }],
    ['anthropic', CHAT, 'k', { authorization: 'Bearer k', 'anthropic-version': '2023-06-01' }],
    ['google-gemini', GENERATE, 'AIza', { 'x-goog-api-key': 'AIza' }],
    ['google-gemini', CHAT, 'AIza', { authorization: 'Bearer AIza' }],
    ['deepseek', MESSAGES, 'sk-1', { authorization: 'Bearer sk-1', 'anthropic-version': '2023-06-01' }],
    ['ollama', CHAT, 'opt', { authorization: 'Bearer opt' }],
    ['google-gemini', '/p/gemini/v1beta/openai/models', 'AIza', { authorization: 'Bearer AIza' }],
  ])('%s at %s goes where that provider reads it', (preset, path, secret, expected) => {
    const head = headOf(provider(preset), path, secret);
    expect(head.ok && head.headers).toEqual(expected);
  });

  test('a Claude subscription token goes in Authorization and adds its beta name to the client’s own', () => {
    const head = headOf(provider('anthropic'), MESSAGES, 'sk-ant-oat01-abc', [
      'anthropic-beta',
      'tools-1',
      'x-api-key',
      'kw_x',
    ]);
    expect(head.ok && head.headers).toEqual({
      authorization: 'Bearer sk-ant-oat01-abc',
      'anthropic-beta': 'tools-1,oauth-2025-04-20',
      'anthropic-version': '2023-06-01',
    });
  });

  test('an Entra token goes to Azure in Authorization, a resource key in api-key', () => {
    const record = provider('azure-openai', { settings: { resource: 'r' } });
    const token = headOf(record, CHAT, 'eyJhbGciOi.eyJzdWIi.c2ln');
    expect(token.ok && token.headers).toEqual({ authorization: 'Bearer eyJhbGciOi.eyJzdWIi.c2ln' });
    const key = headOf(record, CHAT, 'a'.repeat(32));
    expect(key.ok && key.headers).toEqual({ 'api-key': 'a'.repeat(32) });
  });

  test('a local runtime without a key gets no credential at all', () => {
    const head = headOf(provider('ollama'), CHAT, undefined, ['Authorization', 'Bearer kw_1', 'X-A', '1']);
    expect(head.ok && head.headers).toEqual({ 'x-a': '1' });
  });

  test('a key in the query leaves the resolved URL untouched', () => {
    const url = new URL('https://x.test/a?b=1');
    const auth = { kind: 'query', name: 'key', prefix: '', alternatives: [] } as const;
    const put = applyCredential(auth, 's&ecret', url, []);
    expect(put.ok && put.url.href).toBe('https://x.test/a?b=1&key=s%26ecret');
    expect(url.href).toBe('https://x.test/a?b=1');
  });

  test.each(['sk-q1\r\nx: y', 'sk-q1\nb', 'sk-q1\n', 'sk-q1клю', 'sk-q1\u200bb', 'sk-q1\0b'])(
    'a key that cannot be sent (%j) is refused without being told',
    (secret) => {
      const head = headOf(provider('openai'), CHAT, secret);
      expect(head).toMatchObject({ ok: false, cause: 'key_malformed' });
      expect(JSON.stringify(head)).not.toContain('sk-q1');
    },
  );
});

describe('headers on their way to the provider', () => {
  test('credentials, connection lines, cookies and private lines stay behind; the rest arrives as it was', () => {
    const client = [
      ['Host', '127.0.0.1:4141'],
      ['Authorization', 'Bearer kw_1'],
      ['X-Api-Key', 'kw_1'],
      ['API-Key', 'kw_1'],
      ['x-goog-api-key', 'kw_1'],
      ['Connection', 'keep-alive, X-Hop'],
      ['X-Hop', '1'],
      ['Keep-Alive', 'timeout=5'],
      ['Transfer-Encoding', 'chunked'],
      ['Content-Length', '3'],
      ['TE', 'trailers'],
      ['Cookie', 'kw_session=1'],
      ['x-keyward-user', 'ann'],
      ['X-Forwarded-For', '10.0.0.1'],
      ['Origin', 'http://localhost'],
      ['Sec-Fetch-Mode', 'cors'],
      ['Expect', '100-continue'],
      ['Proxy-Authorization', 'Basic x'],
      ['Sec-WebSocket-Key', 'x'],
      ['User-Agent', 'OpenAI/JS'],
      ['X-Stainless-Lang', 'js'],
      ['Accept', 'a'],
      ['Accept', 'b'],
      ['Content-Type', 'application/json'],
    ].flat();
    const head = resolve(provider('openai'), CHAT);
    const sent = head.ok ? upstreamHead(head, client, 'sk-1') : undefined;
    expect(sent?.ok && sent.headers).toEqual([
      'User-Agent',
      'OpenAI/JS',
      'X-Stainless-Lang',
      'js',
      'Accept',
      'a',
      'Accept',
      'b',
      'Content-Type',
      'application/json',
      'Authorization',
      'Bearer sk-1',
    ]);
  });

  test('a WebSocket handshake keeps its own lines but not a key among the subprotocols', () => {
    const head = resolve(provider('openai'), CHAT);
    const client = ['Sec-WebSocket-Key', 'x', 'Sec-WebSocket-Protocol', 'realtime, openai-insecure-api-key.kw_1, v1'];
    const sent = head.ok ? upstreamHead(head, client, undefined, { websocket: true }) : undefined;
    expect(sent?.ok && sent.headers).toEqual(['Sec-WebSocket-Key', 'x', 'Sec-WebSocket-Protocol', 'realtime, v1']);
  });

  test('the user’s extra headers replace the client’s, and a broken one is refused', () => {
    const record = provider('openai', { headers: { 'OpenAI-Organization': 'org-1' } });
    const head = headOf(record, CHAT, 'k', ['openai-organization', 'org-2']);
    expect(head.ok && head.headers).toEqual({ 'openai-organization': 'org-1', authorization: 'Bearer k' });
    for (const headers of [{ 'X-A': 'a\r\nb' }, { 'bad name': 'x' }, { 'X-A': '日' }] as Record<string, string>[]) {
      expect(resolve(provider('openai', { headers }), CHAT)).toMatchObject({ ok: false, cause: 'gateway_config' });
    }
  });

  test('the client’s own anthropic-version wins over the default', () => {
    const head = headOf(provider('anthropic'), MESSAGES, 'k', ['Anthropic-Version', '2099-01-01']);
    expect(head.ok && head.headers['anthropic-version']).toBe('2099-01-01');
  });

  test('a key may go to the provider’s own hosts only, its probe host included', () => {
    expect(ownHosts(provider('cohere'), findPreset('cohere'))).toEqual(new Set(['api.cohere.ai', 'api.cohere.com']));
    expect(ownHosts(provider('openai'), findPreset('openai'))).toEqual(new Set(['api.openai.com']));
    const proxied = provider('huggingface', { baseUrl: 'https://proxy.corp/v1' });
    expect(ownHosts(proxied, findPreset('huggingface'))).toEqual(new Set(['proxy.corp']));
  });
});

import { describe, expect, test } from 'vitest';
import { localRuntimeProbes } from '../../gateway/providers/local-runtimes.ts';
import { errorBody } from '../../gateway/providers/practice/failures/error-body.ts';
import { FAILURES } from '../../gateway/providers/practice/failures/failure-script.ts';
import type { WireFailure } from '../../gateway/providers/practice/failures/wire-failure.ts';
import { findPreset, isSupported, presetDialect, presets } from '../../gateway/providers/presets.ts';
import { judgeProbe, matchErrorRow, probePlan } from '../../gateway/providers/probe.ts';
import { ownHosts } from '../../gateway/providers/resolve.ts';
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

function planOf(record: Provider, secret?: string) {
  const plan = probePlan(record, findPreset(record.preset), secret);
  return plan.ok ? `${plan.method} ${plan.url.href}` : plan.message;
}

const preset = (id: string) => findPreset(id) as NonNullable<ReturnType<typeof findPreset>>;
const answer = (status: number | null, body: unknown, headers: string[] = ['content-type', 'application/json']) => ({
  status,
  headers,
  body: typeof body === 'string' ? body : JSON.stringify(body),
  error: null,
});

describe('the check of a key', () => {
  test.each([
    ['openai', 'GET https://api.openai.com/v1/models'],
    ['anthropic', 'GET https://api.anthropic.com/v1/models'],
    ['google-gemini', 'GET https://generativelanguage.googleapis.com/v1beta/models?pageSize=1'],
    ['deepseek', 'GET https://api.deepseek.com/user/balance'],
    ['openrouter', 'GET https://openrouter.ai/api/v1/key'],
    ['cohere', 'POST https://api.cohere.com/v1/check-api-key'],
    ['huggingface', 'GET https://huggingface.co/api/whoami-v2'],
    ['groq', 'GET https://api.groq.com/openai/v1/models'],
    ['zai', 'GET https://api.z.ai/api/paas/v4/models'],
    ['nvidia-nim', 'POST https://integrate.api.nvidia.com/v1/chat/completions'],
    ['ollama', 'GET http://127.0.0.1:11434/api/version'],
  ])('of %s is %s', (id, expected) => {
    expect(planOf(provider(id))).toBe(expected);
  });

  test('goes to the provider’s own hosts only, for every served preset, and never spends tokens', () => {
    for (const item of presets.filter(isSupported)) {
      const settings = Object.fromEntries(
        item.settings.filter(({ name }) => name !== 'apiVersion' && name !== 'iamUrl').map(({ name }) => [name, 'abc']),
      );
      const record = provider(item.id, { settings });
      const plan = probePlan(record, item);
      if (!plan.ok) throw new Error(`${item.id}: ${plan.message}`);
      expect([...ownHosts(record, item)], item.id).toContain(plan.url.host);
      expect(plan.url.href, item.id).not.toMatch(/[{}]|%7B/);
      expect(item.probe.spendsTokens).toBe(false);
    }
  });

  test('follows an own base URL instead of taking the key to the maker', () => {
    expect(planOf(provider('deepseek', { baseUrl: 'http://127.0.0.1:9/v1' }))).toBe('GET http://127.0.0.1:9/v1/models');
    expect(planOf(provider('huggingface', { baseUrl: 'https://proxy.corp/hf/v1' }))).toBe(
      'GET https://proxy.corp/hf/v1/models',
    );
    expect(planOf(provider('openai', { baseUrl: 'https://eu.api.openai.com/v1' }))).toBe(
      'GET https://eu.api.openai.com/v1/models',
    );
    expect(planOf(provider(null, { baseUrl: 'http://localhost:8000' }))).toBe('GET http://localhost:8000/v1/models');
    expect(planOf(provider('azure-openai', { settings: { resource: 'r' } }))).toBe(
      'GET https://r.openai.azure.com/openai/v1/models',
    );
  });

  test('that cannot be made says why', () => {
    expect(planOf(provider('azure-openai'))).toContain('Resource name');
    expect(planOf(provider('aws-bedrock'))).toContain('AWS region');
    expect(planOf(provider('watsonx'))).toContain('Region');
  });

  test('does not hold the key, and says where it goes', () => {
    const plan = probePlan(provider('anthropic'), preset('anthropic'), 'sk-ant-x');
    expect(plan).toMatchObject({ ok: true, auth: { kind: 'header', name: 'x-api-key' }, body: null, provesKey: true });
    expect(plan.ok && plan.headers).toEqual(['anthropic-version', '2023-06-01', 'accept', 'application/json']);
  });
});

describe('what the answer means', () => {
  test.each([
    ['openai', 200, { object: 'list', data: [] }, 'valid', null, 'Works'],
    [
      'openai',
      401,
      {
        error: {
          message: 'Incorrect API key provided: sk-x.',
          type: 'invalid_request_error',
          param: null,
          code: 'invalid_api_key',
        },
      },
      'rejected',
      'key_invalid_unknown',
      /^Rejected by OpenAI: /,
    ],
    [
      'openai',
      403,
      { error: { message: 'You have insufficient permissions for this operation. Missing scopes: api.model.read.' } },
      'valid',
      null,
      /restricted/,
    ],
    [
      'openai',
      401,
      {
        error: {
          message: 'You have insufficient permissions for this operation. Missing scopes: api.model.read. Check…',
        },
      },
      'valid',
      null,
      /restricted/,
    ],
    [
      'openai',
      429,
      { error: { message: 'You exceeded your current quota', type: 'insufficient_quota', code: 'insufficient_quota' } },
      'out_of_credit',
      'quota_exhausted',
      /OpenAI accepts this key, but/,
    ],
    [
      'openai',
      429,
      { error: { message: 'Rate limit reached', type: 'requests', code: 'rate_limit_exceeded' } },
      'valid',
      null,
      /^Works\. OpenAI is limiting/,
    ],
    [
      'openai',
      403,
      { error: { code: 'unsupported_country_region_territory', message: 'x' } },
      'no_access',
      'region_blocked',
      /country/,
    ],
    ['openai', 503, 'upstream connect error', 'unreachable', 'provider_overloaded', /Not checked/],
    ['openai', 404, { error: { message: 'nothing here' } }, 'unreachable', 'wrong_endpoint', /base URL/],
    ['openai', 200, '<html><body>Sign in to Wi-Fi</body></html>', 'unreachable', 'proxy_interference', /web page/],
    [
      'anthropic',
      401,
      { type: 'error', error: { type: 'authentication_error', message: 'invalid x-api-key' } },
      'rejected',
      'key_invalid_unknown',
      /Anthropic/,
    ],
    [
      'anthropic',
      401,
      {
        type: 'error',
        error: {
          type: 'authentication_error',
          message: 'OAuth token has expired. Please obtain a new token or refresh your existing token.',
        },
      },
      'expired',
      'key_expired',
      /Expired/,
    ],
    [
      'anthropic',
      403,
      { type: 'error', error: { type: 'forbidden', message: 'Request not allowed' } },
      'no_access',
      'region_blocked',
      /country/,
    ],
    [
      'google-gemini',
      400,
      {
        error: {
          code: 400,
          message: 'API key not valid.',
          status: 'INVALID_ARGUMENT',
          details: [{ '@type': 'x' }, { reason: 'API_KEY_INVALID' }],
        },
      },
      'rejected',
      'key_invalid_unknown',
      /Rejected/,
    ],
    [
      'google-gemini',
      400,
      {
        error: {
          code: 400,
          message: 'API key expired. Please renew the API key.',
          status: 'INVALID_ARGUMENT',
          details: [{ reason: 'API_KEY_INVALID' }],
        },
      },
      'expired',
      'key_expired',
      /Expired/,
    ],
    [
      'google-gemini',
      403,
      { error: { code: 403, message: 'Your API key was reported as leaked.', status: 'PERMISSION_DENIED' } },
      'revoked',
      'key_revoked',
      /Withdrawn/,
    ],
    [
      'google-gemini',
      403,
      { error: { code: 403, message: 'x', status: 'PERMISSION_DENIED', details: [{ reason: 'SERVICE_DISABLED' }] } },
      'no_access',
      'permission_missing',
      /does not let it/,
    ],
    [
      'xai',
      400,
      { code: 'Client specified an invalid argument', error: 'Incorrect API key provided: xa***.' },
      'rejected',
      'key_invalid_unknown',
      /xAI/,
    ],
    ['xai', 200, { api_key_disabled: true }, 'revoked', 'key_revoked', /Withdrawn/],
    ['deepseek', 200, { is_available: false }, 'out_of_credit', 'quota_exhausted', /no credit/],
    ['cohere', 200, { valid: false }, 'rejected', 'key_invalid_unknown', /Rejected/],
    ['openrouter', 200, { data: { limit_remaining: 0 } }, 'out_of_credit', 'quota_exhausted', /no credit/],
    [
      'minimax',
      200,
      { base_resp: { status_code: 1004, status_msg: 'login fail' } },
      'rejected',
      expect.any(String),
      /Rejected/,
    ],
  ])('%s answering %i %j is %s', (id, status, body, state, cause, sentence) => {
    const judged = judgeProbe(preset(id), answer(status, body, typeof body === 'string' ? [] : undefined));
    expect(judged).toMatchObject({ state, cause, status });
    if (typeof sentence === 'string') expect(judged.sentence).toBe(sentence);
    else expect(judged.sentence).toMatch(sentence);
  });

  test('a request that was meant to fail validation proves the key when it does', () => {
    const said = answer(400, { error: { message: 'messages must not be empty' } });
    expect(judgeProbe(preset('perplexity'), said, { failsOnPurpose: true })).toMatchObject({
      state: 'valid',
      sentence: 'Works',
    });
    expect(judgeProbe(preset('perplexity'), said)).toMatchObject({ state: 'unreachable' });
    expect(judgeProbe(preset('perplexity'), answer(401, ''), { failsOnPurpose: true })).toMatchObject({
      state: 'rejected',
    });
  });

  test.each([
    ['ENOTFOUND', 'network_dns'],
    ['ECONNREFUSED', 'network_refused'],
    ['CERT_HAS_EXPIRED', 'network_tls'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'network_tls'],
    ['CERT_NOT_YET_VALID', 'clock_skew'],
    ['UND_ERR_HEADERS_TIMEOUT', 'upstream_timeout'],
    ['ECONNRESET', 'network_reset_or_truncated'],
  ])('%s is unreachable, never rejected', (code, cause) => {
    const judged = judgeProbe(preset('openai'), { status: null, headers: [], body: '', error: { code, message: '' } });
    expect(judged).toMatchObject({ state: 'unreachable', cause, status: null });
    expect(judged.sentence).toMatch(/^Not checked: OpenAI /);
  });

  test('a custom provider is judged by status and named as the user named it', () => {
    expect(judgeProbe(undefined, answer(401, 'no'), { name: 'My box' })).toMatchObject({
      state: 'rejected',
      sentence: expect.stringContaining('My box'),
    });
    expect(judgeProbe(undefined, answer(200, { data: [] }))).toMatchObject({ state: 'valid' });
  });
});

describe('error rows', () => {
  test('a telling message beats a general code, which beats the bare status', () => {
    const row = (id: string, status: number, body: unknown) =>
      matchErrorRow(preset(id), status, [], JSON.stringify(body))?.cause;
    expect(row('openai', 500, {})).toBe('provider_outage');
    expect(row('openai', 418, {})).toBeUndefined();
    expect(
      row('google-gemini', 429, [
        { error: { status: 'RESOURCE_EXHAUSTED', details: [{ violations: [{ quotaId: 'XPerDayY' }] }] } },
      ]),
    ).toBe('quota_exhausted');
    expect(row('google-gemini', 429, { error: { status: 'RESOURCE_EXHAUSTED' } })).toBe('rate_limited');
    expect(row('cloudflare-workers-ai', 401, { errors: [{ code: 10000 }] })).toBeDefined();
    expect(
      matchErrorRow(preset('aws-bedrock'), 403, ['x-amzn-ErrorType', 'UnrecognizedClientException:http://x'], '{}'),
    ).toBeDefined();
  });

  test('an object in a code’s place that cannot be made a text is no code', () => {
    const body = JSON.stringify({ error: { message: 'no', type: { toString: '' }, code: { toString: '' } } });
    for (const { id, errors } of presets) {
      for (const { status } of errors) expect(() => matchErrorRow(preset(id), status ?? 400, [], body)).not.toThrow();
    }
  });

  /** Anthropic and Google say the same to a malformed and an unknown key; nobody's answer tells a gateway's own fault. */
  const SAME_WORDS: Record<string, string> = {
    'anthropic key_malformed': 'key_invalid_unknown',
    'gemini key_malformed': 'key_invalid_unknown',
    'openai key_malformed': 'key_invalid_unknown',
    'openai key_wrong_provider': 'key_invalid_unknown',
  };
  const UNTOLD = /gateway_config|other|gemini wrong_endpoint|openai (?:payload_too_large)|anthropic key_mismatch/;

  test('every practised refusal of the three makers is told by that maker’s rows', () => {
    for (const [shape, id] of [
      ['openai', 'openai'],
      ['anthropic', 'anthropic'],
      ['gemini', 'google-gemini'],
    ] as const) {
      for (const [cause, failure] of Object.entries(FAILURES[shape]) as [string, WireFailure][]) {
        if (cause === 'clock_skew' || cause === 'content_blocked' || UNTOLD.test(`${shape} ${cause}`)) continue;
        const body = errorBody(shape, failure, 'digest');
        const text = typeof body === 'string' ? body : JSON.stringify(body);
        const row = matchErrorRow(preset(id), failure.status, [], text);
        expect(row?.cause, `${shape} ${cause}`).toBe(SAME_WORDS[`${shape} ${cause}`] ?? cause);
      }
    }
  });
});

describe('local runtimes', () => {
  test('each preset of the group has a way to be recognised', () => {
    const probes = localRuntimeProbes();
    expect(probes.map((probe) => probe.preset).sort()).toEqual(
      presets
        .filter(({ group }) => group === 'local')
        .map(({ id }) => id)
        .sort(),
    );
    expect(probes.every((probe) => new URL(probe.url).hostname === '127.0.0.1')).toBe(true);
  });

  test('programs on the same port are told apart', () => {
    const find = (id: string) =>
      localRuntimeProbes().find((probe) => probe.preset === id) as ReturnType<typeof localRuntimeProbes>[number];
    expect(find('ollama').recognise(200, '{"version":"0.12.1"}')).toEqual({ version: '0.12.1' });
    expect(find('ollama').recognise(200, '<html>')).toBeUndefined();
    expect(find('ollama').recognise(404, '{"version":"1"}')).toBeUndefined();
    expect(find('llama-cpp').recognise(200, '{"default_generation_settings":{},"build_info":"b1"}')).toEqual({
      version: 'b1',
    });
    expect(find('llama-cpp').recognise(200, '{"version":"v2"}')).toBeUndefined();
    expect(find('localai').recognise(200, '{"version":"v2"}')).toEqual({ version: 'v2' });
  });
});

/** Keys of the test providers, in every state a real account's key can be in, and what each provider says to them. */
import { createHash } from 'node:crypto';

export const SERVER_DIALECTS = ['openai', 'anthropic', 'gemini', 'plain'] as const;
export type ServerDialect = (typeof SERVER_DIALECTS)[number];

export const KEY_STATES = [
  'valid',
  'expired',
  'revoked',
  'other-organization',
  'other-project',
  'restricted',
  /** Good, but only for its own organisation: refused where a header names another. */
  'other-account',
  'no-credit',
  'rate-limited',
] as const;
export type KeyState = (typeof KEY_STATES)[number];

/** A refusal as the provider really sends it. */
export interface Refusal {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

function letters(seed: string, length: number): string {
  let text = '';
  for (let round = 0; text.length < length; round += 1) {
    text += createHash('sha256')
      .update(`${seed} ${round}`)
      .digest('base64')
      .replace(/[^A-Za-z0-9]/g, '');
  }
  return text.slice(0, length);
}

/** A key of that provider's real form; the same for the same dialect and state. */
export function keyOf(dialect: ServerDialect, state: KeyState): string {
  const seed = `${dialect} ${state}`;
  switch (dialect) {
    case 'openai':
      return `sk-proj-${letters(seed, 64)}T3BlbkFJ${letters(`${seed} 2`, 64)}`;
    case 'anthropic':
      return `sk-ant-api03-${letters(seed, 93)}AA`;
    case 'gemini':
      return `AIza${letters(seed, 35)}`;
    case 'plain':
      return `sk-${letters(seed, 48)}`;
  }
}

function openai(status: number, message: string, type: string | null, code: string | null, headers = {}): Refusal {
  return { status, body: { error: { message, type, param: null, code } }, headers };
}
function anthropic(status: number, type: string, message: string, headers = {}): Refusal {
  return {
    status,
    body: { type: 'error', error: { type, message }, request_id: 'req_011CTestTestTestTestTest' },
    headers,
  };
}
function gemini(code: number, status: string, message: string, reason?: string, details: unknown[] = []): Refusal {
  const info = reason
    ? [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason, domain: 'googleapis.com', metadata: {} }]
    : [];
  const all = [...info, ...details];
  return { status: code, body: { error: { code, message, status, ...(all.length > 0 ? { details: all } : {}) } } };
}
function plain(status: number, message: string, type = 'new_api_error', headers = {}): Refusal {
  return {
    status,
    body: { error: { message: `${message} (request id: 20260101000000000000000test)`, type } },
    headers,
  };
}

/** Masked as OpenAI masks it. */
function masked(key: string): string {
  return key.length < 13 ? key : `${key.slice(0, 8)}${'*'.repeat(key.length - 12)}${key.slice(-4)}`;
}

export function missingKey(dialect: ServerDialect): Refusal {
  return {
    openai: openai(
      401,
      "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY).",
      'invalid_request_error',
      null,
    ),
    anthropic: anthropic(401, 'authentication_error', 'x-api-key header is required'),
    gemini: gemini(
      403,
      'PERMISSION_DENIED',
      "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other form of API consumer identity to call this API.",
    ),
    plain: plain(401, '未提供令牌'),
  }[dialect];
}

export function unknownKey(dialect: ServerDialect, key: string): Refusal {
  return {
    openai: openai(
      401,
      `Incorrect API key provided: ${masked(key)}. You can find your API key at https://platform.openai.com/account/api-keys.`,
      'invalid_request_error',
      'invalid_api_key',
    ),
    anthropic: anthropic(401, 'authentication_error', 'invalid x-api-key'),
    gemini: gemini(400, 'INVALID_ARGUMENT', 'API key not valid. Please pass a valid API key.', 'API_KEY_INVALID'),
    plain: plain(401, '无效的令牌'),
  }[dialect];
}

/** What a known key that is not good hears; undefined for a good one. `listing`: GET of the model list. */
export function refusalOf(dialect: ServerDialect, state: KeyState, key: string, listing: boolean): Refusal | undefined {
  // Credit and rate are not looked at where nothing is spent.
  if (listing && (state === 'no-credit' || state === 'rate-limited')) return undefined;
  if (state === 'valid' || state === 'other-account') return undefined;
  if (state === 'revoked' && dialect !== 'gemini') return unknownKey(dialect, key);
  const retry = { 'retry-after': '1' };
  const table: Readonly<
    Record<ServerDialect, Readonly<Record<Exclude<KeyState, 'valid' | 'revoked' | 'other-account'>, Refusal>>>
  > = {
    openai: {
      expired: openai(
        401,
        'Provided authentication token is expired. Please try signing in again.',
        null,
        'token_expired',
      ),
      'other-organization': openai(
        401,
        'OpenAI-Organization header should match organization for API key',
        'invalid_request_error',
        'mismatched_organization',
      ),
      'other-project': openai(
        401,
        'OpenAI-Project header should match project for API key',
        'invalid_request_error',
        'mismatched_project',
      ),
      restricted: openai(
        listing ? 403 : 401,
        `You have insufficient permissions for this operation. Missing scopes: ${listing ? 'api.model.read' : 'model.request'}. Check that you have the correct role in your organization (Reader, Writer, Owner) and project (Member, Owner), and if you're using a restricted API key, that it has the necessary scopes.`,
        'invalid_request_error',
        null,
      ),
      'no-credit': openai(
        429,
        'You exceeded your current quota, please check your plan and billing details.',
        'insufficient_quota',
        'insufficient_quota',
      ),
      'rate-limited': openai(
        429,
        'Rate limit reached for gpt-4o-mini on requests per min (RPM): Limit 3, Used 3, Requested 1. Please try again in 1s.',
        'requests',
        'rate_limit_exceeded',
        { ...retry, 'x-ratelimit-remaining-requests': '0' },
      ),
    },
    anthropic: {
      expired: anthropic(
        401,
        'authentication_error',
        'OAuth token has expired. Please obtain a new token or refresh your existing token.',
      ),
      'other-organization': anthropic(
        403,
        'permission_error',
        'Your API key belongs to a different organization than the resource you are trying to access.',
      ),
      'other-project': anthropic(
        403,
        'permission_error',
        'Your API key belongs to a different workspace than the resource you are trying to access.',
      ),
      restricted: anthropic(
        403,
        'permission_error',
        'Your API key does not have permission to use the specified resource.',
      ),
      'no-credit': anthropic(
        400,
        'invalid_request_error',
        'Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.',
      ),
      'rate-limited': anthropic(
        429,
        'rate_limit_error',
        "This request would exceed your organization's rate limit of 50 requests per minute.",
        { ...retry, 'anthropic-ratelimit-requests-remaining': '0' },
      ),
    },
    gemini: {
      expired: gemini(400, 'INVALID_ARGUMENT', 'API key expired. Please renew the API key.', 'API_KEY_INVALID'),
      'other-organization': gemini(
        400,
        'INVALID_ARGUMENT',
        'The API Key and the authentication credential are from different projects.',
      ),
      'other-project': gemini(
        400,
        'INVALID_ARGUMENT',
        'The API Key and the authentication credential are from different projects.',
      ),
      restricted: gemini(
        403,
        'PERMISSION_DENIED',
        'Requests to this API generativelanguage.googleapis.com method google.ai.generativelanguage.v1beta.GenerativeService.GenerateContent are blocked.',
        'API_KEY_SERVICE_BLOCKED',
      ),
      'no-credit': gemini(
        429,
        'RESOURCE_EXHAUSTED',
        'You exceeded your current quota, please check your plan and billing details.',
        undefined,
        [
          {
            '@type': 'type.googleapis.com/google.rpc.QuotaFailure',
            violations: [{ quotaId: 'GenerateRequestsPerDayPerProjectPerModel-FreeTier' }],
          },
        ],
      ),
      'rate-limited': gemini(
        429,
        'RESOURCE_EXHAUSTED',
        'You exceeded your current quota. Please retry in 1s.',
        undefined,
        [
          {
            '@type': 'type.googleapis.com/google.rpc.QuotaFailure',
            violations: [{ quotaId: 'GenerateRequestsPerMinutePerProjectPerModel-FreeTier' }],
          },
          { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '1s' },
        ],
      ),
    },
    plain: {
      expired: plain(401, '该令牌已过期'),
      'other-organization': plain(403, 'Invalid user associated with this key'),
      'other-project': plain(403, 'Invalid user associated with this key'),
      restricted: plain(403, '该令牌无权使用模型：gpt-4o-mini'),
      'no-credit': plain(403, '用户额度不足', 'insufficient_user_quota'),
      'rate-limited': plain(429, '请求过于频繁', 'rate_limit', retry),
    },
  };
  if (state === 'revoked')
    return gemini(403, 'PERMISSION_DENIED', 'Your API key was reported as leaked. Please use another API key.');
  return table[dialect][state];
}

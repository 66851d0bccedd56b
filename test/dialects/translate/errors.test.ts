import { describe, expect, it } from 'vitest';
import { TRANSLATED_DIALECTS } from '../../../gateway/dialects/canonical/registry.ts';
import type { TranslatedDialect } from '../../../gateway/dialects/canonical/request.ts';
import { translateError } from '../../../gateway/dialects/canonical/translate.ts';

type Case = readonly [from: TranslatedDialect, status: number, body: object, kind: string];

// Forms: platform.openai.com/docs/guides/error-codes, docs.claude.com/en/api/errors, google.aip.dev/193.
const CASES: readonly Case[] = [
  [
    'openai-chat',
    401,
    {
      error: {
        message: 'Incorrect API key provided: sk-…abcd.',
        type: 'invalid_request_error',
        param: null,
        code: 'invalid_api_key',
      },
    },
    'authentication',
  ],
  [
    'openai-chat',
    429,
    {
      error: {
        message: 'You exceeded your current quota',
        type: 'insufficient_quota',
        param: null,
        code: 'insufficient_quota',
      },
    },
    'billing',
  ],
  [
    'openai-chat',
    429,
    { error: { message: 'Rate limit reached', type: 'requests', param: null, code: 'rate_limit_exceeded' } },
    'rate-limit',
  ],
  [
    'openai-chat',
    404,
    {
      error: {
        message: 'The model `x` does not exist',
        type: 'invalid_request_error',
        param: null,
        code: 'model_not_found',
      },
    },
    'not-found',
  ],
  [
    'openai-responses',
    400,
    {
      error: {
        message: 'Unsupported parameter',
        type: 'invalid_request_error',
        param: 'temperature',
        code: 'unsupported_parameter',
      },
    },
    'invalid-request',
  ],
  [
    'openai-responses',
    500,
    { error: { message: 'The server had an error', type: 'server_error', param: null, code: null } },
    'server',
  ],
  [
    'anthropic-messages',
    529,
    { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } },
    'overloaded',
  ],
  [
    'anthropic-messages',
    403,
    { type: 'error', error: { type: 'permission_error', message: 'Not allowed' } },
    'permission',
  ],
  [
    'anthropic-messages',
    413,
    { type: 'error', error: { type: 'request_too_large', message: 'Too large' } },
    'too-large',
  ],
  [
    'anthropic-messages',
    400,
    { type: 'error', error: { type: 'invalid_request_error', message: 'max_tokens: Field required' } },
    'invalid-request',
  ],
  [
    'gemini-generate',
    400,
    {
      error: {
        code: 400,
        message: 'API key not valid.',
        status: 'INVALID_ARGUMENT',
        details: [
          { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'API_KEY_INVALID', domain: 'googleapis.com' },
        ],
      },
    },
    'authentication',
  ],
  [
    'gemini-generate',
    429,
    {
      error: {
        code: 429,
        message: 'Quota exceeded',
        status: 'RESOURCE_EXHAUSTED',
        details: [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '34.07s' }],
      },
    },
    'rate-limit',
  ],
  [
    'gemini-generate',
    503,
    { error: { code: 503, message: 'The model is overloaded.', status: 'UNAVAILABLE' } },
    'overloaded',
  ],
  ['gemini-generate', 504, { error: { code: 504, message: 'Deadline', status: 'DEADLINE_EXCEEDED' } }, 'timeout'],
];

const TYPES: Record<TranslatedDialect, Record<string, unknown>> = {
  'openai-chat': { authentication: 'authentication_error', 'rate-limit': 'rate_limit_error', server: 'server_error' },
  'openai-responses': {
    authentication: 'authentication_error',
    'rate-limit': 'rate_limit_error',
    server: 'server_error',
  },
  'anthropic-messages': {
    authentication: 'authentication_error',
    'rate-limit': 'rate_limit_error',
    overloaded: 'overloaded_error',
  },
  'gemini-generate': {
    authentication: 'UNAUTHENTICATED',
    'rate-limit': 'RESOURCE_EXHAUSTED',
    overloaded: 'UNAVAILABLE',
  },
};

describe.each(CASES)('an error of %s with %i', (from, status, body, kind) => {
  it.each(TRANSLATED_DIALECTS)('keeps its words in %s, in the shape that raises the right class', (to) => {
    const translated = translateError(from, to, status, JSON.stringify(body), { 'retry-after': '7' });
    const words = (body as { error: { message: string } }).error.message;
    expect(translated.error).toMatchObject({ kind, message: words, status, retryAfterSeconds: 7 });
    const wire = translated.body as { type?: string; error: Record<string, unknown> };
    expect(wire.error.message).toBe(words);
    expect(wire.type).toBe(to === 'anthropic-messages' ? 'error' : undefined);
    const expected = TYPES[to][kind];
    if (expected !== undefined) expect(to === 'gemini-generate' ? wire.error.status : wire.error.type).toBe(expected);
    if (to === 'gemini-generate') expect(wire.error.code).toBe(translated.status);
    expect(translated.status).toBe(
      status === 529 && to === 'gemini-generate' ? 503 : kind === 'billing' && !to.startsWith('openai') ? 429 : status,
    );
  });
});

describe('an error without an envelope', () => {
  it.each([
    '',
    '<html><title>502 Bad Gateway</title></html>',
    'upstream connect error',
    '{"detail":"Not Found"}',
    '{"error":"model is loading"}',
    '[{"error":{"code":500,"message":"Internal","status":"INTERNAL"}}]',
  ])('%j still has a sentence', (body) => {
    for (const from of TRANSLATED_DIALECTS) {
      for (const to of TRANSLATED_DIALECTS) {
        const { error, status } = translateError(from, to, 502, body, {});
        expect(error.message.length).toBeGreaterThan(0);
        expect(status).toBe(502);
      }
    }
  });

  it('reads Google’s delay where no header says one', () => {
    const body = JSON.stringify(CASES[11]?.[2]);
    expect(translateError('gemini-generate', 'openai-chat', 429, body, {}).error.retryAfterSeconds).toBe(34.07);
  });
});

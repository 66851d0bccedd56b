import { describe, expect, it } from 'vitest';
import { buildErrorBody } from '../../gateway/dialects/error-body.ts';
import { wrapUpstreamError } from '../../gateway/dialects/wrap-upstream-error.ts';

const keyward = { capture: 'c1', cause: 'key_expired', stage: 'forward', explain: 'http://x/ui/requests/c1' } as const;

describe('the gateway’s own errors', () => {
  it('wear the envelope that each SDK reads', () => {
    const facts = { status: 401, message: 'No.', keyward };
    expect(JSON.parse(buildErrorBody('openai', facts))).toEqual({
      error: { message: 'No.', type: 'authentication_error', param: null, code: 'key_expired', keyward },
    });
    expect(JSON.parse(buildErrorBody('anthropic', facts))).toMatchObject({
      type: 'error',
      error: { type: 'authentication_error', message: 'No.', keyward },
    });
    expect(JSON.parse(buildErrorBody('gemini', facts))).toMatchObject({
      error: { code: 401, status: 'UNAUTHENTICATED', message: 'No.', keyward },
    });
  });
});

describe('a provider’s error on its way to the caller', () => {
  it('gets only the keyward member added where it is in the caller’s dialect already', () => {
    const body =
      '{"error":{"message":"Incorrect API key","type":"invalid_request_error","param":null,"code":"invalid_api_key"},"x":1}';
    expect(JSON.parse(wrapUpstreamError('openai', 401, body, 'OpenAI', keyward))).toEqual({
      error: {
        message: 'Incorrect API key',
        type: 'invalid_request_error',
        param: null,
        code: 'invalid_api_key',
        keyward,
      },
      x: 1,
    });
    const gemini = '[{"error":{"code":400,"message":"bad","status":"INVALID_ARGUMENT"}}]';
    expect(JSON.parse(wrapUpstreamError('gemini', 400, gemini, 'Gemini', keyward))).toEqual([
      { error: { code: 400, message: 'bad', status: 'INVALID_ARGUMENT', keyward } },
    ]);
  });

  it.each([
    ['{"detail":"Forbidden: bad key"}', 'Forbidden: bad key'],
    ['{"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"}}', 'invalid x-api-key'],
    ['{"errors":[{"code":10000,"message":"Authentication error"}],"success":false}', 'OpenAI answered'],
    ['{"error":"model not found"}', 'model not found'],
    ['{"detail":[{"loc":["body"],"msg":"field required"}]}', 'field required'],
  ])('keeps the words of another shape: %s', (body, words) => {
    const wrapped = JSON.parse(wrapUpstreamError('openai', 401, body, 'OpenAI', keyward));
    expect(wrapped.error.keyward).toEqual(keyward);
    if (words !== 'OpenAI answered') expect(wrapped.error.message).toBe(words);
    else expect(wrapped.error.message).not.toBe('');
  });

  it('wraps what is no JSON and says what it was', () => {
    const html = JSON.parse(
      wrapUpstreamError('anthropic', 502, '<!DOCTYPE html><title>Bad gateway</title>', 'Anthropic', keyward),
    );
    expect(html).toMatchObject({ type: 'error', error: { type: 'api_error' } });
    expect(html.error.message).toContain('Bad gateway');
    const empty = JSON.parse(wrapUpstreamError('openai', 503, '', 'OpenAI', keyward));
    expect(empty.error.message).toContain('empty body');
  });
});

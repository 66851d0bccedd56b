/** Tokens of IBM Cloud: how long they are kept, and how often they are asked for. */
import { describe, expect, it } from 'vitest';
import type { Upstream } from '../../gateway/upstream.ts';
import { createIbmTokens } from '../../gateway/upstreams/ibm-tokens.ts';

const SIGN_IN = { kind: 'ibm-iam', tokenUrl: 'https://iam.cloud.ibm.com/identity/token', apiKey: 'a key' } as const;

/** Answers each exchange with the next token, or with what stands in its place. */
function service(...answers: { readonly status?: number; readonly body: object | string }[]) {
  const forms: URLSearchParams[] = [];
  const upstream: Upstream = {
    send(request, handler) {
      forms.push(new URLSearchParams(request.body?.toString()));
      const { status = 200, body } = answers[forms.length - 1] ?? { body: 'no more' };
      queueMicrotask(() => {
        handler.onHeaders(status, '', []);
        handler.onChunk(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)));
        handler.onEnd([]);
      });
      return { abort() {}, resume() {} };
    },
  };
  return { forms, upstream };
}

const made = (access_token: string, expires_in?: number) => ({ body: { access_token, expires_in } });

describe('a token of IBM Cloud', () => {
  it('is asked for in IBM’s form, kept for four fifths of its life, and made anew after', async () => {
    let nowMs = 1_000_000;
    const { forms, upstream } = service(made('one', 3600), made('two', 3600));
    const tokens = createIbmTokens(upstream, () => nowMs);
    expect(await tokens.token(SIGN_IN)).toBe('one');
    expect(Object.fromEntries(forms[0] ?? [])).toEqual({
      grant_type: 'urn:ibm:params:oauth:grant-type:apikey',
      apikey: 'a key',
    });
    nowMs += 2879_000;
    expect(await tokens.token(SIGN_IN)).toBe('one');
    nowMs += 1_000;
    expect(await tokens.token(SIGN_IN)).toBe('two');
    expect(forms.length).toBe(2);
  });

  it('is asked for once by all who want it at the same time, and by key and address', async () => {
    const { forms, upstream } = service(made('one'), made('other'), made('third'));
    const tokens = createIbmTokens(upstream, () => 0);
    expect(await Promise.all([tokens.token(SIGN_IN), tokens.token(SIGN_IN)])).toEqual(['one', 'one']);
    expect(await tokens.token({ ...SIGN_IN, apiKey: 'another' })).toBe('other');
    expect(await tokens.token({ ...SIGN_IN, tokenUrl: 'http://127.0.0.1:1/token' })).toBe('third');
    expect(forms.length).toBe(3);
  });

  it('is forgotten when it is the one that was refused, and not when a newer one is there', async () => {
    const { forms, upstream } = service(made('one'), made('two'));
    const tokens = createIbmTokens(upstream, () => 0);
    tokens.forget(SIGN_IN, await tokens.token(SIGN_IN));
    expect(await tokens.token(SIGN_IN)).toBe('two');
    tokens.forget(SIGN_IN, 'one');
    expect(await tokens.token(SIGN_IN)).toBe('two');
    expect(forms.length).toBe(2);
  });

  it('that did not come is told with what came in its place, and asked for again', async () => {
    const refusal = { errorCode: 'BXNIM0415E', errorMessage: 'Provided API key could not be found.' };
    const { upstream } = service({ status: 400, body: refusal }, { body: '<html>' }, { body: {} }, made('late'));
    const tokens = createIbmTokens(upstream, () => 0);
    await expect(tokens.token(SIGN_IN)).rejects.toMatchObject({ answer: { status: 400 } });
    await expect(tokens.token(SIGN_IN)).rejects.toMatchObject({ answer: { status: 502 } });
    await expect(tokens.token(SIGN_IN)).rejects.toThrow('gave no access token');
    expect(await tokens.token(SIGN_IN)).toBe('late');
  });
});

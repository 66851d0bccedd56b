import { describe, expect, test } from 'vitest';
import { CAUSES, type Cause } from '../../../gateway/causes.ts';
import { SHAPES } from '../../../gateway/providers/practice/script.ts';
import { play, request } from './play.ts';

const TOLD_BY_NETWORK: Partial<Record<Cause, string>> = {
  network_dns: 'ENOTFOUND',
  network_refused: 'ECONNREFUSED',
  network_tls: 'CERT_HAS_EXPIRED',
  network_reset_or_truncated: 'ECONNRESET',
  upstream_timeout: 'UND_ERR_HEADERS_TIMEOUT',
  clock_skew: 'CERT_NOT_YET_VALID',
};

const DIALECTS = {
  'OpenAI chat': (model: string, stream: boolean) =>
    request('/v1/chat/completions', { model, stream, messages: [{ role: 'user', content: 'hi' }] }),
  'OpenAI responses': (model: string, stream: boolean) => request('/v1/responses', { model, stream, input: 'hi' }),
  'Anthropic messages': (model: string, stream: boolean) =>
    request('/v1/messages', { model, stream, max_tokens: 100, messages: [{ role: 'user', content: 'hi' }] }, [
      'anthropic-version',
      '2023-06-01',
    ]),
  Gemini: (model: string, stream: boolean) =>
    request(`/v1beta/models/${model}:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`, {
      contents: [{ role: 'user', parts: [{ text: 'hi' }] }],
    }),
  'Gemini array stream': (model: string, stream: boolean) =>
    request(`/v1beta/models/${model}:${stream ? 'streamGenerateContent' : 'generateContent'}`, {
      contents: [{ parts: [{ text: 'hi' }] }],
    }),
};

const NAME = (cause: Cause) => `practice/${cause.replaceAll('_', '-')}`;

function messageOf(text: string): string {
  const parsed = JSON.parse(text);
  const value = Array.isArray(parsed) ? parsed[0] : parsed;
  const message = value.error?.message ?? value.error_description ?? value.detail ?? value.promptFeedback?.blockReason;
  expect(typeof message).toBe('string');
  return message;
}

describe.each(Object.entries(DIALECTS))('every cause, asked in the form of %s', (dialect, ask) => {
  describe.each(SHAPES)('in the words of %s', (shape) => {
    test.each(CAUSES)('%s fails as it should, streamed or not, the same each time', async (cause) => {
      const twice = [false, true, false, true].map((stream) => play(ask(`${NAME(cause)}:as=${shape}`, stream)));
      const [whole, streamed, wholeAgain, streamedAgain] = await Promise.all(twice);
      for (const [stream, first, again] of [
        [false, whole, wholeAgain],
        [true, streamed, streamedAgain],
      ] as const) {
        if (!first) throw new Error('nothing was played');
        expect(again).toEqual(first);
        expect(first.calls.join(' ')).toMatch(/^(?:headers (?:chunk )*(?:end|error)|error)$/);
        const code = TOLD_BY_NETWORK[cause];
        if (code && !(cause === 'clock_skew' && shape === 'gemini')) {
          expect(first.error?.code).toBe(code);
          expect(first.error?.message).not.toBe('');
          continue;
        }
        if (cause === 'proxy_interference') {
          expect(first.headers['content-type']).toContain('text/html');
          expect(first.body).toContain('web filter');
          continue;
        }
        if (cause === 'response_format') {
          expect(first.status).toBe(200);
          expect(first.error).toBeUndefined();
          if (!stream) expect(() => JSON.parse(first.body)).toThrow();
          continue;
        }
        expect(first.error).toBeUndefined();
        if (cause === 'content_blocked' && shape === 'gemini' && dialect.startsWith('Gemini')) {
          expect(first.status).toBe(200);
          expect(first.body).toContain('PROHIBITED_CONTENT');
          continue;
        }
        expect(first.status).toBeGreaterThanOrEqual(400);
        if (first.headers['content-type']?.includes('html')) continue;
        expect(messageOf(first.body)).not.toBe('');
        expect(first.headers['content-length']).toBe(String(Buffer.byteLength(first.body)));
      }
    });
  });

  test('without `as` the caller’s own provider speaks', async () => {
    const { body, status } = await play(ask('practice/key-invalid-unknown', false));
    const words = dialect.startsWith('OpenAI')
      ? [401, 'Incorrect API key provided']
      : dialect.startsWith('Anthropic')
        ? [401, 'invalid x-api-key']
        : [400, 'API_KEY_INVALID'];
    expect(status).toBe(words[0]);
    expect(body).toContain(words[1]);
  });

  test('a stream that breaks has begun properly and lacks its ending', async () => {
    const terminal = /\[DONE\]|message_stop|response\.completed|finishReason/;
    const whole = await play(ask('practice/ok', true));
    expect(whole.body).toMatch(terminal);
    const cut = await play(ask('practice/cut-stream:chunks=4', true));
    expect(cut.calls).toEqual(['headers', 'chunk', 'chunk', 'chunk', 'chunk', 'end']);
    expect(cut.body).not.toMatch(terminal);
    expect(whole.body.slice(0, 20)).toBe(cut.body.slice(0, 20));
    const reset = await play(ask('practice/network-reset-or-truncated', true));
    expect(reset.calls).toEqual(['headers', 'chunk', 'chunk', 'error']);
    const faulty = await play(ask('practice/error-in-stream', true));
    expect(faulty.status).toBe(200);
    expect(faulty.body).not.toMatch(terminal);
    expect(faulty.chunks.at(-1)).toMatch(/server had an error|Overloaded|overloaded/);
    expect(faulty.calls.at(-1)).toBe('end');
  });

  test('an unstreamed answer is cut in the middle of its announced length', async () => {
    const cut = await play(ask('practice/cut-stream', false));
    expect(cut.error?.code).toBe('UND_ERR_SOCKET');
    expect(Buffer.byteLength(cut.body)).toBeLessThan(Number(cut.headers['content-length']));
    const idle = await play(ask('practice/upstream-timeout:at=idle', true));
    expect(idle.calls).toEqual(['headers', 'chunk', 'chunk', 'error']);
    expect(idle.error?.code).toBe('UND_ERR_BODY_TIMEOUT');
  });

  test('unknown names and parameters get a clear sentence in the caller’s form', async () => {
    const unknown = await play(ask('practice/key-expird', false));
    expect(unknown.status).toBe(404);
    expect(messageOf(unknown.body)).toContain('Did you mean practice/key-expired?');
    const parameter = await play(ask('practice/stream:chunk=3', false));
    expect(parameter.status).toBe(400);
    expect(messageOf(parameter.body)).toBe(
      'This practice model has no parameter "chunk". It takes chunks, delay, size.',
    );
    for (const bad of [
      'stream:chunks=0',
      'stream:chunks=1e3',
      'slow:delay=-1',
      'key-expired:as=bing',
      'stream:chunks',
    ]) {
      const answer = await play(ask(`practice/${bad}`, false));
      expect(answer.status, bad).toBe(400);
      expect(messageOf(answer.body)).toContain('is no value for');
    }
  });
});

test('rate limits say when to come back, in each provider’s way', async () => {
  const openai = await play(DIALECTS['OpenAI chat']('practice/rate-limited:retry=7', false));
  expect(openai.headers).toMatchObject({
    'retry-after': '7',
    'retry-after-ms': '7000',
    'x-ratelimit-remaining-requests': '0',
  });
  const anthropic = await play(DIALECTS['Anthropic messages']('practice/rate-limited', false));
  expect(anthropic.headers).toMatchObject({ 'retry-after': '20', 'anthropic-ratelimit-requests-remaining': '0' });
  const gemini = await play(DIALECTS.Gemini('practice/rate-limited:retry=7', false));
  expect(gemini.headers['retry-after']).toBeUndefined();
  expect(gemini.body).toContain('"retryDelay":"7s"');
});

test('a practised wait is no longer than a real connection would be waited for', async () => {
  const sent = {
    ...DIALECTS['OpenAI chat']('practice/slow:delay=600000', false),
    timeouts: { connectMs: 1, firstByteMs: 20, idleMs: 20 },
  };
  expect((await play(sent)).error?.code).toBe('UND_ERR_HEADERS_TIMEOUT');
  const stream = { ...DIALECTS['OpenAI chat']('practice/stream:chunks=3,delay=600000', true), timeouts: sent.timeouts };
  expect((await play(stream)).error?.code).toBe('UND_ERR_BODY_TIMEOUT');
});

test('a body that is no JSON and a path that is no endpoint are refused', async () => {
  expect(await play(request('/v1/chat/completions', '{"model":'))).toMatchObject({ status: 400 });
  expect(await play(request('/v1/chat/completion', { model: 'practice/ok' }))).toMatchObject({ status: 404 });
  expect(await play(request('/v1/chat/completions', undefined))).toMatchObject({ status: 404 });
});

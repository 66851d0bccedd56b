/**
 * The whole matrix of the practice provider through the whole gateway: every cause, in every shape, asked in every dialect,
 * streamed and not, is named rightly to the caller (x-keyward-cause), in the capture and in its explanation.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CAUSES, type Cause } from '../../gateway/causes.ts';
import { explainCapture } from '../../gateway/diagnosis/explain-capture.ts';
import { SHAPES } from '../../gateway/providers/practice/script.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway.stop());

interface Asking {
  readonly path: (model: string) => string;
  readonly body: (model: string) => object;
  readonly streams?: boolean;
}

const hi = [{ role: 'user', content: 'hi' }];
const contents = [{ role: 'user', parts: [{ text: 'hi' }] }];
const body = (path: string, rest: object): Asking => ({ path: () => path, body: (model) => ({ model, ...rest }) });
const gemini = (action: string, rest: object): Asking => ({
  path: (model) => `/v1beta/models/${model}:${action}`,
  body: () => rest,
});

const ASKINGS: Readonly<Record<string, Asking>> = {
  'chat completions': body('/v1/chat/completions', { messages: hi }),
  'chat completions, streamed': { ...body('/v1/chat/completions', { messages: hi, stream: true }), streams: true },
  completions: body('/v1/completions', { prompt: 'hi' }),
  'completions, streamed': { ...body('/v1/completions', { prompt: 'hi', stream: true }), streams: true },
  responses: body('/v1/responses', { input: 'hi' }),
  'responses, streamed': { ...body('/v1/responses', { input: 'hi', stream: true }), streams: true },
  embeddings: body('/v1/embeddings', { input: 'hi' }),
  moderations: body('/v1/moderations', { input: 'hi' }),
  images: body('/v1/images/generations', { prompt: 'hi' }),
  rerank: body('/v1/rerank', { query: 'hi', documents: ['hi'] }),
  messages: body('/v1/messages', { max_tokens: 9, messages: hi }),
  'messages, streamed': { ...body('/v1/messages', { max_tokens: 9, messages: hi, stream: true }), streams: true },
  count_tokens: body('/v1/messages/count_tokens', { messages: hi }),
  generateContent: gemini('generateContent', { contents }),
  'streamGenerateContent as events': { ...gemini('streamGenerateContent?alt=sse', { contents }), streams: true },
  'streamGenerateContent as an array': { ...gemini('streamGenerateContent', { contents }), streams: true },
  countTokens: gemini('countTokens', { contents }),
  embedContent: gemini('embedContent', { content: contents[0] }),
};

interface Outcome {
  /** Undefined where the answer's head had gone out before the failure was known. */
  readonly told: string | null;
  readonly captured: string | null;
  readonly explained: string | null;
  readonly confidence: number;
  readonly rival: number;
}

async function outcomeOf(asking: Asking, model: string): Promise<Outcome> {
  const response = await gateway.post(asking.path(model), asking.body(model));
  // A cut connection is one of the practised failures.
  await response.arrayBuffer().catch(() => undefined);
  const capture = await gateway.captureOf(response);
  const explanation = explainCapture(capture, {
    now: Date.now(),
    snapshot: gateway.gateway.services.store.snapshot,
    company: [],
  });
  return {
    told: response.headers.get('x-keyward-cause'),
    captured: capture.cause,
    explained: explanation.cause,
    confidence: explanation.confidence,
    rival: explanation.alternatives[0]?.confidence ?? 0,
  };
}

const nameOf = (cause: Cause) => cause.replaceAll('_', '-');

/** Failures that fall after the head of the answer has gone out. */
function fallsLate(cause: Cause, asking: Asking): boolean {
  return (
    Boolean(asking.streams) && ['response_format', 'network_reset_or_truncated', 'content_blocked'].includes(cause)
  );
}

describe.each(Object.entries(ASKINGS))('asked as %s', (_, asking) => {
  it.each(SHAPES)('every cause is named rightly in the words of %s', async (shape) => {
    const wrong = await Promise.all(
      CAUSES.map(async (cause) => {
        const { told, captured, explained, confidence } = await outcomeOf(
          asking,
          `practice/${nameOf(cause)}:as=${shape}`,
        );
        const right =
          captured === cause && explained === cause && (told === cause || (told === null && fallsLate(cause, asking)));
        return right ? [] : [`${cause}: told ${told}, captured ${captured}, explained ${explained} at ${confidence}`];
      }),
    );
    expect(wrong.flat()).toEqual([]);
  });
});

describe('a practice model that does not exist as named', () => {
  it.each([
    ['practice/key-expired:as=bogus', 400, 'bad_request_parameter', 'openai, anthropic, gemini, plain'],
    ['practice/rate-limited:retry=soon', 400, 'bad_request_parameter', 'whole number'],
    ['practice/key-revoked:colour=red', 400, 'bad_request_parameter', 'as, delay, mended'],
    ['practice/key-expird', 404, 'model_not_found', 'Did you mean practice/key-expired?'],
  ])('%s is refused before anything is acted out', async (model, status, cause, words) => {
    const paths = ['chat completions', 'messages', 'generateContent', 'embeddings'];
    for (const asking of paths.map((name) => ASKINGS[name] as Asking)) {
      const response = await gateway.post(asking.path(model), asking.body(model));
      expect({ status: response.status, cause: response.headers.get('x-keyward-cause') }).toEqual({ status, cause });
      expect(await response.text()).toContain(words);
      expect(await gateway.captureOf(response)).toMatchObject({ cause, stage: 'route', attemptList: [] });
    }
  });
});

describe('the stand-in for a key', () => {
  it('is not in the capture, but what is wrong with it is, and the explanation shows it', async () => {
    const response = await gateway.post('/v1/messages', {
      model: 'practice/key-malformed',
      max_tokens: 9,
      messages: hi,
    });
    const capture = await gateway.captureOf(response);
    expect(JSON.stringify(capture)).not.toContain('YOUR_API_KEY');
    expect(capture.attemptList[0]?.outcome?.keyFlaws).toMatchObject([{ flaw: 'placeholder' }]);
    const explanation = explainCapture(capture, { now: Date.now() });
    expect(JSON.stringify(explanation.ladder)).toContain('is a placeholder from an example');
  });

  it('is left out once the key counts as replaced', async () => {
    const response = await gateway.post('/v1/messages', {
      model: 'practice/key-malformed:mended=replace-key',
      max_tokens: 9,
      messages: hi,
    });
    expect(response.status).toBe(200);
    const capture = await gateway.captureOf(response);
    expect(capture.attemptList[0]?.requestHeaders.map(([name]) => name)).not.toContain('x-api-key');
  });
});

describe('a success that cannot be read', () => {
  it('is told to the caller as a failure, in its dialect, where nothing had been sent yet', async () => {
    const response = await gateway.post('/v1/messages', {
      model: 'practice/response-format',
      max_tokens: 9,
      messages: hi,
    });
    expect(response.status).toBe(502);
    expect(await response.json()).toMatchObject({ type: 'error', error: { keyward: { cause: 'response_format' } } });
    const capture = await gateway.captureOf(response);
    expect(capture.attemptList[0]).toMatchObject({
      status: 200,
      responseBody: { text: expect.stringContaining('"choices"') },
    });
  });
});

/** Apps of every dialect ask Replicate: runs that are waited for, looked at, streamed, called off, and that fail inside a success. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { outputEvent, replicate } from '../../clients/upstreams/replicate.ts';
import {
  type Json,
  type Running,
  record,
  startUpstream,
  type WireAnswer,
  type WireRequest,
} from '../../clients/upstreams/upstream.ts';
import { startTestGateway, type TestGateway } from '../../support/gateway.ts';

let upstream: Running;
let gateway: TestGateway;
const seen: WireRequest[] = [];
let instead: ((request: WireRequest) => WireAnswer | undefined) | undefined;

const MODEL = `replicate/${replicate.model}`;
const LLAMA = 'replicate/meta/meta-llama-3.1-405b-instruct';
const ID = 's7x1e3dcmhrmc0cm8rbatcneec';
const paths = () => seen.map(({ method, path }) => `${method} ${path}`);
const inputOf = (request: WireRequest | undefined) => record(request?.body.input);

beforeAll(async () => {
  upstream = await startUpstream({
    ...replicate,
    handle: (request) => {
      seen.push(request);
      return instead?.(request) ?? replicate.handle(request);
    },
  });
  gateway = await startTestGateway();
  await gateway.addProvider({ ...replicate.provider(upstream.url), name: 'Replicate' }, replicate.secret);
});
afterAll(async () => {
  await gateway.stop();
  await upstream.stop();
});
beforeEach(() => {
  seen.length = 0;
  instead = undefined;
});

const said = (content: string) => [{ role: 'user', content }];
const chat = (model: string, more: object = {}) =>
  gateway.post('/v1/chat/completions', { model, messages: said('Hi'), ...more });
const ledgerOf = async (response: Response) => {
  const { steps } = await gateway.captureOf(response);
  return JSON.stringify(steps.find(({ stage }) => stage === 'translate')?.output);
};

/** A prediction as the API shows it. */
function prediction(status: string, more: Json = {}): Json {
  const urls = {
    get: 'https://example.org/steal',
    cancel: 'https://example.org/steal',
    stream: `${upstream.url}/v1/files/x`,
  };
  return { id: ID, model: 'm', input: { status: 'failed' }, output: null, error: null, status, urls, ...more };
}

/** Answers each path in turn; the last answer of a path stays. */
function script(answers: Readonly<Record<string, readonly WireAnswer[]>>) {
  const left = new Map(Object.entries(answers).map(([path, list]) => [path, [...list]]));
  instead = ({ method, path }) => {
    const list = left.get(`${method} ${path}`) ?? left.get(`${method} *`);
    return list && list.length > 1 ? list.shift() : list?.[0];
  };
}

const events = (...lines: string[]): WireAnswer => ({ status: 200, body: Buffer.from(lines.join('')) });
const LOOK = `GET /v1/predictions/${ID}`;

describe('a run', () => {
  it('that is waited for is one request, counted by its own metrics, and a plain 200', async () => {
    const response = await gateway.post('/v1/messages', {
      model: MODEL,
      max_tokens: 50,
      system: 'You are a careful clerk.',
      messages: said('case: text'),
    });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ content: [{ type: 'text', text: 'The clerk answers.' }] });
    const [sent] = seen;
    expect(paths()).toEqual([`POST /v1/models/${replicate.model}/predictions`]);
    expect([sent?.headers.prefer, sent?.headers.authorization]).toEqual(['wait', `Bearer ${replicate.secret}`]);
    expect(inputOf(sent)).toEqual({
      prompt: 'case: text',
      system_prompt: 'You are a careful clerk.',
      max_completion_tokens: 50,
    });
    expect(await gateway.captureOf(response)).toMatchObject({
      usage: { inputTokens: 11, outputTokens: 7 },
      verdict: { ok: true },
    });
  });

  it('that goes on is looked at until it is over, at the provider’s own address whatever its answer names', async () => {
    script({
      'POST *': [{ status: 202, body: prediction('starting') }],
      [LOOK]: [
        { status: 503, body: { detail: 'busy' } },
        { status: 200, body: prediction('processing') },
        { status: 200, body: prediction('succeeded', { output: ['Later', ' than', ' late'] }) },
      ],
    });
    const response = await chat(LLAMA);
    expect(await response.json()).toMatchObject({ choices: [{ message: { content: 'Later than late' } }] });
    expect(paths().filter((path) => path === LOOK).length).toBe(3);
    expect(seen.every(({ headers }) => headers.authorization === `Bearer ${replicate.secret}`)).toBe(true);
    expect(seen.at(-1)?.headers['content-type']).toBeUndefined();
    expect(JSON.stringify(await gateway.captureOf(response))).toContain('run.poll');
  });

  it('whose app hangs up is called off', async () => {
    script({
      'POST *': [{ status: 202, body: prediction('starting') }],
      [LOOK]: [{ status: 200, body: prediction('processing') }],
    });
    const leaving = new AbortController();
    const body = JSON.stringify({ model: LLAMA, messages: said('Hi') });
    const headers = { authorization: `Bearer ${gateway.key}`, 'content-type': 'application/json' };
    const asked = fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers,
      body,
      signal: leaving.signal,
    });
    await expect.poll(() => paths(), { timeout: 10_000 }).toContain(LOOK);
    leaving.abort();
    await expect(asked).rejects.toThrow();
    await expect.poll(() => paths(), { timeout: 10_000 }).toContain(`POST /v1/predictions/${ID}/cancel`);
  });
});

describe('a failed run', () => {
  it.each([
    ['Prediction interrupted; please retry (code: PA)', 503, 'provider_overloaded'],
    [
      'The input or output was flagged as sensitive. Please try again with different inputs. (E005)',
      400,
      'content_blocked',
    ],
    ['prompt length exceeds maximum input length', 400, 'context_too_long'],
    ['CUDA out of memory. Tried to allocate 20 MiB', 500, 'provider_outage'],
    ['The model did something odd', 500, 'provider_outage'],
  ])('"%s" inside a 201 is %i and %s, in the caller’s form', async (error, status, cause) => {
    script({ 'POST *': [{ status: 201, body: prediction('failed', { error }) }] });
    for (const path of ['/v1/chat/completions', '/v1/messages']) {
      const response = await gateway.post(path, { model: LLAMA, max_tokens: 50, messages: said('Hi') });
      const { error: told } = (await response.json()) as { error: { message: string; keyward: { cause: string } } };
      expect([response.status, told.message, told.keyward.cause]).toEqual([status, error, cause]);
      expect((await gateway.captureOf(response)).verdict).toMatchObject({ ok: false, cause });
    }
  });

  it.each([
    [
      'an error event',
      [
        'event: error\ndata: {"detail":"Prediction interrupted; please retry (code: PA)"}\n\n',
        'event: done\ndata: {"reason":"error"}\n\n',
      ],
    ],
    ['its end', ['event: done\ndata: {"reason":"canceled"}\n\n']],
    ['what it came to', ['event: done\ndata: {}\n\n']],
  ])('is seen in a stream by %s', async (_, lines) => {
    script({
      'POST *': [{ status: 202, body: prediction('starting') }],
      'GET /v1/files/x': [events(outputEvent('Half'), ...lines)],
      [LOOK]: [
        { status: 200, body: prediction('failed', { error: 'Prediction interrupted; please retry (code: PA)' }) },
      ],
    });
    const response = await gateway.post('/v1/messages', {
      model: LLAMA,
      max_tokens: 50,
      messages: said('Hi'),
      stream: true,
    });
    const text = await response.text();
    expect(text).toContain('event: error');
    expect(text).not.toContain('message_stop');
    expect((await gateway.captureOf(response)).verdict).toMatchObject({ ok: false });
  });

  it.each([
    [401, 'You did not pass a valid authentication token', 'key_invalid_unknown'],
    [402, 'You have insufficient credit to run this model.', 'quota_exhausted'],
    [404, 'The requested resource could not be found.', 'model_not_found'],
    [422, '- input: prompt is required', 'bad_request_parameter'],
    [429, 'Request was throttled. Expected available in 3 seconds.', 'rate_limited'],
  ])('to create is %i "%s" and %s', async (status, detail, cause) => {
    script({ 'POST *': [{ status, body: { title: 'Problem', detail, status } }] });
    const response = await chat(LLAMA, { stream: true });
    expect([response.status, response.headers.get('x-keyward-cause')]).toEqual([status, cause]);
    expect(await response.text()).toContain(detail);
  });
});

describe('a stream', () => {
  const streamed = (...lines: string[]) =>
    script({
      'POST *': [{ status: 202, body: prediction('starting') }],
      'GET /v1/files/x': [events(...lines)],
      [LOOK]: [
        { status: 200, body: prediction('processing') },
        {
          status: 200,
          body: prediction('succeeded', {
            metrics: { input_token_count: 5, output_token_count: 6, tokens_per_second: 9 },
          }),
        },
      ],
    });
  const contents = [{ role: 'user', parts: [{ text: 'Hi' }] }];
  const gemini = () => gateway.post(`/v1beta/models/${LLAMA}:streamGenerateContent?alt=sse`, { contents });

  it('carries every character, and ends with what was counted', async () => {
    // A model's words may look like anything.
    const pieces = ['{"error": "', 'no', '"}\n\n', ' two', '\n', '[DONE] 👩🏽‍🚀', '{"finish_reason":"stop"}'];
    streamed(...pieces.map(outputEvent), 'event: done\ndata: {}\n\n');
    const response = await gemini();
    const text = await response.text();
    const parts = [...text.matchAll(/^data: (.+)$/gm)].map(([, data]) => JSON.parse(data ?? ''));
    expect(
      parts
        .flatMap((each) => each.candidates?.[0]?.content?.parts ?? [])
        .map((part) => part.text)
        .join(''),
    ).toBe(pieces.join(''));
    const capture = await gateway.captureOf(response);
    expect(capture).toMatchObject({ verdict: { ok: true }, usage: { inputTokens: 5, outputTokens: 6 } });
    expect(inputOf(seen[0])).toEqual({ prompt: 'Hi' });
    expect([seen[0]?.body.stream, seen[0]?.headers.prefer]).toEqual([true, undefined]);
  });

  it('without its last event is no success', async () => {
    streamed(outputEvent('Half'));
    const response = await chat(LLAMA, { stream: true });
    expect(await response.text()).not.toContain('[DONE]');
    expect((await gateway.captureOf(response)).verdict).toMatchObject({
      ok: false,
      cause: 'network_reset_or_truncated',
    });
  });

  it('that a model has not is waited for, and told in one piece', async () => {
    const whole = { status: 200, body: prediction('succeeded', { output: 'All at once' }) };
    for (const stream of [undefined, `${upstream.url}/v1/nowhere`]) {
      script({ 'POST *': [{ status: 202, body: prediction('starting', { urls: { stream } }) }], [LOOK]: [whole] });
      const text = await (await chat(LLAMA, { stream: true })).text();
      expect(text).toContain('All at once');
      expect(text).toContain('[DONE]');
    }
  });

  it('at an address that is not Replicate’s is not opened', async () => {
    let asked = 0;
    const other = createServer((_, response) => {
      asked += 1;
      response.end();
    });
    other.listen(0, '127.0.0.1');
    await once(other, 'listening');
    const stream = `http://127.0.0.1:${(other.address() as AddressInfo).port}/v1/files/x`;
    script({
      'POST *': [{ status: 202, body: prediction('starting', { urls: { stream } }) }],
      [LOOK]: [{ status: 200, body: prediction('succeeded', { output: 'Fetched here' }) }],
    });
    expect(await (await chat(LLAMA, { stream: true })).text()).toContain('Fetched here');
    expect(asked).toBe(0);
    other.close();
  });
});

describe('a conversation', () => {
  const turns = [
    { role: 'system', content: 'Be brief.' },
    ...said('One?'),
    { role: 'assistant', content: 'One.' },
    ...said('Two?'),
  ];
  const done = () => ({ status: 201, body: prediction('succeeded', { output: 'Yes.' }) });

  it('of several turns goes as messages where the model takes them, else as one prompt that names the turns', async () => {
    script({ 'POST *': [done()] });
    await chat(MODEL, { messages: turns });
    expect(inputOf(seen[0])).toEqual({ messages: turns });
    const response = await chat(LLAMA, { messages: turns });
    expect(inputOf(seen[1])).toEqual({
      prompt: 'User: One?\n\nAssistant: One.\n\nUser: Two?\n\nAssistant:',
      system_prompt: 'Be brief.',
    });
    expect(await ledgerOf(response)).toContain('one prompt');
  });

  it('is put into the inputs of the model’s maker; the rest is listed', async () => {
    script({ 'POST *': [done()] });
    const more = { temperature: 0.5, seed: 7, max_tokens: 64, stop: ['a', 'b'], reasoning_effort: 'low' };
    const { stop: _, ...unstopped } = more;
    expect((await chat(LLAMA, more)).status).toBe(200);
    expect(inputOf(seen[0])).toMatchObject({ temperature: 0.5, max_tokens: 64, stop_sequences: 'a,b' });
    const claude = await chat('replicate/anthropic/claude-4-sonnet', unstopped);
    expect(inputOf(seen[1])).toEqual({
      prompt: 'Hi',
      max_tokens: 1024,
      extended_thinking: true,
      thinking_budget_tokens: expect.any(Number),
    });
    for (const path of ['temperature', 'seed', 'max_tokens'])
      expect(await ledgerOf(claude)).toContain(`"path":"${path}"`);
    await chat('replicate/google/gemini-2.5-flash', { ...unstopped, reasoning_effort: 'none' });
    expect(inputOf(seen[2])).toEqual({ prompt: 'Hi', temperature: 0.5, max_output_tokens: 64, thinking_budget: 0 });
    const unknown = await chat('replicate/somebody/some-model', unstopped);
    expect(await ledgerOf(unknown)).toContain('not known here');
  });

  it.each([
    [{ tools: [{ type: 'function', function: { name: 'f', parameters: { type: 'object' } } }] }, 'cannot call tools'],
    [{ stop: ['a,b'] }, 'commas'],
    [{ n: 2 }, 'ask for one'],
    [
      { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://x.y/z.png' } }] }] },
      'reads text only',
    ],
  ])('with %o is refused in words, and nothing is sent', async (more, words) => {
    const response = await chat(LLAMA, more);
    expect(response.status).toBe(400);
    expect(await response.text()).toContain(words);
    expect(seen).toEqual([]);
  });

  it('reaches a version and a deployment at their own addresses', async () => {
    script({ 'POST *': [done()] });
    const version = '5c7d5dc6dd8bf75c1acaa8565735e7986bc5b66206b55cca93cb72c9bf15ccaa';
    await chat(`replicate/somebody/some-model:${version}`);
    await chat('replicate/deployments/me/mine');
    expect(paths()).toEqual(['POST /v1/predictions', 'POST /v1/deployments/me/mine/predictions']);
    expect(seen.map(({ body }) => body.version)).toEqual([version, undefined]);
  });
});

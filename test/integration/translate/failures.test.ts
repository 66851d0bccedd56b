/** What goes wrong at a provider of another dialect, as the caller's SDK and the capture tell it. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Capture } from '../../../gateway/captures/capture.ts';
import { startTestGateway, type TestGateway } from '../../support/gateway.ts';

let gateway: TestGateway;
let server: Server;
let answer: (response: ServerResponse, request: IncomingMessage) => void;
const gone: string[] = [];

beforeAll(async () => {
  gateway = await startTestGateway();
  server = createServer((request, response) => {
    request.resume().on('end', () => answer(response, request));
    response.on('close', () => {
      if (!response.writableFinished) gone.push(request.url ?? '');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const base = `http://127.0.0.1:${port}`;
  await gateway.addProvider(
    { id: 'claude', name: 'Claude', dialect: 'anthropic-messages', baseUrl: `${base}/v1` },
    'sk-ant-one-0123456789abcdefABCDEF',
  );
  await gateway.addProvider(
    { id: 'chat', name: 'Chat', dialect: 'openai-chat', baseUrl: `${base}/v1` },
    'sk-two-0123456789abcdefABCDEF',
  );
  await gateway.addProvider(
    { id: 'google', name: 'Google', dialect: 'gemini', baseUrl: `${base}/v1beta` },
    'sk-three-0123456789abcdefABCDEF',
  );
  await gateway.addProvider(
    { id: 'nowhere', name: 'Nowhere', dialect: 'anthropic-messages', baseUrl: 'http://127.0.0.1:9/v1' },
    'sk-four-0123456789abcdefABCDEF',
  );
});
afterAll(async () => {
  await gateway.stop();
  server.closeAllConnections();
  server.close();
});

const CHAT = '/v1/chat/completions';
const ask = (model: string, more: object = {}) => ({ model, messages: [{ role: 'user', content: 'hi' }], ...more });
const openai = () => new OpenAI({ apiKey: gateway.key, baseURL: `${gateway.url}/v1`, maxRetries: 0 });
const anthropic = () => new Anthropic({ apiKey: gateway.key, baseURL: gateway.url, maxRetries: 0 });
const gemini = () => new GoogleGenAI({ apiKey: gateway.key, httpOptions: { baseUrl: gateway.url } });

const json =
  (status: number, body: unknown, headers: Record<string, string> = {}) =>
  (response: ServerResponse) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
const claudeError = (type: string, message: string) => ({
  type: 'error',
  error: { type, message },
  request_id: 'req_1',
});
const googleError = (code: number, status: string, message: string) => ({ error: { code, status, message } });

interface Envelope {
  readonly error: {
    readonly message: string;
    readonly type: string;
    readonly code?: unknown;
    readonly keyward: { readonly cause: string; readonly stage: string; readonly capture: string };
  };
}

describe('a failed answer keeps its status and its words, in the caller’s envelope', () => {
  const CLASSES = [
    [
      400,
      claudeError('invalid_request_error', 'max_tokens: too large'),
      OpenAI.BadRequestError,
      'bad_request_parameter',
    ],
    [401, claudeError('authentication_error', 'invalid x-api-key'), OpenAI.AuthenticationError, 'key_invalid_unknown'],
    [
      403,
      claudeError('permission_error', 'Your API key does not have permission to use the specified resource.'),
      OpenAI.PermissionDeniedError,
      'permission_missing',
    ],
    [404, claudeError('not_found_error', 'model: claude-9'), OpenAI.NotFoundError, 'model_not_found'],
    [
      429,
      claudeError('rate_limit_error', 'Number of request tokens has exceeded your per-minute rate limit'),
      OpenAI.RateLimitError,
      'rate_limited',
    ],
    [529, claudeError('overloaded_error', 'Overloaded'), OpenAI.InternalServerError, 'provider_overloaded'],
  ] as const;

  it.each(CLASSES)('%i to the openai SDK', async (status, body, Kind, cause) => {
    answer = json(status, body, { 'request-id': 'req_abc' });
    const error = await openai()
      .chat.completions.create(ask('claude/claude-x') as never)
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Kind);
    const failed = error as InstanceType<typeof OpenAI.APIError>;
    expect(failed.status).toBe(status);
    expect(failed.message).toContain(body.error.message);
    expect(failed.requestID).toBe('req_abc');
    expect((failed.error as Envelope['error']).keyward).toMatchObject({ cause, stage: 'forward' });
    expect(failed.headers?.get('x-keyward-cause')).toBe(cause);
  });

  it('to the Anthropic SDK, with its class and its wait', async () => {
    const details = [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '17s' }];
    answer = json(429, {
      error: { ...googleError(429, 'RESOURCE_EXHAUSTED', 'You exceeded your current quota.').error, details },
    });
    const error = await anthropic()
      .messages.create({ ...ask('google/gemini-x'), max_tokens: 5 } as never)
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Anthropic.RateLimitError);
    const failed = error as InstanceType<typeof Anthropic.APIError>;
    expect(failed.error).toMatchObject({
      type: 'error',
      error: { type: 'rate_limit_error', message: 'You exceeded your current quota.' },
    });
    expect(failed.headers?.get('retry-after')).toBe('17');
  });

  it('to Google’s SDK', async () => {
    answer = json(400, {
      error: { message: 'Bad temperature', type: 'invalid_request_error', param: 'temperature', code: null },
    });
    const error = await gemini()
      .models.generateContent({ model: 'chat/gpt-x', contents: 'hi' })
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ status: 400 });
    expect((error as Error).message).toContain('Bad temperature');
    expect((error as Error).message).toContain('INVALID_ARGUMENT');
  });

  it('a text that is no JSON is wrapped', async () => {
    answer = (response) =>
      response.writeHead(502, { 'content-type': 'text/html' }).end('<html><title>Bad gateway</title></html>');
    const response = await gateway.post(CHAT, ask('claude/claude-x'));
    expect(response.status).toBe(502);
    const body = (await response.json()) as Envelope;
    expect(body.error.message).toContain('Bad gateway');
  });
});

const START = {
  type: 'message_start',
  message: {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'claude-x',
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: { input_tokens: 7, output_tokens: 1 },
  },
};
const text = (words: string) => [
  { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: words } },
];
const sse = (events: readonly { type: string }[]) =>
  events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join('');
const EVENTS = { 'content-type': 'text/event-stream; charset=utf-8' };

async function streamed(more: object = {}): Promise<{ body: string; capture: Capture; response: Response }> {
  const response = await gateway.post(CHAT, ask('claude/claude-x', { stream: true, ...more }));
  const body = await response.text();
  return { body, response, capture: await gateway.captureOf(response) };
}

/** The error that a streamed answer ends in, wherever its dialect puts it. */
async function toldOf(path: string, more: object): Promise<{ error: Envelope['error']; capture: Capture }> {
  const response = await gateway.post(path, ask('claude/claude-x', { stream: true, ...more }));
  const events = (await response.text())
    .split('\n')
    .filter((line) => line.startsWith('data: {'))
    .map((line) => JSON.parse(line.slice(6)) as Partial<Envelope>);
  const last = events.at(-1);
  const error = last?.error ?? (last as Envelope['error']);
  return { error, capture: await gateway.captureOf(response) };
}

describe('a stream that goes wrong', () => {
  it('an error event becomes the caller’s, and a failed verdict', async () => {
    answer = (response) =>
      response
        .writeHead(200, EVENTS)
        .end(sse([START, ...text('so far'), claudeError('overloaded_error', 'Overloaded')]));
    const { body, capture } = await streamed();
    expect(body).toContain('so far');
    expect(body).toContain('"message":"Overloaded"');
    expect(body).not.toContain('[DONE]');
    expect(capture).toMatchObject({ ok: false, cause: 'provider_overloaded', stage: 'forward', status: 200 });
  });

  it.each([
    ['chat completions', CHAT, {}],
    ['completions', '/v1/completions', { prompt: 'hi', messages: undefined }],
    ['Responses', '/v1/responses', { input: 'hi', messages: undefined }],
    [
      'Gemini',
      '/v1beta/models/claude/claude-x:streamGenerateContent?alt=sse',
      { contents: [{ parts: [{ text: 'hi' }] }] },
    ],
  ])('an error event in %s has the member that every envelope has, as the verdict has it', async (_, path, more) => {
    answer = (response) =>
      response
        .writeHead(200, EVENTS)
        .end(sse([START, ...text('so far'), claudeError('overloaded_error', 'Overloaded')]));
    const told = await toldOf(path, more);
    expect(told.error).toMatchObject({ message: 'Overloaded' });
    expect(told.error.keyward).toMatchObject({ cause: 'provider_overloaded', stage: 'forward' });
    expect(told.error.keyward.capture).toBe(told.capture.id);
    expect(told.capture.cause).toBe('provider_overloaded');
  });

  it('an error event to an Anthropic client too', async () => {
    answer = (response) =>
      response.writeHead(200, EVENTS).end('data: {"error":{"message":"No room","type":"server_error","code":503}}\n\n');
    const told = await toldOf('/v1/messages', { model: 'chat/gpt-x', max_tokens: 5 });
    expect(told.error).toMatchObject({ message: 'No room', keyward: { stage: 'forward', cause: told.capture.cause } });
    expect(told.capture.ok).toBe(false);
  });

  it.each([
    ['chat completions', CHAT, {}],
    ['Responses', '/v1/responses', { input: 'hi', messages: undefined }],
  ])('a cut stream’s code is its cause in %s', async (_, path, more) => {
    answer = (response) => response.writeHead(200, EVENTS).end(sse([START, ...text('half')]));
    const told = await toldOf(path, more);
    expect(told.error).toMatchObject({
      code: 'network_reset_or_truncated',
      keyward: { cause: 'network_reset_or_truncated' },
    });
    expect(told.capture.cause).toBe('network_reset_or_truncated');
  });

  it('what cannot be read is told as such, in code, member and verdict', async () => {
    answer = (response) =>
      response
        .writeHead(200, EVENTS)
        .end(`${sse([START])}event: content_block_delta\ndata: {"type":\n\n${sse([{ type: 'message_stop' }])}`);
    const told = await toldOf(CHAT, {});
    expect(told.error).toMatchObject({ code: 'response_format', keyward: { cause: 'response_format' } });
    expect(told.capture.cause).toBe('response_format');
  });

  it('throws in the SDK', async () => {
    answer = (response) =>
      response
        .writeHead(200, EVENTS)
        .end(sse([START, ...text('so far'), claudeError('overloaded_error', 'Overloaded')]));
    const read = async () => {
      for await (const _ of (await openai().chat.completions.create({
        ...ask('claude/claude-x'),
        stream: true,
      } as never)) as unknown as AsyncIterable<unknown>);
    };
    await expect(read()).rejects.toThrow('Overloaded');
  });

  it('an end before its last event is told as such', async () => {
    answer = (response) => response.writeHead(200, EVENTS).end(sse([START, ...text('half')]));
    const { body, capture } = await streamed();
    expect(body).toContain('"cause":"network_reset_or_truncated"');
    expect(body).not.toContain('[DONE]');
    expect(capture).toMatchObject({ ok: false, cause: 'network_reset_or_truncated', inputTokens: 7 });
  });

  it('a connection that breaks in the middle of an event', async () => {
    answer = (response) => {
      response.writeHead(200, EVENTS).write(sse([START, ...text('half')]));
      response.write('event: content_block_del', () => response.destroy());
    };
    const { body, capture } = await streamed();
    expect(body).toContain('half');
    expect(body).toContain('"cause":"network_reset_or_truncated"');
    expect(capture.ok).toBe(false);
  });

  it('events that are no JSON', async () => {
    answer = (response) =>
      response
        .writeHead(200, EVENTS)
        .end(`${sse([START])}event: content_block_delta\ndata: {"type":\n\n${sse([{ type: 'message_stop' }])}`);
    const { body, capture } = await streamed();
    expect(body).not.toContain('[DONE]');
    expect(capture).toMatchObject({ ok: false, cause: 'response_format' });
  });

  it('a page in place of the stream', async () => {
    answer = (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Sign in</html>');
    const { response } = await streamed();
    expect(response.status).toBe(502);
    expect(response.headers.get('x-keyward-cause')).toBe('proxy_interference');
  });

  it('is aborted at the provider when the client leaves', async () => {
    const before = gone.length;
    answer = (response) => void response.writeHead(200, EVENTS).write(sse([START, ...text('endless')]));
    const controller = new AbortController();
    const response = await fetch(gateway.url + CHAT, {
      method: 'POST',
      signal: controller.signal,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${gateway.key}` },
      body: JSON.stringify(ask('claude/claude-x', { stream: true })),
    });
    await response.body?.getReader().read();
    const closed = new Promise<void>((resolve) => {
      const check = () => (gone.length > before ? resolve() : setImmediate(check));
      check();
    });
    controller.abort();
    await closed;
    expect(await gateway.captureOf(response)).toMatchObject({ clientGone: true, ok: true, inputTokens: 7 });
  });
});

describe('an answer in one piece that is no use', () => {
  it('is refused where it is cut short', async () => {
    answer = (response) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"type":"message","content":[');
    const response = await gateway.post(CHAT, ask('claude/claude-x'));
    expect(response.status).toBe(502);
    expect(response.headers.get('x-keyward-cause')).toBe('response_format');
  });

  it('is refused where it is JSON of some other kind', async () => {
    answer = json(200, { hello: 'world' });
    const response = await gateway.post(CHAT, ask('claude/claude-x'));
    expect(response.status).toBe(502);
    expect(await gateway.captureOf(response)).toMatchObject({ ok: false, cause: 'response_format' });
  });

  it('a failure inside a 200 is not a success to the caller', async () => {
    answer = json(200, claudeError('api_error', 'Internal'));
    const response = await gateway.post(CHAT, ask('claude/claude-x'));
    expect(response.status).toBe(500);
    expect(((await response.json()) as Envelope).error.message).toBe('Internal');
  });

  it('no provider at all', async () => {
    const response = await gateway.post('/v1/responses', { model: 'nowhere/x', input: 'hi' });
    expect(response.status).toBe(502);
    expect(response.headers.get('x-keyward-cause')).toBe('network_refused');
  });
});

describe('a request that cannot be said in the provider’s dialect', () => {
  it('is refused in the caller’s, with the field', async () => {
    const response = await gateway.post(CHAT, ask('claude/claude-x', { n: 2 }));
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      error: {
        type: 'invalid_request_error',
        param: 'n',
        keyward: { cause: 'bad_request_parameter', stage: 'translate' },
      },
    });
    const capture = await gateway.captureOf(response);
    expect(capture).toMatchObject({ stage: 'translate', attempts: 0 });
    expect(capture.steps.at(-2)).toMatchObject({
      stage: 'translate',
      decision: 'refused',
      rule: { name: 'dialect.main', origin: { from: 'provider', id: 'claude' } },
    });
  });

  it('is refused where the arguments of a call are nested too deeply to be written again', async () => {
    const nested = `${'{"a":'.repeat(6000)}1${'}'.repeat(6000)}`;
    const calls = [{ id: 'call_1', type: 'function', function: { name: 'f', arguments: nested } }];
    const messages = [
      { role: 'assistant', content: null, tool_calls: calls },
      { role: 'tool', tool_call_id: 'call_1', content: '1' },
    ];
    const response = await gateway.post(CHAT, ask('claude/x', { messages }));
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      error: {
        message: expect.stringContaining('nested more than 500 levels deep'),
        keyward: { cause: 'bad_request_parameter', stage: 'translate' },
      },
    });
  });
});

describe('a server that answers in one piece where a stream was asked for', () => {
  it('is read as a stream all the same', async () => {
    const { message } = START;
    answer = json(200, {
      ...message,
      content: [{ type: 'text', text: 'All at once.' }],
      stop_reason: 'end_turn',
      usage: { input_tokens: 7, output_tokens: 4 },
    });
    const { body, capture } = await streamed();
    expect(body).toContain('All at once.');
    expect(body.trimEnd().endsWith('data: [DONE]')).toBe(true);
    expect(capture).toMatchObject({ ok: true, inputTokens: 7, outputTokens: 4 });
  });
});

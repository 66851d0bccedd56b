/** Providers that refuse what they do not know, as the real ones do, asked over sockets by clients of other dialects. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestGateway, type TestGateway } from '../../support/gateway.ts';

// biome-ignore lint/suspicious/noExplicitAny: wire values
type Wire = any;

let gateway: TestGateway;
let server: Server;
const seen: { readonly url: string; readonly body: Wire }[] = [];

const AZURE_KEY = '0123456789abcdef0123456789abcdef';
const EXPRESS_KEY = 'AQ.Ab8RN6Kexpress0123456789';

/** docs.mistral.ai/api: every member of the request, with `additionalProperties: false`. */
const MISTRAL_KNOWS = new Set([
  'model',
  'messages',
  'tools',
  'tool_choice',
  'parallel_tool_calls',
  'response_format',
  'stop',
  'temperature',
  'top_p',
  'max_tokens',
  'random_seed',
  'stream',
  'n',
  'presence_penalty',
  'frequency_penalty',
  'prediction',
  'safe_prompt',
  'prompt_mode',
]);
const MISTRAL_MESSAGE_KNOWS = new Set(['role', 'content', 'tool_calls', 'tool_call_id', 'name', 'prefix']);

/** The words of its 422. */
function mistralRefusal(body: Wire): Wire {
  const extra: string[][] = [];
  for (const name of Object.keys(body)) if (!MISTRAL_KNOWS.has(name)) extra.push(['body', name]);
  body.messages.forEach((message: Wire, index: number) => {
    for (const name of Object.keys(message)) {
      const named = name === 'name' && message.role !== 'tool';
      if (!MISTRAL_MESSAGE_KNOWS.has(name) || named) extra.push(['body', 'messages', `${index}`, message.role, name]);
    }
  });
  if (extra.length > 0) {
    const detail = extra.map((loc) => ({ type: 'extra_forbidden', loc, msg: 'Extra inputs are not permitted' }));
    return { status: 422, body: { object: 'error', message: { detail }, type: 'invalid_request_error', code: null } };
  }
  const ids = body.messages.flatMap((message: Wire) => [
    ...(message.tool_calls ?? []).map(({ id }: { id: string }) => id),
    ...(message.tool_call_id === undefined ? [] : [message.tool_call_id]),
  ]);
  const bad = ids.find((id: string) => !/^[a-zA-Z0-9]{9}$/.test(id));
  if (bad === undefined) return undefined;
  const message = `Tool call id was ${bad} but must be a-z, A-Z, 0-9, with a length of 9.`;
  return { status: 400, body: { object: 'error', message, type: 'invalid_function_call', code: '3280' } };
}

/** learn.microsoft.com/azure/ai-services/openai/reference: key, version, deployment, in this order. */
function azureRefusal(request: IncomingMessage, url: URL): Wire {
  if (request.headers['api-key'] !== AZURE_KEY || request.headers.authorization !== undefined) {
    const message =
      'Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key for an active subscription and use a correct regional API endpoint for your resource.';
    return { status: 401, body: { error: { code: '401', message } } };
  }
  const classic = url.pathname.startsWith('/openai/deployments/');
  const place = classic ? '/openai/deployments/gpt-4o-prod/chat/completions' : '/openai/v1/chat/completions';
  if (classic && url.searchParams.get('api-version') !== '2024-10-21') {
    return { status: 404, body: { error: { code: '404', message: 'Resource not found' } } };
  }
  if (url.pathname === place) return undefined;
  const message = 'The API deployment for this resource does not exist.';
  return { status: 404, body: { error: { code: 'DeploymentNotFound', message } } };
}

const USAGE = { prompt_tokens: 5, completion_tokens: 6, total_tokens: 11 };
const CHUNK = { id: 'c1', object: 'chat.completion.chunk', created: 1, model: 'm' };
const TEXT = 'Grüße, 世界!';

function chatStream(): string {
  const chunks = [
    // Azure begins with its filter's results and no choice.
    { ...CHUNK, choices: [], prompt_filter_results: [{ prompt_index: 0, content_filter_results: {} }] },
    { ...CHUNK, choices: [{ index: 0, delta: { role: 'assistant', content: 'Grüße, ' }, finish_reason: null }] },
    { ...CHUNK, choices: [{ index: 0, delta: { content: '世界!' }, finish_reason: null }] },
    { ...CHUNK, choices: [{ index: 0, delta: {}, finish_reason: 'stop' }], usage: USAGE },
  ];
  return `${chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join('')}data: [DONE]\n\n`;
}

function answer(request: IncomingMessage, text: string): { status: number; type?: string; body: Wire } {
  const url = new URL(request.url ?? '/', 'http://x');
  const body = JSON.parse(text) as Wire;
  seen.push({ url: request.url ?? '', body });
  if (url.pathname.startsWith('/v1/publishers/google/models/')) {
    if (request.headers['x-goog-api-key'] !== EXPRESS_KEY || request.headers.authorization !== undefined) {
      return { status: 401, body: { error: { code: 401, status: 'UNAUTHENTICATED', message: 'API key not valid.' } } };
    }
    const parts = [{ text: TEXT }];
    return {
      status: 200,
      body: { candidates: [{ content: { role: 'model', parts }, finishReason: 'STOP', index: 0 }] },
    };
  }
  const refusal = url.pathname.startsWith('/openai/') ? azureRefusal(request, url) : mistralRefusal(body);
  if (refusal) return refusal;
  if (body.stream === true) return { status: 200, type: 'text/event-stream', body: chatStream() };
  const message = { role: 'assistant', content: TEXT };
  const choices = [{ index: 0, message, finish_reason: 'stop' }];
  return { status: 200, body: { ...CHUNK, object: 'chat.completion', choices, usage: USAGE } };
}

beforeAll(async () => {
  gateway = await startTestGateway();
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { status, type = 'application/json', body } = answer(request, Buffer.concat(chunks).toString('utf8'));
      response.writeHead(status, { 'content-type': type });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const host = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const azure = { preset: 'azure-openai', dialect: 'openai-chat' as const };
  await gateway.addProvider({ id: 'mistral', preset: 'mistral', baseUrl: `${host}/v1` }, 'mistral0123456789abcdef');
  await gateway.addProvider(
    {
      ...azure,
      id: 'azure-classic',
      baseUrl: `${host}/openai/deployments/{deployment}`,
      settings: { resource: 'r', apiVersion: '2024-10-21' },
    },
    AZURE_KEY,
  );
  await gateway.addProvider(
    { ...azure, id: 'azure', baseUrl: `${host}/openai/v1`, settings: { resource: 'r' } },
    AZURE_KEY,
  );
  await gateway.addProvider(
    { id: 'express', preset: 'vertex-ai', dialect: 'gemini', baseUrl: `${host}/v1` },
    EXPRESS_KEY,
  );
});
afterAll(async () => {
  await gateway.stop();
  server.closeAllConnections();
  server.close();
});

const claude = () => new Anthropic({ apiKey: gateway.key, baseURL: gateway.url, maxRetries: 0 });
const genai = () => new GoogleGenAI({ apiKey: gateway.key, httpOptions: { baseUrl: gateway.url } });

describe('Mistral, which refuses what it does not know', () => {
  const tools = [{ name: 'f', description: 'one', input_schema: { type: 'object' as const, properties: {} } }];

  it('answers a whole agent’s turn of Anthropic’s SDK, as a stream', async () => {
    const message = await claude()
      .messages.stream({
        model: 'mistral/mistral-large-latest',
        max_tokens: 50,
        metadata: { user_id: 'u-1' },
        thinking: { type: 'disabled' },
        tools,
        messages: [
          { role: 'user', content: 'hi' },
          {
            role: 'assistant',
            content: [{ type: 'tool_use', id: 'toolu_01A09q90qw90lq917835', name: 'f', input: {} }],
          },
          {
            role: 'user',
            content: [{ type: 'tool_result', tool_use_id: 'toolu_01A09q90qw90lq917835', content: 'ok' }],
          },
        ],
      })
      .finalMessage();
    expect(message.content).toMatchObject([{ type: 'text', text: TEXT }]);
    // Without stream_options the usage comes all the same, and is read.
    expect(message.usage.output_tokens).toBe(6);
  });

  it('answers Gemini’s SDK with a seed, and the ledger stands in the capture in Gemini’s words', async () => {
    const response = await gateway.post('/v1beta/models/mistral/mistral-large-latest:generateContent', {
      contents: [{ role: 'user', parts: [{ text: 'hi' }] }],
      generationConfig: { seed: 7, temperature: 1.9, topK: 3 },
    });
    expect(response.status).toBe(200);
    expect(seen.at(-1)?.body).toMatchObject({ random_seed: 7, temperature: 1.5 });
    const { steps } = await gateway.captureOf(response);
    const { ledger } = (steps.find(({ stage }) => stage === 'translate')?.output ?? {}) as { ledger?: Wire[] };
    expect(ledger).toContainEqual(
      expect.objectContaining({ path: 'generationConfig.temperature', action: 'clamped', before: 1.9, after: 1.5 }),
    );
    expect(ledger).toContainEqual(expect.objectContaining({ path: 'generationConfig.seed', action: 'renamed' }));
    expect(ledger).toContainEqual(expect.objectContaining({ path: 'generationConfig.topK', action: 'dropped' }));
  });

  it('gets what its own dialect’s client sends byte for byte, and refuses it itself', async () => {
    const body = `{"model":"mistral/m","messages":[{"role":"user","content":"hi"}],"user":"u-1" }`;
    const response = await gateway.post('/v1/chat/completions', body);
    expect(response.status).toBe(422);
    expect(seen.at(-1)?.body).toEqual({ model: 'm', messages: [{ role: 'user', content: 'hi' }], user: 'u-1' });
  });
});

describe.each(['azure-classic', 'azure'])('%s', (id) => {
  it('answers Anthropic’s SDK, whole and streamed', async () => {
    const ask = { model: `${id}/gpt-4o-prod`, max_tokens: 50, messages: [{ role: 'user' as const, content: 'hi' }] };
    expect((await claude().messages.create(ask)).content).toMatchObject([{ text: TEXT }]);
    const message = await claude().messages.stream(ask).finalMessage();
    expect(message).toMatchObject({ content: [{ text: TEXT }], stop_reason: 'end_turn', usage: { output_tokens: 6 } });
    expect(seen.at(-1)?.body).toMatchObject({ max_completion_tokens: 50, stream_options: { include_usage: true } });
  });

  it('answers Gemini’s SDK, whole and streamed', async () => {
    const ask = { model: `${id}/gpt-4o-prod`, contents: 'hi' };
    expect((await genai().models.generateContent(ask)).text).toBe(TEXT);
    let text = '';
    for await (const chunk of await genai().models.generateContentStream(ask)) text += chunk.text ?? '';
    expect(text).toBe(TEXT);
  });
});

describe('Vertex AI with an express mode key, at the address without a project', () => {
  it('answers an OpenAI-form app with Gemini', async () => {
    const messages = [{ role: 'user', content: 'hi' }];
    const response = await gateway.post('/v1/chat/completions', { model: 'express/gemini-2.5-flash', messages });
    expect(await response.json()).toMatchObject({ choices: [{ message: { content: TEXT } }] });
    expect(seen.at(-1)?.url).toBe('/v1/publishers/google/models/gemini-2.5-flash:generateContent');
  });
});

/** Ollama, asked in the form that knows what a request needs: when its own, when the one it shares, and raw. */
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { explainCapture } from '../../../gateway/diagnosis/explain-capture.ts';
import { runReplay } from '../../../gateway/replay/replay.ts';
import { translatedEvents } from '../../../gateway/replay/translated-events.ts';
import { BROKEN, lines, TEXT, THINKING_AND_TOOLS } from '../../dialects/translate/fixtures/ollama-streams.ts';
import { startTestGateway, type TestGateway } from '../../support/gateway.ts';

// biome-ignore lint/suspicious/noExplicitAny: wire values
type Wire = any;

let gateway: TestGateway;
let server: Server;
let seen: { readonly path: string; readonly text: string; readonly body: Wire }[] = [];
let act: (response: ServerResponse, body: Wire) => void;

const NDJSON = { 'content-type': 'application/x-ndjson' };
const LAST = TEXT.at(-1) as object;
const chunk = { id: 'chatcmpl-1', object: 'chat.completion', created: 1, model: 'llama3.2' };

/** As Ollama answers at each of its addresses. */
function answer(path: string, response: ServerResponse, body: Wire): void {
  const json = (value: unknown) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
  switch (path) {
    case '/api/chat':
      if (body.stream !== false) response.writeHead(200, NDJSON).end(lines(TEXT));
      else json({ ...LAST, message: { role: 'assistant', content: 'native' } });
      return;
    case '/api/embed':
      json({ model: 'nomic', embeddings: [[0.5, 0.25]], total_duration: 1, load_duration: 1, prompt_eval_count: 8 });
      return;
    case '/v1/embeddings': {
      const data = [{ object: 'embedding', embedding: [0.5, 0.25], index: 0 }];
      json({ object: 'list', data, model: 'nomic', usage: { prompt_tokens: 8, total_tokens: 8 } });
      return;
    }
    case '/v1/messages': {
      const usage = { input_tokens: 1, output_tokens: 1 };
      const content = [{ type: 'text', text: 'shared' }];
      json({ id: 'm', type: 'message', role: 'assistant', model: 'm', content, stop_reason: 'end_turn', usage });
      return;
    }
    default: {
      const choices = [{ index: 0, message: { role: 'assistant', content: 'shared' }, finish_reason: 'stop' }];
      json({ ...chunk, choices, usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 } });
    }
  }
}

beforeAll(async () => {
  gateway = await startTestGateway();
  server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const text = Buffer.concat(pieces).toString('utf8');
      const body = text === '' ? {} : JSON.parse(text);
      const path = request.url ?? '';
      seen.push({ path, text, body });
      if (act) act(response, body);
      else answer(path, response, body);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await gateway.addProvider({ id: 'ollama', name: 'Ollama', preset: 'ollama', baseUrl: `${base}/v1` });
  await gateway.addProvider({
    id: 'nas',
    preset: 'ollama',
    baseUrl: `${base}/v1`,
    settings: { dialects: 'openai-chat' },
  });
  await gateway.addProvider({ id: 'own', preset: 'ollama', baseUrl: base, settings: { dialects: 'ollama-chat' } });
  await gateway.addProvider({ id: 'cloud', preset: 'ollama-cloud', baseUrl: `${base}/v1` }, '0123456789abcdef.cloud');
});
afterAll(async () => {
  await gateway.stop();
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  seen = [];
  act = undefined as never;
});

const CHAT = '/v1/chat/completions';
const ask = (more: object = {}, model = 'ollama/llama3.2') => ({
  model,
  messages: [{ role: 'user', content: 'hi' }],
  ...more,
});
const openai = () => new OpenAI({ apiKey: gateway.key, baseURL: `${gateway.url}/v1`, maxRetries: 0 });

async function asked(path: string, body: unknown) {
  const response = await gateway.post(path, body);
  const text = await response.text();
  const capture = await gateway.captureOf(response);
  const step = capture.steps.find(({ stage }) => stage === 'translate');
  return { response, text, capture, step };
}

describe('a request in OpenAI’s dialect', () => {
  it('passes byte for byte where it wishes nothing of Ollama’s own', async () => {
    // Spaces and the order of members are the client's.
    const body =
      '{"messages":[{"role":"user","content":"hi"}] ,"temperature":0.5,\n"model":"llama3.2","foo":{"options":1}}';
    const { text, step } = await asked(CHAT, body.replace('"llama3.2"', '"ollama/llama3.2"'));
    expect(seen).toMatchObject([{ path: CHAT, text: body }]);
    expect(text).toContain('shared');
    expect(step).toMatchObject({ decision: 'skipped', rule: { name: 'dialect.own' } });
  });

  it.each([
    [{ options: { num_ctx: 16384 } }, '/options'],
    [{ num_ctx: 16384 }, '/num_ctx'],
    [{ keep_alive: '10m' }, '/keep_alive'],
    [{ think: false }, '/think'],
    [{ min_p: 0.1 }, '/min_p'],
    [{ top_k: 20 }, '/top_k'],
  ])('goes to /api/chat with %o, and the step says for what', async (more, where) => {
    const { text, step, capture } = await asked(CHAT, ask(more));
    expect(seen[0]?.path).toBe('/api/chat');
    expect(JSON.parse(text)).toMatchObject({ choices: [{ message: { content: 'native' } }] });
    expect(step).toMatchObject({
      decision: 'passed',
      rule: { name: 'dialect.native', origin: { from: 'request', where }, value: 'ollama-chat' },
      output: { dialect: 'ollama-chat', ledger: [] },
    });
    expect(capture).toMatchObject({ ok: true, inputTokens: 169, outputTokens: 15 });
  });

  it('passes untouched whatever it wishes where the owner says that only that form can be reached', async () => {
    await asked(CHAT, ask({ num_ctx: 16384 }, 'nas/llama3.2'));
    expect(seen).toMatchObject([{ path: CHAT, body: { num_ctx: 16384 } }]);
  });

  it('goes to /api/chat always where the owner says so', async () => {
    const { step } = await asked(CHAT, ask({}, 'own/llama3.2'));
    expect(seen[0]?.path).toBe('/api/chat');
    expect(step?.rule).toMatchObject({ name: 'dialect.setting', origin: { from: 'provider', id: 'own' } });
  });

  it('goes to /api/chat where an owner’s edit of the app’s requests wishes it', async () => {
    const edit = (transform: object | undefined) =>
      gateway.gateway.services.store.update({ actor: 'test', action: 'test', subject: 'test' }, (draft) => {
        for (const app of draft.apps) app.transform = transform as never;
      });
    await edit({ headers: [], body: [{ do: 'default', path: '/num_ctx', value: 16384 }], redact: [] });
    try {
      const { step } = await asked(CHAT, ask());
      expect(seen).toMatchObject([{ path: '/api/chat', body: { options: { num_ctx: 16384 } } }]);
      expect(step?.rule?.origin).toEqual({ from: 'request', where: '/num_ctx' });
    } finally {
      await edit(undefined);
    }
  });

  it('of old completes at the address it was sent to', async () => {
    await asked('/v1/completions', { model: 'own/llama3.2', prompt: 'Once', options: { num_ctx: 4 } });
    expect(seen[0]?.path).toBe('/v1/completions');
  });

  it('is asked in the shared form behind an address that is not the cloud’s', async () => {
    await asked(CHAT, ask({ num_ctx: 16384 }, 'cloud/llama3.2'));
    expect(seen[0]?.path).toBe(CHAT);
  });

  it('streams to the SDK, thinking and calls included', async () => {
    act = (response) => response.writeHead(200, NDJSON).end(lines(THINKING_AND_TOOLS));
    const stream = await openai().chat.completions.create({
      ...(ask() as OpenAI.ChatCompletionCreateParamsStreaming),
      stream: true,
      ...{ options: { num_ctx: 16384 } },
    });
    let thinking = '';
    let text = '';
    const calls: string[] = [];
    for await (const { choices } of stream) {
      const delta = choices[0]?.delta as Wire;
      thinking += delta?.reasoning_content ?? '';
      text += delta?.content ?? '';
      for (const call of delta?.tool_calls ?? []) calls.push(call.id ?? call.function.arguments);
    }
    expect({ thinking, text, calls }).toEqual({
      thinking: 'Two cities, two calls.',
      text: 'Checking.',
      calls: ['call_x8k2m1pq', '{"city":"Paris"}', 'call_a91bc0de', '{"city":"Rome","done":true}'],
    });
  });
});

describe('a request in another dialect', () => {
  it('is asked natively by Google’s client, which Ollama has no form for', async () => {
    const gemini = new GoogleGenAI({ apiKey: gateway.key, httpOptions: { baseUrl: gateway.url } });
    const stream = await gemini.models.generateContentStream({
      model: 'ollama/llama3.2',
      contents: 'hi',
      config: { topK: 20, maxOutputTokens: 50 },
    });
    let text = '';
    for await (const piece of stream) text += piece.text ?? '';
    expect(text).toBe('Héllo 世界 👋🏽');
    expect(seen).toMatchObject([
      { path: '/api/chat', body: { options: { top_k: 20, num_predict: 50 }, stream: true } },
    ]);
  });

  it('passes Anthropic’s client on untouched, and translates for what only Ollama’s form carries', async () => {
    const anthropic = new Anthropic({ apiKey: gateway.key, baseURL: gateway.url, maxRetries: 0 });
    const message = { ...ask(), max_tokens: 9, top_k: 20 } as Anthropic.MessageCreateParamsNonStreaming;
    const plain = await anthropic.messages.create(message);
    const native = await anthropic.messages.create({ ...message, ...{ options: { num_ctx: 16384 } } });
    expect(seen.map(({ path }) => path)).toEqual(['/v1/messages', '/api/chat']);
    expect([plain.content[0], native.content[0]]).toMatchObject([{ text: 'shared' }, { text: 'native' }]);
    expect(seen[1]?.body.options).toEqual({ num_predict: 9, top_k: 20, num_ctx: 16384 });
  });
});

describe('embeddings', () => {
  it('pass untouched, and go to /api/embed for what only that carries', async () => {
    const body = { model: 'ollama/nomic', input: 'hi' };
    await asked('/v1/embeddings', body);
    const { text, step, capture } = await asked('/v1/embeddings', { ...body, truncate: false, other: 1 });
    expect(seen).toMatchObject([
      { path: '/v1/embeddings' },
      { path: '/api/embed', body: { model: 'nomic', input: ['hi'], truncate: false } },
    ]);
    expect(JSON.parse(text)).toMatchObject({ data: [{ embedding: [0.5, 0.25] }], usage: { prompt_tokens: 8 } });
    expect(step?.output?.ledger).toMatchObject([{ path: 'other', action: 'dropped' }]);
    expect(capture).toMatchObject({ ok: true, inputTokens: 8 });
  });
});

describe('at /p/, byte for byte', () => {
  const raw = (path: string, body: unknown) => asked(`/p/ollama${path}`, body);

  it('/api/chat streams, its tokens counted', async () => {
    const { text, capture } = await raw('/api/chat', { model: 'llama3.2', messages: [] });
    expect(seen[0]?.path).toBe('/api/chat');
    expect(text).toBe(lines(TEXT));
    expect(capture).toMatchObject({ ok: true, inputTokens: 169, outputTokens: 15 });
  });

  it('an error line is a failure, in Ollama’s words', async () => {
    act = (response) => response.writeHead(200, NDJSON).end(lines(BROKEN));
    const { text, capture } = await raw('/api/chat', {});
    expect(text).toBe(lines(BROKEN));
    expect(capture).toMatchObject({ ok: false, stage: 'forward', status: 200 });
    expect(JSON.stringify(capture.steps)).toContain('an error was encountered while running the model');
  });

  it.each([
    ['between two lines', lines(TEXT.slice(0, 2))],
    ['inside its last line', lines(TEXT).slice(0, -30)],
  ])('a stream that ends %s was cut', async (_, body) => {
    act = (response) => response.writeHead(200, NDJSON).end(body);
    const { capture } = await raw('/api/chat', {});
    expect(capture).toMatchObject({ ok: false, cause: 'network_reset_or_truncated' });
  });

  it('a download has an end of its own', async () => {
    act = (response) => response.writeHead(200, NDJSON).end('{"status":"pulling manifest"}\n{"status":"success"}\n');
    expect((await raw('/api/pull', { model: 'llama3.2' })).capture.ok).toBe(true);
    act = (response) =>
      response
        .writeHead(200, NDJSON)
        .end('{"status":"pulling"}\n{"error":"pull model manifest: file does not exist"}\n');
    expect((await raw('/api/pull', { model: 'llama9' })).capture.ok).toBe(false);
  });
});

describe('a stream that goes wrong', () => {
  const STREAM = ask({ stream: true, num_ctx: 4096 });

  it('is the caller’s error event, in Ollama’s words', async () => {
    act = (response) => response.writeHead(200, NDJSON).end(lines(BROKEN));
    const { text, capture } = await asked(CHAT, STREAM);
    expect(text).toContain('"content":"Hel"');
    expect(text).toContain('an error was encountered while running the model');
    expect(text).not.toContain('[DONE]');
    expect(capture.ok).toBe(false);
  });

  it('was cut, inside a line or between two', async () => {
    for (const body of [lines(TEXT.slice(0, 2)), lines(TEXT).slice(0, -30)]) {
      act = (response) => response.writeHead(200, NDJSON).end(body);
      const { text, capture } = await asked(CHAT, STREAM);
      expect(text).toContain('"cause":"network_reset_or_truncated"');
      expect(text).not.toContain('[DONE]');
      expect(capture).toMatchObject({ ok: false, cause: 'network_reset_or_truncated' });
    }
  });

  it('holds a line that is no JSON', async () => {
    act = (response) => response.writeHead(200, NDJSON).end(`${lines(TEXT.slice(0, 1))}{"mess\n${lines([LAST])}`);
    const { text, capture } = await asked(CHAT, STREAM);
    expect(text).not.toContain('[DONE]');
    expect(capture).toMatchObject({ ok: false, cause: 'response_format' });
  });

  it('before it began keeps its status', async () => {
    act = (response) =>
      response
        .writeHead(500, { 'content-type': 'application/json' })
        .end('{"error":"model requires more system memory (8.4 GiB) than is available (5.1 GiB)"}');
    const { response, text } = await asked(CHAT, STREAM);
    expect(response.status).toBe(500);
    expect(text).toContain('more system memory');
  });
});

describe('afterwards', () => {
  it('is stepped through line by line, and replayed the same', async () => {
    const { capture } = await asked(CHAT, ask({ stream: true, num_ctx: 4096 }));
    const events = await translatedEvents(gateway.gateway.control, capture, 0, 100);
    expect(events).toMatchObject({ from: 'openai-chat', to: 'ollama-chat', total: TEXT.length + 1 });
    expect(events.events.map(({ provider }) => provider)).toEqual([...TEXT.map((line) => JSON.stringify(line)), null]);
    expect(events.events.map(({ meaning }) => meaning)).toEqual([
      ['start', 'part-start', 'part-delta'],
      ['part-delta'],
      ['part-delta'],
      ['part-end', 'usage', 'finish', 'end'],
      [],
    ]);
    const again = await runReplay(gateway.gateway.control, { id: capture.id, mode: 'recorded' });
    expect(again.refused).toBeNull();
    expect(again.answerDifferences).toEqual([]);
  });

  it('shows what came of a stream that was cut inside a line', async () => {
    act = (response) => response.writeHead(200, NDJSON).end(lines(TEXT).slice(0, -30));
    const { capture } = await asked(CHAT, ask({ stream: true, num_ctx: 4096 }));
    const events = await translatedEvents(gateway.gateway.control, capture, 0, 100);
    expect(events.total).toBe(TEXT.length);
    expect(events.events.at(-1)?.meaning).toEqual(['error']);
  });
});

describe('a model that is not there', () => {
  it.each([
    ['in its own form', { num_ctx: 4096 }, (error: string) => ({ error })],
    [
      'in the shared one',
      {},
      (message: string) => ({ error: { message, type: 'not_found_error', param: null, code: null } }),
    ],
  ])('is explained as such, %s, with what to do', async (_, more, wire) => {
    const words = 'model "llama9" not found, try pulling it first';
    act = (response) =>
      response.writeHead(404, { 'content-type': 'application/json' }).end(JSON.stringify(wire(words)));
    const { response, text, capture } = await asked(CHAT, ask(more, 'ollama/llama9'));
    expect(response.status).toBe(404);
    expect(JSON.parse(text)).toMatchObject({ error: { message: words, keyward: { cause: 'model_not_found' } } });
    const explained = explainCapture(capture, { now: Date.now() });
    expect(explained).toMatchObject({ cause: 'model_not_found', title: 'Ollama (local) has no model of that name.' });
    expect(explained.detail).toContain('try pulling it first');
    expect(explained.fixes[0]).toEqual({
      id: 'pull-model',
      title: 'Download it on that machine: ollama pull llama9',
      action: null,
    });
    const rung = explained.ladder.find(({ check }) => check === 'request_accepted');
    expect(rung?.evidence.map(({ what }) => what).join()).toContain('run `ollama pull` with its exact name and tag');
  });
});

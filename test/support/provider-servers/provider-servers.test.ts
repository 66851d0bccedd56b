import { request } from 'node:http';
import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Fault,
  type KeyState,
  MODELS,
  type ProviderServer,
  startProviderServer,
  UNICODE,
} from './start-provider-server.ts';

let servers: Record<'openai' | 'anthropic' | 'gemini' | 'plain', ProviderServer>;
beforeAll(async () => {
  const [openai, anthropic, gemini, plain] = await Promise.all(
    (['openai', 'anthropic', 'gemini', 'plain'] as const).map((dialect) => startProviderServer({ dialect })),
  );
  servers = { openai, anthropic, gemini, plain } as typeof servers;
});
afterAll(() => Promise.all(Object.values(servers).map((server) => server.close())));

const WEATHER = { type: 'object' as const, properties: { city: { type: 'string' } }, required: ['city'] };
const openai = (state?: KeyState, server = servers.openai) =>
  new OpenAI({ baseURL: server.url, apiKey: server.key(state), maxRetries: 0 });
const anthropic = (state?: KeyState) =>
  new Anthropic({ baseURL: servers.anthropic.origin, apiKey: servers.anthropic.key(state), maxRetries: 0 });
const gemini = (state?: KeyState) =>
  new GoogleGenAI({ apiKey: servers.gemini.key(state), httpOptions: { baseUrl: servers.gemini.origin } });
const chat = (client = openai(), more = {}) =>
  client.chat.completions.create({ model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'Hi' }], ...more });
const say = (client = anthropic(), more = {}) =>
  client.messages.create({
    model: 'claude-sonnet-5',
    max_tokens: 50,
    messages: [{ role: 'user', content: 'Hi' }],
    ...more,
  });
const generate = (client = gemini(), more = {}) =>
  client.models.generateContent({ model: 'gemini-2.5-flash', contents: 'Hi', ...more });

describe('the unmodified SDKs', () => {
  test('get whole and streamed answers, with every character intact', async () => {
    const expected = `You said Hi. ${UNICODE}`;
    expect((await chat()).choices[0]?.message.content).toBe(expected);
    for (const server of [servers.openai, servers.plain]) {
      let streamed = '';
      for await (const chunk of await openai('valid', server).chat.completions.create({
        model: 'gpt-4o-mini',
        messages: [{ role: 'user', content: 'Hi' }],
        stream: true,
      }))
        streamed += chunk.choices[0]?.delta.content ?? '';
      expect(streamed).toBe(expected);
    }
    expect((await say()).content).toEqual([{ type: 'text', text: expected }]);
    const stream = anthropic().messages.stream({
      model: 'claude-sonnet-5',
      max_tokens: 50,
      messages: [{ role: 'user', content: 'Hi' }],
    });
    expect((await stream.finalMessage()).content).toMatchObject([{ text: expected }]);
    expect((await generate()).text).toBe(expected);
    let parts = '';
    for await (const chunk of await gemini().models.generateContentStream({
      model: 'gemini-2.5-flash',
      contents: 'Hi',
    }))
      parts += chunk.text ?? '';
    expect(parts).toBe(expected);
  });

  test('call tools and go on after their results', async () => {
    const tools = [{ type: 'function' as const, function: { name: 'weather', parameters: WEATHER } }];
    const called = await chat(openai(), { tools });
    const call = called.choices[0]?.message.tool_calls?.[0];
    expect(call).toMatchObject({ function: { name: 'weather', arguments: '{"city":"Oslo"}' } });
    const done = await openai().chat.completions.create({
      model: 'gpt-4o-mini',
      tools,
      messages: [
        { role: 'user', content: 'x' },
        called.choices[0]?.message as never,
        { role: 'tool', tool_call_id: call?.id as string, content: '3 °C' },
      ],
    });
    expect(done.choices[0]?.message.content).toContain('The tool said 3 °C');
    const used = await say(anthropic(), { tools: [{ name: 'weather', input_schema: WEATHER }] });
    expect(used).toMatchObject({ stop_reason: 'tool_use', content: [{ input: { city: 'Oslo' } }] });
    const config = { tools: [{ functionDeclarations: [{ name: 'weather', parametersJsonSchema: WEATHER }] }] };
    expect((await generate(gemini(), { config })).functionCalls).toEqual([{ name: 'weather', args: { city: 'Oslo' } }]);
  });

  test('list models and embed', async () => {
    expect((await openai().models.list()).data.map(({ id }) => id)).toEqual(MODELS.openai);
    expect((await anthropic().models.list()).data.map(({ id }) => id)).toEqual(MODELS.anthropic);
    expect(
      (await openai().embeddings.create({ model: 'text-embedding-3-small', input: 'x' })).data[0]?.embedding,
    ).toEqual([0.25, -0.5, 0.75]);
  });

  test('meet every state of a key as the provider tells it', async () => {
    await expect(chat(openai('expired'))).rejects.toMatchObject({ status: 401, code: 'token_expired' });
    await expect(chat(openai('revoked'))).rejects.toMatchObject({ status: 401, code: 'invalid_api_key' });
    await expect(chat(openai('other-organization'))).rejects.toMatchObject({ code: 'mismatched_organization' });
    await expect(chat(openai('no-credit'))).rejects.toMatchObject({ status: 429, code: 'insufficient_quota' });
    await expect(openai('restricted').models.list()).rejects.toMatchObject({ status: 403 });
    await expect(openai('no-credit').models.list()).resolves.toBeDefined();
    await expect(say(anthropic('revoked'))).rejects.toBeInstanceOf(Anthropic.AuthenticationError);
    await expect(say(anthropic('no-credit'))).rejects.toThrow(/credit balance/);
    await expect(say(anthropic('rate-limited'))).rejects.toBeInstanceOf(Anthropic.RateLimitError);
    await expect(generate(gemini('expired'))).rejects.toThrow(/API key expired/);
    await expect(generate(gemini('revoked'))).rejects.toThrow(/leaked/);
    await expect(chat(openai('other-project', servers.plain))).rejects.toThrow(/Invalid user associated with this key/);
    await expect(chat(openai(), { model: 'gpt-9' })).rejects.toMatchObject({ status: 404, code: 'model_not_found' });
    const stranger = new OpenAI({ baseURL: servers.openai.url, apiKey: 'sk-nobody-0000000000000000', maxRetries: 0 });
    await expect(chat(stranger)).rejects.toThrow(/sk-nobod\*+0000/);
  });
});

describe('a fault', () => {
  const withFault = async (fault: Fault, run: () => Promise<unknown>) => {
    servers.openai.setFault(fault);
    try {
      return await run();
    } finally {
      servers.openai.setFault(null);
    }
  };
  const raw = (stream: boolean) =>
    new Promise<{ status?: number; headers?: Record<string, unknown>; text: string; error?: string }>((resolve) => {
      const parts: Buffer[] = [];
      const text = () => Buffer.concat(parts).toString('utf8');
      const sent = request(
        `${servers.openai.url}/chat/completions`,
        {
          method: 'POST',
          agent: false,
          headers: { authorization: `Bearer ${servers.openai.key()}`, 'content-type': 'application/json' },
        },
        (answer) => {
          const { statusCode: status, headers } = answer;
          answer.on('data', (chunk: Buffer) => parts.push(chunk));
          answer.on('end', () => resolve({ status, headers, text: text() }));
          answer.on('error', (error: NodeJS.ErrnoException) =>
            resolve({ status, headers, text: text(), error: error.code }),
          );
        },
      );
      sent.on('error', (error: NodeJS.ErrnoException) => resolve({ text: '', error: error.code }));
      sent.end(JSON.stringify({ model: 'gpt-4o-mini', stream, messages: [{ role: 'user', content: 'Hi' }] }));
    });

  test('happens on the wire as it is named', async () => {
    expect(await withFault({ kind: 'reset', at: 'before' }, () => raw(false))).toMatchObject({ error: 'ECONNRESET' });
    expect(await withFault({ kind: 'reset', at: 'body' }, () => raw(true))).toMatchObject({
      status: 200,
      error: 'ECONNRESET',
      text: expect.stringContaining('data: '),
    });
    expect(await withFault({ kind: 'html' }, () => raw(false))).toMatchObject({
      status: 200,
      text: expect.stringContaining('<html>'),
    });
    const cut = (await withFault({ kind: 'cut-stream' }, () => raw(true))) as { text: string; error?: string };
    expect(cut.error).toBeUndefined();
    expect(cut.text).not.toMatch(/\[DONE\]|"stop"/);
    expect(await withFault({ kind: 'wrong-length', by: 50 }, () => raw(false))).toMatchObject({
      status: 200,
      error: 'ECONNRESET',
    });
    expect(await withFault({ kind: 'redirect', to: 'http://elsewhere.invalid/' }, () => raw(false))).toMatchObject({
      status: 307,
      headers: { location: 'http://elsewhere.invalid/' },
    });
    expect(await withFault({ kind: 'outage-401' }, () => raw(false))).toMatchObject({
      status: 401,
      text: expect.stringContaining('Incorrect API key'),
    });
  });

  test('that only changes the wire leaves the answer whole', async () => {
    for (const fault of [{ kind: 'gzip' }, { kind: 'split', bytes: 1 }, { kind: 'slow', perChunkMs: 1 }] as const) {
      servers.openai.setFault(fault, 2);
      expect((await chat()).choices[0]?.message.content).toContain(UNICODE);
      let streamed = '';
      for await (const chunk of await openai().chat.completions.create({
        model: 'gpt-4o-mini',
        messages: [{ role: 'user', content: 'Hi' }],
        stream: true,
      }))
        streamed += chunk.choices[0]?.delta.content ?? '';
      expect(streamed).toContain(UNICODE);
    }
  });

  test('is over after as many requests as were said, and a hung request is noted when its client leaves', async () => {
    servers.openai.setFault({ kind: 'hang', at: 'before' }, 1);
    const controller = new AbortController();
    const hung = openai().models.list({ signal: controller.signal });
    const before = servers.openai.requests.length;
    await expect.poll(() => servers.openai.requests.length).toBe(before + 1);
    controller.abort();
    await expect(hung).rejects.toThrow();
    await expect.poll(() => servers.openai.aborted.at(-1)?.url).toBe('/v1/models');
    expect((await openai().models.list()).data).toHaveLength(3);
  });
});

test('requests are kept as they came', async () => {
  await chat(openai(), { user: 'ann' });
  const seen = servers.openai.requests.at(-1);
  expect(seen).toMatchObject({ method: 'POST', url: '/v1/chat/completions' });
  expect(JSON.parse(seen?.body.toString() ?? '')).toMatchObject({ user: 'ann' });
  expect(seen?.rawHeaders).toContain(`Bearer ${servers.openai.key()}`);
});

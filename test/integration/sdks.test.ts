/** Unmodified SDKs through the gateway to servers that behave like the providers on the wire. */
import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import OpenAI from 'openai';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import {
  type ProviderServer,
  startProviderServer,
  UNICODE,
} from '../support/provider-servers/start-provider-server.ts';

let gateway: TestGateway;
const servers = {} as Record<'openai' | 'anthropic' | 'gemini', ProviderServer>;
beforeAll(async () => {
  gateway = await startTestGateway();
  for (const dialect of ['openai', 'anthropic', 'gemini'] as const) {
    const server = await startProviderServer({ dialect });
    servers[dialect] = server;
    const preset = dialect === 'gemini' ? 'google-gemini' : dialect;
    const provider = { preset, name: dialect, baseUrl: server.url } as const;
    const wire = dialect === 'openai' ? 'openai-chat' : dialect === 'anthropic' ? 'anthropic-messages' : 'gemini';
    await gateway.addProvider({ ...provider, id: dialect, dialect: wire }, server.key());
    for (const state of ['expired', 'revoked', 'no-credit', 'restricted'] as const) {
      await gateway.addProvider({ ...provider, id: `${dialect}-${state}`, dialect: wire }, server.key(state));
    }
  }
});
afterAll(async () => {
  await gateway.stop();
  await Promise.all(Object.values(servers).map((server) => server.close()));
});
afterEach(() => {
  for (const server of Object.values(servers)) server.setFault(null);
});

const openai = () => new OpenAI({ apiKey: gateway.key, baseURL: `${gateway.url}/v1`, maxRetries: 0 });
const anthropic = () => new Anthropic({ apiKey: gateway.key, baseURL: gateway.url, maxRetries: 0 });
const gemini = () => new GoogleGenAI({ apiKey: gateway.key, httpOptions: { baseUrl: gateway.url } });
const weather = {
  name: 'get_weather',
  description: 'The weather in a city',
  schema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};

describe('openai', () => {
  const model = 'openai/gpt-4o-mini';
  const ask = [{ role: 'user' as const, content: 'What is the weather in Paris?' }];

  it('text', async () => {
    const answer = await openai().chat.completions.create({ model, messages: [{ role: 'user', content: 'hello' }] });
    expect(answer.choices[0]?.message.content).toBeTruthy();
    expect(answer.usage?.total_tokens).toBeGreaterThan(0);
    expect(servers.openai.requests.at(-1)?.headers.authorization).toBe(`Bearer ${servers.openai.key()}`);
  });

  it('stream, split inside every character', async () => {
    servers.openai.setFault({ kind: 'split', bytes: 1 });
    const stream = await openai().chat.completions.create({
      model,
      stream: true,
      messages: [{ role: 'user', content: 'unicode please' }],
    });
    let text = '';
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
    expect(text).not.toContain('\ufffd');
    expect(text.length).toBeGreaterThan(0);
    expect(UNICODE.length).toBeGreaterThan(0);
  });

  it('tools, there and back', async () => {
    const tools = [
      {
        type: 'function' as const,
        function: { name: weather.name, description: weather.description, parameters: weather.schema },
      },
    ];
    const first = await openai().chat.completions.create({ model, messages: ask, tools, tool_choice: 'required' });
    const message = first.choices[0]?.message;
    const call = message?.tool_calls?.[0];
    if (!message || call?.type !== 'function') throw new Error('no tool call');
    expect(call.function.name).toBe(weather.name);
    expect(JSON.parse(call.function.arguments)).toHaveProperty('city');
    const second = await openai().chat.completions.create({
      model,
      tools,
      messages: [...ask, message, { role: 'tool', tool_call_id: call.id, content: '18 °C' }],
    });
    expect(second.choices[0]?.message.content).toBeTruthy();
  });

  it('embeddings and models', async () => {
    const answer = await openai().embeddings.create({ model: 'openai/text-embedding-3-small', input: 'x' });
    expect(answer.data[0]?.embedding.length).toBeGreaterThan(0);
    const models = await openai().models.list();
    expect(models.data.map((listed) => listed.id)).toContain('openai/gpt-4o-mini');
  });

  it('typed errors, the provider’s words kept and the cause told', async () => {
    const bad = openai().chat.completions.create({ model: 'openai-revoked/gpt-4o-mini', messages: ask });
    const error = await bad.catch((caught) => caught);
    expect(error).toBeInstanceOf(OpenAI.AuthenticationError);
    expect(error.error.keyward).toMatchObject({ stage: 'forward' });
    expect(error.error.keyward.cause).toMatch(/^key_/);
    const broke = await openai()
      .chat.completions.create({ model: 'openai-no-credit/gpt-4o-mini', messages: ask })
      .catch((caught) => caught);
    expect(broke).toBeInstanceOf(OpenAI.RateLimitError);
    expect(broke.error.keyward.cause).toBe('quota_exhausted');
    const wrong = new OpenAI({ apiKey: 'kw_nobody', baseURL: `${gateway.url}/v1`, maxRetries: 0 });
    await expect(wrong.models.list()).rejects.toBeInstanceOf(OpenAI.AuthenticationError);
  });

  it('a stream that is cut raises, and never ends as a success', async () => {
    servers.openai.setFault({ kind: 'cut-stream' });
    const read = async () => {
      const stream = await openai().chat.completions.create({
        model,
        stream: true,
        messages: [{ role: 'user', content: 'hi' }],
      });
      for await (const _ of stream);
    };
    await expect(read()).rejects.toBeInstanceOf(OpenAI.APIError);
  });
});

describe('@anthropic-ai/sdk', () => {
  const model = 'anthropic/claude-sonnet-5';
  const base = { model, max_tokens: 200 };

  it('text, and the version header put in', async () => {
    const answer = await anthropic().messages.create({ ...base, messages: [{ role: 'user', content: 'hello' }] });
    expect(answer.content[0]?.type).toBe('text');
    const seen = servers.anthropic.requests.at(-1);
    expect(seen?.headers['x-api-key']).toBe(servers.anthropic.key());
    expect(seen?.headers['anthropic-version']).toBeTruthy();
    expect(seen?.headers.authorization).toBeUndefined();
  });

  it('stream, split inside every character', async () => {
    servers.anthropic.setFault({ kind: 'split', bytes: 1 });
    const stream = anthropic().messages.stream({ ...base, messages: [{ role: 'user', content: 'unicode please' }] });
    const text = await stream.finalText();
    expect(text).not.toContain('\ufffd');
    expect(text.length).toBeGreaterThan(0);
  });

  it('tools, there and back', async () => {
    const tools = [
      {
        name: weather.name,
        description: weather.description,
        input_schema: weather.schema as Anthropic.Tool.InputSchema,
      },
    ];
    const messages: Anthropic.MessageParam[] = [{ role: 'user', content: 'What is the weather in Paris?' }];
    const first = await anthropic().messages.create({ ...base, tools, messages, tool_choice: { type: 'any' } });
    const call = first.content.find((block) => block.type === 'tool_use');
    if (!call) throw new Error('no tool call');
    expect(call.input).toHaveProperty('city');
    messages.push({ role: 'assistant', content: first.content });
    messages.push({ role: 'user', content: [{ type: 'tool_result', tool_use_id: call.id, content: '18 °C' }] });
    const second = await anthropic().messages.create({ ...base, tools, messages });
    expect(second.content.some((block) => block.type === 'text')).toBe(true);
  });

  it('typed errors', async () => {
    const error = await anthropic()
      .messages.create({
        ...base,
        model: 'anthropic-revoked/claude-sonnet-5',
        messages: [{ role: 'user', content: 'x' }],
      })
      .catch((caught) => caught);
    expect(error).toBeInstanceOf(Anthropic.AuthenticationError);
    expect(error.error.error.keyward.cause).toMatch(/^key_/);
    const wrong = new Anthropic({ apiKey: 'sk-ant-nonsense', baseURL: gateway.url, maxRetries: 0 });
    const refused = await wrong.messages
      .create({ ...base, messages: [{ role: 'user', content: 'x' }] })
      .catch((caught) => caught);
    expect(refused).toBeInstanceOf(Anthropic.AuthenticationError);
  });

  it('a stream that is cut raises', async () => {
    servers.anthropic.setFault({ kind: 'cut-stream' });
    const stream = anthropic().messages.stream({ ...base, messages: [{ role: 'user', content: 'hi' }] });
    await expect(stream.finalMessage()).rejects.toThrow();
  });
});

describe('@google/genai', () => {
  const model = 'gemini/gemini-2.5-flash';

  it('text', async () => {
    const answer = await gemini().models.generateContent({ model, contents: 'hello' });
    expect(answer.text).toBeTruthy();
    expect(servers.gemini.requests.at(-1)?.headers['x-goog-api-key']).toBe(servers.gemini.key());
  });

  it('stream, split inside every character', async () => {
    servers.gemini.setFault({ kind: 'split', bytes: 1 });
    const stream = await gemini().models.generateContentStream({ model, contents: 'unicode please' });
    let text = '';
    for await (const chunk of stream) text += chunk.text ?? '';
    expect(text).not.toContain('\ufffd');
    expect(text.length).toBeGreaterThan(0);
  });

  it('tools, there and back', async () => {
    const tools = [
      {
        functionDeclarations: [
          { name: weather.name, description: weather.description, parametersJsonSchema: weather.schema },
        ],
      },
    ];
    const ask = { role: 'user', parts: [{ text: 'What is the weather in Paris?' }] };
    const config = { tools, toolConfig: { functionCallingConfig: { mode: 'ANY' as never } } };
    const first = await gemini().models.generateContent({ model, contents: [ask], config });
    const call = first.functionCalls?.[0];
    if (!call) throw new Error('no function call');
    expect(call.name).toBe(weather.name);
    const second = await gemini().models.generateContent({
      model,
      contents: [
        ask,
        { role: 'model', parts: [{ functionCall: call }] },
        { role: 'user', parts: [{ functionResponse: { name: weather.name, response: { result: '18 °C' } } }] },
      ],
      config: { tools },
    });
    expect(second.text).toBeTruthy();
  });

  it('typed errors', async () => {
    const error = await gemini()
      .models.generateContent({ model: 'gemini-expired/gemini-2.5-flash', contents: 'x' })
      .catch((caught) => caught);
    expect(error.name).toBe('ApiError');
    expect(error.status).toBe(400);
    expect(error.message).toContain('key_expired');
  });

  it('a stream that is cut raises', async () => {
    servers.gemini.setFault({ kind: 'cut-stream' });
    const read = async () => {
      const stream = await gemini().models.generateContentStream({ model, contents: 'hi' });
      for await (const _ of stream);
    };
    await expect(read()).rejects.toThrow();
  });
});

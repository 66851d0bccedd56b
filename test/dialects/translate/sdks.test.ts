import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TRANSLATED_DIALECTS } from '../../../gateway/dialects/canonical/registry.ts';
import type { Fields, TranslatedDialect } from '../../../gateway/dialects/canonical/request.ts';
import { createStreamTranslator } from '../../../gateway/dialects/canonical/stream-translator.ts';
import { translateRequest } from '../../../gateway/dialects/canonical/translate.ts';
import * as anthropic from './fixtures/anthropic-streams.ts';
import * as gemini from './fixtures/gemini-streams.ts';
import * as chat from './fixtures/openai-chat-streams.ts';
import * as responses from './fixtures/openai-responses-streams.ts';
import { CONTEXT } from './support.ts';

/**
 * The makers' own SDKs against a server that answers with another provider's recorded form, translated: what their
 * parsers accept is what counts. The provider is chosen by the model's name (`DIALECT/FIXTURE`).
 */
const FIXTURES: Record<TranslatedDialect, Record<string, string>> = {
  'openai-chat': { tools: chat.THINKING_AND_TOOLS, overloaded: chat.OVERLOADED },
  'openai-responses': { tools: responses.THINKING_AND_TOOLS, overloaded: responses.OVERLOADED },
  'anthropic-messages': { tools: anthropic.THINKING_AND_TOOLS, overloaded: anthropic.OVERLOADED },
  'gemini-generate': { tools: gemini.THINKING_AND_TOOLS, overloaded: gemini.OVERLOADED },
};

let server: Server;
let base: string;
/** What the provider would have been sent last. */
let sent: Fields;

function clientDialect(path: string): TranslatedDialect {
  if (path.endsWith('/chat/completions')) return 'openai-chat';
  if (path.endsWith('/responses')) return 'openai-responses';
  return path.includes('/messages') ? 'anthropic-messages' : 'gemini-generate';
}

beforeAll(async () => {
  server = createServer(async (request, answer) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = JSON.parse(Buffer.concat(chunks).toString()) as Fields;
    const client = clientDialect(new URL(request.url ?? '', 'http://x').pathname);
    const model = decodeURIComponent(/models\/(.*):/.exec(request.url ?? '')?.[1] ?? String(body.model));
    const [provider, fixture] = model.replace(/^tunedModels\//, '').split('~') as [TranslatedDialect, string];
    const translated = translateRequest(client, provider, body, { model: 'target' }, { stream: true });
    if (translated.refused !== undefined) {
      answer.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify({ error: translated.refused }));
      return;
    }
    sent = translated.body;
    const translator = createStreamTranslator(provider, client, translated.plan, {
      ...CONTEXT,
      includeUsage: translated.plan.includeUsage,
    });
    answer.writeHead(200, { 'content-type': 'text/event-stream' });
    const wire = Buffer.from(FIXTURES[provider][fixture] ?? '');
    for (let start = 0; start < wire.length; start += 97)
      answer.write(translator.push(wire.subarray(start, start + 97)));
    answer.end(translator.end());
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => new Promise((done) => server.close(done)));

const SCHEMA = { type: 'object' as const, properties: { city: { type: 'string' as const } }, required: ['city'] };
const CALLS = [
  { name: 'get_weather', input: { city: 'Paris' } },
  { name: 'get_weather', input: { city: 'Rome' } },
];

describe.each(TRANSLATED_DIALECTS)('answers of %s', (provider) => {
  const openai = () => new OpenAI({ apiKey: 'k', baseURL: `${base}/v1`, maxRetries: 0 });
  const claude = () => new Anthropic({ apiKey: 'k', baseURL: base, maxRetries: 0 });
  const google = () => new GoogleGenAI({ apiKey: 'k', httpOptions: { baseUrl: base } });

  it('are read by OpenAI’s SDK as a chat completion', async () => {
    const stream = openai().chat.completions.stream({
      model: `${provider}~tools`,
      messages: [{ role: 'user', content: 'Weather?' }],
      tools: [{ type: 'function', function: { name: 'get_weather', parameters: SCHEMA } }],
      stream_options: { include_usage: true },
    });
    const completion = await stream.finalChatCompletion();
    const message = completion.choices[0]?.message;
    expect(message?.content).toBe('Checking.');
    expect(
      message?.tool_calls?.map(
        (call) => call.type === 'function' && { name: call.function.name, input: JSON.parse(call.function.arguments) },
      ),
    ).toEqual(CALLS);
    expect(completion.choices[0]?.finish_reason).toBe('tool_calls');
    expect(completion.usage?.prompt_tokens).toBeGreaterThan(100);
    expect(JSON.stringify(sent)).toContain('get_weather');
  });

  it('are read by OpenAI’s SDK as a response', async () => {
    const stream = openai().responses.stream({
      model: `${provider}~tools`,
      input: 'Weather?',
      tools: [{ type: 'function', name: 'get_weather', parameters: SCHEMA, strict: false }],
    });
    const response = await stream.finalResponse();
    expect(response.output_text).toBe('Checking.');
    const calls = response.output.flatMap((item) =>
      item.type === 'function_call' ? [{ name: item.name, input: JSON.parse(item.arguments) }] : [],
    );
    expect(calls).toEqual(CALLS);
    expect(response.status).toBe('completed');
    expect(response.output[0]?.type).toBe('reasoning');
  });

  it('are read by Anthropic’s SDK as a message', async () => {
    const stream = claude().messages.stream({
      model: `${provider}~tools`,
      max_tokens: 1000,
      messages: [{ role: 'user', content: 'Weather?' }],
      tools: [{ name: 'get_weather', input_schema: SCHEMA }],
    });
    const message = await stream.finalMessage();
    expect(message.content.flatMap((block) => (block.type === 'text' ? [block.text] : []))).toEqual(['Checking.']);
    expect(
      message.content.flatMap((block) => (block.type === 'tool_use' ? [{ name: block.name, input: block.input }] : [])),
    ).toEqual(CALLS);
    expect(message.content[0]).toMatchObject({
      type: 'thinking',
      thinking: 'Two cities, two calls.',
      signature: expect.stringMatching(/.+/),
    });
    expect(message.stop_reason).toBe('tool_use');
    expect(message.usage.output_tokens).toBeGreaterThan(0);
  });

  it('are read by Google’s SDK as contents, and kept in its chat history', async () => {
    const session = google().chats.create({
      model: `${provider}~tools`,
      config: { tools: [{ functionDeclarations: [{ name: 'get_weather', parametersJsonSchema: SCHEMA }] }] },
    });
    const calls: unknown[] = [];
    let text = '';
    let finish: unknown;
    for await (const chunk of await session.sendMessageStream({ message: 'Weather?' })) {
      for (const call of chunk.functionCalls ?? []) calls.push({ name: call.name, input: call.args });
      for (const part of chunk.candidates?.[0]?.content?.parts ?? []) if (part.text && !part.thought) text += part.text;
      finish = chunk.candidates?.[0]?.finishReason ?? finish;
    }
    expect(calls).toEqual(CALLS);
    expect(text).toBe('Checking.');
    expect(finish).toBe('STOP');
    expect(session.getHistory(true).length).toBeGreaterThan(1);
  });

  it('that fail inside the stream make every SDK throw', async () => {
    const model = `${provider}~overloaded`;
    const ask = { model, messages: [{ role: 'user' as const, content: 'hi' }] };
    await expect(openai().chat.completions.stream(ask).finalChatCompletion()).rejects.toThrow();
    await expect(openai().responses.stream({ model, input: 'hi' }).finalResponse()).rejects.toThrow();
    await expect(
      claude()
        .messages.stream({ ...ask, max_tokens: 10 })
        .finalMessage(),
    ).rejects.toThrow();
    const read = async () => {
      for await (const _ of await google().models.generateContentStream({ model, contents: 'hi' }));
    };
    await expect(read()).rejects.toThrow();
  });
});

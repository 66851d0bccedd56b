/** Programs that ask for a fixed model name, answered by whatever a route of that name leads to. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestGateway, type TestGateway } from '../../support/gateway.ts';

let gateway: TestGateway;
let server: Server;
const asked: string[] = [];

beforeAll(async () => {
  gateway = await startTestGateway();
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { model } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { model: string };
      asked.push(`${request.url} ${model}`);
      const choices = [{ index: 0, message: { role: 'assistant', content: `I am ${model}.` }, finish_reason: 'stop' }];
      const usage = { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 };
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion', created: 1, model, choices, usage }));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const secret = 'sk-two-0123456789abcdefABCDEF';
  await gateway.addProvider({ id: 'local', name: 'Local', baseUrl: `http://127.0.0.1:${port}/v1` }, secret);
  // The catalogue knows these names at their makers, which are set up and must not be asked.
  for (const preset of ['anthropic', 'openai', 'google-gemini'] as const) {
    const dialect = preset === 'anthropic' ? 'anthropic-messages' : preset === 'openai' ? 'openai-chat' : 'gemini';
    await gateway.addProvider({ id: preset, preset, name: preset, dialect, baseUrl: 'http://127.0.0.1:9' }, secret);
  }
  const { routes } = gateway.gateway.control.store.snapshot;
  expect(routes.size).toBe(0);
  await gateway.gateway.services.store.update({ actor: 'test', action: 'test', subject: 'test' }, (draft) => {
    for (const name of ['claude-sonnet-4-5-20250929', 'gpt-5-codex', 'gemini-2.5-pro', 'anthropic/claude-opus-4-5']) {
      draft.routes.push({
        name,
        targets: [{ provider: 'local', model: 'qwen3' }],
        strategy: 'fallback',
        recording: null,
      });
    }
  });
});
afterAll(async () => {
  await gateway.stop();
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  asked.length = 0;
});

describe('a route that bears a client’s own name for a model', () => {
  it('answers Claude Code’s, though the catalogue knows that name at Anthropic', async () => {
    const client = new Anthropic({ apiKey: gateway.key, baseURL: gateway.url, maxRetries: 0 });
    const messages = [{ role: 'user' as const, content: 'who are you?' }];
    const answer = await client.messages.create({ model: 'claude-sonnet-4-5-20250929', max_tokens: 50, messages });
    expect(answer.content).toMatchObject([{ type: 'text', text: 'I am qwen3.' }]);
    expect(asked).toEqual(['/v1/chat/completions qwen3']);
  });

  it('answers Codex’s, asked through the Responses API', async () => {
    const client = new OpenAI({ apiKey: gateway.key, baseURL: `${gateway.url}/v1`, maxRetries: 0 });
    const answer = await client.responses.create({ model: 'gpt-5-codex', input: 'who are you?', store: false });
    expect(answer.output_text).toBe('I am qwen3.');
  });

  it('answers Gemini CLI’s, which stands in the path', async () => {
    const client = new GoogleGenAI({ apiKey: gateway.key, httpOptions: { baseUrl: gateway.url } });
    const answer = await client.models.generateContent({ model: 'gemini-2.5-pro', contents: 'who are you?' });
    expect(answer.text).toBe('I am qwen3.');
    expect(asked).toEqual(['/v1/chat/completions qwen3']);
  });

  it('wins over a provider of the same prefix', async () => {
    const messages = [{ role: 'user', content: 'who are you?' }];
    const response = await gateway.post('/v1/chat/completions', { model: 'anthropic/claude-opus-4-5', messages });
    expect(response.status).toBe(200);
    expect(response.headers.get('x-keyward-provider')).toBe('local');
    expect((await gateway.captureOf(response)).routeName).toBe('anthropic/claude-opus-4-5');
  });
});

describe('what OpenAI keeps between requests', () => {
  const input = 'go on';
  it.each([
    ['previous_response_id', { previous_response_id: 'resp_1' }],
    ['conversation', { conversation: 'conv_1' }],
    ['background', { background: true, store: false }],
  ])('%s is refused with a sentence where it is kept nowhere', async (param, more) => {
    const response = await gateway.post('/v1/responses', { model: 'local/qwen3', input, ...more });
    expect(response.status).toBe(400);
    const { error } = (await response.json()) as { error: { param: string; message: string } };
    expect(error.param).toBe(param);
    expect(error.message.length).toBeGreaterThan(40);
    expect(asked).toEqual([]);
  });
});

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';

const SECRET = 'sk-upstream-0123456789abcdefABCDEF';
let gateway: TestGateway;
let server: Server;
let answer: (request: IncomingMessage, response: ServerResponse) => void;

beforeAll(async () => {
  gateway = await startTestGateway();
  server = createServer((request, response) => {
    request.resume().on('end', () => answer(request, response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  await gateway.addProvider({ id: 'openai', preset: 'openai', name: 'OpenAI', baseUrl }, SECRET);
  await gateway.addProvider(
    { id: 'claude', preset: 'anthropic', dialect: 'anthropic-messages', name: 'Claude', baseUrl },
    SECRET,
  );
  await gateway.addProvider({ id: 'nobody', name: 'Nobody', baseUrl }, SECRET);
});
afterAll(async () => {
  await gateway.stop();
  server.closeAllConnections();
  server.close();
});

const usage = { prompt_tokens: 1000, completion_tokens: 500, total_tokens: 1500 };
const whole = {
  id: 'x',
  object: 'chat.completion',
  model: 'gpt-4o',
  choices: [{ message: { content: '{"usage":{}}' } }],
};
const ask = (model: string, more: object = {}) => ({ model, messages: [{ role: 'user', content: 'hi' }], ...more });
const json = (response: ServerResponse, value: unknown) =>
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
const events = (response: ServerResponse, lines: readonly string[]) =>
  response
    .writeHead(200, { 'content-type': 'text/event-stream' })
    .end(lines.map((line) => `data: ${line}\n\n`).join(''));

async function captured(response: Response) {
  expect(response.status).toBe(200);
  await response.arrayBuffer();
  return gateway.captureOf(response);
}

describe('what an exchange cost', () => {
  it('stands in its capture and its line, with the tokens and the prices it comes from', async () => {
    answer = (_, response) => json(response, { ...whole, usage });
    const capture = await captured(await gateway.post('/v1/chat/completions', ask('openai/gpt-4o')));
    expect(capture).toMatchObject({ inputTokens: 1000, outputTokens: 500, costUsd: 0.0075 });
    expect(capture.cost).toMatchObject({ usd: 0.0075, by: 'list', model: 'openai/gpt-4o', pricesOf: '2026-11-10' });
  });

  it('is counted over a stream as well', async () => {
    answer = (_, response) =>
      events(response, [
        '{"choices":[{"delta":{"content":"hi"},"finish_reason":"stop"}]}',
        JSON.stringify({ choices: [], usage }),
        '[DONE]',
      ]);
    const capture = await captured(await gateway.post('/v1/chat/completions', ask('openai/gpt-4o', { stream: true })));
    expect(capture).toMatchObject({ stream: true, costUsd: 0.0075 });
  });

  it('counts what Anthropic reads from a cache beside its input, over a stream', async () => {
    answer = (_, response) =>
      events(response, [
        '{"type":"message_start","message":{"usage":{"input_tokens":21,"cache_creation_input_tokens":1886,"cache_read_input_tokens":188086,"output_tokens":1}}}',
        '{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":393}}',
        '{"type":"message_stop"}',
      ]);
    const body = ask('claude/claude-sonnet-4-5', { stream: true, max_tokens: 500 });
    const capture = await captured(await gateway.post('/v1/messages', body));
    expect(capture).toMatchObject({ inputTokens: 189_993, outputTokens: 393, costUsd: 0.0694563 });
    expect(capture.usage).toMatchObject({ cachedInputTokens: 188_086, cacheWriteTokens: 1886 });
  });

  it('is counted behind the raw path, by the model that the body names', async () => {
    answer = (_, response) => json(response, { ...whole, usage });
    const capture = await captured(await gateway.post('/p/openai/chat/completions', ask('gpt-4o')));
    expect(capture).toMatchObject({ endpoint: 'raw', inputTokens: 1000, costUsd: 0.0075 });
  });

  it('is counted for a compressed answer that is far larger unpacked than what is kept of an answer', async () => {
    const data = [{ embedding: Array.from({ length: 300_000 }, () => 0.125) }];
    const text = JSON.stringify({ object: 'list', data, usage: { prompt_tokens: 1_000_000, total_tokens: 1_000_000 } });
    answer = (_, response) =>
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(gzipSync(text));
    const body = { model: 'openai/text-embedding-3-small', input: 'x' };
    const capture = await captured(await gateway.post('/v1/embeddings', body));
    expect(capture).toMatchObject({ ok: true, inputTokens: 1_000_000, costUsd: 0.02 });
  });

  it('is counted for an answer of which only the beginning is kept', async () => {
    const data = [{ embedding: Array.from({ length: 400_000 }, () => 0.125) }];
    answer = (_, response) => json(response, { data, usage: { prompt_tokens: 1_000_000, total_tokens: 1_000_000 } });
    const body = { model: 'openai/text-embedding-3-small', input: 'x' };
    const capture = await captured(await gateway.post('/v1/embeddings', body));
    expect(capture).toMatchObject({ ok: true, inputTokens: 1_000_000, costUsd: 0.02 });
  });

  it.each([
    ['the model is not in the catalogue', 'openai/gpt-of-tomorrow', whole],
    ['the provider has no preset', 'nobody/gpt-4o', whole],
    ['the answer was given at a speed with prices of its own', 'openai/gpt-4o', { ...whole, service_tier: 'flex' }],
  ])('is null, not nothing, where %s', async (_why, model, value) => {
    answer = (_, response) => json(response, { ...value, model: undefined, usage });
    const capture = await captured(await gateway.post('/v1/chat/completions', ask(model)));
    expect(capture).toMatchObject({ inputTokens: 1000, outputTokens: 500, costUsd: null });
    expect(capture.cost).toBeUndefined();
  });

  it('is null for practice, which spends nothing', async () => {
    const capture = await captured(await gateway.post('/v1/chat/completions', ask('practice/ok')));
    expect(capture).toMatchObject({ practice: true, costUsd: null });
    expect(capture.outputTokens).toBeGreaterThan(0);
  });
});

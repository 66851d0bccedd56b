import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { explainWithExperiments } from '../../gateway/control/experiments.ts';
import { explainCapture } from '../../gateway/diagnosis/explain-capture.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';

const SECRET = 'sk-upstream-0123456789abcdefABCDEF';
let gateway: TestGateway;
let server: Server;

/** A provider that refuses for length, in OpenAI's words, whatever is sent. */
beforeAll(async () => {
  gateway = await startTestGateway();
  const message =
    "This model's maximum context length is 128000 tokens. However, your messages resulted in 190012 tokens.";
  const error = { message, type: 'invalid_request_error', param: 'messages', code: 'context_length_exceeded' };
  server = createServer((request, response) => {
    request.resume().on('end', () => {
      response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify({ error }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  await gateway.addProvider({ id: 'work', preset: 'openai', name: 'OpenAI', baseUrl }, SECRET);
});
afterAll(async () => {
  await gateway.stop();
  server.closeAllConnections();
  server.close();
});

const list = (path: string, headers: Record<string, string>) =>
  fetch(gateway.url + path, { headers }).then((response) => response.json() as Promise<Record<string, never[]>>);
const one = (models: readonly Record<string, unknown>[] | undefined, id: string) =>
  models?.find((model) => (model.id ?? model.name) === id);

describe('a list of models', () => {
  it('has the models of the providers set up, with what is known, in each dialect', async () => {
    const openai = await list('/v1/models', { authorization: `Bearer ${gateway.key}` });
    expect(one(openai.data, 'work/gpt-4o-2024-08-06')).toMatchObject({
      object: 'model',
      owned_by: 'work',
      created: Date.parse('2024-08-06') / 1000,
    });
    const anthropic = await list('/v1/models?limit=1000', {
      'x-api-key': gateway.key,
      'anthropic-version': '2023-06-01',
    });
    expect(one(anthropic.data, 'work/gpt-4o')).toMatchObject({ type: 'model', display_name: 'GPT-4o' });
    const gemini = await list('/v1beta/models?pageSize=1000', { 'x-goog-api-key': gateway.key });
    expect(one(gemini.models, 'models/work/gpt-4o')).toMatchObject({
      displayName: 'GPT-4o',
      inputTokenLimit: 128_000,
      outputTokenLimit: 16_384,
    });
    expect(one(gemini.models, 'models/work/text-embedding-3-small')).toMatchObject({
      supportedGenerationMethods: ['embedContent', 'batchEmbedContents'],
    });
  });

  it('tells of one model what is known of it, under whichever name it is asked for', async () => {
    const model = await list('/v1beta/models/work%2FGPT-4o', { 'x-goog-api-key': gateway.key });
    expect(model).toMatchObject({ name: 'models/work/GPT-4o', inputTokenLimit: 128_000 });
  });
});

describe('a request that was too long', () => {
  it('is shown beside the window of its model, its own length marked as an estimate', async () => {
    const words = 'the quick brown fox jumps over the lazy dog '.repeat(20_000);
    const response = await gateway.post('/v1/chat/completions', {
      model: 'work/gpt-4o',
      messages: [{ role: 'user', content: words }],
    });
    expect(response.status).toBe(400);
    const capture = await gateway.captureOf(response);
    const { store } = gateway.gateway.services;
    const { cause, ladder } = explainCapture(capture, { now: Date.now(), snapshot: store.snapshot });
    expect(cause).toBe('context_too_long');
    const evidence = ladder.flatMap((rung) => rung.evidence);
    expect(evidence).toContainEqual({
      what: 'window of the model, in tokens',
      where: 'model catalogue, openai/gpt-4o',
      value: '128000',
    });
    const length = evidence.find(({ what }) => what.includes('an estimate'));
    const tokens = Number(/^about (\d+)$/.exec(length?.value ?? '')?.[1]);
    expect(tokens).toBeGreaterThan(150_000);
    expect(tokens).toBeLessThan(230_000);
  });

  it('is counted for whoever asks for its explanation, where its model’s tokenizer is known', async () => {
    const response = await gateway.post('/v1/chat/completions', {
      model: 'work/gpt-4o',
      messages: [{ role: 'user', content: 'hello world '.repeat(70_000) }],
    });
    const id = response.headers.get('x-keyward-capture') ?? '';
    const { ladder } = await explainWithExperiments(gateway.gateway.control, id, { probe: false });
    expect(ladder.flatMap((rung) => rung.evidence)).toContainEqual({
      what: 'length of the request, in tokens',
      where: 'request body, counted with o200k_base',
      // "hello", then " world" and " hello" by turns, and the space at the end; with the frame of a message and an answer.
      value: String(2 * 70_000 + 1 + 7),
    });
  });
});

/** "How many tokens is this?", asked in one dialect of a provider that speaks another: counted, or marked as an estimate. */
import diagnosticsChannel from 'node:diagnostics_channel';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Worker } from 'node:worker_threads';
import { get_encoding } from 'tiktoken';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runReplay } from '../../../gateway/replay/replay.ts';
import { startTestGateway, type TestGateway } from '../../support/gateway.ts';

let gateway: TestGateway;
let server: Server;
const seen: string[] = [];
const threads: (string | null)[] = [];
const onThread = (message: unknown) => void threads.push((message as { worker: Worker }).worker.threadName);

beforeAll(async () => {
  diagnosticsChannel.subscribe('worker_threads', onThread);
  gateway = await startTestGateway();
  server = createServer((request, response) => {
    seen.push(request.url ?? '');
    request.resume().on('end', () => {
      const answer = request.url?.includes(':countTokens') ? { totalTokens: 4242 } : { input_tokens: 4242 };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await gateway.addProvider({ id: 'work', preset: 'openai', name: 'OpenAI', baseUrl: `${origin}/v1` }, SECRET);
  await gateway.addProvider({ id: 'chat', name: 'Chat', baseUrl: `${origin}/v1` }, SECRET);
  await gateway.addProvider(
    { id: 'claude', preset: 'anthropic', dialect: 'anthropic-messages', baseUrl: `${origin}/v1` },
    SECRET,
  );
  await gateway.addProvider(
    { id: 'google', preset: 'google-gemini', dialect: 'gemini', baseUrl: `${origin}/v1beta` },
    SECRET,
  );
});
afterAll(async () => {
  diagnosticsChannel.unsubscribe('worker_threads', onThread);
  await gateway.stop();
  server.closeAllConnections();
  server.close();
});

const SECRET = 'sk-upstream-0123456789abcdefABCDEF';
const TEXT = 'The quick brown fox jumps over the lazy dog. 吾輩は猫である。 '.repeat(20);

const askAnthropic = (model: string, more: object = {}) =>
  gateway.post('/v1/messages/count_tokens', { model, messages: [{ role: 'user', content: TEXT }], ...more });
const askGemini = (model: string) =>
  gateway.post(`/v1beta/models/${model}:countTokens`, { contents: [{ parts: [{ text: TEXT }] }] });

async function countOf(response: Response): Promise<number> {
  const body = (await response.json()) as { input_tokens?: number; totalTokens?: number };
  return body.input_tokens ?? body.totalTokens ?? Number.NaN;
}
const translateStep = async (response: Response) =>
  (await gateway.captureOf(response)).steps.find(({ stage }) => stage === 'translate');

/** Of OpenAI's own tokenizer. */
function exactly(text: string): number {
  const encoding = get_encoding('o200k_base');
  const { length } = encoding.encode(text, [], []);
  encoding.free();
  return length;
}

// Before any tokenizer was asked for: what follows shares one gateway.
describe('a count of tokens that neither the provider makes nor a tokenizer', () => {
  it('is estimated, and marked as an estimate, in either dialect', async () => {
    const response = await askAnthropic('chat/gpt-x');
    const tokens = await countOf(response);
    expect(tokens).toBeGreaterThan(exactly(TEXT) * 0.6);
    expect(tokens).toBeLessThan(exactly(TEXT) * 1.6);
    expect(response.headers.get('x-keyward-estimate')).toBe('tokens');
    expect(await translateStep(response)).toMatchObject({
      decision: 'answered',
      summary: expect.stringContaining('within about a quarter'),
      output: { tokens, estimate: true },
    });
    expect(await countOf(await askGemini('claude/claude-haiku-4-5'))).toBe(tokens);
    expect(seen).toEqual([]);
  });

  it('costs no thread and no tokenizer', () => {
    expect(threads).not.toContain('tokens');
  });
});

describe('a count of tokens by the model’s own tokenizer', () => {
  it('is exact for a model whose encoding and frame are published, and bears no mark', async () => {
    const response = await askAnthropic('work/gpt-4o', { system: 'Answer in verse.' });
    // Three tokens a message and one for its role, three for the answer's beginning.
    const tokens = exactly(TEXT) + exactly('Answer in verse.') + 2 * (3 + 1) + 3;
    expect(await response.json()).toEqual({ input_tokens: tokens });
    expect(response.headers.get('x-keyward-estimate')).toBeNull();
    expect(await translateStep(response)).toMatchObject({
      decision: 'answered',
      rule: { name: 'tokens.count', value: tokens },
      output: { tokens, estimate: false, encoding: 'o200k_base' },
    });
    expect(await countOf(await askGemini('work/gpt-4o'))).toBe(exactly(TEXT) + 3 + 1 + 3);
    expect(seen).toEqual([]);
    expect(threads.filter((name) => name === 'tokens')).toHaveLength(1);
  });

  it.each([
    ['work/gpt-5', {}, 'the frame around messages'],
    ['work/gpt-4o', { tools: [{ name: 'now', input_schema: { type: 'object' } }] }, 'tools'],
    ['chat/gpt-4o', {}, 'which model “gpt-4o” is'],
  ])('is marked as an estimate where anything of it is guessed: %s', async (model, more, guess) => {
    const response = await askAnthropic(model, more);
    const tokens = await countOf(response);
    expect(tokens).toBeGreaterThanOrEqual(exactly(TEXT) + 7);
    expect(tokens).toBeLessThan(exactly(TEXT) + 30);
    expect(response.headers.get('x-keyward-estimate')).toBe('tokens');
    expect(await translateStep(response)).toMatchObject({
      summary: expect.stringContaining(`not known exactly: ${guess}`),
      output: { tokens, estimate: true, encoding: 'o200k_base' },
    });
  });

  it('is the same when replayed', async () => {
    const { id } = await gateway.captureOf(await askAnthropic('work/gpt-4o'));
    const replay = await runReplay(gateway.gateway.control, { id, mode: 'dry-run' });
    expect(replay.refused).toBeNull();
    expect(replay.steps.flatMap(({ differences }) => differences)).toEqual([]);
    expect(replay.answerDifferences).toEqual([]);
  });

  it('refuses what is no request, as before', async () => {
    const response = await gateway.post('/v1/messages/count_tokens', { model: 'work/gpt-4o', messages: 'hi' });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ type: 'error', error: { type: 'invalid_request_error' } });
  });
});

describe('a count of tokens that the provider makes itself', () => {
  it('is asked of it, and passed on as it came', async () => {
    const anthropic = await askAnthropic('claude/claude-haiku-4-5');
    expect(await anthropic.json()).toEqual({ input_tokens: 4242 });
    expect(anthropic.headers.get('x-keyward-estimate')).toBeNull();
    expect(await (await askGemini('google/gemini-2.5-pro')).json()).toEqual({ totalTokens: 4242 });
    expect(seen).toEqual(['/v1/messages/count_tokens', '/v1beta/models/gemini-2.5-pro:countTokens']);
  });
});

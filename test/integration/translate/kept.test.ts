/** What a translated exchange leaves behind: ledger, legs, cost, explanation, and what a replay makes of them. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Capture } from '../../../gateway/captures/capture.ts';
import { explainCapture } from '../../../gateway/diagnosis/explain-capture.ts';
import { runReplay } from '../../../gateway/replay/replay.ts';
import { translatedEvents } from '../../../gateway/replay/translated-events.ts';
import { startTestGateway, type TestGateway } from '../../support/gateway.ts';

let gateway: TestGateway;
let server: Server;
interface Seen {
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Record<string, unknown>;
}
const seen: Seen[] = [];
const ANSWER = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude-haiku-4-5',
  content: [
    { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: {} },
    { type: 'text', text: 'Hello.' },
  ],
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage: { input_tokens: 100, cache_read_input_tokens: 900, cache_creation_input_tokens: 0, output_tokens: 50 },
};
const EVENTS = [
  {
    type: 'message_start',
    message: { ...ANSWER, content: [], stop_reason: null, usage: { ...ANSWER.usage, output_tokens: 1 } },
  },
  { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
  { type: 'ping' },
  { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Grüße ' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: '世界' } },
  { type: 'content_block_stop', index: 0 },
  { type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { output_tokens: 50 } },
  { type: 'message_stop' },
];

beforeAll(async () => {
  gateway = await startTestGateway();
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Record<string, unknown>;
      seen.push({ url: request.url ?? '', headers: request.headers, body });
      if (body.stream !== true) {
        response
          .writeHead(200, { 'content-type': 'application/json', 'request-id': 'req_9' })
          .end(JSON.stringify(ANSWER));
        return;
      }
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(EVENTS.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join(''));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const record = {
    preset: 'anthropic',
    name: 'Claude',
    dialect: 'anthropic-messages' as const,
    baseUrl: `http://127.0.0.1:${port}/v1`,
  };
  await gateway.addProvider({ ...record, id: 'claude' }, 'sk-ant-api03-0123456789abcdefABCDEF');
  await gateway.addProvider(
    { id: 'chat', name: 'Chat', dialect: 'openai-chat', baseUrl: `http://127.0.0.1:${port}/v1` },
    'sk-two-0123456789abcdefABCDEF',
  );
});
afterAll(async () => {
  await gateway.stop();
  server.closeAllConnections();
  server.close();
});

const ASK = {
  model: 'claude/claude-haiku-4-5',
  messages: [{ role: 'user', content: 'hi' }],
  temperature: 1.5,
  seed: 7,
  frequency_penalty: 0.5,
};

async function asked(more: object = {}, headers: Record<string, string> = {}): Promise<Capture> {
  const response = await gateway.post('/v1/chat/completions', { ...ASK, ...more }, headers);
  await response.text();
  return gateway.captureOf(response);
}
const translateStep = (capture: Capture) => capture.steps.find(({ stage }) => stage === 'translate');

describe('a translated exchange', () => {
  it('tells on its step what could not be carried, there and back', async () => {
    const step = translateStep(await asked());
    expect(step).toMatchObject({
      decision: 'passed',
      rule: { name: 'dialect.main', origin: { from: 'preset', id: 'anthropic' }, value: 'anthropic-messages' },
      input: { dialect: 'openai-chat' },
      output: { dialect: 'anthropic-messages' },
    });
    const ledger = step?.output?.ledger as { on: string; path: string; action: string; why: string }[];
    expect(ledger).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ on: 'request', path: 'temperature', action: 'clamped', before: 1.5, after: 1 }),
        expect.objectContaining({ on: 'request', path: 'seed', action: 'dropped' }),
        expect.objectContaining({ on: 'request', path: 'max_tokens', action: 'defaulted' }),
        expect.objectContaining({ on: 'answer', action: 'dropped' }),
      ]),
    );
  });

  it('keeps all four legs: the provider’s in its dialect, the app’s in its own', async () => {
    const capture = await asked({ stream: true });
    const [attempt] = capture.attemptList;
    expect(attempt?.url).toMatch(/\/v1\/messages$/);
    expect(JSON.parse(attempt?.requestBody.text ?? '')).toMatchObject({
      model: 'claude-haiku-4-5',
      stream: true,
      max_tokens: expect.any(Number),
    });
    expect(attempt?.responseBody?.text).toContain('message_start');
    expect(capture.answer?.body.text).toContain('chat.completion.chunk');
    expect(capture.answer?.body.text).toContain('Grüße ');
    expect(capture.answer?.body.text?.trimEnd().endsWith('data: [DONE]')).toBe(true);
  });

  it('counts and prices by the provider’s own count', async () => {
    const capture = await asked({ stream: true, stream_options: { include_usage: true } });
    expect(capture).toMatchObject({ inputTokens: 1000, outputTokens: 50 });
    expect(capture.costUsd).toBeGreaterThan(0);
    expect(capture.answer?.body.text).toContain('"prompt_tokens":1000');
  });

  it('is asked with the headers of its own dialect, and none of the caller’s', async () => {
    const capture = await asked(
      {},
      {
        'openai-organization': 'org-1',
        'x-stainless-lang': 'js',
        'openai-beta': 'assistants=v2',
        'user-agent': 'test/1',
      },
    );
    const { headers } = seen.at(-1) as Seen;
    expect(headers).toMatchObject({
      'anthropic-version': '2023-06-01',
      'content-type': 'application/json',
      'user-agent': 'test/1',
    });
    expect(Object.keys(headers).filter((name) => /^(openai|x-stainless|authorization)/.test(name))).toEqual([]);
    expect(JSON.stringify(translateStep(capture)?.output?.ledger)).toContain('header openai-organization');
  });

  it('shows its ledger as evidence of the rung', async () => {
    const explanation = explainCapture(await asked(), { now: Date.now() });
    const rung = explanation.ladder.find(({ check }) => check === 'translated');
    expect(rung?.result).toBe('passed');
    expect(rung?.evidence).toContainEqual(expect.objectContaining({ where: 'request temperature', value: '1.5 → 1' }));
  });
});

describe('an exchange that needs no translation', () => {
  it('passes byte for byte, and its step says by which rule', async () => {
    const body = `{"model":"claude/claude-haiku-4-5",  "max_tokens":5,"messages":[{"role":"user","content":"hi"}]}`;
    const response = await gateway.post('/v1/messages', body, {
      'anthropic-version': '2023-06-01',
      'anthropic-beta': 'x-1',
    });
    expect(await response.text()).toBe(JSON.stringify(ANSWER));
    expect(seen.at(-1)?.headers['anthropic-beta']).toBe('x-1');
    expect(translateStep(await gateway.captureOf(response))).toMatchObject({
      decision: 'skipped',
      rule: { name: 'dialect.own' },
    });
  });
});

describe('a replay of a translated exchange', () => {
  it.each(['whole', 'stream'])('recorded: the %s answer is translated again, byte for byte', async (form) => {
    const capture = await asked(form === 'stream' ? { stream: true } : {});
    const replay = await runReplay(gateway.gateway.control, { id: capture.id, mode: 'recorded' });
    expect(replay.refused).toBeNull();
    expect(replay.steps.find(({ stage }) => stage === 'translate')?.differences).toEqual([]);
    expect(replay.answerDifferences).toEqual([]);
  });

  it('dry run: the same step and the request as it would go out', async () => {
    const capture = await asked();
    const before = seen.length;
    const replay = await runReplay(gateway.gateway.control, { id: capture.id, mode: 'dry-run' });
    expect(seen.length).toBe(before);
    expect(replay.steps.find(({ stage }) => stage === 'translate')).toMatchObject({
      decision: 'passed',
      differences: [],
    });
    expect(replay.prepared?.url).toMatch(/\/v1\/messages$/);
  });

  it('dry run with another model: asked in its own dialect, and the step says what is different', async () => {
    const capture = await asked();
    const replay = await runReplay(gateway.gateway.control, {
      id: capture.id,
      mode: 'dry-run',
      edits: [{ path: 'model', value: 'chat/gpt-x' }],
    });
    const step = replay.steps.find(({ stage }) => stage === 'translate');
    expect(step).toMatchObject({ decision: 'skipped', rule: { name: 'dialect.own' } });
    expect(step?.differences.length).toBeGreaterThan(0);
    expect(replay.prepared?.url).toMatch(/\/chat\/completions$/);
  });

  it('live: is sent translated', async () => {
    const capture = await asked();
    const before = seen.length;
    const replay = await runReplay(gateway.gateway.control, { id: capture.id, mode: 'live' });
    expect(replay.refused).toBeNull();
    expect(seen.length).toBe(before + 1);
    expect(seen.at(-1)?.url).toBe('/v1/messages');
  });
});

describe('the debugger of a translated stream', () => {
  it('steps from each event of the provider to what the app got for it', async () => {
    const capture = await asked({ stream: true });
    const all = await translatedEvents(gateway.gateway.control, capture, 0, 200);
    expect(all).toMatchObject({ from: 'openai-chat', to: 'anthropic-messages', total: EVENTS.length + 1 });
    expect(all.events.map(({ app }) => app).join('')).toBe(capture.answer?.body.text);
    const delta = all.events.find(({ provider }) => provider?.includes('世界'));
    expect(delta?.meaning).toEqual(['part-delta']);
    expect(delta?.app).toContain('"content":"世界"');
    expect(all.events.at(-1)?.provider).toBeNull();
    const page = await translatedEvents(gateway.gateway.control, capture, 3, 2);
    expect(page.events).toEqual(all.events.slice(3, 5));
  });

  it('has nothing to show where nothing was translated', async () => {
    expect(await translatedEvents(gateway.gateway.control, await asked(), 0, 10)).toMatchObject({ total: 0 });
  });
});

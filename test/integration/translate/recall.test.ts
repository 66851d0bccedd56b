/** Responses requests that go on from earlier answers by id, at a provider that keeps nothing: filled in from the captures. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createOpenAI } from '@ai-sdk/openai';
import { generateText, jsonSchema, stepCountIs, streamText, tool } from 'ai';
import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runReplay } from '../../../gateway/replay/replay.ts';
import type { App } from '../../../gateway/store/schema.ts';
import { startTestGateway, type TestGateway } from '../../support/gateway.ts';

interface Turn {
  readonly role: string;
  readonly content: unknown;
}
interface Asked {
  readonly system?: unknown;
  readonly messages: readonly Turn[];
  readonly tools?: readonly unknown[];
  readonly stream?: boolean;
}

const SECRET = 'sk-ant-api03-0123456789abcdefABCDEF';
let gateway: TestGateway;
let server: Server;
const asked: Asked[] = [];
/** What the provider says next. */
let says: string;

beforeAll(async () => {
  gateway = await startTestGateway();
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Asked;
      asked.push(body);
      const message = messageFor(body);
      response.writeHead(200, { 'content-type': body.stream ? 'text/event-stream' : 'application/json' });
      response.end(body.stream ? eventsOf(message) : JSON.stringify(message));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  await gateway.addProvider(
    { id: 'claude', name: 'Claude', preset: 'anthropic', dialect: 'anthropic-messages', baseUrl },
    SECRET,
  );
});
beforeEach(() => {
  asked.length = 0;
  says = 'Four.';
});
afterAll(async () => {
  await gateway.stop();
  server.closeAllConnections();
  server.close();
});

/** An answer in the form of docs.claude.com/en/api/messages: thinking first; a call where there are tools and no result yet. */
function messageFor({ messages, tools }: Asked) {
  const last = JSON.stringify(messages.at(-1));
  const calls = tools !== undefined && !last.includes('tool_result');
  const content = [
    { type: 'thinking', thinking: 'Two and two.', signature: 'c2lnbmVk' },
    calls ? { type: 'tool_use', id: 'toolu_1', name: 'add', input: { a: 2, b: 2 } } : { type: 'text', text: says },
  ];
  return {
    id: 'msg_01',
    type: 'message',
    role: 'assistant',
    model: 'claude-haiku-4-5',
    content,
    stop_reason: calls ? 'tool_use' : 'end_turn',
    stop_sequence: null,
    usage: { input_tokens: 9, output_tokens: 4 },
  };
}

function eventsOf({ content, stop_reason, ...message }: ReturnType<typeof messageFor>): string {
  const [thinking, said] = content;
  const events: Record<string, unknown>[] = [
    { type: 'message_start', message: { ...message, content: [], stop_reason: null } },
    { type: 'content_block_start', index: 0, content_block: { type: 'thinking', thinking: '', signature: '' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: thinking?.thinking } },
    { type: 'content_block_delta', index: 0, delta: { type: 'signature_delta', signature: thinking?.signature } },
    { type: 'content_block_stop', index: 0 },
    ...(said?.type === 'text'
      ? [
          { type: 'content_block_start', index: 1, content_block: { type: 'text', text: '' } },
          { type: 'content_block_delta', index: 1, delta: { type: 'text_delta', text: said.text } },
        ]
      : [
          { type: 'content_block_start', index: 1, content_block: { ...said, input: {} } },
          {
            type: 'content_block_delta',
            index: 1,
            delta: { type: 'input_json_delta', partial_json: JSON.stringify(said?.input) },
          },
        ]),
    { type: 'content_block_stop', index: 1 },
    { type: 'message_delta', delta: { stop_reason, stop_sequence: null }, usage: { output_tokens: 4 } },
    { type: 'message_stop' },
  ];
  return events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join('');
}

interface Answered {
  readonly id: string;
  readonly store: boolean;
  readonly output: readonly { readonly id: string; readonly type: string }[];
  readonly error?: { readonly message: string; readonly param: string };
}

const MODEL = 'claude/claude-haiku-4-5';
const post = (body: object, headers: Record<string, string> = {}) =>
  gateway.post('/v1/responses', { model: MODEL, ...body }, headers);
const ask = async (body: object, headers?: Record<string, string>) => {
  const response = await post(body, headers);
  return { status: response.status, body: (await response.json()) as Answered, response };
};
const go = (on: Answered) => ({ previous_response_id: on.id, input: 'And doubled?' });

const THOUGHT = { type: 'thinking', thinking: 'Two and two.', signature: 'c2lnbmVk' };
const CONVERSATION = [
  { role: 'user', content: 'What is two and two?' },
  { role: 'assistant', content: [THOUGHT, { type: 'text', text: 'Four.' }] },
  { role: 'user', content: 'And doubled?' },
];
const texts = (turns: readonly Turn[] | undefined) =>
  turns?.map(({ role, content }) => ({
    role,
    content: (typeof content === 'string' ? [{ type: 'text', text: content }] : (content as object[])).map((block) =>
      Object.fromEntries(Object.entries(block).filter(([name]) => name !== 'cache_control')),
    ),
  }));

describe('an answer that is gone on from by its id', () => {
  it.each(['whole', 'streamed'])('is filled in with what was asked before it: %s', async (way) => {
    const client = new OpenAI({ apiKey: gateway.key, baseURL: `${gateway.url}/v1`, maxRetries: 0 });
    const body = { model: MODEL, instructions: 'Be brief.', input: 'What is two and two?' };
    let id: string | undefined;
    if (way === 'whole') id = (await client.responses.create(body)).id;
    else {
      for await (const event of await client.responses.create({ ...body, stream: true })) {
        if (event.type === 'response.completed') id = event.response.id;
      }
    }
    says = 'Eight.';
    const second = await client.responses.create({ model: MODEL, input: 'And doubled?', previous_response_id: id });
    expect(second).toMatchObject({ output_text: 'Eight.', previous_response_id: id });
    expect(texts(asked[1]?.messages)).toEqual(texts(CONVERSATION));
    // Instructions are of one request only (platform.openai.com/docs/guides/conversation-state).
    expect(asked[1]?.system).toBeUndefined();
    await client.responses.create({ model: MODEL, input: 'Again?', previous_response_id: second.id });
    expect(texts(asked[2]?.messages)?.slice(0, 3)).toEqual(texts(CONVERSATION));
    expect(asked[2]?.messages).toHaveLength(5);
  });

  it('stands in the ledger, with the captures it came from', async () => {
    const first = await ask({ input: 'What is two and two?', store: true });
    expect(first.body).toMatchObject({ store: true, id: `resp_${first.response.headers.get('x-keyward-capture')}` });
    const second = await ask(go(first.body));
    const capture = await gateway.captureOf(second.response);
    const step = capture.steps.find(({ stage }) => stage === 'translate');
    expect(step?.input).toEqual({
      dialect: 'openai-responses',
      recalled: [first.response.headers.get('x-keyward-capture')],
    });
    expect(step?.output?.ledger).toContainEqual(
      expect.objectContaining({ on: 'request', path: 'previous_response_id', action: 'defaulted', after: 3 }),
    );
    const before = asked.length;
    const replay = await runReplay(gateway.gateway.control, { id: capture.id, mode: 'recorded' });
    expect(replay.refused).toBeNull();
    expect(replay.steps.flatMap(({ differences }) => differences)).toEqual([]);
    expect(replay.answerDifferences).toEqual([]);
    expect(asked.length).toBe(before);
  });
});

describe('items that are referred to', () => {
  const add = tool({
    description: 'Adds.',
    inputSchema: jsonSchema<{ a: number; b: number }>({
      type: 'object',
      properties: { a: { type: 'number' }, b: { type: 'number' } },
    }),
    execute: ({ a, b }) => String(a + b),
  });

  it.each(['whole', 'streamed'])('are what Vercel’s ai sends by default, over tools and turns: %s', async (way) => {
    const provider = createOpenAI({ apiKey: gateway.key, baseURL: `${gateway.url}/v1` });
    const first = { role: 'user' as const, content: 'What is two and two?' };
    const request = { model: provider.responses(MODEL), tools: { add }, stopWhen: stepCountIs(3), maxRetries: 0 };
    const run = async (messages: Parameters<typeof generateText>[0]['messages']) => {
      if (way === 'whole') {
        const { text, response } = await generateText({ ...request, messages } as Parameters<typeof generateText>[0]);
        return { text, messages: response.messages };
      }
      const stream = streamText({ ...request, messages } as Parameters<typeof streamText>[0]);
      return { text: await stream.text, messages: (await stream.response).messages };
    };
    const one = await run([first]);
    expect(one.text).toBe('Four.');
    const called = [THOUGHT, { type: 'tool_use', id: 'toolu_1', name: 'add', input: { a: 2, b: 2 } }];
    expect(texts(asked[1]?.messages)?.[1]).toEqual({ role: 'assistant', content: called });
    says = 'Eight.';
    const two = await run([first, ...one.messages, { role: 'user', content: 'And doubled?' }]);
    expect(two.text.length).toBeGreaterThan(0);
    const [, call, result, answer, question] = texts(asked[2]?.messages) ?? [];
    expect(call).toEqual({ role: 'assistant', content: called });
    expect(JSON.stringify(result)).toContain('tool_result');
    expect(answer).toEqual({ role: 'assistant', content: [THOUGHT, { type: 'text', text: 'Four.' }] });
    expect(question).toEqual({ role: 'user', content: [{ type: 'text', text: 'And doubled?' }] });
  });
});

describe('what is not filled in', () => {
  const refused = async (body: object, headers?: Record<string, string>) => {
    const before = asked.length;
    const { status, body: answer } = await ask(body, headers);
    expect(status).toBe(400);
    expect(asked.length).toBe(before);
    expect(answer.error?.message).toMatch(/send the whole conversation in input/);
    return `${answer.error?.param}: ${answer.error?.message}`;
  };
  const first = async (more: object = {}, headers?: Record<string, string>) =>
    (await ask({ input: 'What is two and two?', ...more }, headers)).body;
  const update = (change: Parameters<TestGateway['gateway']['services']['store']['update']>[1]) =>
    gateway.gateway.services.store.update({ actor: 'test', action: 'test', subject: 'test' }, change);
  const app = (change: Partial<App>) =>
    update((draft) => void Object.assign(draft.apps.find(({ id }) => id === 'app_test') as App, change));

  it('is OpenAI’s own id, which is kept there', async () => {
    expect(await refused({ input: 'go on', previous_response_id: 'resp_68af' })).toContain('kept by OpenAI');
    expect(await refused({ input: [{ type: 'item_reference', id: 'msg_68af' }] })).toMatch(
      /^input\[0\].*kept by OpenAI/,
    );
  });

  it('is what was given to another app, in the words for what never was', async () => {
    const answer = await first();
    await update((draft) => {
      const [mine] = draft.apps;
      if (mine && !draft.apps.some(({ id }) => id === 'app_other')) {
        draft.apps.push({ ...mine, id: 'app_other', name: 'Other' });
      }
    });
    const other = { authorization: `Bearer ${await gateway.issue({ app: 'app_other' })}` };
    const theirs = await refused(go(answer), other);
    const never = await refused({ input: 'go on', previous_response_id: `${answer.id.slice(0, -5)}00000` }, other);
    expect(theirs).toBe(never);
    const [item] = answer.output;
    expect(await refused({ input: [{ type: 'item_reference', id: item?.id }] }, other)).toContain('input[0]');
  });

  it('is what another key was given, for a key that is bound to a user', async () => {
    const bound = { authorization: `Bearer ${await gateway.issue({ users: ['ann'] })}`, 'x-keyward-user': 'ann' };
    expect(await refused(go(await first()), bound)).toContain('nothing that is kept here');
    expect((await ask(go(await first({}, bound)), bound)).status).toBe(200);
  });

  it('is what was not to be kept, nor what was not recorded', async () => {
    const unkept = await first({ store: false });
    expect(unkept.store).toBe(false);
    expect(await refused(go(unkept))).toContain('store: false');
    await app({ recording: 'no-bodies' });
    const unrecorded = await first();
    expect(unrecorded.store).toBe(false);
    expect(await refused(go(unrecorded))).toContain('not recorded whole');
    expect((await ask({ input: 'x', store: true })).body.error).toMatchObject({ param: 'store' });
    await app({ recording: null });
  });

  it('is what a secret was taken out of', async () => {
    says = `Your key is ${SECRET}.`;
    expect(await refused(go(await first()))).toContain('A secret stood');
    says = 'Four.';
    expect(await refused(go(await first({ input: `My key is ${SECRET}.` })))).toContain('A secret stood');
  });

  it('is anything at all where a rule takes texts out of what the app sends', async () => {
    const answer = await first();
    await app({
      transform: { headers: [], body: [], redact: [{ pattern: '\\bFour\\b', with: '…' }] },
    } as unknown as Partial<App>);
    expect(await refused(go(answer))).toContain('takes texts out');
    await app({ transform: undefined });
    expect((await ask(go(answer))).status).toBe(200);
  });

  it('is an item that the answer did not have', async () => {
    const answer = await first();
    const id = answer.output[0]?.id.replace(/\d+$/, '7');
    expect(await refused({ input: [{ type: 'item_reference', id }] })).toContain('nothing that is kept here');
  });
});

/** A provider that speaks the Responses API and nothing else, asked by clients of the other dialects. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestGateway, type TestGateway } from '../../support/gateway.ts';

let gateway: TestGateway;
let server: Server;
const asked: string[] = [];
const TEXT = 'Grüße, 世界!';
const PART = { type: 'output_text', text: TEXT, annotations: [] };
const ITEM = { id: 'msg_1', type: 'message', status: 'completed', role: 'assistant', content: [PART] };
const RESPONSE = {
  id: 'resp_1',
  object: 'response',
  created_at: 1,
  status: 'completed',
  model: 'deep',
  output: [ITEM],
  usage: { input_tokens: 5, output_tokens: 6, total_tokens: 11 },
};
// Form: platform.openai.com/docs/api-reference/responses-streaming.
const EVENTS = [
  { type: 'response.created', response: { ...RESPONSE, status: 'in_progress', output: [], usage: null } },
  { type: 'response.output_item.added', output_index: 0, item: { ...ITEM, status: 'in_progress', content: [] } },
  {
    type: 'response.content_part.added',
    item_id: 'msg_1',
    output_index: 0,
    content_index: 0,
    part: { ...PART, text: '' },
  },
  { type: 'response.output_text.delta', item_id: 'msg_1', output_index: 0, content_index: 0, delta: TEXT },
  { type: 'response.output_text.done', item_id: 'msg_1', output_index: 0, content_index: 0, text: TEXT },
  { type: 'response.content_part.done', item_id: 'msg_1', output_index: 0, content_index: 0, part: PART },
  { type: 'response.output_item.done', output_index: 0, item: ITEM },
  { type: 'response.completed', response: RESPONSE },
];

beforeAll(async () => {
  gateway = await startTestGateway();
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      asked.push(request.url ?? '');
      if (request.url !== '/v1/responses') {
        response.writeHead(404, { 'content-type': 'application/json' }).end('{"error":{"message":"no such path"}}');
        return;
      }
      const { stream } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { stream?: boolean };
      response.writeHead(200, { 'content-type': stream ? 'text/event-stream' : 'application/json' });
      response.end(
        stream
          ? EVENTS.map(
              (event, sequence_number) =>
                `event: ${event.type}\ndata: ${JSON.stringify({ ...event, sequence_number })}\n\n`,
            ).join('')
          : JSON.stringify(RESPONSE),
      );
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const record = {
    id: 'deep',
    name: 'Deep',
    dialect: 'openai-responses' as const,
    baseUrl: `http://127.0.0.1:${port}/v1`,
  };
  await gateway.addProvider(record, 'sk-two-0123456789abcdefABCDEF');
});
afterAll(async () => {
  await gateway.stop();
  server.closeAllConnections();
  server.close();
});

const messages = [{ role: 'user' as const, content: 'hi' }];

it('answers chat completions, whole and as a stream', async () => {
  const client = new OpenAI({ apiKey: gateway.key, baseURL: `${gateway.url}/v1`, maxRetries: 0 });
  const whole = await client.chat.completions.create({ model: 'deep/deep', messages });
  expect(whole.choices[0]?.message.content).toBe(TEXT);
  expect(whole.usage?.total_tokens).toBe(11);
  let text = '';
  for await (const chunk of await client.chat.completions.create({ model: 'deep/deep', messages, stream: true }))
    text += chunk.choices[0]?.delta.content ?? '';
  expect(text).toBe(TEXT);
  expect(asked).toEqual(['/v1/responses', '/v1/responses']);
});

it('answers Anthropic’s messages as a stream', async () => {
  const client = new Anthropic({ apiKey: gateway.key, baseURL: gateway.url, maxRetries: 0 });
  const message = await client.messages.stream({ model: 'deep/deep', max_tokens: 50, messages }).finalMessage();
  expect(message).toMatchObject({
    content: [{ type: 'text', text: TEXT }],
    stop_reason: 'end_turn',
    usage: { output_tokens: 6 },
  });
});

it('is said of a custom provider by a setting', async () => {
  const { baseUrl } = gateway.gateway.services.store.snapshot.providers.get('deep') ?? {};
  const settings = { dialects: 'openai-responses' };
  await gateway.addProvider({ id: 'both', name: 'Both', baseUrl, settings }, 'sk-two-0123456789abcdefABCDEF');
  const response = await gateway.post('/v1/responses', { model: 'both/deep', input: 'hi' });
  expect(await response.text()).toBe(JSON.stringify(RESPONSE));
  const { steps } = await gateway.captureOf(response);
  expect(steps.find(({ stage }) => stage === 'translate')?.rule?.name).toBe('dialect.setting');
});

it('takes the Responses API untouched', async () => {
  const response = await gateway.post('/v1/responses', { model: 'deep/deep', input: 'hi', store: true });
  expect(await response.text()).toBe(JSON.stringify(RESPONSE));
});

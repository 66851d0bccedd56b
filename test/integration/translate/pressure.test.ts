/** A translated stream over sockets: a client that does not read stops the provider, and pieces pass as they come. */
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestGateway, type TestGateway } from '../../support/gateway.ts';

let gateway: TestGateway;
let server: Server;

const PIECE = 'Grüße 世界 '.repeat(1000);
const PIECES = 2000;
/** More than the kernel's buffers of two connections take. */
const WHOLE = PIECES * Buffer.byteLength(PIECE);
const flood = { written: 0, closed: false };
let beforeSecond: () => Promise<void> = () => Promise.resolve();

function chunk(delta: object, finish: string | null = null): string {
  const choices = [{ index: 0, delta, finish_reason: finish }];
  return `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices })}\n\n`;
}

async function writeFlood(response: ServerResponse): Promise<void> {
  for (let index = 0; index < PIECES && !flood.closed; index++) {
    const bytes = chunk({ content: PIECE });
    flood.written += Buffer.byteLength(bytes);
    if (!response.write(bytes)) await new Promise((resolve) => response.once('drain', resolve));
  }
  response.end(`${chunk({}, 'stop')}data: [DONE]\n\n`);
}

async function writeTwo(response: ServerResponse): Promise<void> {
  response.write(chunk({ role: 'assistant', content: 'one, ' }));
  await beforeSecond();
  response.end(`${chunk({ content: 'zwei, 三' })}${chunk({}, 'stop')}data: [DONE]\n\n`);
}

beforeAll(async () => {
  gateway = await startTestGateway();
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (bytes: Buffer) => chunks.push(bytes));
    request.on('end', () => {
      const { model } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { model: string };
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.once('close', () => {
        if (model === 'flood') flood.closed = true;
      });
      void (model === 'flood' ? writeFlood(response) : writeTwo(response));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  await gateway.addProvider({ id: 'chat', name: 'Chat', baseUrl }, 'sk-two-0123456789abcdefABCDEF');
});
afterAll(async () => {
  await gateway.stop();
  server.closeAllConnections();
  server.close();
});

/** Whether the provider wrote nothing more while the gateway had time enough to answer others. */
async function standsStill(): Promise<boolean> {
  const before = flood.written;
  for (let index = 0; index < 25; index++) await (await gateway.post('/v1/messages', {})).text();
  return flood.written === before;
}

it('stops the provider while its client does not read, holds little meanwhile, and loses nothing', async () => {
  const { hostname, port } = new URL(gateway.url);
  const socket = connect(Number(port), hostname);
  socket.pause();
  const messages = [{ role: 'user', content: 'hi' }];
  const body = JSON.stringify({ model: 'chat/flood', max_tokens: 50, stream: true, messages });
  socket.write(
    `POST /v1/messages HTTP/1.1\r\nhost: ${hostname}:${port}\r\nx-api-key: ${gateway.key}\r\ncontent-type: application/json\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
  while (flood.written === 0 || !(await standsStill())) await new Promise((resolve) => setImmediate(resolve));
  // Whatever lies between the two, in the gateway and in the kernel, is what the provider could write.
  expect(flood.written).toBeLessThan(WHOLE / 2);
  expect(flood.closed).toBe(false);

  let text = 0;
  let end = '';
  const letters = Buffer.from('世界');
  socket.on('data', (bytes: Buffer) => {
    for (let at = bytes.indexOf(letters); at !== -1; at = bytes.indexOf(letters, at + 1)) text++;
    end = (end + bytes.toString('latin1')).slice(-400);
  });
  socket.resume();
  await once(socket, 'end');
  expect(flood.written).toBeGreaterThan(WHOLE);
  // A few may be cut in two where one read of the socket ends.
  expect(text).toBeGreaterThan(PIECES * 1000 * 0.99);
  expect(end).toContain('message_stop');
}, 60_000);

it('is Gemini’s array of JSON where server-sent events were not asked for, piece by piece', async () => {
  let release: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  beforeSecond = () => gate;
  const response = await gateway.post('/v1beta/models/chat/two:streamGenerateContent', {
    contents: [{ role: 'user', parts: [{ text: 'hi' }] }],
  });
  expect(response.headers.get('content-type')).toMatch(/^application\/json/);
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  let text = '';
  // The provider writes no second piece before the first has come through.
  while (!text.includes('one, ')) text += decoder.decode((await reader.read()).value, { stream: true });
  expect(text.startsWith('[')).toBe(true);
  release();
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    text += decoder.decode(read.value, { stream: true });
  }
  const events = JSON.parse(text) as {
    candidates: { content?: { parts: { text?: string }[] }; finishReason?: string }[];
  }[];
  const parts = events.flatMap(({ candidates }) => candidates[0]?.content?.parts ?? []);
  expect(parts.map((part) => part.text ?? '').join('')).toBe('one, zwei, 三');
  expect(events.at(-1)?.candidates[0]?.finishReason).toBe('STOP');
});

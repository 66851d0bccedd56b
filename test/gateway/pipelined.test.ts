/** Several requests on one connection: whatever ends them, each answer comes whole and in its turn, or not at all. */
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway.stop());

const host = 'host: 127.0.0.1\r\n';
const health = `GET /health HTTP/1.1\r\n${host}\r\n`;
const last = `GET /health HTTP/1.1\r\n${host}connection: close\r\n\r\n`;
const webSocket = `GET /v1/realtime HTTP/1.1\r\n${host}connection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-key: x\r\nsec-websocket-version: 13\r\n\r\n`;

function chat(model: string, headers = ''): string {
  const body = JSON.stringify({ model, messages: [{ role: 'user', content: 'hi' }] });
  return `POST /v1/chat/completions HTTP/1.1\r\n${host}authorization: Bearer ${gateway.key}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n${headers}\r\n${body}`;
}

/** All of it in one packet, so that it is read in one turn; the statuses of what comes until the connection closes. */
function ask(bytes: string, end: 'stays' | 'half-closed' = 'stays'): Promise<{ statuses: number[]; text: string }> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port: Number(new URL(gateway.url).port), host: '127.0.0.1', allowHalfOpen: true });
    let text = '';
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      text += chunk;
    });
    socket.on('end', () => socket.end());
    socket.on('error', reject);
    socket.on('close', () => {
      resolve({ statuses: [...text.matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, status]) => Number(status)), text });
    });
    socket.write(bytes);
    if (end === 'half-closed') socket.end();
  });
}

describe('answers that end in one turn', () => {
  it('come all, in the order of their requests', async () => {
    const { statuses } = await ask(
      health + chat('practice/ok') + health + chat('practice/key-expired') + health + last,
    );
    expect(statuses).toEqual([200, 200, 200, 401, 200, 200]);
  });

  it('come without a body to HEAD', async () => {
    const { statuses, text } = await ask(`${health.replace('GET', 'HEAD').repeat(3)}${last.replace('GET', 'HEAD')}`);
    expect(statuses).toEqual([200, 200, 200, 200]);
    expect(text.match(/\{/g)).toBeNull();
  });

  it('come also to a client that sends no more', async () => {
    expect((await ask(health.repeat(4), 'half-closed')).statuses).toEqual([200, 200, 200, 200]);
  });

  it('come also where what follows is no HTTP', async () => {
    const { statuses, text } = await ask(`${health.repeat(3)}GARBAGE\r\n\r\n`);
    expect(statuses).toEqual([200, 200, 200]);
    expect(text.endsWith('}')).toBe(true);
  });
});

it('an upgrade behind requests without an answer yet is answered in its turn, as if it were none', async () => {
  const closing = webSocket.replace('connection: ', 'connection: close, ');
  expect((await ask(health.repeat(3) + closing)).statuses).toEqual([200, 200, 200, 401]);
  expect((await ask(chat('practice/ok') + closing)).statuses).toEqual([200, 401]);
});

it('a client that takes the gateway for a proxy is told so', async () => {
  const { statuses, text } = await ask('CONNECT api.openai.com:443 HTTP/1.1\r\nhost: api.openai.com:443\r\n\r\n');
  expect(statuses).toEqual([405]);
  expect(text).toContain('make it the base URL of the client instead.');
  const capture = await gateway.capture(/x-keyward-capture: (\S+)/.exec(text)?.[1] ?? '');
  expect(capture).toMatchObject({ ok: false, cause: 'wrong_endpoint', stage: 'receive', status: 405 });
});

it('a WebSocket of a foreign host is turned away with a sentence, and recorded', async () => {
  const { statuses, text } = await ask(webSocket.replace('127.0.0.1', 'evil.example'));
  expect(statuses).toEqual([403]);
  const capture = await gateway.capture(/x-keyward-capture: (\S+)/.exec(text)?.[1] ?? '');
  expect(capture).toMatchObject({ ok: false, cause: 'permission_missing', stage: 'receive', status: 403 });
  expect(text).toContain('This gateway does not answer under that host name. Use 127.0.0.1 or localhost.');
});

it('an expectation that nobody can meet is refused with a sentence, and its body not waited for', async () => {
  const { statuses, text } = await ask(chat('practice/ok', 'expect: 200-ok\r\n').replace(/\{.*$/, ''));
  expect(statuses).toEqual([417]);
  expect(text).toContain('x-keyward-cause: bad_request_parameter');
  expect(text).toMatch(/Leave it out\./);
});

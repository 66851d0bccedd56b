import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';

const SECRET = 'sk-upstream-0123456789abcdefABCDEF';
let gateway: TestGateway;
let server: Server;
let seen: { url: string; request: IncomingMessage; body: string }[] = [];

beforeAll(async () => {
  gateway = await startTestGateway();
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      seen.push({ url: request.url ?? '', request, body: Buffer.concat(chunks).toString('utf8') });
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ id: 'x', model: 'm', results: [], data: [], choices: [] }));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await gateway.addProvider({ id: 'up', name: 'Upstream', baseUrl: `http://127.0.0.1:${port}/v1` }, SECRET);
});
afterAll(async () => {
  await gateway.stop();
  server.closeAllConnections();
  server.close();
});

const bearer = () => ({ authorization: `Bearer ${gateway.key}` });

async function sentOn(path: string, init: RequestInit = {}): Promise<string | undefined> {
  seen = [];
  const response = await fetch(gateway.url + path, { ...init, headers: { ...bearer(), ...init.headers } });
  const text = await response.text();
  if (seen.length === 0) throw new Error(`${response.status} ${text}`);
  return seen[0]?.url;
}

describe('a raw path', () => {
  it('is appended to the base URL; only a repeat of the base collapses', async () => {
    expect(await sentOn('/p/up/v9/x')).toBe('/v1/v9/x');
    expect(await sentOn('/p/up/v1/x?a=1')).toBe('/v1/x?a=1');
    expect(await sentOn('/p/up/x')).toBe('/v1/x');
    expect(await sentOn('/p/up/v1beta/x')).toBe('/v1/v1beta/x');
  });
});

/** Sends text as it is, and more of it once the answer so far satisfies `when`; resolves with all that came until the end. */
function speak(first: string, when?: RegExp, then?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1');
    let heard = '';
    let rest = then;
    socket.setEncoding('utf8');
    socket.on('data', (text) => {
      heard += text;
      if (rest !== undefined && when?.test(heard)) {
        socket.write(rest);
        rest = undefined;
      }
    });
    socket.on('error', reject).on('close', () => resolve(heard));
    socket.write(first);
  });
}

const chat = (model: string) => JSON.stringify({ model, messages: [{ role: 'user', content: 'hi' }] });

describe('Expect: 100-continue', () => {
  const head = (key: string, length: number) =>
    `POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${key}\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\nexpect: 100-continue\r\n`;

  it('is answered, and the body read, where key and length are good', async () => {
    const body = chat('practice/ok');
    const heard = await speak(`${head(gateway.key, body.length)}connection: close\r\n\r\n`, /100 Continue/, body);
    expect(heard).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK/);
  });

  it('is not, where the key is no good or the body too large: the refusal comes at once and the connection ends', async () => {
    for (const [key, length, status] of [
      ['kw_nobody', 20, 401],
      [gateway.key, 10_000_000_000, 413],
    ] as const) {
      const heard = await speak(`${head(key, length)}\r\n`);
      expect(heard).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
      expect(heard).not.toContain('100 Continue');
      expect(heard.toLowerCase()).toContain('connection: close');
    }
  });
});

describe('a request line with the whole address', () => {
  it('means the path in it', async () => {
    const { host } = new URL(gateway.url);
    const heard = await speak(
      `GET http://${host}/v1/models HTTP/1.1\r\nhost: ${host}\r\nauthorization: Bearer ${gateway.key}\r\nconnection: close\r\n\r\n`,
    );
    expect(heard).toMatch(/^HTTP\/1\.1 200 OK/);
    expect(heard).toContain('practice/ok');
    expect(await speak(`GET http://${host}/health HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`)).toContain(
      '"status":"ok"',
    );
  });

  it('may not name another host than the Host header, nor one that is not ours', async () => {
    for (const [line, host] of [
      ['http://evil.example/v1/models', '127.0.0.1'],
      ['http://127.0.0.1/v1/models', 'evil.example'],
      ['http://evil.example/v1/models', 'evil.example'],
    ]) {
      const heard = await speak(
        `GET ${line} HTTP/1.1\r\nhost: ${host}\r\nauthorization: Bearer ${gateway.key}\r\nconnection: close\r\n\r\n`,
      );
      expect(heard).toMatch(/^HTTP\/1\.1 40[03] /);
      expect(heard).not.toContain('practice/ok');
    }
  });
});

describe('a missing key', () => {
  it.each([
    ['/v1/chat/completions', 'Bearer'],
    ['/v1/messages', 'x-api-key'],
    ['/v1beta/models/m:generateContent', 'x-goog-api-key'],
  ])('at %s is asked for where that dialect has it: %s', async (path, place) => {
    const response = await fetch(gateway.url + path, { method: 'POST', body: '{}' });
    expect(response.status).toBe(401);
    expect(((await response.json()) as { error: { message: string } }).error.message).toContain(place);
  });
});

import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { type RawServer, startRawServer } from '../support/raw-server.ts';

const SECRET = 'sk-upstream-0123456789abcdefABCDEF';
const chat = '/v1/chat/completions';
let gateway: TestGateway;
let server: Server;
let answer: (request: IncomingMessage, response: ServerResponse, body: Buffer) => void;
let raw: RawServer | undefined;

beforeAll(async () => {
  gateway = await startTestGateway();
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => answer(request, response, Buffer.concat(chunks)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await gateway.addProvider({ id: 'up', name: 'Upstream', baseUrl: `http://127.0.0.1:${port}/v1` }, SECRET);
  await gateway.addProvider({ id: 'nowhere', name: 'Nowhere', baseUrl: 'http://127.0.0.1:9/v1' }, SECRET);
  await gateway.addProvider({ id: 'nodns', name: 'No name', baseUrl: 'http://does-not-exist.invalid/v1' }, SECRET);
  await gateway.set({ timeouts: { connectMs: 2000, firstByteMs: 700, idleMs: 700, totalMs: 10_000 } });
});
afterAll(async () => {
  await gateway.stop();
  server.closeAllConnections();
  server.close();
});
afterEach(async () => {
  await raw?.close();
  raw = undefined;
});

async function rawProvider(onRequest: Parameters<typeof startRawServer>[0]): Promise<string> {
  raw = await startRawServer(onRequest);
  const id = `raw${raw.port}`;
  await gateway.addProvider({ id, name: 'Raw', baseUrl: `${raw.url}/v1` }, SECRET);
  return id;
}

const request = (model: string, more: object = {}) => ({ model, messages: [{ role: 'user', content: 'hi' }], ...more });

async function failed(response: Response, status: number, cause: string) {
  const body = (await response.json()) as {
    error: { message: string; code?: string; keyward: { cause: string; stage: string } };
  };
  expect({ status: response.status, cause: body.error.keyward.cause }).toEqual({ status, cause });
  expect(response.headers.get('x-keyward-cause')).toBe(cause);
  const capture = await gateway.captureOf(response);
  expect(capture).toMatchObject({ ok: false, cause, stage: 'forward' });
  return { body, capture };
}

describe('an upstream that fails below HTTP', () => {
  it('refuses the connection', async () => {
    await failed(await gateway.post(chat, request('nowhere/m')), 502, 'network_refused');
  });

  it('has no name', async () => {
    await failed(await gateway.post(chat, request('nodns/m')), 502, 'network_dns');
  });

  it('resets before it answers', async () => {
    const id = await rawProvider((socket) => socket.resetAndDestroy());
    await failed(await gateway.post(chat, request(`${id}/m`)), 502, 'network_reset_or_truncated');
  });

  it('hangs before the first byte', async () => {
    const id = await rawProvider(() => undefined);
    await failed(await gateway.post(chat, request(`${id}/m`)), 504, 'upstream_timeout');
  });

  it('speaks something else than HTTP', async () => {
    const id = await rawProvider((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'));
    await failed(await gateway.post(chat, request(`${id}/m`)), 502, 'response_format');
  });

  it('promises more bytes than it sends', async () => {
    const id = await rawProvider((socket) =>
      socket.end('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{"id":"x"'),
    );
    await failed(await gateway.post(chat, request(`${id}/m`)), 502, 'network_reset_or_truncated');
  });

  it('stands still in the middle of an answer', async () => {
    const id = await rawProvider((socket) =>
      socket.write(
        'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\ndata: {"choices":[{"delta":{"content":"a"}}]}\n\n',
      ),
    );
    const response = await gateway.post(chat, request(`${id}/m`, { stream: true }));
    const text = await response.text();
    expect(text).toContain('"cause":"upstream_timeout"');
    expect(await gateway.captureOf(response)).toMatchObject({ cause: 'upstream_timeout', status: 200 });
  });

  it('sends a head that could smuggle a second answer', async () => {
    const id = await rawProvider((socket) =>
      socket.end(
        'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n',
      ),
    );
    const response = await gateway.post(chat, request(`${id}/m`));
    await response.text().catch(() => undefined);
    expect(response.headers.get('transfer-encoding') !== null && response.headers.get('content-length') !== null).toBe(
      false,
    );
  });
});

describe('an upstream whose answer is no use', () => {
  it('a web page with status 200', async () => {
    answer = (_request, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html><title>Sign in</title></html>');
    await failed(await gateway.post(chat, request('up/m')), 502, 'proxy_interference');
  });

  it('a web page with an error status keeps the status and is wrapped', async () => {
    answer = (_request, response) =>
      response.writeHead(503, { 'content-type': 'text/html' }).end('<html><title>Busy</title></html>');
    const response = await gateway.post(chat, request('up/m'));
    expect(response.status).toBe(503);
    expect(((await response.json()) as { error: { message: string } }).error.message).toContain('web page');
  });

  it('a redirect to another host: not followed, the key goes nowhere, the client is not sent there either', async () => {
    const other = await startRawServer((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}'));
    answer = (_request, response) =>
      response.writeHead(307, { location: `http://localhost:${other.port}/steal` }).end();
    const response = await gateway.post(chat, request('up/m'));
    expect(response.headers.get('location')).toBeNull();
    await failed(response, 502, 'proxy_interference');
    expect(other.received()).toBe('');
    await other.close();
  });

  it('a redirect within the host points at the base URL', async () => {
    answer = (_request, response) => response.writeHead(301, { location: '/v2/chat/completions' }).end();
    await failed(await gateway.post(chat, request('up/m')), 404, 'wrong_endpoint');
  });

  it('success without JSON, with half of it, with nothing', async () => {
    for (const text of ['', 'ok', '{"choices":[{"message":']) {
      answer = (_request, response) => response.writeHead(200, { 'content-type': 'application/json' }).end(text);
      const response = await gateway.post(chat, request('up/m'));
      expect(await response.text()).toBe(text);
      expect(await gateway.captureOf(response)).toMatchObject({ ok: false, cause: 'response_format' });
    }
  });

  it('an error inside a 200', async () => {
    const text =
      '{"error":{"message":"Rate limit reached for requests","type":"requests","code":"rate_limit_exceeded"}}';
    answer = (_request, response) => response.writeHead(200, { 'content-type': 'application/json' }).end(text);
    const response = await gateway.post(chat, request('up/m'));
    expect(await response.text()).toBe(text);
    expect(await gateway.captureOf(response)).toMatchObject({ ok: false, cause: 'rate_limited' });
  });

  it('an error in gzip is read, classified and passed on in plain', async () => {
    const text =
      '{"error":{"message":"Incorrect API key provided: sk-up***","type":"invalid_request_error","param":null,"code":"invalid_api_key"}}';
    answer = (_request, response) =>
      response.writeHead(401, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(gzipSync(text));
    const response = await gateway.post(chat, request('up/m'));
    const body = (await response.json()) as { error: { code: string; keyward: { cause: string } } };
    expect(response.status).toBe(401);
    expect(body.error.code).toBe('invalid_api_key');
    expect(body.error.keyward.cause).toMatch(/^key_/);
  });
});

describe('a stream', () => {
  const head = { 'content-type': 'text/event-stream' };
  const delta = 'data: {"choices":[{"delta":{"content":"Grüße 🌍"}}]}\n\n';

  it('passes byte for byte, with the model’s name alone exchanged on the way in', async () => {
    let received = '';
    const text = `${delta}: ping\n\n${delta}data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n`;
    const bytes = Buffer.from(text);
    answer = (_request, response, body) => {
      received = body.toString('utf8');
      response.writeHead(200, head);
      // Cut inside a character and inside an event.
      response.write(bytes.subarray(0, 45));
      setImmediate(() => {
        response.write(bytes.subarray(45, 47));
        response.end(bytes.subarray(47));
      });
    };
    const sent = `{ "stream" :true,\n "model":"up/gpt-x", "messages":[{"role":"user","content":"\\u00fcber"}], "x": 1.0 }`;
    const response = await gateway.post(chat, sent);
    expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true);
    expect(received).toBe(sent.replace('up/gpt-x', 'gpt-x'));
    const capture = await gateway.captureOf(response);
    expect(capture).toMatchObject({ ok: true, cause: null, stream: true });
    expect(capture.request.body.text).toBe(sent);
    expect(capture.attemptList[0]?.responseBody?.text).toBe(text);
  });

  it('that ends without its terminal event is a failure, told in the stream', async () => {
    answer = (_request, response) => response.writeHead(200, head).end(delta);
    const response = await gateway.post(chat, request('up/m', { stream: true }));
    const text = await response.text();
    expect(text.startsWith(delta)).toBe(true);
    expect(text).toContain('"cause":"network_reset_or_truncated"');
    expect(await gateway.captureOf(response)).toMatchObject({
      ok: false,
      cause: 'network_reset_or_truncated',
      status: 200,
    });
  });

  it('that breaks off in the middle of an event gets the dialect’s own error event', async () => {
    answer = (_request, response) => {
      response.writeHead(200, head);
      response.write(delta + delta.slice(0, 20), () => setTimeout(() => response.destroy(), 20));
    };
    const openai = await (await gateway.post(chat, request('up/m', { stream: true }))).text();
    const last = openai.trim().split('\n\n').pop() ?? '';
    expect(JSON.parse(last.slice('data: '.length))).toMatchObject({
      error: { keyward: { cause: 'network_reset_or_truncated' } },
    });
  });

  it('with an error event inside is a failure of that cause', async () => {
    answer = (_request, response) =>
      response
        .writeHead(200, head)
        .end(
          `${delta}data: {"error":{"message":"The server is overloaded","type":"server_error","code":"server_is_overloaded"}}\n\n`,
        );
    const response = await gateway.post(chat, request('up/m', { stream: true }));
    await response.text();
    expect(await gateway.captureOf(response)).toMatchObject({ ok: false, cause: 'provider_overloaded', status: 200 });
  });

  it('arrives as it is sent, not when it is over', async () => {
    let release: () => void = () => undefined;
    answer = (_request, response) => {
      response.writeHead(200, head);
      response.write(delta);
      release = () => {
        response.end('data: [DONE]\n\n');
      };
    };
    const response = await gateway.post(chat, request('up/m', { stream: true }));
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    const first = await reader.read();
    expect(Buffer.from(first.value ?? []).toString('utf8')).toBe(delta);
    release();
    while (!(await reader.read()).done);
  });

  it('whose client hangs up is ended upstream as well', async () => {
    const closed = new Promise<void>((resolve) => {
      answer = (_request, response) => {
        response.writeHead(200, head);
        response.write(delta);
        response.once('close', () => resolve());
      };
    });
    const controller = new AbortController();
    const response = await fetch(gateway.url + chat, {
      method: 'POST',
      signal: controller.signal,
      headers: { authorization: `Bearer ${gateway.key}`, 'content-type': 'application/json' },
      body: JSON.stringify(request('up/m', { stream: true })),
    });
    await (response.body as ReadableStream<Uint8Array>).getReader().read();
    controller.abort();
    await closed;
    const capture = await gateway.captureOf(response);
    expect(capture).toMatchObject({ clientGone: true, cause: null });
  });
});

describe('raw access under /p/', () => {
  it('passes method, path, query, body and answer as they are, with the key put in and ours taken out', async () => {
    let seen: { method?: string; url?: string; headers: IncomingMessage['headers']; body: string } | undefined;
    answer = (incoming, response, body) => {
      seen = { method: incoming.method, url: incoming.url, headers: incoming.headers, body: body.toString('utf8') };
      response.writeHead(201, { 'content-type': 'text/plain', 'x-own': 'kept' }).end('made');
    };
    const response = await fetch(`${gateway.url}/p/up/files?purpose=a%20b&x=1`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${gateway.key}`, 'x-custom': 'yes', cookie: 'a=b' },
      body: 'some bytes',
    });
    expect({ status: response.status, own: response.headers.get('x-own'), text: await response.text() }).toEqual({
      status: 201,
      own: 'kept',
      text: 'made',
    });
    expect(seen).toMatchObject({ method: 'PUT', url: '/v1/files?purpose=a%20b&x=1', body: 'some bytes' });
    expect(seen?.headers.authorization).toBe(`Bearer ${SECRET}`);
    expect(seen?.headers['x-custom']).toBe('yes');
    expect(seen?.headers.cookie).toBeUndefined();
    expect(JSON.stringify(seen)).not.toContain(gateway.key);
    const capture = await gateway.captureOf(response);
    expect(capture.request.body.text).toBe('some bytes');
    expect(JSON.stringify(capture)).not.toContain(SECRET);
  });

  it('passes a failure byte for byte, and names the cause in the head', async () => {
    answer = (_request, response) => response.writeHead(404, { 'content-type': 'text/html' }).end('<h1>nope</h1>');
    const response = await fetch(`${gateway.url}/p/up/x`, { headers: { 'x-api-key': gateway.key } });
    expect(await response.text()).toBe('<h1>nope</h1>');
    expect(response.status).toBe(404);
    expect(response.headers.get('x-keyward-cause')).toBeTruthy();
  });

  it('streams an upload of 60 MB through without holding it', async () => {
    let bytes = 0;
    const streaming = createServer((incoming, response) => {
      incoming.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
      });
      incoming.on('end', () => response.end('{}'));
    });
    await new Promise<void>((resolve) => streaming.listen(0, '127.0.0.1', resolve));
    await gateway.addProvider(
      { id: 'big', baseUrl: `http://127.0.0.1:${(streaming.address() as AddressInfo).port}` },
      SECRET,
    );
    const piece = new Uint8Array(1024 * 1024);
    let left = 60;
    const body = new ReadableStream({
      pull(controller) {
        if (left === 0) controller.close();
        else controller.enqueue(piece);
        left -= 1;
      },
    });
    const response = await fetch(`${gateway.url}/p/big/upload`, {
      method: 'POST',
      headers: { authorization: `Bearer ${gateway.key}` },
      body,
      duplex: 'half',
    } as RequestInit);
    expect(response.status).toBe(200);
    await response.text();
    expect(bytes).toBe(60 * 1024 * 1024);
    const capture = await gateway.captureOf(response);
    expect(capture.request.body).toMatchObject({ sizeBytes: bytes, complete: true });
    expect(capture.request.body.keptBytes).toBeLessThanOrEqual(1024 * 1024);
    streaming.close();
  });

  it('carries a WebSocket both ways, with the key put in', async () => {
    let handshake: IncomingMessage['headers'] = {};
    const upgraded = createServer();
    upgraded.on('upgrade', (incoming, socket) => {
      handshake = incoming.headers;
      socket.write(
        'HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-accept: x\r\n\r\n',
      );
      socket.on('end', () => socket.end());
      socket.on('data', (chunk: Buffer) => socket.write(Buffer.concat([Buffer.from('echo '), chunk])));
    });
    await new Promise<void>((resolve) => upgraded.listen(0, '127.0.0.1', resolve));
    await gateway.addProvider(
      { id: 'ws', baseUrl: `http://127.0.0.1:${(upgraded.address() as AddressInfo).port}/v1` },
      SECRET,
    );
    const { request: open } = await import('node:http');
    const client = open(`${gateway.url}/v1/realtime?model=ws/gpt-realtime`, {
      headers: {
        authorization: `Bearer ${gateway.key}`,
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
        'sec-websocket-version': '13',
      },
    });
    client.end();
    const [head, socket] = (await once(client, 'upgrade')) as [IncomingMessage, import('node:net').Socket];
    socket.write('hello');
    const [data] = (await once(socket, 'data')) as [Buffer];
    expect(data.toString()).toBe('echo hello');
    expect(handshake.authorization).toBe(`Bearer ${SECRET}`);
    expect(JSON.stringify(handshake)).not.toContain(gateway.key);
    socket.end();
    await once(socket, 'close');
    const capture = await gateway.capture(String(head.headers['x-keyward-capture']));
    expect(capture).toMatchObject({ ok: true, status: 101, provider: 'ws' });
    upgraded.close();
  });

  it('refuses a WebSocket without a gateway key, in the caller’s dialect', async () => {
    const { request: open } = await import('node:http');
    const client = open(`${gateway.url}/v1/realtime?model=up/m`, {
      headers: { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-key': 'x', 'sec-websocket-version': '13' },
    });
    client.end();
    const [response] = (await once(client, 'response')) as [IncomingMessage];
    expect(response.statusCode).toBe(401);
    expect(response.headers['x-keyward-cause']).toBe('key_missing');
    response.resume();
  });
});

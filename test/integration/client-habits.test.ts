import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
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

describe('a request of a kind that has a usual model', () => {
  const post = (path: string, body: unknown, key: string) =>
    gateway.post(path, body, { authorization: `Bearer ${key}` });

  it('goes to the provider that can choose one, as it came', async () => {
    const form = new FormData();
    form.append('image', new Blob(['x']), 'x.png');
    form.append('prompt', 'a cat');
    for (const [path, body] of [
      ['/v1/moderations', { input: 'hi' }],
      ['/v1/images/generations', { prompt: 'a cat' }],
    ] as const) {
      expect(
        await sentOn(path, {
          method: 'POST',
          body: JSON.stringify(body),
          headers: { 'content-type': 'application/json' },
        }),
      ).toBe(path);
      expect(JSON.parse(seen[0]?.body ?? '')).toEqual(body);
    }
    expect(await sentOn('/v1/images/edits', { method: 'POST', body: form })).toBe('/v1/images/edits');
  });

  it('still obeys the scope of the gateway key', async () => {
    const models = await post('/v1/moderations', { input: 'hi' }, await gateway.issue({ scope: { models: ['up/a'] } }));
    expect(models.status).toBe(403);
    expect(await models.text()).toContain('name one of them');
    const providers = await post(
      '/v1/moderations',
      { input: 'hi' },
      await gateway.issue({ scope: { providers: ['practice'] } }),
    );
    expect(providers.status).toBe(403);
  });

  it('is refused where a model stands in the wrong place, and chat without a model still is', async () => {
    expect((await post('/v1/moderations?model=up/m', { input: 'hi' }, gateway.key)).status).toBe(400);
    expect((await post('/v1/chat/completions', { messages: [] }, gateway.key)).status).toBe(400);
  });
});

describe('a model that several providers serve', () => {
  it('goes to one that the gateway key may use and that has a key, and a refusal names no provider that nobody asked for', async () => {
    const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
    await gateway.addProvider({ id: 'openai', preset: 'openai', name: 'OpenAI', baseUrl });
    await gateway.addProvider({ id: 'my-openai', preset: 'openai', name: 'Mine', baseUrl }, `${SECRET}2`);
    const ask = (key: string) =>
      gateway.post('/v1/chat/completions', { model: 'gpt-4o', messages: [] }, { authorization: `Bearer ${key}` });
    expect((await ask(gateway.key)).headers.get('x-keyward-provider')).toBe('my-openai');
    const narrow = await ask(await gateway.issue({ scope: { providers: ['my-openai', 'practice'] } }));
    expect(narrow.headers.get('x-keyward-provider')).toBe('my-openai');
    const none = await ask(await gateway.issue({ scope: { providers: ['practice'] } }));
    expect(none.status).toBe(403);
    const text = await none.text();
    expect(text).toContain('No provider that this gateway key may use serves gpt-4o');
    expect(text).not.toContain('openai"');
  });
});

describe('a list of models', () => {
  const list = async (query: string, headers: Record<string, string>) => {
    const response = await fetch(`${gateway.url}/v1/models${query}`, { headers });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const ids = (body: Record<string, unknown>) =>
    ((body.data ?? body.models) as { id?: string; name?: string }[]).map(
      ({ id, name }) => id ?? name?.slice('models/'.length),
    );

  it('comes in Anthropic’s pages to who asks for them', async () => {
    const headers = { 'x-api-key': gateway.key, 'anthropic-version': '2023-06-01' };
    const whole = await list('', headers);
    const first = await list('?limit=2', headers);
    expect(first.body).toMatchObject({ has_more: true, first_id: ids(whole.body)[0], last_id: ids(whole.body)[1] });
    const found = ids(first.body);
    for (let last = first.body; last.has_more; ) {
      last = (await list(`?limit=2&after_id=${encodeURIComponent(String(last.last_id))}`, headers)).body;
      found.push(...ids(last));
      if (found.length > 10_000) throw new Error('the pages do not end');
    }
    expect(found).toEqual(ids(whole.body));
    expect(ids((await list(`?limit=1&before_id=${encodeURIComponent(String(found[2]))}`, headers)).body)).toEqual([
      found[1],
    ]);
    expect(ids((await list('?after_id=nobody', headers)).body)).toEqual([]);
    expect(await list('?limit=0', headers)).toMatchObject({
      status: 400,
      body: { error: { keyward: { cause: 'bad_request_parameter' } } },
    });
  });

  it('comes in Gemini’s pages to who asks for them, and whole in OpenAI’s form', async () => {
    const headers = { 'x-goog-api-key': gateway.key };
    const first = await list('?pageSize=2', headers);
    expect(ids(first.body)).toHaveLength(2);
    const second = await list(`?pageSize=2&pageToken=${first.body.nextPageToken}`, headers);
    expect(ids(second.body)[0]).not.toBe(ids(first.body)[1]);
    expect((await list('?pageSize=many', headers)).status).toBe(400);
    const openai = await list('?limit=1', { authorization: `Bearer ${gateway.key}` });
    expect(ids(openai.body).length).toBeGreaterThan(2);
  });
});

describe('a compressed request body', () => {
  const text = JSON.stringify({ model: 'up/m', messages: [{ role: 'user', content: 'hello '.repeat(2000) }] });
  const headers = (coding: string) => ({ 'content-type': 'application/json', 'content-encoding': coding });
  const codings: [string, Buffer<ArrayBuffer>][] = [
    ['gzip', gzipSync(text)],
    ['br', brotliCompressSync(text)],
    ['deflate', deflateSync(text)],
    ['deflate', deflateRawSync(text)],
    ['gzip, br', brotliCompressSync(gzipSync(text))],
    ['identity', Buffer.from(text)],
    // Clients that name a coding they did not apply are met, too.
    ['gzip', Buffer.from(text)],
  ];

  it.each(codings)('in %s is understood and goes on plain', async (coding, body) => {
    expect(await sentOn('/v1/chat/completions', { method: 'POST', headers: headers(coding), body })).toBe(
      '/v1/chat/completions',
    );
    expect(JSON.parse(seen[0]?.body ?? '')).toEqual({ ...JSON.parse(text), model: 'm' });
    expect(seen[0]?.request.headers['content-encoding']).toBeUndefined();
  });

  it('is recorded so that it can be read', async () => {
    const response = await fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { ...bearer(), ...headers('gzip') },
      body: gzipSync(text),
    });
    await response.arrayBuffer();
    expect((await gateway.captureOf(response)).request.body.text).toBe(text);
  });

  it('under /p/ passes as it came', async () => {
    const body = gzipSync(text);
    await sentOn('/p/up/files', { method: 'POST', headers: headers('gzip'), body });
    expect(seen[0]?.request.headers).toMatchObject({
      'content-encoding': 'gzip',
      'content-length': String(body.length),
    });
  });

  it('that is damaged, of an unknown coding or a bomb is refused with its reason', async () => {
    await gateway.set({ maxBodyBytes: 1_000_000 });
    for (const [coding, body, status, cause] of [
      ['gzip', Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]), 400, 'bad_request_parameter'],
      ['br', Buffer.from('not brotli at all, and no JSON'), 400, 'bad_request_parameter'],
      ['compress', Buffer.from('x'), 415, 'bad_request_parameter'],
      ['gzip, gzip, gzip, gzip', gzipSync(text), 415, 'bad_request_parameter'],
      ['gzip', gzipSync(Buffer.alloc(30_000_000)), 413, 'payload_too_large'],
      ['gzip', gzipSync('{"model":'), 400, 'bad_request_parameter'],
    ] as const) {
      const response = await fetch(`${gateway.url}/v1/chat/completions`, {
        method: 'POST',
        headers: { ...bearer(), ...headers(coding) },
        body,
      });
      expect([response.status, response.headers.get('x-keyward-cause')], coding).toEqual([status, cause]);
    }
    await gateway.set({ maxBodyBytes: 100_000_000 });
  });
});

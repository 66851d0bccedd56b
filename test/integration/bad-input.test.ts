import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { explainCapture } from '../../gateway/diagnosis/explain.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway.stop());

const chat = '/v1/chat/completions';
const good = { model: 'practice/ok', messages: [{ role: 'user', content: 'hi' }] };

async function refused(response: Response, status: number, cause: string) {
  const body = (await response.json()) as { error: { message: string; keyward: Record<string, string> } };
  expect({ status: response.status, cause: response.headers.get('x-keyward-cause') }).toEqual({ status, cause });
  expect(body.error.keyward.cause).toBe(cause);
  expect(body.error.keyward.explain).toBe(`${gateway.url}/ui/requests/${body.error.keyward.capture}`);
  expect(body.error.message).toMatch(/^[A-Z“"'/].*[.?]$/s);
  const capture = await gateway.captureOf(response);
  expect(capture.ok).toBe(false);
  return { body, capture };
}

/** Sends exact bytes and answers what came back until the connection closed or stood still. */
function sendRaw(bytes: string | Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const { port } = new URL(gateway.url);
    const socket = connect(Number(port), '127.0.0.1');
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
    });
    socket.on('close', () => resolve(text));
    socket.on('error', (error) => (text === '' ? reject(error) : resolve(text)));
    socket.write(bytes);
  });
}

describe('a request that is no good', () => {
  it('malformed JSON: says where it breaks, and never quotes the body', async () => {
    const response = await gateway.post(chat, '{"model": "practice/ok", "sk-secret-in-body" oops}');
    const { body, capture } = await refused(response, 400, 'bad_request_parameter');
    expect(body.error.message).toMatch(/not valid JSON at line 1, column/);
    expect(body.error.message).not.toContain('sk-secret');
    expect(capture.stage).toBe('receive');
  });

  it.each([
    [
      'a token out of place',
      '{"model": "practice/ok",\n "messages": [}',
      /not valid JSON at line 2, column 15 \(character 39\)\.$/,
    ],
    ['no JSON at all', 'model=practice/ok', /not valid JSON at line 1, column 1 \(character 0\)\.$/],
    ['cut off', '{"model": "practice/ok", "messages": [', /not valid JSON: it ends too early\.$/],
    [
      'a byte order mark',
      '\ufeff{"model": "practice/ok"}',
      /it begins with a byte order mark\. Send it without one\.$/,
    ],
    ['UTF-16', Buffer.from('\ufeff{"model": "practice/ok"}', 'utf16le'), /it is UTF-16\. Send it as UTF-8\.$/],
  ])('%s: is told so', async (_, sent, words) => {
    const response = await fetch(gateway.url + chat, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${gateway.key}` },
      body: sent,
    });
    const { body } = await refused(response, 400, 'bad_request_parameter');
    expect(body.error.message).toMatch(words);
  });

  it('wrong content type', async () => {
    await refused(
      await gateway.post(chat, JSON.stringify(good), { 'content-type': 'application/xml' }),
      400,
      'bad_request_parameter',
    );
  });

  it('no body', async () => {
    await refused(await gateway.post(chat, ''), 400, 'bad_request_parameter');
  });

  it('a body that is JSON, but no object', async () => {
    await refused(await gateway.post(chat, '[1]'), 400, 'bad_request_parameter');
  });

  it('nested deeper than anybody can go: said in the caller’s dialect, whoever it is for', async () => {
    const nested = `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`;
    for (const path of ['/v1/chat/completions', '/v1/messages', '/v1/messages/count_tokens', '/v1/embeddings']) {
      const response = await gateway.post(path, `{"model":"practice/echo","messages":[],"input":${nested}}`);
      expect(response.status, path).toBe(400);
      expect(response.headers.get('x-keyward-cause')).toBe('bad_request_parameter');
      expect(await response.json()).toMatchObject({ error: { message: expect.stringContaining('500 levels') } });
    }
  });

  it('100 MB of body, announced: refused without reading it', async () => {
    const response = await gateway
      .post(chat, `{"model":"practice/ok","x":"${'a'.repeat(100_000_000)}"}`)
      .catch((error) => error);
    // The client may see its upload cut before it reads the answer; what it reads is the refusal.
    if (response instanceof Response) await refused(response, 413, 'payload_too_large');
    const [row] = await gateway.gateway.services.recorder.list({ cause: 'payload_too_large', limit: 1 });
    expect(row).toMatchObject({ status: 413, stage: 'receive' });
  });

  it('a chunked body beyond the bound', async () => {
    await gateway.set({ maxBodyBytes: 1024 * 1024 });
    const stream = new ReadableStream({
      start(controller) {
        for (let i = 0; i < 20; i += 1) controller.enqueue(new Uint8Array(100_000).fill(97));
        controller.close();
      },
    });
    const response = await fetch(gateway.url + chat, {
      method: 'POST',
      headers: { authorization: `Bearer ${gateway.key}`, 'content-type': 'application/json' },
      body: stream,
      duplex: 'half',
    } as RequestInit);
    await refused(response, 413, 'payload_too_large');
    await gateway.set({ maxBodyBytes: 32 * 1024 * 1024 });
  });

  it('1 MB of header: answered with 413 and a sentence, and recorded', async () => {
    const answer = await sendRaw(
      `GET /v1/models HTTP/1.1\r\nhost: localhost\r\nx-big: ${'a'.repeat(1_000_000)}\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer).toMatch(/x-keyward-cause: payload_too_large/);
    expect(answer).toMatch(/x-keyward-capture: c/);
  });

  it('a path under /p/ that climbs out of the base URL', async () => {
    for (const path of ['/p/openai/../admin', '/p/openai/%2e%2e/x', '/p/openai/a/%2E./b', '/p/openai/..']) {
      const answer = await sendRaw(
        `GET ${path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\nauthorization: Bearer ${gateway.key}\r\n\r\n`,
      );
      expect(answer).toMatch(/^HTTP\/1\.1 404 /);
    }
  });

  it('two Host headers, and a wrong method on /health', async () => {
    const two = await sendRaw(
      'GET /health HTTP/1.1\r\nhost: localhost\r\nhost: evil.example\r\nconnection: close\r\n\r\n',
    );
    expect(two).toMatch(/^HTTP\/1\.1 400 /);
    expect((await fetch(`${gateway.url}/health`, { method: 'PUT' })).status).toBe(405);
  });

  it('an upgrade that is no WebSocket is ignored, as Java’s client expects', async () => {
    const answer = await sendRaw(
      'GET /health HTTP/1.1\r\nhost: localhost\r\nconnection: Upgrade, close\r\nupgrade: h2c\r\n\r\n',
    );
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('bytes that are no HTTP, and a TLS handshake on the plain port', async () => {
    expect(await sendRaw('\x00\x01\x02 hello\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
    expect(await sendRaw(Buffer.from([0x16, 0x03, 0x01, 0x00, 0x10, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]))).toContain(
      'plain http',
    );
  });

  it('two lengths, and a length beside chunks (request smuggling): refused by the parser', async () => {
    const head = `POST ${chat} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${gateway.key}\r\n`;
    expect(await sendRaw(`${head}content-length: 5\r\ncontent-length: 6\r\n\r\nhello!`)).toMatch(/^HTTP\/1\.1 400 /);
    expect(await sendRaw(`${head}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 400 /,
    );
    expect(await sendRaw(`${head}transfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n`)).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('unknown path, with the nearest one', async () => {
    const { body } = await refused(await gateway.post('/v1/v1/chat/completions', good), 404, 'wrong_endpoint');
    expect(body.error.message).toContain('/v1/chat/completions');
  });

  it('wrong method', async () => {
    const response = await fetch(gateway.url + chat, { headers: { authorization: `Bearer ${gateway.key}` } });
    expect(response.headers.get('allow')).toBe('POST');
    await refused(response, 405, 'wrong_endpoint');
  });

  it('unknown model, with the nearest name', async () => {
    await gateway.addProvider(
      { id: 'openai', preset: 'openai', baseUrl: 'http://127.0.0.1:9/v1' },
      'sk-not-used-0123456789abcdefghij',
    );
    const { body } = await refused(await gateway.post(chat, { ...good, model: 'gpt-4o-mimi' }), 404, 'model_not_found');
    expect(body.error.message).toContain('gpt-4o-mini');
  });

  it('model in the wrong place, or twice', async () => {
    const upper = await refused(await gateway.post(chat, { Model: 'practice/ok' }), 400, 'bad_request_parameter');
    expect(upper.body.error.message).toContain('found as "Model"');
    const query = await refused(
      await gateway.post(`${chat}?model=practice/ok`, { messages: [] }),
      400,
      'bad_request_parameter',
    );
    expect(query.body.error.message).toContain('in the query');
    const nested = await refused(await gateway.post(chat, { options: { model: 'x' } }), 400, 'bad_request_parameter');
    expect(nested.body.error.message).toContain('"options"');
    await refused(
      await gateway.post(chat, '{"model":"practice/ok","model":"openai/gpt-4o","messages":[]}'),
      400,
      'bad_request_parameter',
    );
    await refused(await gateway.post(chat, { ...good, model: 7 }), 400, 'bad_request_parameter');
  });

  it('a provider that is not set up, and one without a key', async () => {
    await refused(await gateway.post(chat, { ...good, model: 'groq/llama-3.3-70b-versatile' }), 503, 'gateway_config');
    await gateway.addProvider({ id: 'mistral', preset: 'mistral' });
    await refused(await gateway.post(chat, { ...good, model: 'mistral/mistral-large-latest' }), 503, 'gateway_config');
  });
});

describe('a credential that is no good', () => {
  const send = (headers: Record<string, string>) =>
    fetch(gateway.url + chat, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(good),
    });

  it('none', async () => {
    await refused(await send({}), 401, 'key_missing');
    await refused(await send({ authorization: 'Bearer ' }), 401, 'key_missing');
  });

  it('every place that the contract accepts is accepted', async () => {
    for (const headers of [
      { authorization: `Bearer ${gateway.key}` },
      { authorization: `bearer ${gateway.key}` },
      { 'x-api-key': gateway.key },
      { 'api-key': gateway.key },
      { 'x-goog-api-key': gateway.key },
    ] as Record<string, string>[]) {
      expect((await send(headers)).status).toBe(200);
    }
    const inQuery = await fetch(`${gateway.url}${chat}?key=${gateway.key}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(good),
    });
    expect(inQuery.status).toBe(200);
  });

  it('two of them: equal ones and a foreign one beside ours pass, two different ones do not', async () => {
    expect((await send({ authorization: `Bearer ${gateway.key}`, 'x-api-key': gateway.key })).status).toBe(200);
    expect((await send({ authorization: 'Bearer dummy', 'x-api-key': gateway.key })).status).toBe(200);
    const other = await gateway.issue();
    await refused(await send({ authorization: `Bearer ${gateway.key}`, 'x-api-key': other }), 401, 'key_malformed');
  });

  it('wrong checksum, wrong secret and unknown id look alike to the caller; the capture tells them apart', async () => {
    const { key } = gateway;
    const mistyped = `${key.slice(0, -1)}${key.endsWith('a') ? 'b' : 'a'}`;
    const { createGatewayKey } = await import('../../gateway/store/gateway-key.ts');
    const id = /^kw_([^_]+)_/.exec(key)?.[1];
    const wrongSecret = createGatewayKey(id).key;
    const unknown = createGatewayKey().key;
    const answers = [];
    for (const candidate of [mistyped, wrongSecret, unknown]) {
      const { body, capture } = await refused(
        await send({ authorization: `Bearer ${candidate}` }),
        401,
        'key_invalid_unknown',
      );
      answers.push({ message: body.error.message, owner: capture.cause, told: capture.message });
    }
    expect(new Set(answers.map((answer) => answer.message)).size).toBe(1);
    expect(answers.map((answer) => answer.owner)).toEqual([
      'key_malformed',
      'key_invalid_unknown',
      'key_invalid_unknown',
    ]);
    expect(new Set(answers.map((answer) => answer.told)).size).toBe(3);
  });

  it('what plainly is no gateway key is told so', async () => {
    await refused(
      await send({ authorization: 'Bearer sk-proj-abcdefghijklmnopqrstuvwxyz0123456789' }),
      401,
      'key_wrong_provider',
    );
    await refused(await send({ 'x-api-key': `sk-ant-api03-${'a'.repeat(93)}AA` }), 401, 'key_wrong_provider');
    for (const placeholder of [
      'YOUR_API_KEY',
      'your-api-key-here',
      '<key>',
      'sk-xxxx',
      ['$', '{KEYWARD_KEY}'].join(''),
      'OPENAI_API_KEY',
    ]) {
      await refused(await send({ authorization: `Bearer ${placeholder}` }), 401, 'key_malformed');
    }
    for (const wrapped of [`"${gateway.key}"`, `Bearer ${gateway.key}`]) {
      await refused(await send({ authorization: `Bearer ${wrapped}` }), 401, 'key_malformed');
    }
    await refused(await send({ authorization: 'Bearer 0123456789abcdef' }), 401, 'key_invalid_unknown');
  });

  it('expired, revoked and rotated keys are told so to whoever holds them whole', async () => {
    const past = new Date(Date.now() - 60_000).toISOString();
    await refused(
      await send({ authorization: `Bearer ${await gateway.issue({ expiresAt: past })}` }),
      401,
      'key_expired',
    );
    await refused(
      await send({ authorization: `Bearer ${await gateway.issue({ revokedAt: past })}` }),
      401,
      'key_revoked',
    );
  });

  it('scopes: endpoint, provider, model', async () => {
    const only = async (scope: object) => ({ authorization: `Bearer ${await gateway.issue({ scope })}` });
    await refused(await send(await only({ endpoints: ['embeddings'] })), 403, 'permission_missing');
    await refused(await send(await only({ providers: ['openai'] })), 403, 'permission_missing');
    await refused(await send(await only({ models: ['openai/*'] })), 403, 'model_no_access');
    expect(
      (await send(await only({ endpoints: ['chat.*'], providers: ['practice'], models: ['practice/*'] }))).status,
    ).toBe(200);
  });

  it('a key bound to users takes only them', async () => {
    const bound = { authorization: `Bearer ${await gateway.issue({ users: ['ann'] })}` };
    await refused(await send(bound), 403, 'key_mismatch');
    await refused(await send({ ...bound, 'x-keyward-user': 'bob' }), 403, 'key_mismatch');
    expect((await send({ ...bound, 'x-keyward-user': 'ann' })).status).toBe(200);
  });
});

describe('who may ask at all', () => {
  it('a foreign Host is turned away (DNS rebinding), and recorded', async () => {
    const answer = await sendRaw('GET /health HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
    expect(answer).toContain('permission_missing');
  });

  it('a web page of another origin is turned away, and gets no CORS header', async () => {
    const response = await fetch(`${gateway.url}${chat}`, {
      method: 'POST',
      headers: { origin: 'https://evil.example', authorization: `Bearer ${gateway.key}`, 'content-type': 'text/plain' },
      body: JSON.stringify(good),
    });
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
    await refused(response, 403, 'permission_missing');
  });

  it('without a host: told to send one, also to a client of HTTP/1.1', async () => {
    const answer = await sendRaw('GET /v1/models HTTP/1.1\r\nconnection: close\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain('Send a Host header with the address of this gateway.');
    expect(answer).toMatch(/x-keyward-capture: /);
  });

  it.each([
    ['a foreign host', 'GET /v1/models HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\n\r\n', /another host/],
    ['headers too large', `GET /v1/models HTTP/1.1\r\nhost: 127.0.0.1\r\nx: ${'a'.repeat(40_000)}\r\n\r\n`, /headers/],
    ['no HTTP', 'hello\r\n\r\n', /cannot|can be read/],
    ['a proxy’s CONNECT', 'CONNECT api.openai.com:443 HTTP/1.1\r\nhost: api.openai.com:443\r\n\r\n', /proxy/],
  ])('%s is explained as what it is: no key and no body is at fault', async (_, bytes, title) => {
    const id = /x-keyward-capture: (\S+)/.exec(await sendRaw(bytes))?.[1] ?? '';
    const explained = explainCapture(await gateway.capture(id), { now: Date.now() });
    expect(explained.title).toMatch(title);
    expect(explained.title).not.toMatch(/key/);
    expect(explained.fixes.map((fix) => fix.id)).toEqual(['connect-app']);
  });

  it('an origin that the user named may', async () => {
    await gateway.set({ allowedOrigins: ['https://good.example'] });
    const preflight = await fetch(gateway.url + chat, {
      method: 'OPTIONS',
      headers: { origin: 'https://good.example' },
    });
    expect(preflight.status).toBe(204);
    const response = await gateway.post(chat, good, { origin: 'https://good.example' });
    expect(response.status).toBe(200);
    expect(response.headers.get('access-control-allow-origin')).toBe('https://good.example');
    await gateway.set({ allowedOrigins: [] });
  });
});

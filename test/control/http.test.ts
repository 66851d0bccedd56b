import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import { connect } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ControlHttp, createControlHttp } from '../../gateway/control/http.ts';
import { createListener, type Listener } from '../../gateway/server.ts';
import { type OpenControl, openControl } from './open-control.ts';

const TOKEN = 'instance-token-of-this-test-0123456789';

let control: OpenControl;
let door: ControlHttp;
let listener: Listener;
let screens: string;
let port: number;
let newSecrets = 0;

beforeAll(async () => {
  control = await openControl();
  screens = await mkdtemp(path.join(os.tmpdir(), 'keyward-screens-'));
  await mkdir(path.join(screens, 'assets'));
  await writeFile(path.join(screens, 'index.html'), '<!doctype html><title>the screens</title>');
  await writeFile(path.join(screens, 'assets', 'main-abc123.js'), 'export {};');
  await writeFile(path.join(path.dirname(screens), 'keyward-outside.json'), '{"secret":"outside"}');
  door = createControlHttp(control.deps, {
    instanceToken: TOKEN,
    screens,
    onNewSecret: () => {
      newSecrets += 1;
    },
  });
  listener = createListener({
    version: '0',
    rules: () => ({ allowedHosts: [], allowedOrigins: [] }),
    handle: (_request, response) => response.writeHead(404).end(),
    upgrade: (_request, socket) => socket.destroy(),
    refuse: (_request, response) => response.writeHead(403).end(),
    unreadable: () => ({ status: 400, headers: [], body: '{}' }),
    control: (request, response) => door.handle(request, response),
  });
  port = await listener.listen(0, '127.0.0.1');
});

afterAll(async () => {
  door.close();
  await listener.close(0);
  await control.close();
  await rm(screens, { recursive: true, force: true });
  await rm(path.join(path.dirname(screens), 'keyward-outside.json'), { force: true });
  expect(control.faults).toEqual([]);
});

interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
}

interface Ask {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** Node's own client: unlike fetch it lets a test lie about Host and Origin and sends `..` as it is written. */
function ask(target: string, { method = 'GET', headers = {}, body }: Ask = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = http.request(
      { host: '127.0.0.1', port, method, path: target, headers, agent: false },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: Buffer.concat(chunks).toString(),
          }),
        );
        response.on('error', reject);
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

const bearer = { authorization: `Bearer ${TOKEN}` };
const json = { 'content-type': 'application/json' };

function newToken(): string {
  return new URL(door.signInUrl(`http://127.0.0.1:${port}`)).searchParams.get('token') as string;
}

async function signIn(): Promise<string> {
  const answer = await ask(`/ui/?token=${newToken()}`);
  return (answer.headers['set-cookie']?.[0] ?? '').split(';')[0] as string;
}

describe('a session', () => {
  it('opens once by its token, leaves it out of the address, and keeps the cookie from scripts and other sites', async () => {
    const token = newToken();
    const first = await ask(`/ui/requests/c1?token=${token}&tab=steps`);
    expect(first.status).toBe(303);
    expect(first.headers.location).toBe('/ui/requests/c1?tab=steps');
    expect(first.headers['set-cookie']?.[0]).toMatch(
      new RegExp(`^keyward_session_${port}=[\\w-]{43}; Path=/; HttpOnly; SameSite=Strict; Max-Age=\\d+$`),
    );
    const again = await ask(`/ui/?token=${token}`);
    expect(again.status).toBe(401);
    expect(again.headers['set-cookie']).toBeUndefined();
    expect(again.text).toContain('keyward ui');
  });

  it('ends a sign-in that was not used within fifteen minutes', async () => {
    const token = newToken();
    control.advance(15 * 60_000 + 1);
    expect((await ask(`/ui/?token=${token}`)).status).toBe(401);
  });

  it('is wanted by every call, and its cookie is enough for one', async () => {
    expect((await ask('/api/status')).status).toBe(401);
    expect((await ask('/api/openapi.json')).status).toBe(401);
    const cookie = await signIn();
    expect((await ask('/api/status', { headers: { cookie } })).status).toBe(200);
    expect((await ask('/api/status', { headers: { cookie: cookie.slice(0, -1) } })).status).toBe(401);
  });

  it('never leads to another host', async () => {
    const answer = await ask(`/ui//evil.example/?token=${newToken()}`);
    expect(answer.headers.location).not.toMatch(/^\/\/|evil\.example:|^https?:/);
  });

  it('is known to the redactor before it is handed out', async () => {
    const before = newSecrets;
    const cookie = await signIn();
    expect(newSecrets).toBe(before + 2);
    expect(door.sessionSecrets()).toContain(cookie.split('=')[1]);
    expect(door.sessionSecrets()).toContain(TOKEN);
  });

  it('is refused more slowly the more often it fails, while the right one still comes in', async () => {
    let last = await ask('/api/status', { headers: { authorization: 'Bearer 0123456789abcdef0123' } });
    for (let i = 0; i < 40 && last.status !== 429; i += 1) {
      last = await ask('/api/status', { headers: { authorization: 'Bearer 0123456789abcdef0123' } });
    }
    expect(last.status).toBe(429);
    expect(Number(last.headers['retry-after'])).toBeGreaterThan(0);
    expect((await ask('/api/status', { headers: bearer })).status).toBe(200);
    control.advance(61_000);
    expect((await ask('/api/status')).status).toBe(401);
  });
});

describe('the doorkeeper', () => {
  it.each([
    ['a rebound name', 'evil.example'],
    ['a rebound name with our port', 'PORT.evil.example'],
    ['our name at another port', '127.0.0.1:1'],
    ['a name under localhost', 'evil.localhost:PORT'],
    ['an address of another form', '2130706433:PORT'],
  ])('refuses %s as Host, with a valid token even', async (_what, host) => {
    const headers = { ...bearer, host: host.replace('PORT', String(port)) };
    expect((await ask('/api/status', { headers })).status).toBe(403);
    expect((await ask('/ui/', { headers })).status).toBe(403);
  });

  it.each(['127.0.0.1', 'localhost', '[::1]'])('answers under %s', async (name) => {
    expect((await ask('/api/status', { headers: { ...bearer, host: `${name}:${port}` } })).status).toBe(200);
  });

  it('refuses foreign origins on reading and writing alike, and never allows them by CORS', async () => {
    const cookie = await signIn();
    for (const origin of ['https://evil.example', 'null', 'http://127.0.0.1:1', `https://127.0.0.1:${port}`]) {
      for (const method of ['GET', 'POST', 'OPTIONS']) {
        const answer = await ask('/api/status', { method, headers: { cookie, origin, ...json } });
        expect([method, origin, answer.status]).toEqual([method, origin, 403]);
        expect(answer.headers['access-control-allow-origin']).toBeUndefined();
      }
    }
  });

  it('wants our own page behind a cookie: another port is the same site to a browser', async () => {
    const cookie = await signIn();
    const add = (headers: Record<string, string>) =>
      ask('/api/apps', { method: 'POST', headers: { cookie, ...json, ...headers }, body: '{"name":"x"}' });
    expect((await add({})).status).toBe(401);
    expect((await add({ 'sec-fetch-site': 'same-site' })).status).toBe(403);
    expect((await add({ origin: `http://127.0.0.1:${port}`, 'sec-fetch-site': 'same-origin' })).status).toBe(201);
    const read = (site: string) => ask('/api/status', { headers: { cookie, 'sec-fetch-site': site } });
    expect((await read('same-site')).status).toBe(403);
    expect((await read('cross-site')).status).toBe(403);
    expect((await read('same-origin')).status).toBe(200);
  });

  it('takes JSON only, so that a form of another page can do nothing', async () => {
    for (const type of ['application/x-www-form-urlencoded', 'text/plain', 'multipart/form-data; boundary=x']) {
      const headers = { ...bearer, 'content-type': type };
      expect((await ask('/api/apps', { method: 'POST', headers, body: '{"name":"form"}' })).status).toBe(415);
    }
    const apps = JSON.parse((await ask('/api/apps', { headers: bearer })).text) as { name: string }[];
    expect(apps.map((app) => app.name)).not.toContain('form');
  });

  it.each([
    ['a body that is announced as too large', (size: number) => ({ 'content-length': String(size) })],
    ['a body that turns out too large', () => ({ 'transfer-encoding': 'chunked' })],
  ])('refuses %s', async (_what, length) => {
    const body = Buffer.alloc(1024 * 1024 + 10, 0x20);
    const headers = { ...bearer, ...json, ...length(body.length) };
    const answer = await ask('/api/apps', { method: 'POST', headers, body }).catch(() => undefined);
    // The connection may be closed before everything was written; then there is no answer to read.
    if (answer) expect(answer.status).toBe(413);
    expect((await ask('/api/status', { headers: bearer })).status).toBe(200);
  });

  it('says what is wrong with malformed JSON, unknown calls and missing fields, in words', async () => {
    const post = (body: string) => ask('/api/apps', { method: 'POST', headers: { ...bearer, ...json }, body });
    expect((await post('{"name":')).status).toBe(400);
    const missing = await post('{}');
    expect(missing.status).toBe(400);
    expect(JSON.parse(missing.text)).toMatchObject({ code: 'INVALID', message: expect.stringContaining('"name"') });
    expect((await ask('/api/nothing', { headers: bearer })).status).toBe(404);
    expect((await ask('/api/status', { method: 'DELETE', headers: bearer })).status).toBe(404);
  });
});

describe('the screens', () => {
  it('answer every place with the same page, under a strict policy and uncached', async () => {
    for (const place of ['/ui/', '/ui/requests/cd21bhc5400w1f98b4zbq', '/ui/apps?connect=curl', '/ui/a.place']) {
      const answer = await ask(place);
      expect([place, answer.status]).toEqual([place, 200]);
      expect(answer.text).toContain('the screens');
      expect(answer.headers['cache-control']).toBe('no-store');
      expect(answer.headers['x-content-type-options']).toBe('nosniff');
      expect(answer.headers['content-security-policy']).toMatch(
        /default-src 'none'; script-src 'self';.*frame-ancestors 'none'/,
      );
    }
  });

  it('keep what has a hash in its name, and know no file that is not there', async () => {
    expect((await ask('/ui/assets/main-abc123.js')).headers['cache-control']).toContain('immutable');
    expect((await ask('/ui/assets/gone-000000.js')).status).toBe(404);
    expect((await ask('/ui/', { method: 'POST' })).status).toBe(405);
  });

  it.each([
    '/ui/../keyward-outside.json',
    '/ui/..%2fkeyward-outside.json',
    '/ui/%2e%2e/keyward-outside.json',
    '/ui/%2e%2e%2fkeyward-outside.json',
    '/ui/..%5ckeyward-outside.json',
    '/ui/assets/../../keyward-outside.json',
    '/ui/assets/%2e%2e/%2e%2e/keyward-outside.json',
    '/ui/%252e%252e/keyward-outside.json',
    '/ui//etc/passwd',
    '/ui/%00',
    '/ui/%',
  ])('lead nowhere else: %s', async (target) => {
    const answer = await ask(target);
    expect(answer.text).not.toContain('outside');
    expect(answer.text).not.toContain('root:');
    expect([200, 404]).toContain(answer.status);
    if (answer.status === 200) expect(answer.text).toContain('the screens');
  });

  it('say which command builds them where they were not built', async () => {
    const bare = createControlHttp(control.deps, { screens: path.join(screens, 'nowhere') });
    const server = http.createServer((request, response) => bare.handle(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port: barePort } = server.address() as { port: number };
    const response = await fetch(`http://127.0.0.1:${barePort}/ui/`);
    expect(response.status).toBe(503);
    expect(await response.text()).toContain('npm run build');
    await new Promise((resolve) => server.close(resolve).closeAllConnections());
  });
});

describe('the control interface over HTTP', () => {
  it('describes itself, with every call of the contract', async () => {
    const answer = await ask('/api/openapi.json', { headers: bearer });
    const document = JSON.parse(answer.text) as { openapi: string; paths: Record<string, unknown> };
    expect(document.openapi).toMatch(/^3\./);
    expect(Object.keys(document.paths)).toEqual(
      expect.arrayContaining(['/status', '/keys', '/keys/{id}/test', '/gateway-keys', '/captures/{id}/explain']),
    );
  });

  it('streams what changes, and lets go of its streams when it closes', async () => {
    const socket = connect(port, '127.0.0.1');
    socket.write(`GET /api/live HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nauthorization: Bearer ${TOKEN}\r\n\r\n`);
    let seen = '';
    const saw = (text: string) =>
      new Promise<void>((resolve) => {
        const look = () => {
          if (!seen.includes(text)) return;
          socket.off('data', look);
          resolve();
        };
        socket.on('data', look);
        look();
      });
    socket.on('data', (chunk) => {
      seen += chunk.toString();
    });
    await saw('"hello"');
    await ask('/api/apps', { method: 'POST', headers: { ...bearer, ...json }, body: '{"name":"streamed"}' });
    await saw('"config"');
    const closed = new Promise((resolve) => socket.once('close', resolve));
    door.close();
    await closed;
  });

  it('writes down whether a person or the command line asked', async () => {
    const cookie = await signIn();
    const origin = `http://127.0.0.1:${port}`;
    await ask('/api/apps', { method: 'POST', headers: { ...json, cookie, origin }, body: '{"name":"by screen"}' });
    await ask('/api/apps', { method: 'POST', headers: { ...json, ...bearer }, body: '{"name":"by cli"}' });
    const rows = JSON.parse((await ask('/api/audit?limit=2', { headers: bearer })).text) as { actor: string }[];
    expect(rows.map((row) => row.actor)).toEqual(['cli', 'screen']);
  });
});

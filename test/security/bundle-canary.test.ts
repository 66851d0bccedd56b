/**
 * A thousand exchanges full of secrets go into a bundle, a HAR file, curl commands and texts for support: none of the
 * secrets may come out, in any form, nor in the home that the bundle is opened in. KEYWARD_BUNDLE_CANARIES sets how many.
 */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { transferDeps } from '../../gateway/control/transfer.ts';
import { exportCaptures } from '../../gateway/transfer/export-captures.ts';
import { textsOf } from '../support/home-files.ts';
import { openHome, type TestHome } from '../transfer/homes.ts';

const EXCHANGES = Number(process.env.KEYWARD_BUNDLE_CANARIES ?? 1_000);
const unique = () => randomBytes(24).toString('base64url').replace(/[-_]/g, 'x');
const secrets = {
  providerKey: `sk-proj-${unique()}/+="${unique()}`,
  extraHeader: `hdr-${unique()}`,
  strangersKey: `sk-ant-api03-${unique()}${unique()}`,
  cookie: `session-${unique()}`,
  /** An ordinary text while it is recorded; a stored secret afterwards. */
  secretLater: `plain-words-${unique()}`,
};

let there: TestHome;
let here: TestHome;
let upstream: Server;
beforeAll(async () => {
  upstream = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const sent = JSON.stringify({
        headers: request.headers,
        url: request.url,
        body: Buffer.concat(chunks).toString('utf8'),
      });
      const bearer = String(request.headers.authorization ?? '').replace('Bearer ', '');
      const kind = Number(request.headers['x-kind'] ?? 0) % 4;
      if (kind === 0) {
        response.writeHead(401, {
          'content-type': 'application/json',
          'x-request-id': 'req_1',
          'x-echo': encodeURIComponent(bearer),
        });
        response.end(
          JSON.stringify({
            error: { message: `Incorrect API key provided: ${bearer}. ${sent}`, code: 'invalid_api_key' },
          }),
        );
      } else if (kind === 1) {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        const half = Math.floor(bearer.length / 2);
        for (const piece of [bearer.slice(0, half), bearer.slice(half)])
          response.write(`data: ${JSON.stringify({ choices: [{ delta: { content: piece } }] })}\n\n`);
        response.end('data: [DONE]\n\n');
      } else if (kind === 2) {
        response.writeHead(500, { 'content-type': 'text/html' });
        response.end(
          `<html>${sent} ${encodeURIComponent(bearer)} ${Buffer.from(`a${bearer}b`).toString('base64')}</html>`,
        );
      } else {
        response.writeHead(200, { 'content-type': 'application/octet-stream' });
        response.end(Buffer.concat([Buffer.from([0xff, 0xfe, 0]), Buffer.from(sent)]));
      }
    });
  });
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  [there, here] = await Promise.all([openHome(), openHome()]);
  const baseUrl = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}/v1`;
  await there.gateway.addProvider(
    { id: 'up', baseUrl, headers: { 'x-extra-token': secrets.extraHeader } },
    secrets.providerKey,
  );
});
afterAll(async () => {
  await Promise.all([there?.gateway.stop(), here?.gateway.stop()]);
  upstream?.closeAllConnections();
  upstream?.close();
});

async function sendOne(n: number): Promise<void> {
  const { gateway } = there;
  const headers: Record<string, string> = {
    authorization: `Bearer ${gateway.key}`,
    'content-type': 'application/json',
    cookie: `sid=${secrets.cookie}`,
    'x-kind': String(n),
    'x-note': secrets.secretLater,
  };
  if (n % 5 === 4) headers.authorization = `Bearer ${secrets.strangersKey}`;
  const content = `hello ${n} ${secrets.secretLater} ${JSON.stringify(secrets.secretLater)} ${Buffer.from(`x${secrets.secretLater}`).toString('base64')}${n % 3 === 0 ? ` my key is ${secrets.strangersKey}` : ''}`;
  const body = JSON.stringify({ model: 'up/m', stream: n % 4 === 1, messages: [{ role: 'user', content }] });
  const url =
    n % 7 === 6
      ? `${gateway.url}/p/up/x?token=${encodeURIComponent(secrets.strangersKey)}`
      : `${gateway.url}/v1/chat/completions`;
  await (await fetch(url, { method: 'POST', headers, body })).arrayBuffer();
}

/** As it is, URL-encoded, in JSON, in base64 at each of three offsets. */
function formsOf(secret: string): string[] {
  const forms = [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)];
  for (const shift of [0, 1, 2]) {
    const encoded = Buffer.from('x'.repeat(shift) + secret)
      .toString('base64')
      .slice(shift === 0 ? 0 : 4, -4);
    forms.push(encoded, encoded.replaceAll('+', '-').replaceAll('/', '_'));
  }
  return [...new Set(forms)].filter((form) => form.length >= 12);
}

it(`${EXCHANGES} exchanges full of secrets leave none of them in what is exported, or where it is opened`, {
  timeout: 600_000,
}, async () => {
  let next = 0;
  await Promise.all(
    Array.from({ length: 16 }, async () => {
      while (next < EXCHANGES) await sendOne(next++);
    }),
  );
  const { recorder } = there.gateway.gateway.services;
  await recorder.flush();
  const ids = (await recorder.list({ limit: 1000 })).map((row) => row.id);
  expect(ids).toHaveLength(Math.min(EXCHANGES, 1000));
  // It becomes a secret only now; what was recorded before holds it.
  expect(JSON.stringify(await recorder.get(ids[0] as string))).toContain(secrets.secretLater);
  await there.gateway.addProvider({ id: 'later', baseUrl: 'https://later.example/v1' }, secrets.secretLater);

  const instance = JSON.parse(await readFile(join(there.gateway.home, 'instance.json'), 'utf8')) as { token: string };
  const forms = Object.entries({ ...secrets, gatewayKey: there.gateway.key, instance: instance.token }).flatMap(
    ([name, secret]) => formsOf(secret).map((form) => ({ name, form })),
  );
  const found: string[] = [];
  const search = (text: string, place: string) => {
    for (const { name, form } of forms) if (text.includes(form)) found.push(`${name} in ${place}`);
  };

  const deps = transferDeps(there.gateway.gateway.control);
  let bundle = Buffer.alloc(0);
  for (const format of ['bundle', 'har', 'curl', 'support'] as const) {
    const chunks: Buffer[] = [];
    for await (const chunk of (await exportCaptures(deps, ids, format)).chunks) chunks.push(chunk);
    const bytes = Buffer.concat(chunks);
    const text = (format === 'bundle' ? gunzipSync(bytes) : bytes).toString('utf8');
    search(text, format);
    // Bodies that are no text stand in base64, where a secret may lie at any offset of a longer run.
    for (const [, base64] of text.matchAll(/"(?:base64|text)":"([A-Za-z0-9+/]{40,}={0,2})"/g))
      search(Buffer.from(base64 as string, 'base64').toString('latin1'), `${format}, a body in base64`);
    if (format !== 'bundle') continue;
    bundle = bytes;
    const seal = JSON.parse(text.trimEnd().split('\n').at(-1) as string);
    const manifest = JSON.parse(seal.seal.manifest);
    expect(manifest.captures).toBe(ids.length);
    expect(manifest.secretsRemoved).toBeGreaterThanOrEqual(ids.length);
  }
  expect([...new Set(found)]).toEqual([]);

  const imported = await here.client.transfer.import({ content: bundle.toString('base64'), encoding: 'base64' });
  expect(imported.captures).toHaveLength(ids.length);
  await here.gateway.gateway.services.recorder.settle();
  for (const { name, text } of await textsOf(here.gateway.home)) search(text, `the other home, ${name}`);
  expect([...new Set(found)]).toEqual([]);
});

it('a bundle of however many captures takes no more memory than one of a few', { timeout: 300_000 }, async () => {
  const { client, gateway } = there;
  const large = 'lorem ipsum dolor '.repeat(30_000);
  const response = await gateway.post('/v1/chat/completions', {
    model: 'practice/ok',
    messages: [{ role: 'user', content: large }],
  });
  await response.arrayBuffer();
  const id = response.headers.get('x-keyward-capture') as string;
  const capture = await client.captures.get({ id });
  const deps = transferDeps(gateway.gateway.control);
  const count = 200;
  // Each its own text, so that nothing is shared, and none of it kept anywhere but where it is written.
  const recorder = {
    ...deps.recorder,
    list: async () => [],
    importedConfig: async () => null,
    get: async (asked: string) => ({
      ...capture,
      id: asked,
      request: { ...capture.request, body: { ...capture.request.body, text: `${asked} ${large}` } },
    }),
  };
  const ids = Array.from({ length: count }, (_, index) => `${id.slice(0, -4)}${index.toString().padStart(4, '0')}`);
  const { chunks } = await exportCaptures(
    { ...deps, recorder, explain: async () => client.captures.explain({ id }) },
    ids,
    'bundle',
  );
  globalThis.gc?.();
  const before = process.memoryUsage().rss;
  let highest = before;
  let sizeBytes = 0;
  for await (const chunk of chunks) {
    sizeBytes += chunk.length;
    highest = Math.max(highest, process.memoryUsage().rss);
  }
  expect(sizeBytes).toBeGreaterThan(100_000);
  // Unfolded it is more than 200 MB.
  expect((highest - before) / 1024 / 1024).toBeLessThan(160);
});

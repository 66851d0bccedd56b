/**
 * Known secrets are planted in every place an exchange has, and echoed by the provider in every place an answer has.
 * Afterwards none may be found: not in any file of the home, not in what the control interface answers, not in the log,
 * not in an explanation, not in the process list. KEYWARD_CANARIES sets the number of exchanges.
 */
import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { explainCapture } from '../../gateway/diagnosis/explain.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { textsOf } from '../support/home-files.ts';

const EXCHANGES = Number(process.env.KEYWARD_CANARIES ?? 10_000);
const unique = () => randomBytes(24).toString('base64url').replace(/[-_]/g, 'x');

/** One of each kind; `providerKey` has characters that change their look in URLs, JSON and base64. */
const secrets = {
  providerKey: `sk-proj-${unique()}/+="${unique()}`,
  plainKey: `sk-ant-api03-${unique()}${unique()}`,
  extraHeader: `hdr-${unique()}`,
  strangersKey: `sk-proj-${unique()}${unique()}`,
  cookie: `session-${unique()}`,
};

let gateway: TestGateway;
let upstream: Server;

beforeAll(async () => {
  upstream = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      if (request.url === '/v1/models') {
        const bearer = String(request.headers.authorization ?? '').replace('Bearer ', '');
        const data = [{ id: bearer }, { id: `model-${bearer}` }, { id: 'named', name: bearer }, { id: 'harmless' }];
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ data }));
        return;
      }
      const sent = JSON.stringify({
        headers: request.headers,
        url: request.url,
        body: Buffer.concat(chunks).toString('utf8'),
      });
      const kind = Number(
        new URL(request.url ?? '/', 'http://x').searchParams.get('kind') ?? request.headers['x-kind'] ?? 0,
      );
      answerAs(kind, sent, String(request.headers.authorization ?? ''), response);
    });
  });
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  gateway = await startTestGateway();
  const baseUrl = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}/v1`;
  await gateway.addProvider(
    { id: 'up', baseUrl, headers: { 'x-extra-token': secrets.extraHeader } },
    secrets.providerKey,
  );
  await gateway.addProvider({ id: 'plain', baseUrl }, secrets.plainKey);
});
afterAll(async () => {
  await gateway.stop();
  upstream.closeAllConnections();
  upstream.close();
});

/** Every way in which a provider could give a secret back. */
function answerAs(kind: number, sent: string, authorization: string, response: import('node:http').ServerResponse) {
  const bearer = authorization.replace('Bearer ', '');
  const echoes = {
    sent,
    bearer,
    encoded: encodeURIComponent(bearer),
    base64: Buffer.from(`a${bearer}b`).toString('base64'),
  };
  switch (kind % 5) {
    case 0:
      response.writeHead(200, {
        'content-type': 'application/json',
        'x-echo': encodeURIComponent(bearer),
        'set-cookie': `t=${bearer.replace(/"/g, '')}`,
      });
      response.end(JSON.stringify({ choices: [{ message: { content: JSON.stringify(echoes) } }] }));
      return;
    case 1:
      response.writeHead(401, { 'content-type': 'application/json' });
      response.end(
        JSON.stringify({
          error: {
            message: `Incorrect API key provided: ${bearer}. ${sent}`,
            type: 'invalid_request_error',
            code: 'invalid_api_key',
          },
        }),
      );
      return;
    case 2: {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const half = Math.floor(bearer.length / 2);
      for (const piece of [bearer.slice(0, half), bearer.slice(half)]) {
        response.write(`data: ${JSON.stringify({ choices: [{ delta: { content: piece } }] })}\n\n`);
      }
      response.write(
        `data: ${JSON.stringify({ choices: [{ delta: { content: bearer }, finish_reason: 'stop' }] })}\n\n`,
      );
      response.end('data: [DONE]\n\n');
      return;
    }
    case 3:
      response.writeHead(500, { 'content-type': 'text/html' });
      response.end(`<html><body>Traceback: headers=${sent} ${echoes.encoded} ${echoes.base64}</body></html>`);
      return;
    default:
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(`data: {"error":{"message":${JSON.stringify(`bad key ${bearer}`)}}}\n\n`);
      response.end();
  }
}

async function sendOne(n: number) {
  const provider = n % 2 === 0 ? 'up' : 'plain';
  const headers: Record<string, string> = {
    authorization: `Bearer ${gateway.key}`,
    'content-type': 'application/json',
    cookie: `sid=${secrets.cookie}`,
    'x-kind': String(n),
  };
  const quoted = n % 3 === 0 ? ` my key is ${secrets.strangersKey} and ${secrets.plainKey}` : '';
  const body = JSON.stringify({
    model: `${provider}/m`,
    stream: n % 5 === 2,
    messages: [{ role: 'user', content: `hello ${n}${quoted}` }],
  });
  const where = n % 7;
  if (where === 5) {
    // A provider's key in the place of the gateway's.
    headers.authorization = `Bearer ${n % 2 ? secrets.strangersKey : secrets.providerKey}`;
  } else if (where === 6) {
    delete headers.authorization;
    const url = `${gateway.url}/p/${provider}/x?kind=${n}&key=${gateway.key}&token=${encodeURIComponent(secrets.strangersKey)}`;
    return (await fetch(url, { method: 'POST', headers, body })).arrayBuffer();
  }
  return (await fetch(`${gateway.url}/v1/chat/completions`, { method: 'POST', headers, body })).arrayBuffer();
}

/** The forms in which a secret could lie somewhere: as it is, URL-encoded, in JSON, in base64 at each of three offsets. */
function formsOf(secret: string): string[] {
  const forms = [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)];
  for (const shift of [0, 1, 2]) {
    const encoded = Buffer.from('x'.repeat(shift) + secret).toString('base64');
    // The first and last characters depend on the neighbours.
    forms.push(encoded.slice(shift === 0 ? 0 : 4, -4));
    forms.push(
      encoded
        .slice(shift === 0 ? 0 : 4, -4)
        .replaceAll('+', '-')
        .replaceAll('/', '_'),
    );
  }
  return [...new Set(forms)].filter((form) => form.length >= 12);
}

describe(`${EXCHANGES} exchanges full of secrets`, () => {
  it('leave none of them anywhere', { timeout: 600_000 }, async () => {
    let next = 0;
    await Promise.all(
      Array.from({ length: 16 }, async () => {
        while (next < EXCHANGES) {
          next += 1;
          await sendOne(next);
        }
      }),
    );
    const { recorder, store } = gateway.gateway.services;
    await recorder.flush();
    await recorder.settle();
    const instance = JSON.parse(await readFile(join(gateway.home, 'instance.json'), 'utf8')) as { token: string };
    const forms = Object.entries({ ...secrets, gatewayKey: gateway.key }).flatMap(([name, secret]) =>
      formsOf(secret).map((form) => ({ name, form })),
    );
    const found: string[] = [];
    const search = (text: string, place: string) => {
      for (const { name, form } of forms) if (text.includes(form)) found.push(`${name} in ${place}`);
    };

    // What is read back: every capture, with its explanation.
    let read = 0;
    let redacted = 0;
    let before: string | undefined;
    for (;;) {
      const rows = await recorder.list({ limit: 1000, before });
      if (rows.length === 0) break;
      before = rows[rows.length - 1]?.id;
      for (const row of rows) {
        search(JSON.stringify(row), `row ${row.id}`);
        const capture = await recorder.get(row.id);
        if (!capture) throw new Error(`capture ${row.id} is gone`);
        const text = JSON.stringify(capture);
        search(text, `capture ${row.id}`);
        if (text.includes(instance.token)) found.push(`instance token in capture ${row.id}`);
        redacted += capture.request.redactions.length;
        read += 1;
        if (read % 10 === 0) {
          const explanation = explainCapture(capture, { now: Date.now(), snapshot: store.snapshot });
          search(JSON.stringify(explanation), `explanation of ${row.id}`);
        }
        if (found.length > 20) break;
      }
    }
    expect(found).toEqual([]);
    expect(read).toBe(EXCHANGES);
    expect(redacted).toBeGreaterThan(EXCHANGES);

    // A provider that tells its caller's key as the name of a model.
    await gateway.gateway.services.lists.refresh(undefined, true);
    expect(gateway.gateway.services.lists.recordOf('plain')).toMatchObject({ failure: null, count: 1, leftOut: 3 });
    await recorder.settle();

    // What lies on the disk, byte for byte (instance.json alone holds the start token, by contract).
    for (const { name, text } of await textsOf(gateway.home)) search(text, name);
    // What the control interface shows.
    for (const path of [
      '/status',
      '/keys',
      '/providers',
      '/gateway-keys',
      '/apps',
      '/audit',
      '/captures?limit=1000',
      '/settings',
      '/models',
      '/models/lists',
    ]) {
      const response = await fetch(`${gateway.url}/api${path}`, {
        headers: { authorization: `Bearer ${instance.token}` },
      });
      expect(response.status).toBe(200);
      const text = await response.text();
      // A header that the user set for a provider is theirs to see and edit; everything else is not.
      search(path === '/providers' ? text.replaceAll(secrets.extraHeader, '') : text, `/api${path}`);
    }
    // What other users of the machine can see.
    for (const pid of await readdir('/proc')) {
      if (!/^\d+$/.test(pid)) continue;
      search(await readFile(`/proc/${pid}/cmdline`, 'latin1').catch(() => ''), `process ${pid}`);
    }
    expect(found.filter((place) => !/^extraHeader in .*(keyward\.json|versions\/)/.test(place))).toEqual([]);
  });
});

import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
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

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';

let gateway: TestGateway;
let server: Server;
let answer = { status: 200, body: '{"choices":[{"message":{"content":"ok"}}]}' };
let keyId: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    request
      .resume()
      .on('end', () => response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  let clock = Date.now();
  // Each question is a minute after the last: the quiet time between two changes is over.
  gateway = await startTestGateway({ now: () => (clock += 60_000) });
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  keyId =
    (await gateway.addProvider(
      { id: 'up', preset: 'openai', name: 'OpenAI', baseUrl },
      'sk-health-0123456789abcdefghij',
    )) ?? '';
});
afterAll(async () => {
  await gateway.stop();
  server.closeAllConnections();
  server.close();
});

const health = () => gateway.gateway.services.store.snapshot.providerKeys.get(keyId)?.health;

async function ask(status: number, body: string) {
  answer = { status, body };
  const changed = new Promise<void>((resolve) => {
    const end = gateway.gateway.services.store.subscribe(() => {
      end();
      resolve();
    });
  });
  await (await gateway.post('/v1/chat/completions', { model: 'up/m', messages: [] })).text();
  return changed;
}

const error = (code: string, message: string) =>
  JSON.stringify({ error: { message, type: 'invalid_request_error', code } });

it('a key’s health follows its traffic: works, out of credit, rejected, works again', async () => {
  expect(health()?.state).toBe('never_checked');
  await ask(200, '{"choices":[{"message":{"content":"ok"}}]}');
  expect(health()).toMatchObject({ state: 'valid', source: 'traffic', sentence: 'Works' });
  await ask(
    429,
    error('insufficient_quota', 'You exceeded your current quota, please check your plan and billing details.'),
  );
  expect(health()).toMatchObject({ state: 'out_of_credit', status: 429, cause: 'quota_exhausted' });
  await ask(401, error('invalid_api_key', 'Incorrect API key provided: sk-heal*************ghij.'));
  expect(health()?.state).toBe('rejected');
  expect(health()?.sentence).toContain('OpenAI');
  await ask(200, '{"choices":[{"message":{"content":"ok"}}]}');
  expect(health()?.state).toBe('valid');
});

it('a provider that is down says nothing about the key', async () => {
  answer = { status: 503, body: error('server_is_overloaded', 'The server is overloaded') };
  const response = await gateway.post('/v1/chat/completions', { model: 'up/m', messages: [] });
  await gateway.captureOf(response);
  expect(health()?.state).toBe('valid');
});

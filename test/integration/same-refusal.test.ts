import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { checkKey } from '../../gateway/control/check-key.ts';
import type { ControlDeps } from '../../gateway/control/services.ts';
import { explainCapture } from '../../gateway/diagnosis/explain-capture.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';

let gateway: TestGateway;
let server: Server;
let refusal = '';

beforeAll(async () => {
  gateway = await startTestGateway();
  server = createServer((request, response) => {
    request.resume().on('end', () => {
      response.writeHead(401, { 'content-type': 'application/json', 'openai-version': '2020-10-01' }).end(refusal);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(async () => {
  await gateway.stop();
  server.closeAllConnections();
  server.close();
});

const body = (message: string, code: string | null) =>
  JSON.stringify({ error: { message, type: 'invalid_request_error', param: null, code } });

it.each([
  [
    'a key that looks right',
    'sk-proj-Zq3vN8xK2mP7tR5wY9bC4dF6gH1jL0sA3eU8iO5pT7nM2kX9',
    'Incorrect API key provided',
    'invalid_api_key',
    'key_invalid_unknown',
  ],
  [
    'another maker’s key',
    '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',
    'Incorrect API key provided',
    'invalid_api_key',
    'key_wrong_provider',
  ],
  ['a word in place of a key', 'correcthorse', 'Incorrect API key provided', 'invalid_api_key', 'key_malformed'],
  [
    'an expired token',
    'sk-proj-Zq3vN8xK2mP7tR5wY9bC4dF6gH1jL0sA3eU8iO5pT7nM2kX8',
    'Provided authentication token is expired.',
    'token_expired',
    'key_expired',
  ],
] as const)(
  '%s, refused alike, has one cause: to the app, in the explanation and in the check',
  async (_, secret, message, code, cause) => {
    refusal = body(message, code);
    const id = `up${secret.length}${secret.slice(-1).toLowerCase()}`;
    const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
    const keyId = await gateway.addProvider({ id, preset: 'openai', name: 'OpenAI', baseUrl }, secret);
    const response = await gateway.post('/v1/chat/completions', { model: `${id}/m`, messages: [] });
    const { services } = gateway.gateway;
    const capture = await gateway.captureOf(response);
    const explained = explainCapture(capture, { now: Date.now(), snapshot: services.store.snapshot, company: [] });
    const checked = await checkKey(services as unknown as ControlDeps, keyId ?? '');
    expect({
      told: response.headers.get('x-keyward-cause'),
      explained: explained.cause,
      checked: checked.health.cause,
    }).toEqual({ told: cause, explained: cause, checked: cause });
    expect(JSON.stringify(capture)).not.toContain(secret);
  },
);

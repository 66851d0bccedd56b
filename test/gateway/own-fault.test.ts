import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';

let gateway: TestGateway;
const faults: unknown[] = [];
beforeAll(async () => {
  gateway = await startTestGateway({ onFault: (error) => faults.push(error) });
});
afterAll(() => gateway.stop());

it('a mistake of ours fails one exchange, is told as ours, and leaves the gateway running', async () => {
  const { store } = gateway.gateway.services;
  const routes = store.snapshot.routes as Map<string, unknown>;
  const get = routes.get.bind(routes);
  routes.get = () => {
    throw new Error('planted');
  };
  const ask = () => gateway.post('/v1/chat/completions', { model: 'practice/ok', messages: [] });
  const failed = await ask();
  routes.get = get as typeof routes.get;
  expect(failed.status).toBe(500);
  const body = await failed.text();
  expect(body).toContain('Keyward made a mistake');
  expect(body).not.toContain('planted');
  expect(faults.map(String)).toEqual(['Error: planted']);
  expect(await gateway.captureOf(failed)).toMatchObject({ ok: false, cause: 'other', status: 500 });
  expect((await ask()).status).toBe(200);
});

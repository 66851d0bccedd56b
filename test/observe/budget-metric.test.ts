/** A budget that is spent in part, as a collector reads it. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { sum } from './exposition.ts';

let gateway: TestGateway;
let server: Server;

beforeAll(async () => {
  // One moment, so that no midnight falls between the requests.
  const noon = new Date().setHours(12, 0, 0, 0);
  gateway = await startTestGateway({ now: () => noon });
  server = createServer((request, response) => {
    request.resume().on('end', () =>
      response.writeHead(200, { 'content-type': 'application/json' }).end(
        JSON.stringify({
          id: 'x',
          object: 'chat.completion',
          model: 'gpt-4o',
          choices: [{ index: 0, message: { role: 'assistant', content: 'hi' }, finish_reason: 'stop' }],
          usage: { prompt_tokens: 1000, completion_tokens: 500, total_tokens: 1500 },
        }),
      ),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  await gateway.addProvider({ id: 'openai', preset: 'openai', baseUrl }, 'sk-upstream-0123456789abcdefABCDEF');
});
afterAll(async () => {
  await gateway.stop();
  server.closeAllConnections();
  server.close();
});

it('each request adds its cost to the part of the day and of the month', async () => {
  const key = await gateway.issue({ label: 'collector', limits: { budgetDayUsd: 0.03, budgetMonthUsd: 0.3 } });
  const of = { of: 'gateway-key', id: key.split('_')[1] ?? '', name: 'collector' };
  const parts = async () => {
    const text = await (await fetch(`${gateway.url}/metrics`)).text();
    return ['day', 'month'].map((period) => sum(text, 'keyward_budget_used_ratio', { ...of, period }));
  };
  const ask = async () => {
    const body = { model: 'openai/gpt-4o', messages: [{ role: 'user', content: 'hi' }] };
    const response = await gateway.post('/v1/chat/completions', body, { authorization: `Bearer ${key}` });
    await response.arrayBuffer();
    return gateway.captureOf(response);
  };
  expect(await parts()).toEqual([0, 0]);
  expect((await ask()).costUsd).toBe(0.0075);
  expect(await parts()).toEqual([0.25, 0.025]);
  await ask();
  expect(await parts()).toEqual([0.5, 0.05]);
});

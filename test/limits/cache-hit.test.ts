/** What a hit of the cache takes of limits and budgets: a request, and nothing that stays held while it is read. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { controlClient } from '../../gateway/control/router.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';

/** Far more than the sockets between gateway and client hold, so that a client which does not read keeps it from its end. */
const LONG = 'x'.repeat(7 * 1024 * 1024);
let gateway: TestGateway;
let server: Server;
let asked = 0;

beforeAll(async () => {
  gateway = await startTestGateway();
  server = createServer((request, response) => {
    request.resume().on('end', () => {
      asked += 1;
      const message = { role: 'assistant', content: LONG };
      response.writeHead(200, { 'content-type': 'application/json' }).end(
        JSON.stringify({
          id: 'x',
          object: 'chat.completion',
          model: 'gpt-4o',
          choices: [{ index: 0, message, finish_reason: 'stop' }],
          usage: { prompt_tokens: 1000, completion_tokens: 500, total_tokens: 1500 },
        }),
      );
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  await gateway.addProvider({ id: 'openai', preset: 'openai', baseUrl }, 'sk-upstream-0123456789abcdefABCDEF');
  await gateway.set({ cache: { ttlMs: 60_000, maxMb: 256, shared: false, random: false } });
});
afterAll(async () => {
  await gateway.stop();
  server.closeAllConnections();
  server.close();
});

it('a hit holds no tokens and no money while its answer is still on its way, and counts as a request', async () => {
  const key = await gateway.issue({ limits: { rpm: 10, tpm: 100_000, budgetDayUsd: 5 } });
  const id = key.split('_')[1];
  const body = JSON.stringify({
    model: 'openai/gpt-4o',
    max_tokens: 2000,
    messages: [{ role: 'user', content: 'hi' }],
  });
  const first = await gateway.post('/v1/chat/completions', body, { authorization: `Bearer ${key}` });
  expect((await first.text()).length).toBeGreaterThan(LONG.length);
  expect(first.headers.get('x-keyward-cache')).toBe('miss');
  const limits = controlClient(gateway.gateway.control, 'cli').limits;
  const readings = async () => {
    const rows = (await limits.list()).filter((row) => row.id === id);
    return Object.fromEntries(rows.map(({ limit, used, held }) => [limit, { used, held }]));
  };
  const before = await readings();
  expect(before.tpm).toEqual({ used: 1500, held: 0 });

  const { port, hostname } = new URL(gateway.url);
  const socket = connect(Number(port), hostname);
  socket.write(
    `POST /v1/chat/completions HTTP/1.1\r\nhost: ${hostname}:${port}\r\nauthorization: Bearer ${key}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
  const [head] = (await once(socket, 'data')) as [Buffer];
  socket.pause();
  expect(head.toString('latin1')).toMatch(/x-keyward-cache: hit/i);
  const capture = /x-keyward-capture: (\w+)/i.exec(head.toString('latin1'))?.[1] ?? '';
  const during = await readings();
  expect(during).toEqual({ ...before, rpm: { used: 2, held: 0 } });
  expect(asked).toBe(1);
  socket.resume();
  socket.destroy();
  expect((await gateway.capture(capture)).cache).toMatchObject({ state: 'hit' });
  expect(await readings()).toEqual(during);
});

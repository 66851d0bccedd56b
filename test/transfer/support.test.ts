/** The text for a provider's support says what they ask for, and nothing that is not theirs to know. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { chat, openHome, type TestHome } from './homes.ts';

const SECRET = 'sk-proj-Abcdefghij0123456789Abcdefghij0123456789Abcdefghij';
let home: TestHome;
let upstream: Server;
beforeAll(async () => {
  upstream = createServer((_, response) => {
    response.writeHead(500, { 'content-type': 'application/json', 'x-request-id': 'req_wanted_1' });
    response.end(
      `{"error":{"message":"internal error with key ${SECRET}","request_id":"req_in_body"}}\n\`\`\`\nnot the end`,
    );
  });
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  home = await openHome();
  const baseUrl = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}/v1`;
  await home.gateway.addProvider({ id: 'up', name: 'Upstream', baseUrl }, SECRET);
});
afterAll(async () => {
  await home?.gateway.stop();
  upstream?.close();
});

it('a failure at the provider: its request ids, times with their zone, both sides, what was ruled out', async () => {
  const response = await home.gateway.post('/v1/chat/completions', chat('up/some-model', 'What went wrong?'));
  await response.arrayBuffer();
  const id = response.headers.get('x-keyward-capture') as string;
  const { content, fileName } = await home.client.transfer.export({ ids: [id], format: 'support' });
  expect(fileName).toBe(`${id}.md`);
  expect(content).toContain('req_wanted_1 (x-request-id), req_in_body (in the body)');
  expect(content).toMatch(/\*\*Sent\*\*: \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} UTC/);
  expect(content).toMatch(/\*\*Endpoint\*\*: POST http:\/\/127\.0\.0\.1:\d+\/v1\/chat\/completions/);
  for (const part of ['**Model**: some-model', '**Status**: 500', 'What went wrong?', 'internal error', '**yes**', id])
    expect(content).toContain(part);
  expect(content).not.toContain(SECRET);
  expect(content).toContain('…ghij');
  // Whose gateway key it was is not theirs to know.
  expect(content).not.toContain(home.gateway.key.split('_')[1]);
  // A fence within the answer does not end the block around it.
  expect(content).toContain('\n````\n');
});

it('a refusal of our own says that the provider has no part in it', async () => {
  const response = await home.gateway.post('/v1/chat/completions', chat('up/m'), { authorization: 'Bearer nonsense' });
  await response.arrayBuffer();
  const { content } = await home.client.transfer.export({
    ids: [response.headers.get('x-keyward-capture') as string],
    format: 'support',
  });
  expect(content).toContain('Nothing was sent to a provider');
  expect(content).not.toContain('not reached');
});

it('what is not there is told, not exported', async () => {
  await expect(
    home.client.transfer.export({ ids: ['c00000000000000000000'], format: 'support' }),
  ).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

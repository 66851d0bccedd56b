import { Agent, request } from 'node:http';
import { afterEach, expect, it } from 'vitest';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';

let gateway: TestGateway | undefined;
afterEach(() => gateway?.stop());

it('a drain lets a running stream end whole, and does not wait for connections that idle afterwards', async () => {
  gateway = await startTestGateway();
  const { url, key } = gateway;
  const agent = new Agent({ keepAlive: true });
  const body = JSON.stringify({
    model: 'practice/stream:chunks=10,delay=30',
    stream: true,
    messages: [{ role: 'user', content: 'x' }],
  });
  let begun: () => void = () => undefined;
  const started = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const text = new Promise<string>((resolve, reject) => {
    const outgoing = request(
      `${url}/v1/chat/completions`,
      { agent, method: 'POST', headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' } },
      (incoming) => {
        let all = '';
        incoming.on('data', (chunk) => {
          all += chunk;
          begun();
        });
        incoming.on('end', () => resolve(all));
        incoming.on('error', reject);
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
  await started;
  const before = performance.now();
  await gateway.gateway.stop(15_000);
  expect(performance.now() - before).toBeLessThan(10_000);
  expect((await text).trimEnd().endsWith('data: [DONE]')).toBe(true);
  await expect(fetch(`${url}/health`)).rejects.toThrow();
  agent.destroy();
});

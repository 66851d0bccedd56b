import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { controlClient } from '../../gateway/control/router.ts';
import { startTestGateway } from '../support/gateway.ts';

const root = join(import.meta.dirname, '../..');
let home: string;
let server: Server;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'keyward-budget-'));
  let calls = 0;
  server = createServer((request, response) => {
    calls++;
    const usage = { prompt_tokens: 100 + calls, completion_tokens: 7 * calls };
    request
      .resume()
      .on('end', () =>
        response
          .writeHead(200, { 'content-type': 'application/json' })
          .end(JSON.stringify({ id: 'x', object: 'chat.completion', model: 'gpt-4o', choices: [], usage })),
      );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await rm(home, { recursive: true, force: true });
});

/** The gateway in a process of its own; killed without a warning. */
async function serve(): Promise<{ url: string; kill: () => Promise<void> }> {
  const child = spawn(
    process.execPath,
    ['--no-warnings', 'gateway/cli/keyward.ts', 'serve', '--port', '0', '--json', '--home', home],
    { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const line = await new Promise<string>((resolve, reject) => {
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('\n')) resolve(text.split('\n', 1)[0] as string);
    });
    child.once('exit', () => reject(new Error('it ended')));
  });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    url: (JSON.parse(line) as { url: string }).url,
    kill: () => {
      child.kill('SIGKILL');
      return gone;
    },
  };
}

describe('a budget', () => {
  it('is after SIGKILL exactly what the captures that are there cost, and goes on from it', async () => {
    const setup = await startTestGateway({ home });
    const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
    await setup.addProvider(
      { id: 'openai', preset: 'openai', name: 'OpenAI', baseUrl },
      'sk-upstream-0123456789abcdef',
    );
    const key = await setup.issue({ limits: { budgetDayUsd: 100, budgetMonthUsd: 100 } });
    await setup.stop();

    for (let round = 0; round < 2; round++) {
      const child = await serve();
      const ask = () =>
        fetch(`${child.url}/v1/chat/completions`, {
          method: 'POST',
          headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
          body: JSON.stringify({ model: 'openai/gpt-4o', messages: [{ role: 'user', content: 'hi' }] }),
        }).then(
          (response) => response.text(),
          () => '',
        );
      await Promise.all(Array.from({ length: 25 }, ask));
      // Some of these are under way when it dies.
      const last = Array.from({ length: 10 }, ask);
      await child.kill();
      await Promise.all(last);

      const again = await startTestGateway({ home });
      const client = controlClient(again.gateway.control, 'cli');
      const id = key.split('_')[1] ?? '';
      const rows = await client.captures.list({ limit: 1000 });
      const nanos = rows
        .filter(({ gatewayKeyId }) => gatewayKeyId === id)
        .reduce((sum, { costUsd }) => sum + Math.round((costUsd ?? 0) * 1e9), 0);
      expect(nanos).toBeGreaterThan(0);
      const { usage } = await client.gatewayKeys.show({ id });
      expect(usage.map(({ limit, used }) => [limit, Math.round(used * 1e9)])).toEqual([
        ['budgetDayUsd', nanos],
        ['budgetMonthUsd', nanos],
      ]);
      // Captures that go take nothing of it along.
      if (round === 1) {
        await client.captures.prune({ olderThanMs: 0 });
        expect(await client.captures.list({ limit: 10 })).toEqual([]);
        expect((await client.gatewayKeys.show({ id })).usage[0]?.used).toBe(nanos / 1e9);
      }
      await again.stop();
    }
  });
});

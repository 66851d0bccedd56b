import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { controlClient } from '../../gateway/control/router.ts';
import { replayCapture } from '../../gateway/replay/replay.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { startProviderServer } from '../support/provider-servers/start-provider-server.ts';

const chat = '/v1/chat/completions';
const CHILD = fileURLToPath(new URL('./replay.child.ts', import.meta.url));
const PROCESSES = 2;
const RUNS = 50;
let folder: string;
let home: string;
let ids: string[];
let bundle: { content: string; encoding: 'utf8' | 'base64' };

/** Captures of every sort, in a home that nobody serves any more. */
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'keyward-replay-'));
  home = path.join(folder, 'one');
  const gateway: TestGateway = await startTestGateway({ home });
  const server = await startProviderServer({ dialect: 'openai' });
  await gateway.addProvider({ id: 'up', name: 'Upstream', preset: 'openai', baseUrl: server.url }, server.key('valid'));
  await gateway.addProvider({ id: 'old', name: 'Old', preset: 'openai', baseUrl: server.url }, server.key('expired'));
  const messages = [{ role: 'user', content: 'hi' }];
  const revoked = await gateway.issue({ revokedAt: new Date().toISOString() });
  const soon = await gateway.issue({ expiresAt: new Date(Date.now() + 60_000).toISOString() });
  const answers = [
    await gateway.post(chat, { model: 'up/gpt-5-mini', messages, stream: true }),
    await gateway.post(chat, { model: 'old/gpt-5-mini', messages }),
    await gateway.post(chat, { model: 'practice/key-revoked:as=anthropic', messages }),
    await gateway.post(chat, { model: 'up/gpt-5-mini', messages }, { authorization: `Bearer ${revoked}` }),
    await gateway.post(chat, { model: 'up/gpt-5-mini', messages }, { authorization: `Bearer ${soon}` }),
    await gateway.post(chat, { model: 'no-such-model', messages }),
    await gateway.post(chat, '{"model":'),
    await gateway.post('/p/up/chat/completions', { model: 'gpt-5-mini', messages }),
  ];
  ids = [];
  for (const answer of answers) {
    await answer.text();
    ids.push((await gateway.captureOf(answer)).id);
  }
  bundle = await controlClient(gateway.gateway.control, 'cli').transfer.export({ ids, format: 'bundle' });
  await gateway.stop();
  await server.close();
}, 60_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

async function inProcess(where: string, times: number): Promise<Record<string, string[]>> {
  const { stdout } = await promisify(execFile)(process.execPath, [CHILD, where, String(times), ...ids], {
    maxBuffer: 64 * 1024 * 1024,
  });
  return JSON.parse(stdout) as Record<string, string[]>;
}

describe('the same capture', () => {
  it('gives the same steps, byte for byte, a hundred times across processes, and in a copy of its home', async () => {
    const first = await inProcess(home, RUNS);
    for (const id of ids) {
      const modes = first[id]?.map((line) => line.split(' ', 1)[0]);
      expect(modes).toEqual(['dry-run', 'recorded']);
    }
    for (let at = 1; at < PROCESSES; at += 1) expect(await inProcess(home, RUNS)).toEqual(first);
    const copy = path.join(folder, 'copy');
    await cp(home, copy, { recursive: true });
    expect(await inProcess(copy, 1)).toEqual(first);
  }, 120_000);

  it('gives the same recorded steps on another machine, from its bundle, without any key', async () => {
    const first = await inProcess(home, 1);
    const other = await startTestGateway();
    const client = controlClient(other.gateway.control, 'cli');
    const { captures } = await client.transfer.import({ content: bundle.content, encoding: bundle.encoding });
    expect(captures).toHaveLength(ids.length);
    for (const { id, from } of captures) {
      const capture = await other.capture(id);
      const { steps, outcome, answerDifferences, refused } = await replayCapture(other.gateway.control, capture, {
        mode: 'recorded',
      });
      const line = `recorded ${JSON.stringify({ steps, outcome, answerDifferences, refused })}`;
      expect(line).toBe(first[ids.includes(id) ? id : from]?.find((one) => one.startsWith('recorded ')));
    }
    await other.stop();
  }, 60_000);
});

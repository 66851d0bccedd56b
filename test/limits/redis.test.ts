import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { controlClient } from '../../gateway/control/router.ts';
import { createGatewayKey } from '../../gateway/store/gateway-key.ts';
import type { GatewayKey } from '../../gateway/store/schema.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';

const missing = spawnSync('redis-server', ['--version']).error !== undefined;
const PASSWORD = 'redis-canary-7f3a9c';

let folder: string;
let port: number;
let redis: ChildProcess | undefined;
let first: TestGateway;
let second: TestGateway;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port: free } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return free;
}

async function startRedis(): Promise<void> {
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder];
  redis = spawn('redis-server', [...options, '--requirepass', PASSWORD], { stdio: 'ignore' });
  for (;;) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true));
      socket.once('error', () => resolve(false)).once('connect', () => socket.destroy());
    });
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function killRedis(): Promise<void> {
  const running = redis;
  redis = undefined;
  if (!running || running.exitCode !== null) return;
  const gone = new Promise((resolve) => running.once('exit', resolve));
  running.kill('SIGKILL');
  await gone;
}

const noticesOf = async (gateway: TestGateway) =>
  (await controlClient(gateway.gateway.control, 'cli').status.get()).notices;

/** Waits for what the connection tells by itself. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** The same key in both homes, as an exported configuration would bring it. */
async function issueInBoth(limits: GatewayKey['limits']): Promise<string> {
  const made = createGatewayKey();
  const fields = { id: made.id, hash: made.hash, lastFour: made.lastFour, limits };
  await first.issue(fields);
  await second.issue(fields);
  return made.key;
}

async function ask(gateway: TestGateway, key: string, model = 'practice/ok') {
  const body = { model, messages: [{ role: 'user', content: 'hi' }], max_tokens: 50 };
  const response = await gateway.post('/v1/chat/completions', body, { authorization: `Bearer ${key}` });
  return { status: response.status, response, text: await response.text() };
}

const answered = (results: readonly { status: number }[]) => results.filter(({ status }) => status === 200).length;

describe.skipIf(missing)(`two gateways on one Redis${missing ? ' (skipped: no redis-server here)' : ''}`, () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'keyward-redis-'));
    port = await freePort();
    await startRedis();
    const redisUrl = `redis://:${PASSWORD}@127.0.0.1:${port}/0`;
    first = await startTestGateway({ redisUrl });
    second = await startTestGateway({ redisUrl });
  });
  afterAll(async () => {
    await first?.stop();
    await second?.stop();
    await killRedis();
    await rm(folder, { recursive: true, force: true });
  });

  it('hold one limit of requests together under load, to the last one', async () => {
    const key = await issueInBoth({ rpm: 20 });
    const results = await Promise.all(Array.from({ length: 60 }, (_, at) => ask(at % 2 === 0 ? first : second, key)));
    expect(answered(results)).toBe(20);
    const refused = results.find(({ status }) => status === 429);
    expect(Number(refused?.response.headers.get('retry-after'))).toBeGreaterThan(50);
    expect(refused?.text).toContain('20 of 20 used');
    const passed = results.find(({ status }) => status === 200) as (typeof results)[number];
    const [step] = (await first.captureOf(results[0]?.response ?? passed.response)).steps.filter(
      ({ stage }) => stage === 'limit',
    );
    expect(step?.output).toMatchObject({ sharedCounters: 'asked' });
  });

  it('count requests at once together, and give each slot back', async () => {
    const key = await issueInBoth({ concurrency: 3 });
    for (let round = 0; round < 3; round++) {
      const slow = 'practice/stream:chunks=4,delay=40';
      const results = await Promise.all(
        Array.from({ length: 10 }, (_, at) => ask(at % 2 === 0 ? first : second, key, slow)),
      );
      expect(answered(results)).toBe(3);
      // The slots come back a moment after the answer, over the wire.
      await until(async () => {
        const rows = await controlClient(first.gateway.control, 'cli').limits.list();
        return rows.find(({ limit, id }) => limit === 'concurrency' && key.includes(id))?.used === 0;
      });
    }
  });

  it('show no password anywhere', async () => {
    const client = controlClient(first.gateway.control, 'cli');
    const shown = JSON.stringify([await client.status.get(), await client.settings.get(), await client.limits.list()]);
    expect(shown).not.toContain(PASSWORD);
  });

  it('go on by themselves when it is killed, say so, and hold together again when it is back', async () => {
    const key = await issueInBoth({ rpm: 5 });
    expect((await ask(first, key)).status).toBe(200);
    await killRedis();
    await until(async () => (await noticesOf(first)).some(({ id }) => id === 'limits-redis'));
    await until(async () => (await noticesOf(second)).some(({ id }) => id === 'limits-redis'));
    const [notice] = (await noticesOf(first)).filter(({ id }) => id === 'limits-redis');
    expect(notice?.sentence).toContain('each gateway counts for itself');
    expect(JSON.stringify(notice)).not.toContain(PASSWORD);
    const alone = await ask(first, key);
    expect(alone.status).toBe(200);
    const [step] = (await first.captureOf(alone.response)).steps.filter(({ stage }) => stage === 'limit');
    expect(step?.output).toMatchObject({ sharedCounters: 'gone' });
    expect(step?.summary).toContain('only this gateway’s own requests are counted');
    // Each holds the limit for itself: 2 were let through by the first, none by the second.
    const mine = await Promise.all(Array.from({ length: 8 }, () => ask(first, key)));
    expect(answered(mine)).toBe(3);
    const theirs = await Promise.all(Array.from({ length: 8 }, () => ask(second, key)));
    expect(answered(theirs)).toBe(5);

    await second.set({ limits: { redisGone: 'refuse', warnAtPercent: 80, assumedOutputTokens: 1024 } });
    const fresh = await issueInBoth({ rpm: 10 });
    const refused = await ask(second, fresh);
    expect(refused.status).toBe(503);
    expect(JSON.parse(refused.text).error.keyward).toMatchObject({ cause: 'gateway_config', stage: 'limit' });
    // Who has no limit is none of its business.
    expect((await ask(second, second.key)).status).toBe(200);

    await startRedis();
    await until(async () => (await noticesOf(first)).every(({ id }) => id !== 'limits-redis'));
    await until(async () => (await noticesOf(second)).every(({ id }) => id !== 'limits-redis'));
    const together = await Promise.all(
      Array.from({ length: 30 }, (_, at) => ask(at % 2 === 0 ? first : second, fresh)),
    );
    expect(answered(together)).toBe(10);
  });
});

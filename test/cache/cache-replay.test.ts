import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ControlClient, controlClient } from '../../gateway/control/router.ts';
import { type CachingServer, startCachingServer } from './caching-server.ts';

let server: CachingServer;
let client: ControlClient;

beforeAll(async () => {
  server = await startCachingServer();
  client = controlClient(server.gateway.gateway.control, 'cli');
  await server.setRoute({ cacheTtlMs: 60_000 });
});
afterAll(() => server.stop());

async function ask(text: string, more: object = {}) {
  const response = await server.gateway.post('/v1/chat/completions', {
    model: 'fast',
    messages: [{ role: 'user', content: text }],
    ...more,
  });
  await response.text();
  return server.gateway.captureOf(response);
}

describe('a replay of what the cache answered', () => {
  it('shows the recorded decision and gives the recorded bytes again, whatever the cache holds now', async () => {
    await ask('one', { stream: true });
    const hit = await ask('one', { stream: true });
    server.gateway.gateway.services.cache.clear();
    const asked = server.asked.length;
    for (const mode of ['recorded', 'dry-run'] as const) {
      const replay = await client.replay.run({ id: hit.id, mode, config: 'then' });
      expect(replay.refused).toBeNull();
      expect(replay.outcome).toMatchObject({ ok: true, status: 200, message: 'Answered from the cache.' });
      expect(replay.steps.map(({ stage, decision }) => `${stage} ${decision}`)).toEqual(
        hit.steps.map(({ stage, decision }) => `${stage} ${decision}`),
      );
      expect(replay.answerDifferences).toEqual([]);
    }
    expect(server.asked.length).toBe(asked);
    expect(server.gateway.gateway.services.cache.status().entries).toBe(0);
  });

  it('asks nothing of the cache about another question', async () => {
    await ask('two');
    const hit = await ask('two');
    const replay = await client.replay.run({
      id: hit.id,
      mode: 'dry-run',
      config: 'then',
      edits: [{ path: '/messages/0/content', value: 'three' }],
    });
    const step = replay.steps.find(({ stage }) => stage === 'cache');
    expect(step).toMatchObject({ decision: 'passed', output: { cache: 'miss' } });
    expect(replay.sending?.url).toMatch(/chat\/completions$/);
  });

  it('sent for real asks the provider and keeps nothing', async () => {
    await ask('four');
    const hit = await ask('four');
    const { entries, hits } = server.gateway.gateway.services.cache.status();
    const asked = server.asked.length;
    const replay = await client.replay.run({ id: hit.id, mode: 'live', config: 'now' });
    expect(replay.outcome).toMatchObject({ ok: true, status: 200 });
    expect(server.asked.length).toBe(asked + 1);
    expect(replay.steps.find(({ stage }) => stage === 'cache')).toMatchObject({
      decision: 'skipped',
      summary: /live replay/,
    });
    expect(server.gateway.gateway.services.cache.status()).toMatchObject({ entries, hits });
  });

  it('of a miss is a miss, and a replayed answer is not kept', async () => {
    const miss = await ask('five');
    server.gateway.gateway.services.cache.clear();
    const replay = await client.replay.run({ id: miss.id, mode: 'recorded' });
    expect(replay.steps.find(({ stage }) => stage === 'cache')).toMatchObject({
      decision: 'passed',
      summary: 'Not in the cache.',
    });
    expect(replay.answerDifferences).toEqual([]);
    expect(server.gateway.gateway.services.cache.status().entries).toBe(0);
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Replay, ReplayInput } from '../../gateway/control/contract/replay.ts';
import { runReplay } from '../../gateway/replay/replay.ts';
import { createGatewayKey } from '../../gateway/store/gateway-key.ts';
import type { GatewayKey } from '../../gateway/store/schema.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';

const chat = '/v1/chat/completions';
let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway.stop());

const by = { actor: 'test', action: 'test', subject: 'test' };
const body = { model: 'practice/ok', messages: [{ role: 'user', content: 'hi' }] };
const past = new Date(Date.now() - 60_000).toISOString();

function replay(id: string, input: Omit<ReplayInput, 'id'>): Promise<Replay> {
  return runReplay(gateway.gateway.control, { id, ...input });
}

function change(key: string, edit: (record: GatewayKey) => void) {
  const id = key.split('_')[1];
  return gateway.gateway.services.store.update(by, (draft) => {
    const record = draft.gatewayKeys.find((one) => one.id === id);
    if (record) edit(record);
  });
}

async function refusedWith(key: string, more: Record<string, string> = {}) {
  const response = await gateway.post(chat, body, { authorization: `Bearer ${key}`, ...more });
  await response.text();
  return gateway.captureOf(response);
}

/** Then and now agree until the key is mended; then stays as it was, now goes through. */
async function mendedBy(capture: { id: string; cause: unknown; stage: unknown }, mend: () => Promise<unknown>) {
  const { id, cause, stage } = capture;
  const before = await replay(id, { config: 'now' });
  expect(before.outcome).toMatchObject({ ok: false, cause, stage });
  expect(before.steps.flatMap((step) => step.differences)).toEqual([]);
  expect(before.answerDifferences).toEqual([]);
  await mend();
  const then = await replay(id, { config: 'then' });
  expect(then.outcome).toMatchObject({ ok: false, cause, stage });
  expect(then.steps.flatMap((step) => step.differences)).toEqual([]);
  expect(then.answerDifferences).toEqual([]);
  const live = await replay(id, { mode: 'live' });
  expect(live).toMatchObject({ refused: null, outcome: { ok: true, status: 200 } });
  const made = await gateway.capture(live.capture ?? '');
  expect(made).toMatchObject({ ok: true, origin: { kind: 'replay', of: id } });
}

describe('a refusal of the gateway’s own, replayed', () => {
  it('an expired key: the same then, through once it is extended', async () => {
    const key = await gateway.issue({ expiresAt: past });
    const capture = await refusedWith(key);
    expect(capture.cause).toBe('key_expired');
    await mendedBy(capture, () =>
      change(key, (record) => {
        record.expiresAt = null;
      }),
    );
  });

  it('a revoked key: the same then, through once it is restored', async () => {
    const key = await gateway.issue({ revokedAt: past });
    await mendedBy(await refusedWith(key), () =>
      change(key, (record) => {
        record.revokedAt = null;
      }),
    );
  });

  it('a rotated key whose grace is over: through once the grace is longer', async () => {
    const key = await gateway.issue();
    await change(key, (record) => {
      const next = createGatewayKey(record.id);
      record.previous = { hash: record.hash, lastFour: record.lastFour, until: past };
      record.hash = next.hash;
    });
    const capture = await refusedWith(key);
    expect(capture.cause).toBe('key_revoked');
    await mendedBy(capture, () =>
      change(key, (record) => {
        if (record.previous) record.previous.until = new Date(Date.now() + 60_000).toISOString();
      }),
    );
  });

  it('a key good then and rotated since: then passes, now does not', async () => {
    const key = await gateway.issue();
    const capture = await refusedWith(key);
    expect(capture.ok).toBe(true);
    await change(key, (record) => {
      record.hash = createGatewayKey(record.id).hash;
    });
    expect((await replay(capture.id, { mode: 'recorded' })).outcome).toMatchObject({ ok: true });
    const now = await replay(capture.id, { config: 'now' });
    expect(now.outcome).toMatchObject({ cause: 'key_invalid_unknown', stage: 'identify' });
  });

  it('a deleted key: then passes, now is unknown', async () => {
    const key = await gateway.issue();
    const capture = await refusedWith(key);
    await gateway.gateway.services.store.update(by, (draft) => {
      draft.gatewayKeys = draft.gatewayKeys.filter((record) => record.id !== key.split('_')[1]);
    });
    expect((await replay(capture.id, { config: 'then' })).outcome).toBeNull();
    const now = await replay(capture.id, { config: 'now' });
    expect(now.outcome).toMatchObject({ cause: 'key_invalid_unknown', stage: 'identify' });
  });

  it('a scope too narrow: through once it is widened', async () => {
    const key = await gateway.issue({ scope: { models: ['practice/echo'] } });
    const capture = await refusedWith(key);
    expect(capture.cause).toBe('model_no_access');
    await mendedBy(capture, () =>
      change(key, (record) => {
        record.scope = {};
      }),
    );
  });

  it('another user’s key: through once the user is allowed', async () => {
    const key = await gateway.issue({ users: ['ann'] });
    const capture = await refusedWith(key, { 'x-keyward-user': 'bob' });
    expect(capture.cause).toBe('key_mismatch');
    const asAnn = await replay(capture.id, { edits: [{ path: 'header.x-keyward-user', value: 'ann' }] });
    expect(asAnn.outcome).toBeNull();
    await mendedBy(capture, () =>
      change(key, (record) => {
        record.users.push('bob');
      }),
    );
  });

  it('a mistyped key: in the name of another gateway key it goes through', async () => {
    const good = await gateway.issue();
    const capture = await refusedWith(`${good.slice(0, -1)}${good.endsWith('a') ? 'b' : 'a'}`);
    expect(capture.verdict?.cause).toBe('key_malformed');
    const id = good.split('_')[1];
    const edits = [{ path: 'gateway-key', value: id }];
    expect((await replay(capture.id, { mode: 'live', edits })).outcome).toMatchObject({ ok: true, status: 200 });
  });

  it.each([
    ['a provider’s key in the wrong box', `Bearer sk-ant-api03-${'a'.repeat(93)}AA`, 'key_wrong_provider'],
    ['a placeholder', 'Bearer YOUR_API_KEY', 'key_malformed'],
    ['something that is no key', 'Bearer 0a9s8d7f6g5h4j3k', 'key_invalid_unknown'],
    ['no scheme', '$key', 'key_malformed'],
    ['quotes around it', 'Bearer "$key"', 'key_malformed'],
  ])('%s: decided again without the secret', async (_what, header, cause) => {
    const response = await gateway.post(chat, body, { authorization: header.replace('$key', gateway.key) });
    await response.text();
    const capture = await gateway.captureOf(response);
    expect(capture.cause).toBe(cause);
    const again = await replay(capture.id, { config: 'now' });
    expect(again.outcome).toMatchObject({ ok: false, cause, stage: 'identify' });
    expect(again.steps.flatMap((step) => step.differences)).toEqual([]);
    expect(JSON.stringify(capture)).not.toContain(gateway.key.split('_')[2]);
  });

  it('a body that is no JSON: mended by another body, in the same name', async () => {
    const response = await gateway.post(chat, '{"model":');
    const capture = await gateway.captureOf(response);
    expect(capture.stage).toBe('receive');
    const edits = [{ path: 'body', value: JSON.stringify(body) }];
    expect((await replay(capture.id, { mode: 'live', edits })).outcome).toMatchObject({ ok: true });
  });

  it('a wrong path: mended by the right one', async () => {
    const response = await gateway.post('/v1/v1/chat/completions', body);
    const capture = await gateway.captureOf(response);
    expect(capture.cause).toBe('wrong_endpoint');
    const edits = [{ path: 'url', value: chat }];
    expect((await replay(capture.id, { mode: 'live', edits })).outcome).toMatchObject({ ok: true });
  });

  it('an unknown model: mended by a known one', async () => {
    const response = await gateway.post(chat, { ...body, model: 'no-such-model' });
    const capture = await gateway.captureOf(response);
    expect(capture.cause).toBe('model_not_found');
    const edits = [{ path: 'model', value: 'practice/ok' }];
    expect((await replay(capture.id, { mode: 'live', edits })).outcome).toMatchObject({ ok: true });
  });

  it('a request that was never sent on has no recorded answer to serve', async () => {
    const key = await gateway.issue({ revokedAt: past });
    const capture = await refusedWith(key);
    await change(key, (record) => {
      record.revokedAt = null;
    });
    const replayed = await replay(capture.id, { mode: 'recorded', config: 'now' });
    expect(replayed.refused?.sentence).toMatch(/no recorded answer/);
    expect(replayed.steps.at(-1)).toMatchObject({ stage: 'route', decision: 'passed' });
  });

  it('stops behind the stage that was asked for', async () => {
    const key = await gateway.issue({ scope: { models: ['practice/echo'] } });
    const capture = await refusedWith(key);
    const upto = await replay(capture.id, { until: 'identify' });
    expect(upto.steps.map(({ stage }) => stage)).toEqual(['receive', 'identify']);
    expect(upto.outcome).toBeNull();
  });
});

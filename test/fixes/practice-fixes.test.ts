import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CAUSES, type Cause } from '../../gateway/causes.ts';
import { type ControlClient, controlClient } from '../../gateway/control/router.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';

const SHAPES = ['openai', 'anthropic', 'gemini', 'plain'] as const;

/** Mended outside of Keyward, by hand: Keyward says what to do, and sends the request again to see. */
const BY_HAND: Partial<Record<Cause, string>> = {
  network_refused: 'start-server',
  network_tls: 'trust-certificate',
  clock_skew: 'check-clock',
};

let place: TestGateway;
let client: ControlClient;
const faults: unknown[] = [];

beforeAll(async () => {
  place = await startTestGateway({ onFault: (error) => faults.push(error) });
  client = controlClient(place.gateway.control, 'cli');
});
afterAll(() => place.stop());

/** Asked as that maker's own clients ask; a plain gateway is asked in OpenAI's form. */
async function fail(cause: Cause, shape: (typeof SHAPES)[number]): Promise<string> {
  const model = `practice/${cause.replaceAll('_', '-')}:as=${shape}`;
  const messages = [{ role: 'user', content: 'Hello' }];
  const answer = await {
    openai: () => place.post('/v1/chat/completions', { model, messages }),
    plain: () => place.post('/v1/chat/completions', { model, messages }),
    anthropic: () => place.post('/v1/messages', { model, max_tokens: 64, messages }),
    gemini: () =>
      place.post(`/v1beta/models/${model}:generateContent`, {
        contents: [{ role: 'user', parts: [{ text: 'Hello' }] }],
      }),
  }[shape]();
  await answer.arrayBuffer().catch(() => undefined); // some failures are an answer that breaks
  return answer.headers.get('x-keyward-capture') ?? '';
}

describe.each(SHAPES)('every cause, in the words of %s,', (shape) => {
  it.each(CAUSES)('%s: is captured, explained right, and mended by its own first fix', async (cause) => {
    const id = await fail(cause, shape);
    const before = JSON.stringify(place.gateway.services.store.snapshot.document);
    const explanation = await client.captures.explain({ id });
    expect(explanation.cause).toBe(cause);
    expect(explanation.status).not.toBe('proven');
    const [first] = explanation.fixes.filter(({ action }) => action === null || action.kind === 'rehearse');
    expect(first?.action === null ? first.id : undefined).toBe(BY_HAND[cause]);
    const fix = first?.id ?? '';
    const preview = await client.fixes.preview({ id, fix });
    expect(preview).toMatchObject({ rehearsal: true, changes: false, costUsd: 0, needs: [] });
    const result = await client.fixes.apply({ id, fix });
    expect(result).toMatchObject({ fix, applied: true, fixed: true, undo: null });
    expect(result.sentence).toContain('nothing stored was changed');
    const replay = await place.capture(result.capture ?? '');
    expect(replay).toMatchObject({ ok: true, status: 200, origin: { kind: 'replay', of: id }, practice: true });
    // Still the same failure without the fix, and nothing but the replay came of it.
    const unmended = await client.replay.run({ id, mode: 'live' });
    expect(unmended.outcome).toMatchObject({ ok: false, cause });
    expect(JSON.stringify(place.gateway.services.store.snapshot.document)).toBe(before);
  });
});

describe('a rehearsed fix', () => {
  it('that does not mend the failure says so, and is not called fixed', async () => {
    const id = await fail('key_expired', 'openai');
    expect(await client.fixes.apply({ id, fix: 'retry' })).toMatchObject({ applied: true, fixed: false });
  });

  it('that the failure does not call for is refused with the ones it does', async () => {
    const id = await fail('key_expired', 'openai');
    await expect(client.fixes.apply({ id, fix: 'raise-timeout' })).rejects.toMatchObject({
      code: 'CONFLICT',
      data: { next: expect.stringContaining('replace-key') },
    });
    await expect(client.fixes.preview({ id, fix: 'nonsense' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('makes no fault of ours', () => expect(faults).toEqual([]));
});

/** An attempt that follows another in another dialect: each keeps its own ledger, and a replay tells the same. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Capture } from '../../gateway/captures/capture.ts';
import { explanationText } from '../../gateway/cli/explanation-text.ts';
import { ledgerLines } from '../../gateway/cli/step-line.ts';
import { controlClient } from '../../gateway/control/router.ts';
import type { Route } from '../../gateway/store/schema.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { type ScriptedProvider, startScriptedProvider } from '../support/scripted-provider.ts';

let gateway: TestGateway;
let claude: ScriptedProvider;
let google: ScriptedProvider;
let plain: ScriptedProvider;
const by = { actor: 'test', action: 'test', subject: 'test' };
const PLAIN_TEXT = { bold: String, dim: String, green: String, red: String, yellow: String };

beforeAll(async () => {
  [gateway, claude, google, plain] = await Promise.all([
    startTestGateway(),
    startScriptedProvider('claude'),
    startScriptedProvider('google'),
    startScriptedProvider('plain'),
  ]);
  await gateway.addProvider(
    { id: 'claude', dialect: 'anthropic-messages', baseUrl: claude.url },
    'sk-ant-one-0123456789abcdefABCDEF',
  );
  await gateway.addProvider({ id: 'google', dialect: 'gemini', baseUrl: google.url }, 'sk-two-0123456789abcdefABCDEF');
  await gateway.addProvider({ id: 'plain', baseUrl: plain.url }, 'sk-three-0123456789abcdefABCDEF');
});
afterAll(() => Promise.all([gateway.stop(), claude.stop(), google.stop(), plain.stop()]));
afterEach(() => {
  for (const { seen } of [claude, google, plain]) seen.length = 0;
});

async function setRoute(targets: Route['targets'], more: Partial<Route> = {}) {
  await gateway.gateway.services.store.update(by, (draft) => {
    draft.routes = [{ name: 'chat', targets, strategy: 'fallback', recording: null, retries: 0, ...more }];
  });
}

const OVERLOADED = {
  status: 529,
  body: { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } },
};
const GEMINI = {
  body: {
    candidates: [{ content: { role: 'model', parts: [{ text: 'Hello.' }] }, finishReason: 'STOP' }],
    usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 2, totalTokenCount: 7 },
  },
};
/** What Anthropic has no words for, and Gemini partly. */
const ask = () =>
  gateway.post('/v1/chat/completions', {
    model: 'chat',
    messages: [{ role: 'user', content: 'hi' }],
    seed: 7,
    logit_bias: { 50256: -100 },
  });
const translations = ({ steps }: Capture) => steps.filter(({ stage }) => stage === 'translate');
const inMicroseconds = ({ startMs, endMs, ...step }: Capture['steps'][number]) => ({
  ...step,
  times: [startMs, endMs].map((ms) => Math.round(ms * 1000)),
});
const pathsOf = ({ output }: { readonly output?: Readonly<Record<string, unknown>> | undefined }) =>
  ((output?.ledger ?? []) as { path: string }[]).map(({ path }) => path);

describe('attempts in several dialects', () => {
  it('have each a step with its own ledger, shown by the CLI and by the explanation', async () => {
    claude.script([OVERLOADED]);
    google.script([GEMINI]);
    await setRoute([
      { provider: 'claude', model: 'claude-x' },
      { provider: 'google', model: 'gemini-x' },
    ]);
    const response = await ask();
    expect(response.status).toBe(200);
    const capture = await gateway.captureOf(response);
    const [first, second, ...rest] = translations(capture);
    if (!first || !second) throw new Error('a step is missing');
    expect(rest).toEqual([]);
    expect([first.output?.dialect, second.output?.dialect]).toEqual(['anthropic-messages', 'gemini-generate']);
    expect(pathsOf(first)).toEqual(expect.arrayContaining(['seed', 'logit_bias']));
    expect(pathsOf(second)).toContain('logit_bias');
    expect(pathsOf(second)).not.toContain('seed');
    expect(second).toMatchObject({ input: { attempt: 2 }, summary: expect.stringMatching(/^Attempt 2: Translated/) });

    const shown = ledgerLines(first, PLAIN_TEXT).join('\n');
    expect(shown).toContain('request seed: dropped.');
    expect(ledgerLines(second, PLAIN_TEXT).join('\n')).not.toContain('request seed');
    const client = controlClient(gateway.gateway.control, 'cli');
    const explained = await client.captures.explain({ id: capture.id });
    const page = explanationText(explained, PLAIN_TEXT, 110);
    const ofSecond = page.indexOf('Attempt 2: Translated');
    expect(page.indexOf('(request seed)')).toBeGreaterThan(0);
    expect(page.indexOf('(request seed)')).toBeLessThan(ofSecond);
    expect(page.lastIndexOf('(request logit_bias)')).toBeGreaterThan(ofSecond);
    const rung = explained.ladder.find(({ check }) => check === 'translated');
    const told = rung?.evidence.map(({ what, where }) => `${where}: ${what}`) ?? [];
    const at = told.findIndex((text) => text.includes('Attempt 2: Translated'));
    expect(told.slice(0, at).some((text) => text.startsWith('request seed'))).toBe(true);
    expect(told.slice(at).some((text) => text.startsWith('request seed'))).toBe(false);
    expect(told.slice(at).some((text) => text.startsWith('request logit_bias'))).toBe(true);
  });

  it('are replayed with the same steps, and a dry run stands beside the first of them', async () => {
    claude.script([OVERLOADED]);
    plain.script([{}]);
    await setRoute(
      [
        { provider: 'claude', model: 'claude-y' },
        { provider: 'plain', model: 'gpt-y' },
      ],
      { retries: 1 },
    );
    const capture = await gateway.captureOf(await ask());
    expect(capture).toMatchObject({ ok: true, attempts: 3 });
    // The same target again is asked the same: one step tells of both.
    expect(translations(capture).map(({ decision, input }) => [decision, input?.attempt])).toEqual([
      ['passed', undefined],
      ['skipped', 3],
    ]);
    const client = controlClient(gateway.gateway.control, 'cli');
    const runs = [
      await client.replay.run({ id: capture.id, mode: 'recorded' }),
      await client.replay.run({ id: capture.id, mode: 'recorded' }),
    ];
    for (const run of runs) {
      expect(run.refused).toBeNull();
      expect(run.answerDifferences).toEqual([]);
      for (const step of run.steps) expect(step.differences).toEqual([]);
      const again = await gateway.capture(run.capture ?? '');
      expect(translations(again).map(inMicroseconds)).toEqual(translations(capture).map(inMicroseconds));
    }
    expect(JSON.stringify(runs[1]?.steps)).toBe(JSON.stringify(runs[0]?.steps));
    const dry = await client.replay.run({ id: capture.id, mode: 'dry-run', config: 'then' });
    expect(dry.steps.find(({ stage }) => stage === 'translate')?.differences).toEqual([]);
  });
});

describe('an app that left while the gateway waited to try again', () => {
  it('has left in the replay too', async () => {
    plain.script([{ status: 503, headers: { 'retry-after': '20' } }]);
    await setRoute([{ provider: 'plain', model: 'gone' }], { retries: 1, breaker: { failures: 1, openMs: 60_000 } });
    const client = controlClient(gateway.gateway.control, 'cli');
    const leaving = new AbortController();
    const asked = fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      signal: leaving.signal,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${gateway.key}` },
      body: JSON.stringify({ model: 'chat', messages: [{ role: 'user', content: 'hi' }] }),
    }).catch((error: Error) => error.name);
    // Its failure is noted once the attempt is over, so that from then on the gateway waits.
    await until(async () => (await client.routes.states())[0]?.targets[0]?.failure?.failures === 1);
    leaving.abort();
    expect(await asked).toBe('AbortError');
    const row = await until(async () =>
      (await client.captures.list({})).find(({ clientGone, state }) => clientGone && state === 'done'),
    );
    const capture = await gateway.capture(row.id);
    expect(capture.attemptList).toHaveLength(1);
    const replay = await client.replay.run({ id: capture.id, mode: 'recorded' });
    expect(replay.refused).toBeNull();
    expect(replay.outcome).toMatchObject({ ok: true, message: capture.message });
    for (const step of replay.steps) expect(step.differences).toEqual([]);
    expect(await gateway.capture(replay.capture ?? '')).toMatchObject({
      clientGone: true,
      attempts: 1,
      message: capture.message,
    });
    expect(plain.seen).toHaveLength(1);
  });
});

async function until<T>(condition: () => T | Promise<T>): Promise<NonNullable<T>> {
  const end = performance.now() + 15_000;
  while (performance.now() < end) {
    const found = await condition();
    if (found) return found as NonNullable<T>;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('it did not come to pass');
}

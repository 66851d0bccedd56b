import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { controlClient } from '../../gateway/control/router.ts';
import { runReplay } from '../../gateway/replay/replay.ts';
import type { Document } from '../../gateway/store/schema.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';

const SECRET = 'sk-upstream-0123456789abcdefABCDEF';
const by = { actor: 'test', action: 'test', subject: 'test' };
const usage = { prompt_tokens: 1000, completion_tokens: 500, total_tokens: 1500 };
let gateway: TestGateway;
let server: Server;
let answer: (request: IncomingMessage, response: ServerResponse) => void;

const json = (response: ServerResponse, value: unknown, headers: Record<string, string> = {}) =>
  response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value));
const chatAnswer = {
  id: 'x',
  object: 'chat.completion',
  model: 'gpt-4o',
  choices: [{ index: 0, message: { role: 'assistant', content: 'hi' }, finish_reason: 'stop' }],
  usage,
};
const anthropicAnswer = {
  id: 'm',
  type: 'message',
  role: 'assistant',
  model: 'claude-sonnet-4-5',
  content: [{ type: 'text', text: 'hi' }],
  stop_reason: 'end_turn',
  usage: { input_tokens: 10, output_tokens: 5 },
};

let openaiKey: string;

beforeAll(async () => {
  gateway = await startTestGateway();
  server = createServer((request, response) => {
    request.resume().on('end', () => answer(request, response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  openaiKey = (await gateway.addProvider({ id: 'openai', preset: 'openai', name: 'OpenAI', baseUrl }, SECRET)) ?? '';
  await gateway.addProvider(
    { id: 'claude', preset: 'anthropic', dialect: 'anthropic-messages', name: 'Claude', baseUrl },
    SECRET,
  );
});
afterAll(async () => {
  await gateway.stop();
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  answer = (request, response) => json(response, request.url?.includes('messages') ? anthropicAnswer : chatAnswer);
});

const ask = (model: string, more: object = {}) => ({ model, messages: [{ role: 'user', content: 'hi' }], ...more });
const update = (change: (draft: Document) => void) => gateway.gateway.services.store.update(by, change);

async function post(key: string, body: object, path = '/v1/chat/completions') {
  const response = await gateway.post(path, body, { authorization: `Bearer ${key}` });
  const text = await response.text();
  return { response, status: response.status, body: JSON.parse(text), headers: response.headers };
}

const limitStep = async (response: Response) =>
  (await gateway.captureOf(response)).steps.filter(({ stage }) => stage === 'limit');

describe('requests a minute', () => {
  it('refuse the one too many with OpenAI’s headers and a sentence that names limit, used and wait', async () => {
    const key = await gateway.issue({ label: 'laptop', limits: { rpm: 2 } });
    const first = await post(key, ask('openai/gpt-4o'));
    expect(first.status).toBe(200);
    expect(first.headers.get('x-ratelimit-limit-requests')).toBe('2');
    expect(first.headers.get('x-ratelimit-remaining-requests')).toBe('1');
    expect((await post(key, ask('openai/gpt-4o'))).headers.get('x-ratelimit-remaining-requests')).toBe('0');
    const refused = await post(key, ask('openai/gpt-4o'));
    expect(refused.status).toBe(429);
    const seconds = Number(refused.headers.get('retry-after'));
    expect(seconds).toBeGreaterThan(55);
    expect(seconds).toBeLessThanOrEqual(61);
    expect(refused.body.error).toMatchObject({ keyward: { cause: 'rate_limited', stage: 'limit' } });
    expect(refused.body.error.message).toBe(
      `The limit of 2 requests a minute on gateway key "laptop" is reached: 2 of 2 used in the last minute; ask again in ${seconds} seconds.`,
    );
    expect(refused.headers.get('x-ratelimit-remaining-requests')).toBe('0');
    const [step] = await limitStep(refused.response);
    expect(step).toMatchObject({
      decision: 'refused',
      rule: { name: 'limit.rpm', origin: { from: 'gateway-key', id: key.split('_')[1] }, value: 2 },
    });
    expect(step?.evidence?.at(-1)).toMatchObject({ what: 'would have let it pass' });
  });

  it('raise the SDKs’ own RateLimitError, with the headers that each of them knows', async () => {
    const key = await gateway.issue({ limits: { rpm: 1 } });
    const openai = new OpenAI({ apiKey: key, baseURL: `${gateway.url}/v1`, maxRetries: 0 });
    await openai.chat.completions.create({ model: 'openai/gpt-4o', messages: [{ role: 'user', content: 'hi' }] });
    const refused = await openai.chat.completions
      .create({ model: 'openai/gpt-4o', messages: [{ role: 'user', content: 'hi' }] })
      .catch((error) => error);
    expect(refused).toBeInstanceOf(OpenAI.RateLimitError);
    expect(refused.headers.get('x-ratelimit-limit-requests')).toBe('1');
    expect(refused.headers.get('x-ratelimit-reset-requests')).toMatch(/^(?:5\ds|1m[01]s)$/);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(50);

    const other = await gateway.issue({ limits: { rpm: 1, tpm: 5000 } });
    const anthropic = new Anthropic({ apiKey: other, baseURL: gateway.url, maxRetries: 0 });
    const wish = {
      model: 'claude/claude-sonnet-4-5',
      max_tokens: 100,
      messages: [{ role: 'user', content: 'hi' }],
    } as const;
    const answered = await anthropic.messages.create({ ...wish, messages: [...wish.messages] }).withResponse();
    expect(answered.response.headers.get('anthropic-ratelimit-requests-limit')).toBe('1');
    expect(answered.response.headers.get('anthropic-ratelimit-tokens-limit')).toBe('5000');
    const turnedAway = await anthropic.messages
      .create({ ...wish, messages: [...wish.messages] })
      .catch((error) => error);
    expect(turnedAway).toBeInstanceOf(Anthropic.RateLimitError);
    expect(turnedAway.headers.get('anthropic-ratelimit-requests-remaining')).toBe('0');
    const reset = Date.parse(turnedAway.headers.get('anthropic-ratelimit-requests-reset'));
    expect(reset - Date.now()).toBeGreaterThan(50_000);
    // 15 tokens were counted of the 100 and some that were held.
    expect(Number(turnedAway.headers.get('anthropic-ratelimit-tokens-remaining'))).toBe(5000 - 15);
  });

  it('count for apps, routes and provider keys as well; what refuses in one takes nothing from the others', async () => {
    await update((draft) => {
      draft.apps.push({
        id: 'app_two',
        name: 'Two',
        owner: null,
        recording: null,
        createdAt: draft.changedAt,
        limits: { rpm: 3 },
      });
      draft.routes.push({
        name: 'fast',
        targets: [{ provider: 'openai', model: 'gpt-4o' }],
        strategy: 'fallback',
        recording: null,
        limits: { rpm: 1 },
      });
    });
    const key = await gateway.issue({ app: 'app_two' });
    expect((await post(key, ask('fast'))).status).toBe(200);
    const byRoute = await post(key, ask('fast'));
    expect(byRoute.body.error.message).toContain('on route "fast"');
    expect((await post(key, ask('openai/gpt-4o'))).status).toBe(200);
    expect((await post(key, ask('openai/gpt-4o'))).status).toBe(200);
    expect((await post(key, ask('openai/gpt-4o'))).body.error.message).toContain('on app "Two"');

    await update((draft) => {
      for (const one of draft.providerKeys) if (one.id === openaiKey) one.limits = { rpm: 1 };
    });
    const free = await gateway.issue({ limits: { rpm: 10 } });
    expect((await post(free, ask('openai/gpt-4o'))).status).toBe(200);
    const byKey = await post(free, ask('openai/gpt-4o'));
    expect(byKey.status).toBe(429);
    const steps = (await gateway.captureOf(byKey.response)).steps.map(({ stage, decision }) => `${stage} ${decision}`);
    expect(steps.slice(3)).toEqual(['limit passed', 'route passed', 'limit refused', 'respond answered']);
    await update((draft) => {
      for (const one of draft.providerKeys) if (one.id === openaiKey) one.limits = undefined;
    });
    // The refused one was never let through, so it is not counted on the gateway key.
    expect((await post(free, ask('openai/gpt-4o'))).headers.get('x-ratelimit-remaining-requests')).toBe('8');
  });
});

describe('tokens a minute', () => {
  it('are held before and counted as the provider counted them', async () => {
    const key = await gateway.issue({ limits: { tpm: 4000 } });
    const first = await post(key, ask('openai/gpt-4o', { max_tokens: 3000 }));
    expect(first.headers.get('x-ratelimit-limit-tokens')).toBe('4000');
    expect(Number(first.headers.get('x-ratelimit-remaining-tokens'))).toBeLessThan(1000);
    // It used 1,500 of the 3,000 and some that were held.
    const second = await post(key, ask('openai/gpt-4o', { max_tokens: 2400 }));
    expect(second.status).toBe(200);
    const third = await post(key, ask('openai/gpt-4o', { max_tokens: 1500 }));
    expect(third.status).toBe(429);
    expect(third.body.error.message).toContain('3,000 used in the last minute');
  });

  it('that no minute could hold are refused without a promise', async () => {
    const key = await gateway.issue({ limits: { tpm: 500 } });
    const refused = await post(key, ask('openai/gpt-4o', { max_tokens: 3000 }));
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBeNull();
    expect(refused.headers.get('x-should-retry')).toBe('false');
    expect(refused.body.error.message).toContain('This request alone may take');
  });

  it('leave a provider’s own headers where those leave less', async () => {
    const key = await gateway.issue({ limits: { rpm: 100, tpm: 100_000 } });
    answer = (_, response) =>
      json(response, chatAnswer, {
        'x-ratelimit-limit-requests': '5000',
        'x-ratelimit-remaining-requests': '7',
        'x-ratelimit-reset-requests': '2s',
        'x-ratelimit-limit-tokens': '900000',
        'x-ratelimit-remaining-tokens': '899999',
        'x-ratelimit-reset-tokens': '3s',
      });
    const { headers } = await post(key, ask('openai/gpt-4o'));
    expect(headers.get('x-ratelimit-limit-requests')).toBe('5000');
    expect(headers.get('x-ratelimit-remaining-requests')).toBe('7');
    expect(headers.get('x-ratelimit-limit-tokens')).toBe('100000');
  });
});

describe('requests at once', () => {
  it('come back however they end: answered, failed, cut, given up by the app', async () => {
    const key = await gateway.issue({ limits: { concurrency: 1 } });
    const free = async () => {
      answer = (_, response) => json(response, chatAnswer);
      for (;;) {
        const { status } = await post(key, ask('openai/gpt-4o'));
        if (status === 200) return true;
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    expect(await free()).toBe(true);
    answer = (_, response) => response.writeHead(500).end('{}');
    expect((await post(key, ask('openai/gpt-4o'))).status).toBe(500);
    expect((await post(key, ask('openai/gpt-4o'))).status).toBe(500);
    answer = (request) => request.socket.destroy();
    expect((await post(key, ask('openai/gpt-4o'))).status).toBe(502);
    answer = (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: {"choices":[]}\n\n');
      setImmediate(() => response.destroy());
    };
    await gateway
      .post('/v1/chat/completions', ask('openai/gpt-4o', { stream: true }), { authorization: `Bearer ${key}` })
      .then((response) => response.text());
    expect(await free()).toBe(true);

    // The app leaves in the middle of a stream; while it runs there is no room for another.
    let reached = () => {};
    const begun = new Promise<void>((resolve) => {
      reached = resolve;
    });
    answer = (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: {"choices":[]}\n\n');
      reached();
    };
    const { port } = new URL(gateway.url);
    const socket = connect(Number(port), '127.0.0.1');
    const text = JSON.stringify(ask('openai/gpt-4o', { stream: true }));
    socket.write(
      `POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${key}\r\ncontent-type: application/json\r\ncontent-length: ${text.length}\r\n\r\n${text}`,
    );
    await begun;
    const refused = await post(key, ask('openai/gpt-4o'));
    expect(refused.body.error.message).toContain('1 of 1 is under way');
    expect(refused.headers.get('retry-after')).toBe('1');
    socket.destroy();
    expect(await free()).toBe(true);
  });
});

describe('a replay', () => {
  it('of the recorded exchange shows the recorded limits; a dry run today takes nothing', async () => {
    const key = await gateway.issue({ limits: { rpm: 2 } });
    const first = await post(key, ask('openai/gpt-4o'));
    const { id } = await gateway.captureOf(first.response);
    const then = await runReplay(gateway.gateway.control, { id, mode: 'recorded' });
    expect(then.outcome).toMatchObject({ ok: true });
    expect(then.steps.flatMap(({ differences }) => differences)).toEqual([]);
    expect(then.answerDifferences).toEqual([]);
    for (let i = 0; i < 3; i++) {
      const now = await runReplay(gateway.gateway.control, { id, mode: 'dry-run', config: 'now' });
      expect(now.steps.find(({ stage }) => stage === 'limit')).toMatchObject({ decision: 'passed' });
    }
    expect((await post(key, ask('openai/gpt-4o'))).status).toBe(200);
    const refused = await post(key, ask('openai/gpt-4o'));
    expect(refused.status).toBe(429);
    const capture = await gateway.captureOf(refused.response);
    const again = await runReplay(gateway.gateway.control, { id: capture.id, mode: 'dry-run', config: 'then' });
    expect(again.outcome).toMatchObject({ ok: false, cause: 'rate_limited', stage: 'limit' });
    expect(again.steps.flatMap(({ differences }) => differences)).toEqual([]);
    expect(again.answerDifferences).toEqual([]);
  });
});

describe('a budget', () => {
  it('counts what the captures cost, warns before its end, and refuses with the time of its new beginning', async () => {
    // Each request costs $0.0075 by its list price.
    const key = await gateway.issue({ label: 'b', limits: { budgetDayUsd: 0.016 } });
    const first = await post(key, ask('openai/gpt-4o'));
    expect(first.headers.get('x-keyward-budget')).toBeNull();
    expect((await post(key, ask('openai/gpt-4o'))).status).toBe(200);
    const warned = await post(key, ask('openai/gpt-4o'));
    expect(warned.status).toBe(200);
    expect(warned.headers.get('x-keyward-budget')).toBe('gateway-key day 93% ($0.015 of $0.016)');
    const [step] = await limitStep(warned.response);
    expect(step?.evidence?.[0]).toMatchObject({ what: 'budget nearly used up' });
    const refused = await post(key, ask('openai/gpt-4o'));
    expect(refused.status).toBe(429);
    expect(refused.headers.get('x-should-retry')).toBe('false');
    const midnight = new Date();
    midnight.setHours(24, 0, 0, 0);
    const seconds = Number(refused.headers.get('retry-after'));
    expect(Math.abs(seconds - (midnight.getTime() - Date.now()) / 1000)).toBeLessThan(30);
    expect(refused.body.error).toMatchObject({ keyward: { cause: 'quota_exhausted', stage: 'limit' } });
    // What costs nothing to ask passes.
    expect((await post(key, ask('practice/ok'))).status).toBe(200);

    const client = controlClient(gateway.gateway.control, 'cli');
    const id = key.split('_')[1] ?? '';
    const { usage } = await client.gatewayKeys.show({ id });
    expect(usage).toMatchObject([{ limit: 'budgetDayUsd', used: 0.0225, allowed: 0.016, remaining: 0, warning: true }]);
  });

  it('tells how many requests it could not price, and lets them pass while something is left', async () => {
    const key = await gateway.issue({ limits: { budgetMonthUsd: 1 } });
    answer = (_, response) => json(response, { ...chatAnswer, model: undefined });
    expect((await post(key, ask('openai/gpt-of-tomorrow'))).status).toBe(200);
    const client = controlClient(gateway.gateway.control, 'cli');
    const rows = await client.limits.list();
    expect(rows.find((row) => row.id === key.split('_')[1])).toMatchObject({ used: 0, unpriced: 1 });
  });

  it('holds what requests under way may cost, so that many at once do not run past it', async () => {
    const key = await gateway.issue({ limits: { budgetDayUsd: 0.02 } });
    const open: (() => void)[] = [];
    answer = (_, response) => void open.push(() => json(response, chatAnswer));
    // $10 for a million tokens of output: each of these may cost a cent.
    const running = [1, 2].map(() => post(key, ask('openai/gpt-4o', { max_tokens: 1000 })));
    while (open.length < 2) await new Promise((resolve) => setImmediate(resolve));
    const third = await post(key, ask('openai/gpt-4o', { max_tokens: 1000 }));
    expect(third.status).toBe(429);
    expect(third.body.error.message).toContain('is held by requests under way');
    for (const go of open) go();
    for (const each of running) expect((await each).status).toBe(200);
    answer = (_, response) => json(response, chatAnswer);
    expect((await post(key, ask('openai/gpt-4o', { max_tokens: 1000 }))).status).toBe(200);
  });
});

describe('a refusal by a limit, explained', () => {
  it.each([
    ['a gateway key', { rpm: 1 }, 'limit.rpm'],
    ['an app', { rpm: 1 }, 'limit.rpm'],
  ] as const)('names the limit of %s, and raising it turns the replay green', async (whose, limits, rule) => {
    const client = controlClient(gateway.gateway.control, 'cli');
    const app = await client.apps.add({ name: `app of ${whose}`, ...(whose === 'an app' ? { limits } : {}) });
    const key = await gateway.issue({ app: app.id, ...(whose === 'an app' ? {} : { limits }) });
    expect((await post(key, ask('openai/gpt-4o'))).status).toBe(200);
    const refused = await post(key, ask('openai/gpt-4o'));
    const id = refused.headers.get('x-keyward-capture') ?? '';
    const explanation = await client.captures.explain({ id });
    expect(explanation.cause).toBe('rate_limited');
    expect(explanation.detail).toContain('1 request a minute');
    const ids = explanation.fixes.map((fix) => fix.id);
    expect(ids).toEqual(['raise-limit', 'retry-later', 'issue-gateway-key']);
    expect((await gateway.capture(id)).steps.find((step) => step.stage === 'limit')?.rule?.name).toBe(rule);
    const preview = await client.fixes.preview({ id, fix: 'raise-limit' });
    expect(preview).toMatchObject({
      sentence: 'Raises the limit of 1 request a minute to 2 requests a minute.',
      changes: true,
      rehearsal: false,
    });
    const result = await client.fixes.apply({ id, fix: 'raise-limit', values: {} });
    expect(result).toMatchObject({ applied: true, fixed: true });
    // Put back, it holds again.
    await client.fixes.undo({ undo: result.undo ?? '' });
    expect((await post(key, ask('openai/gpt-4o'))).status).toBe(429);
  });
});

describe('several keys of a provider', () => {
  it('step in for one whose limit is reached; the step says which was passed over', async () => {
    const { vault, store } = gateway.gateway.services;
    await gateway.addProvider(
      {
        id: 'twokeys',
        name: 'Two keys',
        baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
      },
      SECRET,
    );
    await store.update(by, (draft) => {
      const first = draft.providerKeys.find(({ provider }) => provider === 'twokeys');
      if (!first) throw new Error('no key');
      first.limits = { rpm: 1 };
      const secret = `${SECRET}2`;
      draft.providerKeys.push({
        ...structuredClone(first),
        id: 'pk_second',
        label: 'second',
        sealed: vault.seal('pk_second', secret),
        fingerprint: vault.fingerprint(secret),
        limits: { rpm: 2 },
      });
    });
    const seen: number[] = [];
    for (let i = 0; i < 4; i++) seen.push((await post(gateway.key, ask('twokeys/any'))).status);
    expect(seen).toEqual([200, 200, 200, 429]);
    const last = await post(gateway.key, ask('twokeys/any'));
    const steps = await limitStep(last.response);
    expect(steps.map(({ decision }) => decision)).toEqual(['skipped', 'refused']);
  });
});

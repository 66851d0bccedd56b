/** Routes over real sockets: what is asked, in which order, how often, and what of it can be seen afterwards. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { controlClient } from '../../gateway/control/router.ts';
import type { ProviderKey, Route } from '../../gateway/store/schema.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { type ScriptedProvider, startScriptedProvider } from '../support/scripted-provider.ts';

let gateway: TestGateway;
let first: ScriptedProvider;
let second: ScriptedProvider;

beforeAll(async () => {
  [gateway, first, second] = await Promise.all([
    startTestGateway(),
    startScriptedProvider('first'),
    startScriptedProvider('second'),
  ]);
  await gateway.addProvider({ id: 'first', baseUrl: first.url }, 'sk-first-key-0001');
  await gateway.addProvider({ id: 'second', baseUrl: second.url }, 'sk-second-key-0001');
});
afterAll(() => Promise.all([gateway.stop(), first.stop(), second.stop()]));

const by = { actor: 'test', action: 'test', subject: 'test' };
let names = 0;
/** Each test has models of its own, so that no breaker or rest of another's stands in its way. */
let model = '';
beforeEach(() => {
  model = `m${names++}`;
  first.seen.length = 0;
  second.seen.length = 0;
  first.script([{}]);
  second.script([{}]);
});
afterEach(() =>
  gateway.gateway.services.store.update(by, (draft) => {
    draft.routes = [];
  }),
);

async function setRoute(route: Partial<Route> = {}) {
  await gateway.gateway.services.store.update(by, (draft) => {
    draft.routes = [
      {
        name: 'chat',
        targets: [
          { provider: 'first', model },
          { provider: 'second', model: `${model}-b` },
        ],
        strategy: 'fallback',
        recording: null,
        ...route,
      },
    ];
  });
}

async function addKey(provider: string, id: string, secret: string) {
  const { store, vault } = gateway.gateway.services;
  await store.update(by, (draft) => {
    const template = draft.providerKeys.find((key) => key.provider === provider) as ProviderKey;
    draft.providerKeys.push({
      ...template,
      id,
      label: id,
      sealed: vault.seal(id, secret),
      lastFour: secret.slice(-4),
      fingerprint: vault.fingerprint(secret),
    });
  });
  return () =>
    store.update(by, (draft) => {
      draft.providerKeys = draft.providerKeys.filter((key) => key.id !== id);
    });
}

const ask = (body: object = {}, name = 'chat') =>
  gateway.post('/v1/chat/completions', { model: name, messages: [{ role: 'user', content: 'hello' }], ...body });

const contentOf = async (response: Response) =>
  ((await response.json()) as { choices: { message: { content: string } }[] }).choices[0]?.message.content;

describe('a target that fails', () => {
  it('is asked again, and then the next one; the answer is a success with its story visible', async () => {
    await setRoute({ retries: 1 });
    first.script([{ status: 503 }]);
    const response = await ask();
    expect(response.status).toBe(200);
    expect(await contentOf(response)).toBe(`second answers ${model}-b`);
    expect(response.headers.get('x-keyward-attempts')).toBe('3');
    expect(response.headers.get('x-keyward-provider')).toBe('second');
    const capture = await gateway.captureOf(response);
    expect(capture).toMatchObject({ ok: true, attempts: 3, provider: 'second' });
    expect(capture.attemptList.map(({ provider, status }) => [provider, status])).toEqual([
      ['first', 503],
      ['first', 503],
      ['second', 200],
    ]);
    expect(capture.attemptList[0]?.outcome?.movedOn).toMatch(
      /^the provider is overloaded: tried again after 0\.\d s \(1 of 1\)$/,
    );
    expect(capture.attemptList[1]?.outcome?.movedOn).toBe('the provider is overloaded: went on to the next target');
    expect(capture.attemptList[2]?.origins).toContainEqual({
      name: 'retries',
      origin: { from: 'route', name: 'chat' },
      value: 1,
    });
    expect(JSON.parse(second.seen[0]?.body ?? '{}').model).toBe(`${model}-b`);
  });

  it('is not asked again for what the caller did wrong, and nobody else is', async () => {
    await setRoute();
    first.script([{ status: 400 }]);
    const response = await ask();
    expect(response.status).toBe(400);
    expect(response.headers.get('x-keyward-attempts')).toBe('1');
    expect(first.seen).toHaveLength(1);
    expect(second.seen).toHaveLength(0);
    const capture = await gateway.captureOf(response);
    expect(capture.attemptList[0]?.outcome?.movedOn).toBe('the request itself is at fault: another try would not help');
  });

  it('answers with the last failure, its status and its own words, when all have failed', async () => {
    await setRoute({ retries: 0 });
    first.script([{ status: 503 }]);
    second.script([{ status: 404 }]);
    const response = await ask();
    expect(response.status).toBe(404);
    expect(((await response.json()) as { error: { message: string } }).error.message).toContain('does not exist');
    expect(response.headers.get('x-keyward-cause')).toBe('model_not_found');
    expect((await gateway.captureOf(response)).attemptList).toHaveLength(2);
  });

  it('that refuses the connection, breaks it or sends a page gives way to the next', async () => {
    await setRoute({ retries: 0 });
    for (const act of [
      { cut: 'before' as const },
      { headers: { 'content-type': 'text/html' }, body: '<html>portal</html>' },
      { body: '{"id":"chatcmpl' },
      { body: { error: { message: 'The server had an error', type: 'server_error' } } },
    ]) {
      first.script([act]);
      const response = await ask();
      expect([response.status, await contentOf(response)]).toEqual([200, `second answers ${model}-b`]);
    }
  });

  it('waits as long as it is asked to, by the finer header first', async () => {
    await setRoute({ retries: 1, targets: [{ provider: 'first', model }] });
    first.script([{ status: 429, headers: { 'retry-after': '20', 'retry-after-ms': '400' } }, {}]);
    const response = await ask();
    expect(response.status).toBe(200);
    const [a, b] = first.seen;
    expect((b?.atMs ?? 0) - (a?.atMs ?? 0)).toBeGreaterThanOrEqual(395);
    const capture = await gateway.captureOf(response);
    expect(capture.attemptList[0]?.outcome?.movedOn).toBe(
      'the key is at its rate limit: tried again after the 0.4 s it asked for (1 of 1)',
    );
  });

  it('is not asked again where it says not to', async () => {
    await setRoute({ targets: [{ provider: 'first', model }] });
    first.script([{ status: 503, headers: { 'x-should-retry': 'false' } }]);
    const response = await ask();
    expect(response.status).toBe(503);
    expect(first.seen).toHaveLength(1);
  });
});

describe('what is never done', () => {
  it('no second attempt after the first byte went to the client', async () => {
    await setRoute();
    first.script([{ cut: 'mid' }]);
    const response = await ask({ stream: true });
    const text = await response.text();
    expect(text).toContain('first answers');
    expect(text).toContain('network_reset_or_truncated');
    expect(second.seen).toHaveLength(0);
    expect(first.seen).toHaveLength(1);
  });

  it('no attempt without a route but the one asked for', async () => {
    first.script([{ status: 503 }]);
    const response = await ask({}, `first/${model}`);
    expect(response.status).toBe(503);
    expect(first.seen).toHaveLength(1);
  });

  it('no attempt for an app that has gone', async () => {
    await setRoute({ retries: 5, targets: [{ provider: 'first', model }] });
    first.script([{ status: 503, headers: { 'retry-after': '1' } }]);
    const controller = new AbortController();
    const gone = fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      signal: controller.signal,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${gateway.key}` },
      body: JSON.stringify({ model: 'chat', messages: [{ role: 'user', content: 'hello' }] }),
    });
    await until(() => first.seen.length === 1);
    // The refusal is with the gateway, which waits its second now.
    setTimeout(() => controller.abort(), 100);
    await expect(gone).rejects.toThrow();
    const [row] = await until(async () => {
      const rows = await gateway.gateway.services.recorder.list({ limit: 1 });
      return rows[0]?.clientGone ? rows : undefined;
    });
    expect(row).toMatchObject({ attempts: 1, clientGone: true });
    expect(first.seen).toHaveLength(1);
  });

  it('no target outside the scope of the gateway key', async () => {
    await setRoute({ retries: 0 });
    const key = await gateway.issue({ scope: { providers: ['first'] } });
    first.script([{ status: 503 }]);
    const response = await gateway.post(
      '/v1/chat/completions',
      { model: 'chat', messages: [] },
      { authorization: `Bearer ${key}` },
    );
    expect(response.status).toBe(503);
    expect(second.seen).toHaveLength(0);
    const other = await gateway.issue({ scope: { providers: ['second'] } });
    const passed = await gateway.post(
      '/v1/chat/completions',
      { model: 'chat', messages: [] },
      { authorization: `Bearer ${other}` },
    );
    expect(passed.headers.get('x-keyward-provider')).toBe('second');
  });
});

describe('keys of one provider', () => {
  it('take turns in a route; one that is rejected rests, and the next one is asked', async () => {
    const remove = await addKey('first', 'pk_spare', 'sk-spare-key-0002');
    try {
      await setRoute({ targets: [{ provider: 'first', model }] });
      for (let i = 0; i < 4; i++) expect((await ask()).status).toBe(200);
      const used = first.seen.map(({ authorization }) => authorization);
      expect(new Set(used)).toEqual(new Set(['Bearer sk-first-key-0001', 'Bearer sk-spare-key-0002']));
      expect(used[0]).not.toBe(used[1]);
      expect(used[0]).toBe(used[2]);
      first.seen.length = 0;
      first.script(({ authorization }) => (authorization.endsWith('0002') ? { status: 401 } : {}));
      for (let i = 0; i < 4; i++) expect((await ask()).status).toBe(200);
      // Asked once, found wanting, and left alone.
      expect(first.seen.filter(({ authorization }) => authorization.endsWith('0002'))).toHaveLength(1);
      // And though every request was answered, the key's owner sees what became of it.
      const { store } = gateway.gateway.services;
      await until(() => store.snapshot.providerKeys.get('pk_spare')?.health.state === 'rejected');
    } finally {
      await remove();
    }
  });

  it('does not count failures that were practised by their own name, but those of a route through practice', async () => {
    const practised = 'provider-outage';
    const target = { provider: 'practice', model: practised };
    await setRoute({ retries: 0, targets: [target], breaker: { failures: 3, openMs: 60_000 } });
    const asked = async (name: string) => {
      const body = { model: name, messages: [{ role: 'user', content: 'hi' }] };
      const response = await gateway.post('/v1/chat/completions', body);
      await response.arrayBuffer();
      return response.headers.get('x-keyward-attempts');
    };
    for (let time = 0; time < 4; time++) await asked(`practice/${practised}`);
    const attempts = [await asked('chat'), await asked('chat'), await asked('chat'), await asked('chat')];
    expect(attempts).toEqual(['1', '1', '1', '0']);
  });

  it('cover for each other without a route only where one is at its limit', async () => {
    const remove = await addKey('first', 'pk_spare', 'sk-spare-key-0002');
    try {
      first.script(({ authorization }) =>
        authorization.endsWith('0001') ? { status: 429, headers: { 'retry-after': '60' } } : {},
      );
      const response = await ask({}, `first/${model}`);
      expect([response.status, response.headers.get('x-keyward-attempts')]).toEqual([200, '2']);
      const again = await ask({}, `first/${model}`);
      expect([again.status, again.headers.get('x-keyward-attempts')]).toEqual([200, '1']);
      model = `m${names++}`;
      first.script([{ status: 401 }]);
      const rejected = await ask({}, `first/${model}`);
      expect([rejected.status, rejected.headers.get('x-keyward-attempts')]).toEqual([401, '1']);
    } finally {
      await remove();
    }
  });
});

describe('a target that fails again and again', () => {
  const trip = async () => {
    await setRoute({ retries: 0, targets: [{ provider: 'first', model }], breaker: { failures: 3, openMs: 60_000 } });
    first.script([{ status: 503 }]);
    for (let i = 0; i < 3; i++) expect((await ask()).status).toBe(503);
  };

  it('is passed over; the refusal names the failure, until when, and how to try by hand', async () => {
    await trip();
    const refused = await ask();
    const { error } = (await refused.json()) as { error: { message: string } };
    expect(error.message).toMatch(
      /^Route "chat" has nothing left to ask: .* failed 3 times, last with "first answered with status 503\.", and is left alone until \d\d:\d\d:\d\d UTC\. .*keyward routes try chat$/,
    );
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(50);
    expect(refused.headers.get('x-keyward-cause')).toBe('provider_overloaded');
    expect(first.seen).toHaveLength(3);
    const capture = await gateway.captureOf(refused);
    expect(capture).toMatchObject({ stage: 'route', attempts: 0 });
    const step = capture.steps.find(({ stage }) => stage === 'route');
    expect(step?.rule).toMatchObject({ name: 'breaker', origin: { from: 'route', name: 'chat' } });
    const tripped = step?.evidence?.find(({ what }) => what === 'failure that opened the circuit');
    expect((await gateway.capture(tripped?.where.replace('capture ', '') ?? '')).status).toBe(503);

    // The same again by the recorded facts, whatever has become of it since.
    const client = controlClient(gateway.gateway.control, 'cli');
    expect((await client.routes.states())[0]?.targets[0]).toMatchObject({ circuit: 'open', failure: { failures: 3 } });
    expect((await client.status.get()).notices.map(({ id }) => id)).toContain(`circuit-first/${model}`);
    const state = await client.routes.try({ name: 'chat' });
    expect(state.targets[0]).toMatchObject({ circuit: 'closed', failure: null });
    const dry = await client.replay.run({ id: capture.id, mode: 'dry-run', config: 'then' });
    expect(dry.outcome).toMatchObject({ ok: false, stage: 'route', message: capture.message });
    first.script([{}]);
    expect((await ask()).status).toBe(200);
  });

  it('is passed over for the next target, and nobody waits for it', async () => {
    await trip();
    await setRoute({ retries: 0, breaker: { failures: 3, openMs: 60_000 } });
    first.seen.length = 0;
    const response = await ask();
    expect([response.status, response.headers.get('x-keyward-attempts')]).toEqual([200, '1']);
    expect(first.seen).toHaveLength(0);
    const step = (await gateway.captureOf(response)).steps.find(({ stage }) => stage === 'route');
    expect(step?.evidence?.[0]).toMatchObject({ what: 'passed over', where: `first/${model}` });
  });

  it('is never passed over for what callers and keys did', async () => {
    await setRoute({ retries: 0, targets: [{ provider: 'first', model }], breaker: { failures: 2, openMs: 60_000 } });
    for (const status of [400, 400, 401, 401, 404, 404, 429, 429]) {
      first.script([{ status }]);
      expect((await ask()).status).toBe(status);
    }
    first.script([{}]);
    expect((await ask()).status).toBe(200);
  });
});

describe('afterwards', () => {
  it('a replay of several attempts serves each its recorded answer, and ends the same', async () => {
    await setRoute({ retries: 1 });
    first.script([{ status: 503 }]);
    const capture = await gateway.captureOf(await ask());
    const asked = first.seen.length + second.seen.length;
    const client = controlClient(gateway.gateway.control, 'cli');
    const replay = await client.replay.run({ id: capture.id, mode: 'recorded' });
    expect(replay.refused).toBeNull();
    expect(replay.outcome).toMatchObject({ ok: true, status: 200 });
    expect(replay.answerDifferences).toEqual([]);
    const again = await gateway.capture(replay.capture ?? '');
    expect(again.attemptList.map(({ provider, status, outcome }) => [provider, status, outcome])).toEqual(
      capture.attemptList.map(({ provider, status, outcome }) => [provider, status, outcome]),
    );
    for (const step of replay.steps) expect(step.differences).toEqual([]);
    expect(first.seen.length + second.seen.length).toBe(asked);
    const dry = await client.replay.run({ id: capture.id, mode: 'dry-run', config: 'then' });
    expect(dry.steps.find(({ stage }) => stage === 'route')?.output?.plan).toHaveLength(2);
    const live = await client.replay.run({ id: capture.id, mode: 'live' });
    expect(live.outcome).toMatchObject({ ok: true, status: 200 });
    expect((await gateway.capture(live.capture ?? '')).attempts).toBe(3);
  });

  it('the explanation tells of the failure that decided, and of what was tried before', async () => {
    await setRoute({ retries: 0 });
    first.script([{ status: 503 }]);
    second.script([{ status: 404 }]);
    const capture = await gateway.captureOf(await ask());
    const explained = await controlClient(gateway.gateway.control, 'cli').captures.explain({ id: capture.id });
    expect(explained.cause).toBe('model_not_found');
    const routed = explained.ladder.find(({ check }) => check === 'routed');
    expect(routed?.evidence.map(({ what, value }) => `${what}: ${value}`)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(
          /^attempt 1 asked first\/.*: status 503; the provider is overloaded: went on to the next target$/,
        ),
        expect.stringMatching(/^attempt 2 asked second\/.*: status 404; .*nothing else is left to try$/),
      ]),
    );
    expect(explained.detail).toContain('It was decided at attempt 2');
  });
});

async function until<T>(condition: () => T | Promise<T>): Promise<NonNullable<T>> {
  const end = performance.now() + 10_000;
  while (performance.now() < end) {
    const found = await condition();
    if (found) return found as NonNullable<T>;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('it did not come to pass');
}

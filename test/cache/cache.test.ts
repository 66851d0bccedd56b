import { request as httpRequest } from 'node:http';
import { gzipSync } from 'node:zlib';
import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { explainCapture } from '../../gateway/diagnosis/explain-capture.ts';
import type { Document } from '../../gateway/store/schema.ts';
import { type CachingServer, startCachingServer } from './caching-server.ts';

const CHAT = '/v1/chat/completions';
let server: CachingServer;
let number = 0;

beforeAll(async () => {
  server = await startCachingServer();
});
afterAll(() => server.stop());
beforeEach(async () => {
  server.answerWith(undefined);
  await server.setRoute({ cacheTtlMs: 60_000 });
});

/** A question that no other test asks. */
function question(more: object = {}): Record<string, unknown> {
  number += 1;
  return { model: 'fast', messages: [{ role: 'user', content: `Question ${number}` }], ...more };
}

async function ask(body: unknown, headers: Record<string, string> = {}, path = CHAT) {
  const response = await server.gateway.post(path, body, headers);
  const text = await response.text();
  return { response, text, cache: response.headers.get('x-keyward-cache') };
}

const outcomes = async (...bodies: unknown[]) => {
  const found: (string | null)[] = [];
  for (const body of bodies) found.push((await ask(body)).cache);
  return found;
};

describe('the same question asked again', () => {
  it('is answered without the provider, with the same bytes and ids, marked as a hit with its age', async () => {
    const body = question();
    const first = await ask(body);
    const before = server.asked.length;
    server.pass(5_000);
    const second = await ask(body);
    expect(first.cache).toBe('miss');
    expect(second.cache).toBe('hit');
    expect(server.asked.length).toBe(before);
    expect(second.text).toBe(first.text);
    expect(second.response.headers.get('x-request-id')).toBe(first.response.headers.get('x-request-id'));
    expect(Number(second.response.headers.get('age'))).toBeGreaterThanOrEqual(5);
    expect(second.response.headers.get('x-keyward-provider')).toBe('openai');
    expect(second.response.headers.get('x-keyward-model')).toBe('gpt-4o');
    expect(second.response.headers.get('x-keyward-attempts')).toBe('0');
    // What the provider allows was true of that answer only.
    expect(second.response.headers.get('x-ratelimit-remaining-requests')).toBeNull();
    expect(first.response.headers.get('x-ratelimit-remaining-requests')).toBe('9');
  });

  it('costs nothing, and its capture says what was saved, whose answer it is, and why', async () => {
    const body = question();
    const first = await server.gateway.captureOf((await ask(body)).response);
    const second = await server.gateway.captureOf((await ask(body)).response);
    expect(first).toMatchObject({ cached: false, cache: { state: 'miss', kept: true }, costUsd: 0.0075 });
    expect(second).toMatchObject({
      ok: true,
      costUsd: null,
      inputTokens: null,
      provider: 'openai',
      model: 'gpt-4o',
      attempts: 0,
      cached: true,
      cache: {
        state: 'hit',
        of: first.id,
        saved: { inputTokens: 1000, outputTokens: 500, costUsd: 0.0075 },
      },
    });
    const step = second.steps.find(({ stage }) => stage === 'cache');
    expect(step).toMatchObject({
      decision: 'answered',
      summary: expect.stringContaining('Saved 1500 tokens, $0.00750.'),
      rule: { origin: { from: 'route', name: 'fast' }, value: 60_000 },
    });
    expect(second.steps.some(({ stage }) => stage === 'forward')).toBe(false);
    const explained = explainCapture(second, { now: 0 });
    expect(explained.cause).toBeNull();
    const rung = explained.ladder.find(({ check }) => check === 'cached');
    expect(rung).toMatchObject({ result: 'passed' });
    expect(JSON.stringify(rung)).toContain(first.id);
    // Nobody was asked, so nothing is known of the provider: neither the key nor the capacity was tried.
    const ofProvider = explained.ladder.filter(({ result }) => result !== 'passed');
    expect(ofProvider.map(({ check }) => check)).toEqual(['reached', 'key_accepted', 'request_accepted', 'capacity']);
    for (const { result, evidence } of ofProvider) {
      expect(result).toBe('unknown');
      expect(evidence[0]?.what).toContain('not asked');
    }
    const missed = explainCapture(first, { now: 0 }).ladder.find(({ check }) => check === 'cached');
    expect(JSON.stringify(missed)).toContain('kept for the next time');
  });

  it('may have its members in another order, other spaces, another user, another name for the model', async () => {
    const { messages } = question();
    const texts = [
      JSON.stringify({ model: 'fast', messages, top_p: 1, user: 'ann' }),
      JSON.stringify({ top_p: 1, user: 'ben', safety_identifier: 'x', messages, model: 'fast' }, null, 2),
    ];
    expect(await outcomes(...texts)).toEqual(['miss', 'hit']);
    await server.gateway.set({ cache: { ttlMs: 60_000, maxMb: 64, shared: false, random: false } });
    expect(await outcomes({ model: 'openai/gpt-4o', messages }, { model: 'gpt-4o', messages })).toEqual([
      'miss',
      'hit',
    ]);
    await server.gateway.set({ cache: { ttlMs: 0, maxMb: 64, shared: false, random: false } });
  });

  it('is another question with another text, parameter, endpoint, beta header or query', async () => {
    const body = question();
    await ask(body);
    expect(await outcomes({ ...body, max_tokens: 5 }, { ...body, messages: [] })).toEqual(['miss', 'miss']);
    expect((await ask(body, { 'openai-beta': 'x=1' })).cache).toBe('miss');
    expect((await ask(body, { 'user-agent': 'another', 'x-request-id': 'mine' })).cache).toBe('hit');
    expect((await ask(body, {}, `${CHAT}?api-version=2`)).cache).toBe('miss');
    expect((await ask(body, {}, '/v1/embeddings')).cache).toBe('miss');
  });

  it('is fresh again once its time is over, which a route may change meanwhile', async () => {
    const body = question();
    await ask(body);
    server.pass(59_000);
    expect((await ask(body)).cache).toBe('hit');
    server.pass(2_000);
    expect((await ask(body)).cache).toBe('miss');
    server.pass(30_000);
    await server.setRoute({ cacheTtlMs: 20_000 });
    expect((await ask(body)).cache).toBe('miss');
  });

  it('is answered as a stream where a stream is asked for, event by event as it came, and never from the other form', async () => {
    const body = question();
    expect((await ask(body)).cache).toBe('miss');
    const first = await chunksOf({ ...body, stream: true });
    const second = await chunksOf({ ...body, stream: true });
    expect([first.cache, second.cache]).toEqual(['miss', 'hit']);
    expect(second.chunks).toEqual(first.chunks);
    expect(first.chunks.length).toBeGreaterThan(3);
    expect(second.type).toBe('text/event-stream');
    expect((await ask(body)).cache).toBe('hit');
  });

  it('is answered to the OpenAI SDK, streamed and not', async () => {
    const client = new OpenAI({ apiKey: server.gateway.key, baseURL: `${server.gateway.url}/v1`, maxRetries: 0 });
    const { messages } = question() as { messages: OpenAI.ChatCompletionMessageParam[] };
    const texts: string[] = [];
    for (const _ of [1, 2]) {
      const whole = await client.chat.completions.create({ model: 'fast', messages });
      let streamed = '';
      for await (const event of await client.chat.completions.create({ model: 'fast', messages, stream: true })) {
        streamed += event.choices[0]?.delta.content ?? '';
      }
      texts.push(`${whole.id} ${streamed}`);
    }
    expect(texts[1]).toBe(texts[0]);
    expect(texts[0]).toMatch(/chatcmpl-\d+ Hello \d+/);
  });

  it('is answered right to many at once, each with whole answers', async () => {
    const bodies = Array.from({ length: 8 }, () => question({ stream: true }));
    const answers = await Promise.all(
      Array.from({ length: 64 }, (_, nth) => ask(bodies[nth % 8]).then((one) => ({ ...one, nth }))),
    );
    const seen = new Set<string>();
    for (const { text, nth } of answers) {
      expect(text.endsWith('data: [DONE]\n\n')).toBe(true);
      seen.add(`${nth % 8} ${/chatcmpl-\d+/.exec(text)?.[0]}`);
    }
    // Whatever was a hit had been asked as that question: no answer's id belongs to two questions.
    const ids = [...seen].map((one) => one.split(' ')[1]);
    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set(await Promise.all(bodies.map(async (body) => (await ask(body)).cache)))).toEqual(new Set(['hit']));
  });
});

describe('another app', () => {
  const asApp = async (id: string) => {
    const { store } = server.gateway.gateway.services;
    await store.update({ actor: 'test', action: 'app', subject: id }, (draft) => {
      if (draft.apps.some((app) => app.id === id)) return;
      draft.apps.push({ id, name: id, owner: null, recording: null, createdAt: new Date().toISOString() });
    });
    return { authorization: `Bearer ${await server.gateway.issue({ app: id })}` };
  };

  it('never gets this one’s answer, unless the route shares them', async () => {
    const body = question();
    const other = await asApp('app_other');
    expect((await ask(body)).cache).toBe('miss');
    expect((await ask(body, other)).cache).toBe('miss');
    expect((await ask(body)).cache).toBe('hit');
    await server.setRoute({ cacheTtlMs: 60_000, cacheShared: true });
    expect((await ask(body)).cache).toBe('miss');
    expect((await ask(body, other)).cache).toBe('hit');
  });

  it('can be forgotten by itself', async () => {
    const body = question();
    const other = await asApp('app_third');
    await ask(body);
    await ask(body, other);
    const { cache } = server.gateway.gateway.services;
    expect(cache.clear('app_third')).toBe(1);
    expect((await ask(body)).cache).toBe('hit');
    expect((await ask(body, other)).cache).toBe('miss');
    expect(cache.clear()).toBeGreaterThan(0);
    expect((await ask(body)).cache).toBe('miss');
  });
});

describe('what is asked for in so many words', () => {
  it('no-store: neither looked up nor kept', async () => {
    const body = question();
    const refused = await ask(body, { 'cache-control': 'no-store' });
    expect(refused.cache).toBe('off');
    expect((await ask(body)).cache).toBe('miss');
    expect((await ask(body, { 'cache-control': 'no-store' })).cache).toBe('off');
    const capture = await server.gateway.captureOf(refused.response);
    expect(capture.steps.find(({ stage }) => stage === 'cache')).toMatchObject({
      decision: 'skipped',
      summary: /no-store/,
    });
  });

  it('no-cache: asked afresh, and kept for the next', async () => {
    const body = question();
    const first = await ask(body);
    const second = await ask(body, { 'cache-control': 'no-cache' });
    const third = await ask(body);
    expect([first.cache, second.cache, third.cache]).toEqual(['miss', 'miss', 'hit']);
    expect(third.text).toBe(second.text);
    expect(third.text).not.toBe(first.text);
  });

  it('max-age: no older answer than that', async () => {
    const body = question();
    await ask(body);
    server.pass(10_000);
    expect((await ask(body, { 'cache-control': 'max-age=20' })).cache).toBe('hit');
    expect((await ask(body, { 'cache-control': 'max-age=5' })).cache).toBe('miss');
  });
});

describe('what is not kept', () => {
  const twice = async (body: unknown, headers: Record<string, string> = {}) => {
    const first = await ask(body, headers);
    const second = await ask(body, headers);
    const capture = await server.gateway.captureOf(first.response);
    return { caches: [first.cache, second.cache], cache: capture.cache };
  };

  it('a failure', async () => {
    server.answerWith((response) =>
      response.writeHead(500, { 'content-type': 'application/json' }).end('{"error":{"message":"no"}}'),
    );
    expect(await twice(question())).toMatchObject({
      caches: ['miss', 'miss'],
      cache: { kept: false, notKept: /failures/ },
    });
  });

  it('an error inside a success, and a stream that was cut', async () => {
    server.answerWith((response) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"error":{"message":"no"}}'),
    );
    expect((await twice(question())).caches).toEqual(['miss', 'miss']);
    server.answerWith((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end('data: {"choices":[{"delta":{"content":"Hel"}}]}\n\n');
    });
    expect(await twice(question({ stream: true }))).toMatchObject({ caches: ['miss', 'miss'], cache: { kept: false } });
  });

  it('an answer that forbids it', async () => {
    server.answerWith((response) =>
      response
        .writeHead(200, { 'content-type': 'application/json', 'cache-control': 'private, No-Store' })
        .end('{"id":"x","choices":[]}'),
    );
    expect(await twice(question())).toMatchObject({ caches: ['miss', 'miss'], cache: { notKept: /no-store/ } });
  });

  it('an answer that calls a tool, unless the route says so', async () => {
    const message = {
      role: 'assistant',
      content: null,
      tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'f', arguments: '{}' } }],
    };
    server.answerWith((response) =>
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ id: 'x', choices: [{ message }] })),
    );
    expect(await twice(question())).toMatchObject({ caches: ['miss', 'miss'], cache: { notKept: /tool/ } });
    await server.setRoute({ cacheTtlMs: 60_000, cacheRandom: true });
    expect((await twice(question())).caches).toEqual(['miss', 'hit']);
  });

  it('what asks for chance, unless the route says so', async () => {
    expect((await twice(question({ temperature: 0.7 }))).caches).toEqual(['off', 'off']);
    expect((await twice(question({ temperature: 0 }))).caches).toEqual(['miss', 'hit']);
    expect((await twice(question({ temperature: 0.7, seed: 7 }))).caches).toEqual(['miss', 'hit']);
    await server.setRoute({ cacheTtlMs: 60_000, cacheRandom: true });
    expect((await twice(question({ temperature: 0.7 }))).caches).toEqual(['miss', 'hit']);
  });

  it('an answer that the client did not wait for', async () => {
    const body = question({ stream: true });
    const held: (() => void)[] = [];
    server.answerWith((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: {"choices":[{"delta":{"content":"Hel"}}]}\n\n');
      held.push(() => response.end('data: [DONE]\n\n'));
    });
    const gone = new AbortController();
    const response = await fetch(server.gateway.url + CHAT, {
      method: 'POST',
      signal: gone.signal,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${server.gateway.key}` },
      body: JSON.stringify(body),
    });
    gone.abort();
    const capture = await server.gateway.captureOf(response);
    expect(capture.cache).toMatchObject({ kept: false });
    for (const end of held) end();
    server.answerWith(undefined);
    expect((await ask(body)).cache).toBe('miss');
  });

  it('anything where no cache is switched on: no step, and the header says off', async () => {
    await server.setRoute({ cacheTtlMs: undefined });
    const { response, cache } = await ask(question());
    expect(cache).toBe('off');
    const capture = await server.gateway.captureOf(response);
    expect(capture.steps.some(({ stage }) => stage === 'cache')).toBe(false);
    expect(capture.cache).toBeUndefined();
  });
});

describe('what shaped an answer', () => {
  const change = (edit: (draft: Document) => void) =>
    server.gateway.gateway.services.store.update({ actor: 'test', action: 'test', subject: 'test' }, edit);

  it.each<[string, () => Promise<unknown>]>([
    [
      'the key’s secret',
      () =>
        change(
          (draft) =>
            void draft.providerKeys.forEach((key) => {
              key.version += 1;
            }),
        ),
    ],
    [
      'the provider’s headers',
      () =>
        change(
          (draft) =>
            void draft.providers.forEach((one) => {
              one.headers = { 'x-n': String(Math.random()) };
            }),
        ),
    ],
    [
      'the route’s target',
      () => server.setRoute({ cacheTtlMs: 60_000, targets: [{ provider: 'openai', model: 'gpt-4o-mini' }] }),
    ],
  ])('is another now: after a change of %s its answer is dropped', async (_what, edit) => {
    const body = question();
    expect(await outcomes(body, body)).toEqual(['miss', 'hit']);
    const { cache } = server.gateway.gateway.services;
    await edit();
    expect(cache.status().entries).toBe(0);
    expect((await ask(body)).cache).toBe('miss');
  });

  it('is what it was after a change elsewhere', async () => {
    const body = question();
    await ask(body);
    await change(
      (draft) =>
        void draft.providerKeys.forEach((key) => {
          key.label = 'renamed';
        }),
    );
    await server.setRoute({ name: 'other' });
    expect((await ask(body)).cache).toBe('hit');
  });
});

describe('a compressed answer', () => {
  it('is given again without its compression, which the next client may not understand', async () => {
    const text = JSON.stringify({ id: 'zipped', choices: [{ message: { content: 'z'.repeat(500) } }] });
    server.answerWith((response) =>
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(gzipSync(text)),
    );
    const body = question();
    expect((await ask(body)).text).toBe(text);
    const second = await ask(body);
    expect(second).toMatchObject({ cache: 'hit', text });
    expect(second.response.headers.get('content-encoding')).toBeNull();
    expect(second.response.headers.get('content-length')).toBe(String(text.length));
  });
});

/** A streamed answer as HTTP chunks on the wire. */
function chunksOf(body: unknown): Promise<{ chunks: string[]; cache: unknown; type: unknown }> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(server.gateway.url + CHAT, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${server.gateway.key}` },
    });
    sent.on('error', reject).on('response', (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => {
        const { 'x-keyward-cache': cache, 'content-type': type } = response.headers;
        resolve({ chunks: text.split('\n\n'), cache, type });
      });
    });
    sent.end(JSON.stringify(body));
  });
}

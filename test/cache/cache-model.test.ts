/**
 * The cache beside a model of it: any interleaving of requests, answers, time, wishes of the client, changes of the
 * configuration and tight memory. The model is a list of everything ever kept; the cache may forget, but what it gives is
 * what the model gives.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAskedBy } from '../../gateway/cache/question-digest.ts';
import { ResponseCache } from '../../gateway/cache/response-cache.ts';
import { matchEndpoint } from '../../gateway/dialects/endpoints.ts';
import type { Attempt, Exchange } from '../../gateway/exchange.ts';
import { type ExchangeCache, lookUp, shapeNow } from '../../gateway/stages/cache.ts';
import { KeepingSink, keepAnswer } from '../../gateway/stages/keep-answer.ts';
import type { AnswerSink } from '../../gateway/stages/respond.ts';
import { emptyTap } from '../../gateway/stages/tap.ts';
import { type Document, documentSchema } from '../../gateway/store/schema.ts';
import { createSnapshot } from '../../gateway/store/snapshot.ts';

const TTL_MS = 1000;
const AT = '2026-11-01T00:00:00.000Z';

function configOf(generation: number, shared: boolean): Document {
  return documentSchema.parse({
    schema: 1,
    homeId: 'h',
    version: 1 + generation,
    changedAt: AT,
    settings: {},
    vault: { salt: '' },
    providers: [
      {
        id: 'p',
        preset: null,
        name: 'P',
        dialect: 'openai-chat',
        baseUrl: `http://127.0.0.1:9/v${generation}`,
        createdAt: AT,
      },
    ],
    apps: ['a', 'b'].map((id) => ({ id, name: id, createdAt: AT })),
    routes: [{ name: 'r', targets: [{ provider: 'p', model: 'm' }], cacheTtlMs: TTL_MS, cacheShared: shared }],
  });
}

interface Ask {
  readonly kind: 'ask';
  readonly app: 'a' | 'b';
  readonly question: number;
  readonly stream: boolean;
  /** Members in another order. */
  readonly turned: boolean;
  readonly wish: 'none' | 'no-store' | 'no-cache';
  readonly answer: 'whole' | 'failed' | 'no-store' | 'tool';
  readonly sizeBytes: number;
}
type Command =
  | Ask
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'configure' }
  | { readonly kind: 'clear' };

const ask: fc.Arbitrary<Command> = fc.record({
  kind: fc.constant('ask' as const),
  app: fc.constantFrom('a' as const, 'b' as const),
  question: fc.nat(3),
  stream: fc.boolean(),
  turned: fc.boolean(),
  wish: fc.constantFrom('none' as const, 'none' as const, 'none' as const, 'no-store' as const, 'no-cache' as const),
  answer: fc.constantFrom(
    'whole' as const,
    'whole' as const,
    'whole' as const,
    'failed' as const,
    'no-store' as const,
    'tool' as const,
  ),
  sizeBytes: fc.nat(1500),
});
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 12, arbitrary: ask },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.nat(900) }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'configure' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'clear' as const }) },
);

const sink = {
  destroyed: false,
  headersSent: false,
  writableFinished: true,
  flushHeaders() {},
  once() {},
  writeHead() {},
  write: () => true,
  end() {},
  destroy() {},
} as unknown as AnswerSink;

class World {
  private readonly cache: ResponseCache;
  private readonly access: ExchangeCache;
  private readonly shared: boolean;
  private generation = 0;
  private config;
  private nowMs = 1_000_000;
  private answers = 0;
  /** By scope, question and form: the latest that was kept. */
  private model = new Map<string, { text: string; app: string; storedAt: number }>();

  constructor(maxBytes: number, shared: boolean) {
    this.cache = new ResponseCache(maxBytes);
    this.shared = shared;
    this.config = createSnapshot(configOf(0, shared));
    const { cache } = this;
    this.access = {
      asked: createAskedBy((text) => text.slice(0, 16)),
      find: (...question) => cache.find(...question),
      keep: (...answer) => cache.keep(...answer),
      get largestBytes() {
        return cache.largestBytes;
      },
    };
  }

  run(one: Command, roomy: boolean) {
    switch (one.kind) {
      case 'pass':
        this.nowMs += one.ms;
        return;
      case 'clear':
        this.cache.clear();
        this.model.clear();
        return;
      case 'configure':
        this.generation += 1;
        this.config = createSnapshot(configOf(this.generation, this.shared));
        this.cache.dropChanged((shape) => shapeNow(shape, this.config));
        this.model.clear();
        expect(this.cache.status().entries).toBe(0);
        return;
      case 'ask':
        this.ask(one, roomy);
        expect(this.cache.status().sizeBytes).toBeLessThanOrEqual(this.cache.status().maxBytes);
    }
  }

  private ask(one: Ask, roomy: boolean) {
    const { exchange, body } = exchangeOf(one);
    const found = lookUp(exchange, { config: this.config, now: () => this.nowMs }, this.access, body);
    const name = `${this.shared ? '*' : one.app} ${one.question} ${one.stream}`;
    const kept = this.model.get(name);
    const fresh = kept !== undefined && this.nowMs - kept.storedAt < TTL_MS;
    if (one.wish === 'no-store') {
      expect(exchange.cache?.state).toBe('off');
      expect(found?.plan).toBeUndefined();
      return;
    }
    if (found?.answer) {
      const text = Buffer.concat(found.answer.chunks as Buffer[]).toString();
      expect(one.wish).toBe('none');
      expect(fresh).toBe(true);
      expect(text).toBe(kept?.text);
      if (!this.shared) expect(kept?.app).toBe(one.app);
      expect(found.answer.stream).toBe(one.stream);
      return;
    }
    expect(exchange.cache?.state).toBe('miss');
    // With room for everything, what the model has is found.
    if (roomy && one.wish === 'none') expect(fresh).toBe(false);
    this.answer(one, exchange, found?.plan as NonNullable<typeof found>['plan'], name, roomy);
  }

  private answer(
    one: Ask,
    exchange: Exchange,
    plan: Parameters<typeof keepAnswer>[2] | undefined,
    name: string,
    roomy: boolean,
  ) {
    if (!plan) throw new Error('a miss without a plan');
    this.answers += 1;
    const text = `${this.answers} for ${one.app} ${one.question}${one.answer === 'tool' ? ',"tool_calls":[1]' : ''} ${'x'.repeat(one.sizeBytes)}`;
    const keeping = new KeepingSink(sink, this.cache.largestBytes);
    keeping.writeHead(one.answer === 'failed' ? 500 : 200, [
      'cache-control',
      one.answer === 'no-store' ? 'no-store' : 'no-cache',
    ]);
    const half = Math.floor(text.length / 2);
    keeping.write(Buffer.from(text.slice(0, half)));
    keeping.end(Buffer.from(text.slice(half)));
    exchange.attempts.push({ provider: 'p', model: 'm' } as Attempt);
    const ok = one.answer !== 'failed';
    keepAnswer(
      exchange,
      keeping,
      plan,
      this.access,
      { ok, cause: null, stage: null, message: '', status: 200 },
      this.nowMs,
    );
    if (one.answer !== 'whole') expect(exchange.cache?.kept).toBe(false);
    else if (roomy) expect(exchange.cache?.kept).toBe(true);
    if (exchange.cache?.kept) this.model.set(name, { text, app: one.app, storedAt: this.nowMs });
  }
}

function exchangeOf({ app, question, stream, turned, wish }: Ask): { exchange: Exchange; body: Buffer } {
  const members: [string, unknown][] = [
    ['model', 'r'],
    ['messages', [{ role: 'user', content: `question ${question}` }]],
    ['stream', stream],
  ];
  const json = Object.fromEntries(turned ? members.reverse() : members);
  const match = matchEndpoint('POST', '/v1/chat/completions');
  if (match.kind !== 'endpoint') throw new Error('no endpoint');
  const exchange: Exchange = {
    id: 'c',
    receivedAt: 0,
    startedAt: 0,
    configVersion: 1,
    request: {
      method: 'POST',
      url: '/v1/chat/completions',
      path: '/v1/chat/completions',
      httpVersion: '1.1',
      rawHeaders: wish === 'none' ? [] : ['Cache-Control', wish],
      remoteAddress: '',
      body: emptyTap(),
    },
    endpoint: match.endpoint,
    json,
    askedModel: 'r',
    stream,
    caller: { gatewayKeyId: `key of ${app}`, appId: app, appName: app, label: '' },
    recording: 'full',
    steps: [],
    attempts: [],
  };
  return { exchange, body: Buffer.from(JSON.stringify(json)) };
}

describe('the cache beside a model of it', () => {
  it.each([
    ['with room for all, each app its own', 8 * 1024 * 1024, false],
    ['with room for all, shared', 8 * 1024 * 1024, true],
    ['where little fits', 24 * 1024, false],
    ['where little fits, shared', 24 * 1024, true],
  ])(
    'gives what the model gives, never an old answer, another question’s or another app’s: %s',
    (_what, maxBytes, shared) => {
      const roomy = maxBytes > 1024 * 1024;
      fc.assert(
        fc.property(fc.array(command, { minLength: 1, maxLength: 60 }), (commands) => {
          const world = new World(maxBytes, shared);
          for (const one of commands) world.run(one, roomy);
        }),
        { numRuns: 120 },
      );
    },
  );
});

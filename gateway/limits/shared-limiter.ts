/**
 * Limits that several gateways hold together: each asks its own memory first, then the counters in Redis. Where Redis cannot
 * be asked, each goes on with its own memory, or refuses, as the settings say; that it is so stands in the step, the status
 * and `doctor`. When it comes back, each tells it what is under way; a minute later the windows are whole again.
 */
import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Notice } from '../store/notice.ts';
import { type Grant, keyOf, type LimitAsk, type LimitSubject, type MemoryLimiter, type Taken } from './limiter.ts';
import { localDay, monthOf } from './periods.ts';
import { fits, isBudget, isSpent, type LimitName, type LimitReading, nanosOf, usdOf } from './reading.ts';
import { SHARED_SCRIPT } from './shared-script.ts';
import type { Spend } from './spend.ts';

const PREFIX = '{keyward}:';
/** A gateway is told apart from a dead one by being heard of. */
const HEARTBEAT_MS = 5_000;
/** Longer than that nobody waits for a counter. */
const ANSWER_MS = 500;
const RECONNECT_MOST_MS = 2_000;

export interface SharedLimiterOptions {
  /** May hold a password: it is shown nowhere. */
  readonly url: string;
  readonly memory: MemoryLimiter;
  readonly spend: Spend;
  readonly now: () => number;
  /** Tells this home's spend from the others'. */
  readonly home: string;
  /** True: nothing limited passes while Redis cannot be asked. */
  readonly refusesWhenGone: () => boolean;
}

interface Found {
  readonly used: number;
  readonly held?: number;
  readonly resetMs?: number;
  readonly waitMs?: number;
}

interface Answer {
  readonly fits: boolean;
  readonly bucket: number;
  readonly found: readonly (Readonly<Partial<Record<LimitName, Found>>> | readonly [])[];
}

export async function openSharedLimiter(options: SharedLimiterOptions): Promise<SharedLimiter> {
  const { Redis: Client } = await import('ioredis');
  const redis = new Client(options.url, {
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    connectTimeout: 2_000,
    commandTimeout: ANSWER_MS,
    retryStrategy: (times) => Math.min(RECONNECT_MOST_MS, times * 100),
  });
  const limiter = new SharedLimiter(redis, options);
  await limiter.connect();
  return limiter;
}

export class SharedLimiter {
  private readonly redis: Redis;
  private readonly options: SharedLimiterOptions;
  private readonly gateway = randomUUID();
  private readonly heartbeat: NodeJS.Timeout;
  private gone: string | undefined = 'not connected yet';
  /** Counts how often Redis was told what is under way, from when that was gathered; and the last time it heard. */
  private round = 0;
  private heard = 0;

  constructor(redis: Redis, options: SharedLimiterOptions) {
    this.redis = redis;
    this.options = options;
    redis.on('error', (error: NodeJS.ErrnoException) => this.lost(error.code ?? error.message.slice(0, 80)));
    redis.on('close', () => this.lost('connection closed'));
    redis.on('ready', () => void this.found());
    this.heartbeat = setInterval(() => void (this.gone === undefined ? this.beat() : this.found()), HEARTBEAT_MS);
    this.heartbeat.unref();
  }

  /** Resolves whether it could be reached or not: a gateway starts without it. */
  async connect(): Promise<void> {
    await this.redis.connect().catch(() => undefined);
    await this.found();
  }

  get notices(): readonly Notice[] {
    if (this.gone === undefined) return [];
    return [
      {
        id: 'limits-redis',
        level: 'warning',
        sentence: `The shared counters in Redis (${this.host}) cannot be asked: ${this.gone}. ${
          this.options.refusesWhenGone()
            ? 'Requests with a limit are refused until they can.'
            : 'Until they can, each gateway counts for itself, so that limits hold for each of them alone.'
        }`,
        next: 'Start Redis again or correct its address; it is tried again by itself.',
      },
    ];
  }

  private get host(): string {
    const { host, port } = this.redis.options;
    return `${host}:${port}`;
  }

  private lost(why: string): void {
    this.gone = why;
  }

  private async beat(): Promise<void> {
    await this.run({ op: 'beat' }).catch(() => this.lost('no answer'));
  }

  /** Tells what is under way here, which Redis may have forgotten, or never heard. */
  private async found(): Promise<void> {
    const round = ++this.round;
    const subjects = [...this.options.memory.underWay()].map(([key, { active, heldTokens, heldNanos }]) => ({
      key,
      active,
      heldTokens,
      heldNanos,
    }));
    try {
      await this.run({ op: 'restate', subjects });
    } catch (error) {
      this.lost((error as NodeJS.ErrnoException).code ?? 'no answer');
      return;
    }
    this.heard = round;
    this.gone = undefined;
  }

  async take(ask: LimitAsk): Promise<Taken> {
    const own = this.options.memory.take(ask);
    if (!own.grant) return own;
    if (this.gone !== undefined) return this.alone(own, ask);
    let answer: Answer;
    try {
      answer = await this.ask('take', ask);
    } catch {
      this.lost('no answer');
      return this.alone(own, ask);
    }
    const readings = merged(own.readings, ask.subjects, answer);
    if (!answer.fits) {
      own.grant.undo();
      return { readings, shared: 'asked' };
    }
    return { readings, grant: this.both(own.grant, ask, answer.bucket), shared: 'asked' };
  }

  /** By what this gateway knows; the others are told. */
  takeNow(ask: LimitAsk): Taken {
    const own = this.options.memory.take(ask);
    if (!own.grant) return own;
    if (this.gone !== undefined) return this.alone(own, ask);
    const told = this.ask('take', ask).catch(() => undefined);
    const after = (end: (grant: Grant) => void) =>
      void told.then((answer) => {
        if (answer?.fits) end(this.both({ settle: () => {}, undo: () => {} }, ask, answer.bucket));
      });
    const { grant } = own;
    return {
      ...own,
      grant: {
        settle: (tokens) => {
          grant.settle(tokens);
          after((shared) => shared.settle(tokens));
        },
        undo: () => {
          grant.undo();
          after((shared) => shared.undo());
        },
      },
    };
  }

  async look(ask: LimitAsk): Promise<Taken> {
    const own = this.options.memory.look(ask);
    if (this.gone !== undefined) return { ...own, shared: 'gone' };
    try {
      return { readings: merged(own.readings, ask.subjects, await this.ask('look', ask)), shared: 'asked' };
    } catch {
      return { ...own, shared: 'gone' };
    }
  }

  private alone(own: Taken, ask: LimitAsk): Taken {
    const { readings, grant } = own;
    if (this.options.refusesWhenGone()) {
      grant?.undo();
      return { readings, shared: 'gone' };
    }
    return { readings, shared: 'gone', grant: grant && this.whileGone(grant, ask) };
  }

  /** Redis hears of its end where it was told, when it came back, that this was under way. */
  private whileGone(own: Grant, ask: LimitAsk): Grant {
    const { round } = this;
    const shared = this.both({ settle: () => {}, undo: () => {} }, ask, 0);
    const isTold = () => this.heard > round;
    return {
      settle: (tokens) => {
        own.settle(tokens);
        if (isTold()) shared.settle(tokens);
      },
      undo: () => {
        own.undo();
        if (isTold()) shared.undo();
      },
    };
  }

  private both(own: Grant, ask: LimitAsk, bucket: number): Grant {
    let open = true;
    const tell = (op: 'settle' | 'undo', used: number) => {
      if (!open || this.gone !== undefined) return;
      open = false;
      const subjects = ask.subjects.map((subject) => ({ key: keyOf(subject), spent: this.spentOf(subject) }));
      const input = { op, tokens: ask.tokens, nanos: ask.costNanos, bucket, used, subjects };
      // Where it is gone, it is told what is under way when it comes back.
      this.run(input).catch(() => undefined);
    };
    return {
      settle: (tokens) => {
        own.settle(tokens);
        tell('settle', tokens);
      },
      undo: () => {
        own.undo();
        tell('undo', 0);
      },
    };
  }

  private spentOf(subject: LimitSubject): Record<string, number> | undefined {
    const budgets = this.budgetsOf(subject);
    if (!budgets) return undefined;
    return Object.fromEntries(Object.values(budgets).map(({ period, own }) => [period, own]));
  }

  private budgetsOf({ of, id, limits }: LimitSubject) {
    const day = localDay(this.options.now());
    const budgets: Record<string, { period: string; own: number; nanos: number }> = {};
    for (const name of ['budgetDayUsd', 'budgetMonthUsd'] as const) {
      const usd = limits[name];
      if (usd === undefined) continue;
      const period = name === 'budgetDayUsd' ? 'day' : 'month';
      const own = this.options.spend.spent(of, id, period, day).nanos;
      budgets[name] = { period: period === 'day' ? day : monthOf(day), own, nanos: nanosOf(usd) };
    }
    return Object.keys(budgets).length > 0 ? budgets : undefined;
  }

  private async ask(op: 'take' | 'look', ask: LimitAsk): Promise<Answer> {
    const subjects = ask.subjects.map((subject) => ({
      key: keyOf(subject),
      limits: subject.limits,
      budgets: ask.spends ? this.budgetsOf(subject) : undefined,
    }));
    return JSON.parse(await this.run({ op, tokens: ask.tokens, nanos: ask.costNanos, subjects })) as Answer;
  }

  private async run(input: object): Promise<string> {
    const text = JSON.stringify({ ...input, gateway: this.gateway, home: this.options.home });
    return String(await this.redis.eval(SHARED_SCRIPT, 1, PREFIX, text));
  }

  close(): void {
    clearInterval(this.heartbeat);
    this.redis.disconnect();
  }
}

/** Of each limit what all gateways used; what this one knows better stays. */
function merged(own: readonly LimitReading[], subjects: readonly LimitSubject[], answer: Answer): LimitReading[] {
  return own.map((reading) => {
    const at = subjects.findIndex((subject) => subject.of === reading.of && subject.id === reading.id);
    const found = (answer.found[at] as Readonly<Partial<Record<LimitName, Found>>> | undefined)?.[reading.limit];
    if (!found) return reading;
    const { waitMs: _, ...rest } = reading;
    const scale = isBudget(reading.limit) ? usdOf : (amount: number) => amount;
    const shared: LimitReading = {
      ...rest,
      used: scale(found.used),
      held: scale(found.held ?? 0),
      resetMs: found.resetMs ?? reading.resetMs,
    };
    if (fits(shared)) return shared;
    if (isSpent(shared)) return { ...shared, waitMs: shared.resetMs };
    return { ...shared, waitMs: found.waitMs === undefined || found.waitMs < 0 ? null : found.waitMs };
  });
}

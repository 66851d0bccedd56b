/**
 * Limits of this one gateway, in memory and at once: nothing here waits. A request takes all of its limits or none. Tokens
 * and money are held at their estimate while it is under way and counted as what they were when it ends.
 */
import { localDay, periodEndMs } from './periods.ts';
import {
  fits,
  isBudget,
  type LimitName,
  type LimitReading,
  type Limits,
  nanosOf,
  neverFits,
  type SubjectKind,
  usdOf,
} from './reading.ts';
import { SlidingCounter } from './sliding-counter.ts';
import type { Spend } from './spend.ts';

/** Whose limits they are. */
export interface LimitSubject {
  readonly of: SubjectKind;
  /** A record's id; a route's name. */
  readonly id: string;
  readonly name: string;
  readonly version?: number;
  readonly limits: Limits;
}

/** What one request asks of its limits. */
export interface LimitAsk {
  readonly subjects: readonly LimitSubject[];
  /** Estimate of the input, and the most output that it wishes for. */
  readonly tokens: number;
  /** What it may cost, in billionths of a dollar; 0 where the price is not known. */
  readonly costNanos: number;
  /** False for what costs nothing to ask (practice): a spent budget is no reason to refuse it. */
  readonly spends: boolean;
}

/** A request that was let through; exactly one of the two is to be called, once; what follows does nothing. */
export interface Grant {
  /** It is over: its slot is free, and this many tokens were used. */
  settle(tokens: number): void;
  /** It was not let through after all. */
  undo(): void;
}

export interface Taken {
  readonly readings: readonly LimitReading[];
  /** Absent where something does not fit: then nothing was taken. */
  readonly grant?: Grant;
  /** Where the counters are shared: `gone` when the shared ones could not be asked. */
  readonly shared?: 'asked' | 'gone';
}

export interface Tally {
  readonly requests: SlidingCounter;
  readonly tokens: SlidingCounter;
  heldTokens: number;
  heldNanos: number;
  active: number;
}

export interface LimiterOptions {
  readonly spend: Spend;
  /** Wall clock, for the periods of budgets. */
  readonly now: () => number;
  /** A clock that never runs backwards, ms. */
  readonly monotonic?: () => number;
}

/** Tallies of subjects that nothing used for a while go when there are more than this many. */
const KEPT_TALLIES = 1_000;

export class MemoryLimiter {
  readonly #tallies = new Map<string, Tally>();
  readonly #spend: Spend;
  readonly #now: () => number;
  readonly #monotonic: () => number;

  constructor({ spend, now, monotonic }: LimiterOptions) {
    this.#spend = spend;
    this.#now = now;
    this.#monotonic = monotonic ?? (() => performance.now());
  }

  take(ask: LimitAsk): Taken {
    const nowMs = this.#monotonic();
    const readings = this.#read(ask, nowMs);
    if (!readings.every(fits)) return { readings };
    const taken: { tally: Tally; bucket: number }[] = [];
    for (const subject of ask.subjects) {
      const tally = this.#tallyOf(subject);
      const bucket = tally.requests.add(1, nowMs);
      tally.active++;
      tally.heldTokens += ask.tokens;
      tally.heldNanos += ask.costNanos;
      taken.push({ tally, bucket });
    }
    return { readings, grant: this.#grant(ask, taken) };
  }

  /** The same readings with nothing taken. */
  look(ask: LimitAsk): Taken {
    return { readings: this.#read(ask, this.#monotonic()) };
  }

  /** What is running and held just now, by subject; for counters that are shared. */
  *underWay(): Iterable<readonly [key: string, tally: Tally]> {
    for (const entry of this.#tallies) if (entry[1].active > 0) yield entry;
  }

  #grant(ask: LimitAsk, taken: readonly { tally: Tally; bucket: number }[]): Grant {
    let open = true;
    const release = (): boolean => {
      if (!open) return false;
      open = false;
      for (const { tally } of taken) {
        tally.active--;
        tally.heldTokens -= ask.tokens;
        tally.heldNanos -= ask.costNanos;
      }
      return true;
    };
    return {
      settle: (tokens) => {
        if (!release() || tokens <= 0) return;
        const nowMs = this.#monotonic();
        for (const { tally } of taken) tally.tokens.add(tokens, nowMs);
      },
      undo: () => {
        if (!release()) return;
        const nowMs = this.#monotonic();
        for (const { tally, bucket } of taken) tally.requests.takeBack(1, bucket, nowMs);
      },
    };
  }

  #read(ask: LimitAsk, nowMs: number): LimitReading[] {
    const readings: LimitReading[] = [];
    for (const subject of ask.subjects) {
      const tally = this.#tallies.get(keyOf(subject)) ?? NOTHING;
      for (const name in subject.limits) {
        const allowed = subject.limits[name as LimitName];
        if (allowed === undefined) continue;
        const reading = this.#readOne(name as LimitName, allowed, subject, tally, ask, nowMs);
        if (reading) readings.push(reading);
      }
    }
    return readings;
  }

  #readOne(
    limit: LimitName,
    allowed: number,
    { of, id, name, version }: LimitSubject,
    tally: Tally,
    ask: LimitAsk,
    nowMs: number,
  ): LimitReading | undefined {
    const known = version === undefined ? { limit, of, id, name, allowed } : { limit, of, id, name, version, allowed };
    switch (limit) {
      case 'rpm': {
        const { requests } = tally;
        const used = requests.used(nowMs);
        return withWait({ ...known, used, held: 0, asked: 1, resetMs: requests.resetMs(nowMs) }, () =>
          requests.waitMs(allowed - 1, nowMs),
        );
      }
      case 'tpm': {
        const { tokens, heldTokens: held } = tally;
        const { tokens: asked } = ask;
        const used = tokens.used(nowMs);
        return withWait({ ...known, used, held, asked, resetMs: tokens.resetMs(nowMs) }, () =>
          tokens.waitMs(allowed - held - asked, nowMs),
        );
      }
      case 'concurrency':
        return withWait({ ...known, used: tally.active, held: 0, asked: 1, resetMs: 0 }, () => null);
      case 'budgetDayUsd':
      case 'budgetMonthUsd': {
        if (!ask.spends) return undefined;
        const nowWallMs = this.#now();
        const period = limit === 'budgetDayUsd' ? 'day' : 'month';
        const spent = this.#spend.spent(of, id, period, localDay(nowWallMs)).nanos;
        const resetMs = periodEndMs(period, nowWallMs) - nowWallMs;
        return withWait(
          {
            ...known,
            used: usdOf(spent),
            held: usdOf(tally.heldNanos),
            asked: usdOf(ask.costNanos),
            resetMs,
          },
          () => (spent >= nanosOf(allowed) ? resetMs : null),
        );
      }
    }
  }

  #tallyOf(subject: LimitSubject): Tally {
    const key = keyOf(subject);
    let tally = this.#tallies.get(key);
    if (!tally) {
      if (this.#tallies.size >= KEPT_TALLIES) this.#forgetIdle();
      tally = emptyTally();
      this.#tallies.set(key, tally);
    }
    return tally;
  }

  #forgetIdle(): void {
    const nowMs = this.#monotonic();
    for (const [key, { active, requests, tokens }] of this.#tallies) {
      if (active === 0 && requests.used(nowMs) === 0 && tokens.used(nowMs) === 0) this.#tallies.delete(key);
    }
  }
}

export function keyOf({ of, id }: Pick<LimitSubject, 'of' | 'id'>): string {
  return `${of}:${id}`;
}

function emptyTally(): Tally {
  return {
    requests: new SlidingCounter(),
    tokens: new SlidingCounter(),
    heldTokens: 0,
    heldNanos: 0,
    active: 0,
  };
}

/** Of a subject that nothing has used yet; never added to. */
const NOTHING: Tally = emptyTally();

/** How long to wait is worked out only where it does not fit. */
export function withWait(reading: LimitReading, waitMs: () => number | null): LimitReading {
  if (fits(reading)) return reading;
  return { ...reading, waitMs: neverFits(reading) && !isBudget(reading.limit) ? null : waitMs() };
}

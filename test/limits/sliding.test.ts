import fc from 'fast-check';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { describe, expect, it, vi } from 'vitest';
import { type Grant, type LimitAsk, MemoryLimiter, type Taken } from '../../gateway/limits/limiter.ts';
import { type Limits, refusing, retryAfterSeconds } from '../../gateway/limits/reading.ts';
import { BUCKET_MS, WINDOW_MS } from '../../gateway/limits/sliding-counter.ts';

/** A limiter on a clock of its own. */
function onClock(limits: Limits) {
  const clock = { ms: 1_000_000 };
  const limiter = new MemoryLimiter({
    spend: { spent: () => ({ nanos: 0, unpriced: 0 }) },
    now: () => clock.ms,
    monotonic: () => clock.ms,
  });
  const ask = (tokens = 0): LimitAsk => ({
    subjects: [{ of: 'gateway-key', id: 'k', name: 'k', limits }],
    tokens,
    costNanos: 0,
    spends: true,
  });
  return { clock, limiter, take: (tokens?: number): Taken => limiter.take(ask(tokens)) as Taken };
}

const pauses = fc.array(fc.oneof(fc.integer({ min: 0, max: 900 }), fc.integer({ min: 0, max: 30_000 })), {
  minLength: 20,
  maxLength: 200,
});

/** The most that any 60 seconds hold, wherever they begin. */
function mostInAWindow(events: readonly { at: number; amount: number }[]): number {
  let most = 0;
  for (const { at } of events) {
    const within = events.filter((other) => other.at >= at && other.at < at + WINDOW_MS);
    most = Math.max(
      most,
      within.reduce((sum, { amount }) => sum + amount, 0),
    );
  }
  return most;
}

describe('requests a minute', () => {
  it('are never more than allowed in any 60 seconds, and none is refused more than a bucket early', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), pauses, (rpm, gaps) => {
        const { clock, take } = onClock({ rpm });
        const passed: { at: number; amount: number }[] = [];
        for (const gap of gaps) {
          clock.ms += gap;
          const inStrictWindow = passed.filter(({ at }) => at > clock.ms - WINDOW_MS - BUCKET_MS).length;
          const { grant } = take();
          if (grant) passed.push({ at: clock.ms, amount: 1 });
          else expect(inStrictWindow).toBeGreaterThanOrEqual(rpm);
        }
        expect(mostInAWindow(passed)).toBeLessThanOrEqual(rpm);
      }),
      { numRuns: 60 },
    );
  });

  it('pass again after exactly the seconds that retry-after names, and not two seconds before', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), pauses, (rpm, gaps) => {
        const { clock, limiter, take } = onClock({ rpm });
        for (const gap of gaps) {
          clock.ms += gap;
          const taken = take();
          if (taken.grant) continue;
          const seconds = retryAfterSeconds(taken.readings) as number;
          const back = clock.ms;
          const ask: LimitAsk = {
            subjects: [{ of: 'gateway-key', id: 'k', name: 'k', limits: { rpm } }],
            tokens: 0,
            costNanos: 0,
            spends: true,
          };
          if (seconds > 2) {
            clock.ms = back + (seconds - 2) * 1000;
            expect(refusing(limiter.look(ask).readings)).toBeDefined();
          }
          clock.ms = back + seconds * 1000;
          expect(refusing(limiter.look(ask).readings)).toBeUndefined();
          expect(take().grant).toBeDefined();
          break;
        }
      }),
      { numRuns: 60 },
    );
  });

  it('would be exceeded by the fixed windows of rate-limiter-flexible, which is why they are counted here', async () => {
    vi.useFakeTimers();
    try {
      const library = new RateLimiterMemory({ points: 5, duration: 60 });
      const passed: { at: number; amount: number }[] = [];
      const ask = async (times: number) => {
        for (let i = 0; i < times; i++) {
          await library.consume('k').then(
            () => passed.push({ at: Date.now(), amount: 1 }),
            () => undefined,
          );
        }
      };
      await ask(1);
      await vi.advanceTimersByTimeAsync(59_900);
      await ask(4);
      await vi.advanceTimersByTimeAsync(200);
      await ask(5);
      expect(mostInAWindow(passed)).toBe(9);
    } finally {
      vi.useRealTimers();
    }
  });
});

type Move =
  | { readonly kind: 'ask'; readonly gap: number; readonly wish: number; readonly share: number }
  | { readonly kind: 'end' | 'undo'; readonly gap: number; readonly which: number };

const moves = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constant('ask' as const),
      gap: fc.integer({ min: 0, max: 4_000 }),
      wish: fc.integer({ min: 1, max: 120 }),
      /** How much of what it wished for it really used. */
      share: fc.integer({ min: 0, max: 100 }),
    }),
    fc.record({
      kind: fc.constantFrom('end' as const, 'end' as const, 'undo' as const),
      gap: fc.integer({ min: 0, max: 9_000 }),
      which: fc.nat(20),
    }),
  ),
  { minLength: 20, maxLength: 150 },
);

/** Runs the moves; tells when each exchange was let through and over, and what it used. */
function play(limits: Limits, script: readonly Move[], onRefusal?: (state: State) => void) {
  const { clock, take } = onClock(limits);
  const running: { grant: Grant; from: number; wish: number; share: number }[] = [];
  const done: { from: number; at: number; amount: number }[] = [];
  const state = (asked: number): State => ({ nowMs: clock.ms, running, done, asked });
  let mostAtOnce = 0;
  for (const move of script) {
    clock.ms += move.gap;
    if (move.kind === 'ask') {
      const { grant } = take(move.wish);
      if (grant) running.push({ grant, from: clock.ms, wish: move.wish, share: move.share });
      else onRefusal?.(state(move.wish));
      mostAtOnce = Math.max(mostAtOnce, running.length);
      continue;
    }
    const [over] = running.splice(move.which % Math.max(1, running.length), 1);
    if (!over) continue;
    if (move.kind === 'undo') over.grant.undo();
    else {
      const amount = Math.floor((over.wish * over.share) / 100);
      over.grant.settle(amount);
      done.push({ from: over.from, at: clock.ms, amount });
    }
    // Whatever ends an exchange may come twice: a client that leaves while its answer ends.
    over.grant.settle(1_000_000);
    over.grant.undo();
  }
  return { done, mostAtOnce, running, clock };
}

interface State {
  readonly nowMs: number;
  readonly running: readonly { wish: number }[];
  readonly done: readonly { at: number; amount: number }[];
  readonly asked: number;
}

describe('tokens a minute', () => {
  it('are never more than allowed in any 60 seconds, by when they were counted and by when they were asked for', () => {
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 400 }), moves, (tpm, script) => {
        const { done } = play({ tpm }, script);
        expect(mostInAWindow(done)).toBeLessThanOrEqual(tpm);
        expect(mostInAWindow(done.map(({ from, amount }) => ({ at: from, amount })))).toBeLessThanOrEqual(tpm);
      }),
      { numRuns: 60 },
    );
  });

  it('are refused only where what is held and what was used in the last 61 seconds leave no room', () => {
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 400 }), moves, (tpm, script) => {
        play({ tpm }, script, ({ nowMs, running, done, asked }) => {
          const held = running.reduce((sum, { wish }) => sum + wish, 0);
          const used = done
            .filter(({ at }) => at > nowMs - WINDOW_MS - BUCKET_MS)
            .reduce((sum, { amount }) => sum + amount, 0);
          expect(held + used + asked).toBeGreaterThan(tpm);
        });
      }),
      { numRuns: 60 },
    );
  });
});

describe('requests at once', () => {
  it('are never more than allowed, and every slot comes back exactly once however it ends', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), moves, (concurrency, script) => {
        const { mostAtOnce } = play({ concurrency }, script, ({ running }) => expect(running.length).toBe(concurrency));
        expect(mostAtOnce).toBeLessThanOrEqual(concurrency);
      }),
      { numRuns: 60 },
    );
  });
});

describe('several limits together', () => {
  it('take from all or from none', () => {
    const clock = { ms: 5_000 };
    const limiter = new MemoryLimiter({
      spend: { spent: () => ({ nanos: 0, unpriced: 0 }) },
      now: () => clock.ms,
      monotonic: () => clock.ms,
    });
    const wide = { of: 'app', id: 'a', name: 'a', limits: { rpm: 10 } } as const;
    const narrow = { of: 'gateway-key', id: 'k', name: 'k', limits: { rpm: 1 } } as const;
    const rest = { tokens: 0, costNanos: 0, spends: true };
    expect(limiter.take({ subjects: [wide, narrow], ...rest }).grant).toBeDefined();
    for (let i = 0; i < 5; i++) expect(limiter.take({ subjects: [wide, narrow], ...rest }).grant).toBeUndefined();
    expect(limiter.look({ subjects: [wide], ...rest }).readings).toMatchObject([
      { limit: 'rpm', used: 1, allowed: 10 },
    ]);
  });

  it('asking what they show takes nothing', () => {
    const { limiter, take } = onClock({ rpm: 1 });
    const ask: LimitAsk = {
      subjects: [{ of: 'gateway-key', id: 'k', name: 'k', limits: { rpm: 1 } }],
      tokens: 0,
      costNanos: 0,
      spends: true,
    };
    for (let i = 0; i < 3; i++) expect(refusing(limiter.look(ask).readings)).toBeUndefined();
    expect(take().grant).toBeDefined();
    expect(refusing(limiter.look(ask).readings)).toMatchObject({ limit: 'rpm', used: 1 });
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CAUSES } from '../../gateway/causes.ts';
import { MOVES } from '../../gateway/routing/moves.ts';
import { backoffMs, breaksCircuit, type FailedTry, mayFollow, nextMove } from '../../gateway/routing/next-move.ts';
import { orderTargets } from '../../gateway/routing/order.ts';
import type { AttemptPolicy } from '../../gateway/routing/policy.ts';
import { numbersFrom } from '../../gateway/routing/random.ts';
import { retryAfterMs } from '../../gateway/routing/retry-after.ts';

const policy: AttemptPolicy = {
  retries: 2,
  retryWithinMs: 30_000,
  timeouts: { connectMs: 1000, firstByteMs: 1000, idleMs: 1000, totalMs: 60_000 },
  nextKey: 'any',
  origins: [],
};
const failed = (given: Partial<FailedTry>): FailedTry => ({
  cause: 'provider_overloaded',
  status: 503,
  headers: [],
  triesHere: 1,
  elapsedMs: 100,
  nowMs: 0,
  ...given,
});
const move = (given: Partial<FailedTry>, next?: { sameTarget: boolean }) =>
  nextMove(failed(given), next ? { next } : {}, policy, () => 0.5);

describe('what follows a failure', () => {
  it('the same target first, where the fault may be over in a moment', () => {
    expect(move({}, { sameTarget: false }).kind).toBe('again');
    expect(move({ triesHere: 3 }, { sameTarget: false })).toMatchObject({ kind: 'next' });
    expect(move({ triesHere: 3 }).kind).toBe('stop');
  });

  it('another key at once for a limit, and a wait only where there is none', () => {
    const headers = ['retry-after', '3'];
    expect(move({ cause: 'rate_limited', status: 429, headers }, { sameTarget: true }).kind).toBe('next');
    expect(move({ cause: 'rate_limited', status: 429, headers })).toMatchObject({ kind: 'again', afterMs: 3000 });
  });

  it('no long wait for a target while another could be asked', () => {
    const headers = ['retry-after', '10'];
    expect(move({ headers }, { sameTarget: false }).kind).toBe('next');
    expect(move({ headers })).toMatchObject({ kind: 'again', afterMs: 10_000 });
  });

  it('no wait beyond the time that is allowed', () => {
    expect(move({ headers: ['retry-after', '3600'] }).kind).toBe('stop');
    expect(move({ elapsedMs: 29_990 }).kind).toBe('stop');
  });

  it('what the server says itself, over the table', () => {
    expect(move({ headers: ['x-should-retry', 'false'] }).kind).toBe('stop');
    expect(move({ cause: 'other', status: 409, headers: ['x-should-retry', 'true'] }).kind).toBe('again');
    expect(move({ cause: 'other', status: 520 }).kind).toBe('again');
    expect(move({ cause: 'other', status: 418 }).kind).toBe('stop');
  });

  it('ends: no cause is repeated for ever, whatever headers say', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...CAUSES),
        fc.array(fc.constantFrom('retry-after', '0', 'x-should-retry', 'true', 'retry-after-ms', '1'), {
          maxLength: 6,
        }),
        fc.nat(10),
        (cause, headers, triesHere) => {
          const found = move({ cause, headers, triesHere: triesHere + 1 });
          if (triesHere >= policy.retries) expect(found.kind).toBe('stop');
          if (found.kind === 'again') expect(100 + found.afterMs).toBeLessThanOrEqual(policy.retryWithinMs);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('never another target for what lies in the request, and no breaker for what callers and keys do', () => {
    for (const cause of ['bad_request_parameter', 'payload_too_large', 'content_blocked'] as const) {
      expect(mayFollow({ cause, status: 400 }, policy)).toEqual({ nextKey: false, nextTarget: false });
    }
    const breaking = CAUSES.filter((cause) => breaksCircuit({ cause, status: 400 }));
    expect(breaking.every((cause) => MOVES[cause].rests === undefined)).toBe(true);
    expect(breaking).not.toContain('context_too_long');
    expect(mayFollow({ cause: 'key_expired', status: 401 }, { nextKey: 'limited' }).nextKey).toBe(false);
    expect(mayFollow({ cause: 'rate_limited', status: 429 }, { nextKey: 'limited' }).nextKey).toBe(true);
  });
});

describe('waits', () => {
  it('double, and are spread over the upper half', () => {
    expect([1, 2, 3].map((tries) => backoffMs(tries, 0))).toEqual([250, 500, 1000]);
    expect([1, 2, 3].map((tries) => backoffMs(tries, 1))).toEqual([125, 250, 500]);
    expect(backoffMs(40, 0)).toBe(8000);
  });

  it.each([
    [['Retry-After', '2'], 2000],
    [['retry-after', '1.5'], 1500],
    [['retry-after', 'Thu, 01 Jan 1970 00:00:05 GMT'], 4000],
    [['retry-after', 'Thu, 01 Jan 1970 00:00:00 GMT'], 0],
    [['retry-after', '9', 'retry-after-ms', '250'], 250],
    [['retry-after', '999999999'], 24 * 3_600_000],
    [['retry-after', 'soon'], undefined],
    [['retry-after', ''], undefined],
    [[], undefined],
  ])('read %j as %s ms', (headers, ms) => {
    expect(retryAfterMs(headers, 1000)).toBe(ms);
  });
});

describe('the order of targets', () => {
  const three = [{ id: 'a', weight: 8 }, { id: 'b', weight: 1 }, { id: 'c' }];

  it('by weight is a permutation, the same for the same draw, and as often first as it weighs', () => {
    const firsts = new Map<string, number>();
    for (let draw = 0; draw < 2000; draw++) {
      const { targets } = orderTargets(three, 'weighted', numbersFrom(draw / 2000));
      expect(new Set(targets)).toEqual(new Set(three));
      expect(orderTargets(three, 'weighted', numbersFrom(draw / 2000)).targets).toEqual(targets);
      firsts.set(targets[0]?.id ?? '', (firsts.get(targets[0]?.id ?? '') ?? 0) + 1);
    }
    expect((firsts.get('a') ?? 0) / 2000).toBeCloseTo(0.8, 1);
    expect((firsts.get('b') ?? 0) / 2000).toBeCloseTo(0.1, 1);
  });

  it('by speed asks what is not measured first, then the fastest, and looks elsewhere now and then', () => {
    const measured = [{ id: 'a', firstByteMs: 300 }, { id: 'b', firstByteMs: 90 }, { id: 'c' }];
    const order = (targets: typeof measured, draw: number) =>
      orderTargets(targets, 'fastest', numbersFrom(draw)).targets.map(({ id }) => id);
    expect(order(measured, 0.5)).toEqual(['c', 'b', 'a']);
    const all = measured.map((target) => ({ firstByteMs: 200, ...target }));
    const firsts = Array.from({ length: 1000 }, (_, draw) => order(all, draw / 1000)[0]);
    const elsewhere = firsts.filter((id) => id !== 'b').length;
    expect(elsewhere).toBeGreaterThan(20);
    expect(elsewhere).toBeLessThan(90);
  });
});

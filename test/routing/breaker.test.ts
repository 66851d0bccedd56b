import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  afterFailure,
  afterSuccess,
  type Breaker,
  breakerState,
  CLOSED,
  trialBegins,
  trialEnds,
} from '../../gateway/routing/breaker.ts';

const rules = { failures: 3, openMs: 1000 };
const failure = (atMs: number) => ({
  cause: 'provider_overloaded' as const,
  status: 503,
  message: 'status 503',
  capture: 'c1',
  atMs,
});
const failed = (times: number, from: Breaker = CLOSED, atMs = 0) =>
  Array.from({ length: times }).reduce<Breaker>(
    (breaker, _, index) => afterFailure(breaker, failure(atMs + index), rules),
    from,
  );

describe('the circuit breaker', () => {
  it('opens at the failure that makes it enough, and keeps that failure', () => {
    expect(breakerState(failed(2), 10)).toBe('closed');
    const open = failed(3);
    expect(breakerState(open, 10)).toBe('open');
    expect(open.open?.trip).toMatchObject({ cause: 'provider_overloaded', failures: 3, atMs: 2 });
  });

  it('lets one request through when its time is up, and no second one meanwhile', () => {
    const open = failed(3);
    expect(breakerState(open, 1002)).toBe('trial');
    const tried = trialBegins(open, 1002);
    expect(breakerState(tried, 1003)).toBe('open');
    expect(breakerState(trialEnds(tried), 1003)).toBe('trial');
    // Nobody told how it ended.
    expect(breakerState(tried, 1002 + 120_000)).toBe('trial');
  });

  it('closes with an answered trial, and stays open twice as long after a failed one', () => {
    const tried = trialBegins(failed(3), 1002);
    expect(breakerState(afterSuccess(tried, 1100), 1100)).toBe('closed');
    const again = afterFailure(tried, failure(1100), rules);
    expect(again.open?.untilMs).toBe(1100 + 2000);
    expect(breakerState(again, 1101)).toBe('open');
  });

  it('is not closed by an answer that was asked for before it opened', () => {
    expect(breakerState(afterSuccess(failed(3), 500), 500)).toBe('open');
  });

  it('never opens where the route says so', () => {
    let breaker = CLOSED;
    for (let at = 0; at < 100; at++) breaker = afterFailure(breaker, failure(at), { failures: 0, openMs: 1000 });
    expect(breakerState(breaker, 200)).toBe('closed');
  });

  it('opens for every second failure too, once there were enough to tell', () => {
    let breaker = CLOSED;
    let at = 0;
    while (breakerState(breaker, at) === 'closed' && at < 100) {
      breaker = at % 2 === 0 ? afterSuccess(breaker, at) : afterFailure(breaker, failure(at), rules);
      at += 1;
    }
    expect(at).toBe(20);
  });

  it('whatever happens, is open no longer than its longest time after the last failure, and remembers little', () => {
    const event = fc.record({ afterMs: fc.integer({ min: 0, max: 20_000 }), ok: fc.boolean(), trial: fc.boolean() });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 120 }), (events) => {
        let breaker = CLOSED;
        let now = 0;
        let lastFailureMs = 0;
        for (const { afterMs, ok, trial } of events) {
          now += afterMs;
          if (trial && breakerState(breaker, now) === 'trial') breaker = trialBegins(breaker, now);
          if (!ok) lastFailureMs = now;
          breaker = ok ? afterSuccess(breaker, now) : afterFailure(breaker, failure(now), rules);
          expect(breaker.outcomes.length).toBeLessThanOrEqual(40);
          if (breaker.open) expect(breaker.open.untilMs).toBeLessThanOrEqual(lastFailureMs + 5 * 60_000);
          expect(breakerState(breaker, lastFailureMs + 10 * 60_000)).not.toBe('open');
        }
      }),
      { numRuns: 200 },
    );
  });
});

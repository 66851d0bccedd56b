/**
 * The circuit breaker of one target, as a pure state machine: it opens when the provider fails too often, lets one request
 * through for a trial when its time is up, and closes when that is answered. Kept by provider and model: one model of a
 * provider may be down while its others answer, and a provider that is down as a whole trips each of its models within a few
 * requests. What a caller or a key did wrong never counts here.
 */
import type { Cause } from '../causes.ts';

export interface BreakerRules {
  /** Failures in a row that open it; 0: never. */
  readonly failures: number;
  /** How long it stays open the first time; doubles while trials fail. */
  readonly openMs: number;
}

export const BREAKER_DEFAULTS: BreakerRules = { failures: 5, openMs: 30_000 };

const LONGEST_OPEN_MS = 5 * 60_000;

/** Besides failures in a row: half of the outcomes of the last minute, where there were enough to tell. */
const WINDOW_MS = 60_000;
const WINDOW_OUTCOMES = 40;
const ENOUGH_OUTCOMES = 20;
const FAILED_SHARE = 0.5;

/** A trial whose end was never told (the app hung up) is given up after this. */
const TRIAL_MS = 120_000;

/** The failure that tripped it, kept so that it can be told while the target is passed over. */
export interface Trip {
  readonly cause: Cause;
  readonly status?: number;
  /** One sentence. */
  readonly message: string;
  readonly capture: string;
  readonly atMs: number;
  readonly failures: number;
}

export interface Breaker {
  readonly outcomes: readonly { readonly atMs: number; readonly ok: boolean }[];
  readonly failuresInRow: number;
  readonly open?: {
    readonly trip: Trip;
    readonly untilMs: number;
    /** Times it has opened without an answer in between. */
    readonly times: number;
    /** When the trial under way began. */
    readonly trialAtMs?: number;
  };
}

export const CLOSED: Breaker = { outcomes: [], failuresInRow: 0 };

/** `trial`: its time is up and one request may go through. */
export type BreakerState = 'closed' | 'open' | 'trial';

export function breakerState({ open }: Breaker, nowMs: number): BreakerState {
  if (!open) return 'closed';
  if (nowMs < open.untilMs) return 'open';
  return open.trialAtMs !== undefined && nowMs - open.trialAtMs < TRIAL_MS ? 'open' : 'trial';
}

export function trialBegins(breaker: Breaker, nowMs: number): Breaker {
  return breaker.open ? { ...breaker, open: { ...breaker.open, trialAtMs: nowMs } } : breaker;
}

/** The trial ended without telling anything. */
export function trialEnds(breaker: Breaker): Breaker {
  if (breaker.open?.trialAtMs === undefined) return breaker;
  const { trialAtMs: _over, ...open } = breaker.open;
  return { ...breaker, open };
}

export function afterSuccess(breaker: Breaker, nowMs: number): Breaker {
  // An answer that was asked for before it opened does not close it: only what was let through since does.
  if (breaker.open && nowMs < breaker.open.untilMs) return breaker;
  if (breaker.open) return CLOSED;
  return { outcomes: recent(breaker, nowMs, true), failuresInRow: 0 };
}

export function afterFailure(breaker: Breaker, trip: Omit<Trip, 'failures'>, rules: BreakerRules): Breaker {
  const nowMs = trip.atMs;
  const failures = breaker.failuresInRow + 1;
  const outcomes = recent(breaker, nowMs, false);
  const failed: Breaker = { ...breaker, outcomes, failuresInRow: failures };
  if (breaker.open) {
    // Still open: what was under way when it opened fails too and changes nothing.
    if (nowMs < breaker.open.untilMs) return failed;
    return opened(failed, { ...trip, failures }, rules, breaker.open.times + 1);
  }
  const bad = outcomes.filter(({ ok }) => !ok).length;
  const tooMany = outcomes.length >= ENOUGH_OUTCOMES && bad / outcomes.length >= FAILED_SHARE;
  if (rules.failures === 0 || (failures < rules.failures && !tooMany)) return failed;
  return opened(failed, { ...trip, failures: Math.max(failures, tooMany ? bad : 0) }, rules, 1);
}

function opened(breaker: Breaker, trip: Trip, rules: BreakerRules, times: number): Breaker {
  const openMs = Math.min(LONGEST_OPEN_MS, rules.openMs * 2 ** Math.min(times - 1, 10));
  // What happened before is told; after the trial it counts anew.
  return { outcomes: [], failuresInRow: breaker.failuresInRow, open: { trip, untilMs: trip.atMs + openMs, times } };
}

function recent({ outcomes }: Breaker, nowMs: number, ok: boolean): Breaker['outcomes'] {
  const kept = outcomes.filter(({ atMs }) => nowMs - atMs < WINDOW_MS);
  return [...kept.slice(-(WINDOW_OUTCOMES - 1)), { atMs: nowMs, ok }];
}

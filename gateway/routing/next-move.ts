/** What follows a failed attempt: a pure function of what failed and what is left to try. */
import type { Cause } from '../causes.ts';
import type { RawHeaders } from '../exchange.ts';
import { MOVES } from './moves.ts';
import type { AttemptPolicy } from './policy.ts';
import { retryAfterMs, shouldRetry } from './retry-after.ts';

export interface FailedTry {
  readonly cause: Cause;
  readonly status?: number;
  readonly headers?: RawHeaders;
  /** Attempts at this very target and key, this one included. */
  readonly triesHere: number;
  /** Offset of the failure, ms since the request came in. */
  readonly elapsedMs: number;
  /** Wall clock, for dates in headers. */
  readonly nowMs: number;
}

/** What the plan still holds, told only as far as the cause may lead. */
export interface Left {
  /** First entry not yet tried that the cause lets follow, and whether it is the same target with another key. */
  readonly next?: { readonly sameTarget: boolean };
}

export type Move =
  | { readonly kind: 'again'; readonly afterMs: number; readonly why: string }
  | { readonly kind: 'next'; readonly why: string }
  | { readonly kind: 'stop'; readonly why: string };

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 8_000;

/** Nobody waits longer than this for a target while another one could be asked. */
const PATIENCE_MS = 2_000;

/** Exponential, with up to half of it taken off so that many clients do not come back at once. `random` is in [0, 1). */
export function backoffMs(triesHere: number, random: number): number {
  const full = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (triesHere - 1));
  return Math.round(full * (1 - random / 2));
}

export function nextMove(failed: FailedTry, left: Left, policy: AttemptPolicy, random: () => number): Move {
  const row = rowOf(failed);
  const told = failed.headers && shouldRetry(failed.headers);
  const again = tryAgain(failed, policy, random, told);
  const canWait = again && (again.afterMs <= PATIENCE_MS || !left.next);
  if (again && canWait && (told === true || row.again === 'first')) return again;
  if (left.next) {
    const where = left.next.sameTarget ? 'the next key' : 'the next target';
    return { kind: 'next', why: `${row.because}: went on to ${where}` };
  }
  if (again && row.again === 'last') return again;
  return { kind: 'stop', why: `${row.because}: ${whyStopped(failed, row, policy, told)}` };
}

/** A server's failure that nobody could name is still the server's. */
function rowOf({ cause, status }: Pick<FailedTry, 'cause' | 'status'>) {
  return cause === 'other' && status !== undefined && status >= 500 ? MOVES.provider_outage : MOVES[cause];
}

/** Whether the cause lets another key or another target follow. */
export function mayFollow(failed: Pick<FailedTry, 'cause' | 'status'>, policy: Pick<AttemptPolicy, 'nextKey'>) {
  const { nextKey, nextTarget } = rowOf(failed);
  return { nextKey: nextKey && (policy.nextKey === 'any' || isLimit(failed.cause)), nextTarget };
}

/** The key is good and used up for now. */
export function isLimit(cause: Cause): boolean {
  return cause === 'rate_limited' || cause === 'quota_exhausted';
}

export function breaksCircuit(failed: Pick<FailedTry, 'cause' | 'status'>): boolean {
  return rowOf(failed).breaks;
}

function tryAgain(
  failed: FailedTry,
  policy: AttemptPolicy,
  random: () => number,
  told: boolean | undefined,
): Extract<Move, { kind: 'again' }> | undefined {
  const row = rowOf(failed);
  if (told === false || (row.again === 'never' && told !== true)) return undefined;
  if (failed.triesHere > policy.retries) return undefined;
  const asked = failed.headers && retryAfterMs(failed.headers, failed.nowMs);
  const own = backoffMs(failed.triesHere, random());
  const afterMs = Math.max(own, asked ?? 0);
  if (failed.elapsedMs + afterMs > Math.min(policy.retryWithinMs, policy.timeouts.totalMs)) return undefined;
  const waited = `${(afterMs / 1000).toFixed(1)} s`;
  const words = asked !== undefined && asked >= own ? `after the ${waited} it asked for` : `after ${waited}`;
  return {
    kind: 'again',
    afterMs,
    why: `${row.because}: tried again ${words} (${failed.triesHere} of ${policy.retries})`,
  };
}

function whyStopped(
  failed: FailedTry,
  row: (typeof MOVES)[Cause],
  policy: AttemptPolicy,
  told: boolean | undefined,
): string {
  if (row.again === 'never' || told === false) {
    return row.nextTarget || row.nextKey ? 'nothing else is left to try' : 'another try would not help';
  }
  if (policy.retries === 0) return 'asked for without a route, so it is tried once';
  if (failed.triesHere > policy.retries) return `tried ${failed.triesHere} times, and nothing else is left`;
  return 'another try would take longer than is allowed';
}

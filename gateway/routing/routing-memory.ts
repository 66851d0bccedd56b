/**
 * How targets and keys did lately, in memory: lost with a restart, which is the same as everything being worth a try. One for
 * a gateway; only requests that are really sent write to it.
 */
import type { Cause } from '../causes.ts';
import { afterFailure, afterSuccess, type Breaker, breakerState, CLOSED, trialBegins, trialEnds } from './breaker.ts';
import { MOVES } from './moves.ts';
import { breaksCircuit } from './next-move.ts';
import type { AttemptNote, OpenTarget, RestingKey, RoutingFacts } from './routing-facts.ts';

/** How long a key rests whose provider did not say for how long. */
function restMs(cause: Cause): number {
  return cause === 'rate_limited' ? 20_000 : 5 * 60_000;
}

/** An older measurement tells nothing: the target is asked first once more. */
const LATENCY_MS = 5 * 60_000;
const NEWEST_SHARE = 0.3;

const REMEMBERED = 10_000;

export class RoutingMemory implements RoutingFacts {
  readonly #breakers = new Map<string, Breaker>();
  readonly #rests = new Map<string, RestingKey>();
  readonly #latencies = new Map<string, { readonly ms: number; readonly atMs: number }>();
  readonly #turns = new Map<string, number>();
  readonly #random: () => number;
  #onChange: () => void = () => {};

  constructor(random: () => number = Math.random) {
    this.#random = random;
  }

  /** Called back when a breaker opens, closes, or is closed by hand. */
  watch(onChange: () => void): void {
    this.#onChange = onChange;
  }

  draw(): number {
    // As many digits as are recorded, so that the recorded number decides the same.
    return Math.floor(this.#random() * 1e6) / 1e6;
  }

  turn(providerId: string): number {
    const turn = this.#turns.get(providerId) ?? 0;
    this.#turns.set(providerId, (turn + 1) % 1_000_000);
    return turn;
  }

  openTarget(target: string, nowMs: number): OpenTarget | undefined {
    const breaker = this.#breakers.get(target);
    if (!breaker?.open) return undefined;
    const { trip, untilMs } = breaker.open;
    return { trip, untilMs, trial: breakerState(breaker, nowMs) === 'trial' };
  }

  restingKey(key: string, model: string | undefined, nowMs: number): RestingKey | undefined {
    for (const name of [key, `${key} ${model ?? ''}`]) {
      const rest = this.#rests.get(name);
      if (!rest) continue;
      if (rest.untilMs > nowMs) return rest;
      this.#rests.delete(name);
    }
    return undefined;
  }

  firstByteMs(target: string, nowMs: number): number | undefined {
    const known = this.#latencies.get(target);
    return known && nowMs - known.atMs < LATENCY_MS ? known.ms : undefined;
  }

  tries(target: string, nowMs: number): void {
    const breaker = this.#breakers.get(target);
    if (breaker) this.#breakers.set(target, trialBegins(breaker, nowMs));
  }

  note(note: AttemptNote): void {
    const { target, cause, nowMs } = note;
    const breaker = this.#breakers.get(target);
    if (cause === undefined) {
      if (breaker) this.#breakers.set(target, trialEnds(breaker));
      return;
    }
    if (cause === null) {
      if (breaker) this.#setBreaker(target, breaker, afterSuccess(breaker, nowMs));
      this.#measure(note);
      if (note.key !== undefined && this.#rests.size > 0) this.#wake(note.key, note.model);
      return;
    }
    this.#rest(cause, note);
    if (breaksCircuit({ cause, status: note.status })) {
      const { status, message, capture, rules } = note;
      const before = breaker ?? CLOSED;
      this.#setBreaker(target, before, afterFailure(before, { cause, status, message, capture, atMs: nowMs }, rules));
    } else if (breaker) {
      // It answered, whatever it said: it is not down.
      this.#setBreaker(target, breaker, afterSuccess(breaker, nowMs));
    }
  }

  #setBreaker(target: string, before: Breaker, after: Breaker) {
    if (this.#breakers.size >= REMEMBERED && !this.#breakers.has(target)) this.#breakers.clear();
    this.#breakers.set(target, after);
    if (before.open !== after.open) this.#onChange();
  }

  #measure({ target, firstByteMs, nowMs }: AttemptNote) {
    if (firstByteMs === undefined) return;
    const known = this.#latencies.get(target);
    const ms =
      known && nowMs - known.atMs < LATENCY_MS ? known.ms + (firstByteMs - known.ms) * NEWEST_SHARE : firstByteMs;
    if (this.#latencies.size >= REMEMBERED && !known) this.#latencies.clear();
    this.#latencies.set(target, { ms: Math.round(ms * 10) / 10, atMs: nowMs });
  }

  #rest(cause: Cause, { key, model, retryAfterMs, nowMs }: AttemptNote) {
    const { rests } = MOVES[cause];
    if (key === undefined || rests === undefined) return;
    if (this.#rests.size >= REMEMBERED) this.#rests.clear();
    const name = rests === 'key' ? key : `${key} ${model ?? ''}`;
    this.#rests.set(name, { cause, untilMs: nowMs + (retryAfterMs ?? restMs(cause)) });
  }

  #wake(key: string, model: string | undefined) {
    this.#rests.delete(key);
    this.#rests.delete(`${key} ${model ?? ''}`);
  }

  /** By hand: the next request goes there again. True where there was something to close. */
  close(target: string): boolean {
    const was = this.#breakers.get(target)?.open !== undefined;
    this.#breakers.delete(target);
    if (was) this.#onChange();
    return was;
  }

  /** By hand: the key is asked again. True where it rested. */
  wakeKey(key: string): boolean {
    const names = [...this.#rests.keys()].filter((name) => name === key || name.startsWith(`${key} `));
    for (const name of names) this.#rests.delete(name);
    return names.length > 0;
  }

  /** Breakers that are open, or wait for a trial. */
  openTargets(nowMs: number): { readonly target: string; readonly open: OpenTarget }[] {
    return [...this.#breakers.keys()].flatMap((target) => {
      const open = this.openTarget(target, nowMs);
      return open ? [{ target, open }] : [];
    });
  }
}

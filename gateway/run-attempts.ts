/**
 * The attempts of one exchange, one after the other, for a request under way and for a replay alike: what the plan holds is
 * asked until it is answered, nothing is left that could help, or the first byte has gone to the client. After that byte
 * there is never another attempt, and never one for a body that was streamed and is not kept.
 */
import type { Cause } from './causes.ts';
import type { Deadline } from './deadline.ts';
import type { Attempt, Verdict } from './exchange.ts';
import { findModel } from './models/find-model.ts';
import { type Left, mayFollow, nextMove } from './routing/next-move.ts';
import { numbersFrom } from './routing/random.ts';
import { retryAfterMs } from './routing/retry-after.ts';
import { keyName, NO_FACTS, targetName } from './routing/routing-facts.ts';
import type { StageRun, Unprepared } from './run-stages.ts';
import { type Failure, hungUp } from './stages/failure.ts';
import type { ForwardRun } from './stages/forward.ts';
import type { Plan } from './stages/plan.ts';
import type { PreparedAttempt } from './stages/prepare-attempt.ts';
import { PRACTICE } from './stages/resolve-target.ts';
import type { AnswerSink } from './stages/respond.ts';
import type { ChosenTarget } from './stages/usable-target.ts';

type Outcome = Omit<Verdict, 'endMs'>;

export interface AttemptsOptions {
  readonly body: Buffer;
  /** The body is not in `body`, it goes through as it comes: there is one attempt and no other. */
  readonly streamed: boolean;
  readonly sink: AnswerSink;
  /** Hands one attempt to what carries it, and gives the run its control. */
  readonly carry: (target: ChosenTarget, prepared: PreparedAttempt, run: ForwardRun) => void;
  /** False where no time passes, or a recorded one does. */
  readonly bounded: boolean;
  /** Goes on after so many ms; what it returns calls that off. */
  readonly pause: (ms: number, goOn: () => void) => () => void;
  readonly onDone: (verdict: Outcome) => void;
  /** Nothing could be sent; the refusal stands in the exchange. */
  readonly onRefused: () => void;
  /** An attempt is over and its outcome is written. */
  readonly onAttemptOver?: (attempt: Attempt) => void;
}

interface NextEntry {
  readonly place: number;
  readonly prepared: () => PreparedAttempt | Unprepared;
}

/** However long a plan is. */
const MOST_ATTEMPTS = 16;

export class Attempts {
  private readonly stages: StageRun;
  private readonly plan: Plan;
  private readonly options: AttemptsOptions;
  private readonly random: () => number;
  /** Entries that were tried, by place in the plan. */
  private readonly tried = new Set<number>();
  /** Targets that no other key would help. */
  private readonly left = new Set<string>();
  private place = 0;
  private triesHere = 0;
  private run: ForwardRun | undefined;
  private whole: Deadline | undefined;
  private callOff: (() => void) | undefined;
  private over = false;
  /** What the attempt under way told has been written down. */
  private noted = false;

  constructor(stages: StageRun, plan: Plan, options: AttemptsOptions) {
    this.stages = stages;
    this.plan = plan;
    this.options = options;
    this.random = numbersFrom(plan.draw);
    options.sink.once('close', () => this.onClientClose());
  }

  start() {
    let refused: Unprepared | undefined;
    for (const [place, entry] of this.plan.entries.entries()) {
      // The first one's were asked when the plan was made.
      if (place > 0 && !this.stages.takeKey(entry)) continue;
      const prepared = this.prepare(entry);
      if ('attempt' in prepared) {
        this.place = place;
        this.open(prepared);
        return;
      }
      refused ??= prepared;
      this.tried.add(place);
    }
    this.over = true;
    this.stages.refuseUnprepared(refused as Unprepared);
    this.options.onRefused();
  }

  private get entry(): ChosenTarget {
    return this.plan.entries[this.place] as ChosenTarget;
  }

  private get canFollow(): boolean {
    return this.plan.entries.length > 1 || this.plan.policy.retries > 0;
  }

  private prepare(entry: ChosenTarget): PreparedAttempt | Unprepared {
    return this.stages.tryPrepare(entry, this.options.body, this.options.streamed, this.plan.policy.origins);
  }

  private open(prepared: PreparedAttempt) {
    const { stages, options, plan, entry } = this;
    this.tried.add(this.place);
    this.triesHere += 1;
    this.noted = false;
    const run = stages.openForward(entry, prepared, options.sink, {
      onOver: () => options.onAttemptOver?.(prepared.attempt),
      onDone: (verdict) => this.done(verdict, prepared.attempt),
      moveOn: this.canFollow && !options.streamed ? (failure) => this.moveOn(failure, prepared.attempt) : undefined,
    });
    this.run = run;
    this.whole = options.bounded ? stages.limitWhole(run, plan.policy.timeouts.totalMs) : undefined;
    options.carry(entry, prepared, run);
  }

  private done(verdict: Outcome, attempt: Attempt) {
    this.over = true;
    this.whole?.end();
    if (!this.noted) {
      this.note(
        attempt,
        verdict.clientGone ? undefined : verdict.ok ? null : (verdict.cause ?? 'other'),
        verdict.message,
      );
    }
    this.options.onDone(verdict);
  }

  /** Before the first byte went to the client. True: another attempt follows, and this one's answer is not passed on. */
  private moveOn(failure: Failure, attempt: Attempt): boolean {
    const { stages, plan, options } = this;
    this.note(attempt, failure.cause, failure.message);
    this.noted = true;
    const next = this.nextEntry(failure.cause, attempt);
    const move = nextMove(
      {
        cause: failure.cause,
        status: attempt.status,
        headers: attempt.responseHeaders,
        triesHere: this.triesHere,
        elapsedMs: stages.elapsed(),
        nowMs: stages.now(),
      },
      leftOf(this.entry, next && plan.entries[next.place]),
      plan.policy,
      this.random,
    );
    const stopped = this.stopped(failure);
    attempt.outcome = { ...attempt.outcome, ok: false, movedOn: stopped ?? move.why };
    if (stopped !== undefined || move.kind === 'stop') return false;
    const to = this.withinLimits(move.kind, next, failure.cause, attempt);
    if (!to) {
      const movedOn = `${move.why}, but the limits set on its keys are reached`;
      attempt.outcome = { ...attempt.outcome, movedOn };
      return false;
    }
    this.whole?.end();
    options.onAttemptOver?.(attempt);
    if (move.kind === 'again' && to === 'again') {
      this.goOn(move.afterMs, () => this.prepare(this.entry));
      return true;
    }
    if (to === 'again') throw new Error('the same target again, and none was meant');
    if (!mayFollow({ cause: failure.cause, status: attempt.status }, plan.policy).nextKey)
      this.left.add(nameOf(this.entry));
    this.place = to.place;
    this.triesHere = 0;
    this.goOn(0, () => to.prepared());
    return true;
  }

  /** What the limits of the keys let pass of what could follow. */
  private withinLimits(
    kind: 'again' | 'next',
    next: NextEntry | undefined,
    cause: Cause,
    attempt: Attempt,
  ): 'again' | NextEntry | undefined {
    if (kind === 'again' && this.stages.takeKey(this.entry)) return 'again';
    for (let candidate = next; candidate; candidate = this.nextEntry(cause, attempt)) {
      if (this.stages.takeKey(this.plan.entries[candidate.place] as ChosenTarget)) return candidate;
      this.tried.add(candidate.place);
    }
    return undefined;
  }

  private stopped(failure: Failure): string | undefined {
    if (failure.error?.code === 'KEYWARD_TOTAL_TIMEOUT') return 'the time for the whole request is over';
    if (this.options.sink.destroyed) return 'the app hung up';
    return this.stages.attempts >= MOST_ATTEMPTS ? `tried ${MOST_ATTEMPTS} times` : undefined;
  }

  /** The first entry not yet tried that this cause may lead to and that can be made ready. */
  private nextEntry(cause: Cause, { status }: Attempt): NextEntry | undefined {
    const { nextKey, nextTarget } = mayFollow({ cause, status }, this.plan.policy);
    const current = this.entry;
    for (const [place, entry] of this.plan.entries.entries()) {
      if (this.tried.has(place) || this.left.has(nameOf(entry))) continue;
      const fits =
        nameOf(entry) === nameOf(current)
          ? nextKey
          : nextTarget === 'larger-window'
            ? (windowOf(entry) ?? 0) > (windowOf(current) ?? Number.POSITIVE_INFINITY)
            : nextTarget;
      if (!fits) continue;
      if (this.stages.canPrepare(entry, this.options.body)) return { place, prepared: () => this.prepare(entry) };
      this.tried.add(place);
    }
    return undefined;
  }

  private goOn(afterMs: number, prepare: () => PreparedAttempt | Unprepared) {
    this.run = undefined;
    this.callOff = this.options.pause(afterMs, () => {
      this.callOff = undefined;
      if (this.over) return;
      const prepared = prepare();
      if (!('attempt' in prepared)) throw new Error('what could be prepared a moment ago cannot be now');
      this.open(prepared);
    });
  }

  private onClientClose() {
    if (this.over) return;
    if (this.run) {
      this.run.onClientClose();
      return;
    }
    if (!this.callOff) return;
    this.callOff();
    this.over = true;
    const verdict = hungUp(undefined, this.stages.elapsed());
    this.stages.endForward(verdict);
    this.options.onDone(verdict);
  }

  private note(attempt: Attempt, cause: Cause | null | undefined, message: string) {
    const { stages, plan, entry } = this;
    const { timings, status, responseHeaders } = attempt;
    const facts = stages.facts ?? NO_FACTS;
    if (facts === NO_FACTS) return;
    // Practice asked by its own name rehearses a failure; a route through practice is a rehearsal of routes, and is judged.
    if (entry.providerId === PRACTICE && entry.routeName === undefined) return;
    const nowMs = stages.now();
    facts.note({
      target: targetName(entry.providerId, entry.model),
      model: entry.model,
      key: entry.key && keyName(entry.key),
      cause,
      status,
      message,
      capture: stages.captureId,
      firstByteMs: timings.firstByteMs === undefined ? undefined : timings.firstByteMs - timings.startMs,
      retryAfterMs: cause && responseHeaders ? retryAfterMs(responseHeaders, nowMs) : undefined,
      nowMs,
      rules: plan.breaker,
    });
  }
}

function leftOf(current: ChosenTarget, next: ChosenTarget | undefined): Left {
  return next ? { next: { sameTarget: nameOf(next) === nameOf(current) } } : {};
}

function nameOf({ providerId, model }: ChosenTarget): string {
  return targetName(providerId, model);
}

/** Tokens that the model takes; undefined where the catalogue does not know it. */
function windowOf({ provider, model }: ChosenTarget): number | undefined {
  const found = provider?.preset && model !== undefined ? findModel(provider.preset, model) : undefined;
  return found?.model.contextWindow ?? undefined;
}

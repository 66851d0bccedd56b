/**
 * One exchange on its way through its limits: what it took, its steps, and giving back when it is over. Used between
 * `authorize` and `route` for gateway key, app and route, and again before an attempt for the provider key.
 */
import type { Exchange } from '../exchange.ts';
import type { Grant, LimitAsk, Taken } from '../limits/limiter.ts';
import type { LimitReading } from '../limits/reading.ts';
import { limit } from './limit.ts';
import { tokensUsed } from './limit-ask.ts';
import { recordStep, type StageContext } from './stage.ts';

/** Takes of the limits what is asked, or shows only what they would say; at once where no other machine is asked. */
export type TakeLimits = (ask: LimitAsk) => Taken | Promise<Taken>;

/** At once, also where limits are shared: then each machine decides by what it knows, and tells the others. */
export type TakeLimitsNow = (ask: LimitAsk) => Taken;

export interface LimitEnvironment {
  readonly context: StageContext;
  readonly at: (stage: 'limit', edge: 'start' | 'end') => number;
  readonly takeLimits: TakeLimits;
  readonly takeLimitsNow: TakeLimitsNow;
}

interface Held {
  readonly ask: LimitAsk;
  readonly grant: Grant;
}

export class LimitRun {
  private readonly exchange: Exchange;
  private readonly environment: LimitEnvironment;
  private caller: Held | undefined;
  /** Of the attempt under way. */
  private attempt: Held | undefined;
  private readings: readonly LimitReading[] = [];
  private over = false;

  constructor(exchange: Exchange, environment: LimitEnvironment) {
    this.exchange = exchange;
    this.environment = environment;
  }

  /** Leaves a step only where somebody's limit applies. True: within them. */
  take(ask: LimitAsk | undefined): boolean | Promise<boolean> {
    if (!ask) return true;
    const startMs = this.environment.at('limit', 'start');
    const taken = this.environment.takeLimits(ask);
    if (!(taken instanceof Promise)) return this.taken(ask, taken, startMs, false, true);
    return taken.then((answer) => this.taken(ask, answer, startMs, false, true));
  }

  /** For the key of the first attempt. `isLast`: nothing else could be asked, so that its refusal is the exchange's. */
  takeAttempt(ask: LimitAsk | undefined, isLast: boolean): boolean | Promise<boolean> {
    if (!ask) return true;
    const startMs = this.environment.at('limit', 'start');
    const taken = this.environment.takeLimits(ask);
    if (!(taken instanceof Promise)) return this.taken(ask, taken, startMs, true, isLast);
    return taken.then((answer) => this.taken(ask, answer, startMs, true, isLast));
  }

  /** For the key of an attempt that follows another, which is over. */
  takeAttemptNow(ask: LimitAsk | undefined): boolean {
    this.settleAttempt();
    if (!ask) return true;
    const startMs = this.environment.at('limit', 'start');
    return this.taken(ask, this.environment.takeLimitsNow(ask), startMs, true, false);
  }

  private taken(ask: LimitAsk, taken: Taken, startMs: number, ofAttempt: boolean, refuses: boolean): boolean {
    const { exchange, environment } = this;
    if (taken.grant) {
      const held = { ask, grant: taken.grant };
      // The app may have hung up while other machines were asked.
      if (this.over) taken.grant.undo();
      else if (ofAttempt) this.attempt = held;
      else this.caller = held;
    }
    const outcome = limit(exchange, ask, taken, environment.context, this.readings);
    if (!outcome) return true;
    const passes = outcome.decision !== 'refused';
    // A key that is passed over limits nobody.
    if (passes || refuses) this.readings = [...this.readings, ...taken.readings];
    const { decision, summary, rule, input, output, evidence } = outcome;
    recordStep(
      exchange,
      'limit',
      passes || refuses
        ? outcome
        : { decision: 'skipped', summary: `Passed over: ${summary}`, rule, input, output, evidence },
      startMs,
      environment.at('limit', 'end'),
    );
    if (decision === 'refused' && refuses) {
      // What it took elsewhere before it was refused here was never let through.
      this.caller?.grant.undo();
      this.caller = undefined;
    }
    return passes;
  }

  private settleAttempt() {
    if (this.attempt) this.attempt.grant.settle(tokensUsed(this.exchange, this.attempt.ask));
    this.attempt = undefined;
  }

  /** The exchange is over, in whatever way: its slots are free and its tokens are counted. */
  release() {
    this.over = true;
    this.settleAttempt();
    if (this.caller) this.caller.grant.settle(tokensUsed(this.exchange, this.caller.ask));
    this.caller = undefined;
  }
}

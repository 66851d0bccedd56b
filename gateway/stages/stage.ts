/**
 * What a stage is: a function from an exchange to an outcome. It reads its inputs from the exchange, its rules from an
 * immutable configuration snapshot and its clock from the context, so that a replay runs the very same function over a
 * recorded exchange. No stage knows the next one.
 */
import type { Stage } from '../causes.ts';
import type { Evidence, Exchange, Refusal, Rule } from '../exchange.ts';
import type { ModelLists } from '../models/listed.ts';
import type { RoutingFacts } from '../routing/routing-facts.ts';
import type { ConfigSnapshot } from '../store/snapshot.ts';

export interface StageContext {
  readonly config: ConfigSnapshot;
  /** Wall clock, milliseconds since the epoch. */
  readonly now: () => number;
  /** How targets and keys did lately; as usual where nobody knows. */
  readonly routing?: RoutingFacts;
  /** What the providers listed of their models; absent where nobody knows, and in a replay, which has its exchange's own `listed`. */
  readonly lists?: ModelLists;
}

interface Facts {
  readonly summary: string;
  readonly rule?: Rule;
  readonly input?: Readonly<Record<string, unknown>>;
  readonly output?: Readonly<Record<string, unknown>>;
  readonly evidence?: readonly Evidence[];
}

export type StageOutcome =
  | (Facts & { readonly decision: 'passed' | 'answered' | 'skipped' })
  | (Facts & { readonly decision: 'refused'; readonly refusal: Omit<Refusal, 'stage'> });

/** A refusal with the same sentence in the step as for the owner. */
export function refuse(refusal: Omit<Refusal, 'stage'>, facts: Partial<Facts> = {}): StageOutcome {
  return {
    decision: 'refused',
    summary: facts.summary ?? refusal.ownerMessage ?? refusal.message,
    rule: facts.rule ?? refusal.rule,
    evidence: facts.evidence ?? refusal.evidence,
    input: facts.input,
    output: facts.output,
    refusal,
  };
}

/** Nothing can be sent while the keys cannot be opened. How to open them, with its paths, is the owner's alone to read. */
export function refuseLocked(ownerMessage: string): StageOutcome {
  return refuse({
    cause: 'gateway_config',
    message: 'Keyward is locked: its owner has to unlock it before it can send anything.',
    ownerMessage,
  });
}

/** Writes the step of a stage that ran from `startMs` to `endMs`, and the refusal if it refused. */
export function recordStep(exchange: Exchange, stage: Stage, outcome: StageOutcome, startMs: number, endMs: number) {
  exchange.steps.push({
    stage,
    decision: outcome.decision,
    summary: outcome.summary,
    rule: outcome.rule,
    input: outcome.input,
    output: outcome.output,
    evidence: outcome.evidence,
    startMs,
    endMs,
  });
  if (outcome.decision === 'refused') exchange.refusal = { ...outcome.refusal, stage };
}

/**
 * The facts that a plan was made by, written down as they are asked for, and read again by a replay. What was as usual (no
 * breaker open, no key resting) is left out.
 */

import { z } from 'zod';
import { CAUSES } from '../causes.ts';
import { NO_FACTS, type OpenTarget, type RestingKey, type RoutingFacts } from './routing-facts.ts';

const cause = z.enum(CAUSES);

const factsSchema = z.object({
  draw: z.number().optional(),
  turns: z.record(z.string(), z.number()).optional(),
  open: z
    .record(
      z.string(),
      z.object({
        untilMs: z.number(),
        trial: z.boolean(),
        trip: z.object({
          cause,
          status: z.number().optional(),
          message: z.string(),
          capture: z.string(),
          atMs: z.number(),
          failures: z.number(),
        }),
      }),
    )
    .optional(),
  resting: z.record(z.string(), z.object({ cause, untilMs: z.number() })).optional(),
  firstByteMs: z.record(z.string(), z.number()).optional(),
});

/** Keeps what the facts below it answered. */
export class FactsLog implements RoutingFacts {
  readonly #facts: RoutingFacts;
  #draw: number | undefined;
  readonly #turns: Record<string, number> = {};
  readonly #open: Record<string, OpenTarget> = {};
  readonly #resting: Record<string, RestingKey> = {};
  readonly #firstByteMs: Record<string, number> = {};

  constructor(facts: RoutingFacts) {
    this.#facts = facts;
  }

  draw() {
    this.#draw ??= this.#facts.draw();
    return this.#draw;
  }

  turn(providerId: string) {
    this.#turns[providerId] ??= this.#facts.turn(providerId);
    return this.#turns[providerId] as number;
  }

  openTarget(target: string, nowMs: number) {
    const found = this.#facts.openTarget(target, nowMs);
    if (found) this.#open[target] = found;
    return found;
  }

  restingKey(key: string, model: string | undefined, nowMs: number) {
    const found = this.#facts.restingKey(key, model, nowMs);
    if (found) this.#resting[restName(key, model)] = found;
    return found;
  }

  firstByteMs(target: string, nowMs: number) {
    const found = this.#facts.firstByteMs(target, nowMs);
    if (found !== undefined) this.#firstByteMs[target] = found;
    return found;
  }

  tries(target: string, nowMs: number) {
    this.#facts.tries(target, nowMs);
  }

  note(outcome: Parameters<RoutingFacts['note']>[0]) {
    this.#facts.note(outcome);
  }

  /** For the step; undefined where everything was as usual. */
  recorded(): Readonly<Record<string, unknown>> | undefined {
    const entries = Object.entries({
      draw: this.#draw,
      turns: unlessEmpty(this.#turns),
      open: unlessEmpty(this.#open),
      resting: unlessEmpty(this.#resting),
      firstByteMs: unlessEmpty(this.#firstByteMs),
    }).filter(([, value]) => value !== undefined);
    return entries.length === 0 ? undefined : Object.fromEntries(entries);
  }
}

/** The facts of a recorded `route` step; as usual where there are none, or none that can be read. */
export function recordedFacts(recorded: unknown): RoutingFacts {
  const parsed = factsSchema.safeParse(recorded);
  if (!parsed.success) return NO_FACTS;
  const { draw = 0, turns = {}, open = {}, resting = {}, firstByteMs = {} } = parsed.data;
  return {
    ...NO_FACTS,
    draw: () => draw,
    turn: (providerId) => turns[providerId] ?? 0,
    openTarget: (target) => open[target],
    restingKey: (key, model) => resting[restName(key, model)],
    firstByteMs: (target) => firstByteMs[target],
  };
}

function restName(key: string, model: string | undefined): string {
  return `${key} ${model ?? ''}`;
}

function unlessEmpty<T extends object>(facts: T): T | undefined {
  return Object.keys(facts).length === 0 ? undefined : facts;
}

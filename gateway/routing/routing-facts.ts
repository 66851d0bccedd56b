/**
 * What routing goes by besides the configuration: how targets and keys did lately, whose turn it is, chance. Read through
 * one small interface, so that a replay decides by the facts that were recorded and never by today's.
 */
import type { Cause } from '../causes.ts';
import type { BreakerRules, Trip } from './breaker.ts';

/** An open breaker as the plan sees it. */
export interface OpenTarget {
  readonly trip: Trip;
  readonly untilMs: number;
  /** Its time is up: one request may go through. */
  readonly trial: boolean;
}

export interface RestingKey {
  readonly cause: Cause;
  readonly untilMs: number;
}

export interface RoutingFacts {
  /** In [0, 1). */
  draw(): number;
  /** How many times the keys of this provider have been dealt out: whose turn it is. */
  turn(providerId: string): number;
  openTarget(target: string, nowMs: number): OpenTarget | undefined;
  /** `key` names a version too, so that a replaced key does not rest for what the old one did. */
  restingKey(key: string, model: string | undefined, nowMs: number): RestingKey | undefined;
  /** Recent time to the first byte, ms; undefined where none is known or it is old. */
  firstByteMs(target: string, nowMs: number): number | undefined;
  /** The trial of an open target begins. */
  tries(target: string, nowMs: number): void;
  note(outcome: AttemptNote): void;
}

/** What an attempt told about its target and its key. */
export interface AttemptNote {
  readonly target: string;
  readonly model?: string;
  readonly key?: string;
  /** Null: answered. Undefined: it told nothing (the app hung up). */
  readonly cause: Cause | null | undefined;
  readonly status?: number;
  readonly message: string;
  readonly capture: string;
  readonly firstByteMs?: number;
  /** What the provider asked for. */
  readonly retryAfterMs?: number;
  readonly nowMs: number;
  readonly rules: BreakerRules;
}

export function targetName(providerId: string, model: string | undefined): string {
  return model === undefined ? providerId : `${providerId}/${model}`;
}

export function keyName({ id, version }: { readonly id: string; readonly version: number }): string {
  return `${id}@${version}`;
}

/** All is well, nothing is known, and nobody writes it down. */
export const NO_FACTS: RoutingFacts = {
  draw: () => 0,
  turn: () => 0,
  openTarget: () => undefined,
  restingKey: () => undefined,
  firstByteMs: () => undefined,
  tries: () => {},
  note: () => {},
};

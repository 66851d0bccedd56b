/**
 * What a limit shows at one moment, as plain data: what is allowed, used, held and asked for, and how long to wait. The
 * decision is worked out of readings alone, so that a replay of a recorded exchange decides from the recorded ones. Pure.
 */
import type { RuleOrigin } from '../exchange.ts';

export const LIMIT_NAMES = ['rpm', 'tpm', 'concurrency', 'budgetDayUsd', 'budgetMonthUsd'] as const;
export type LimitName = (typeof LIMIT_NAMES)[number];
export type BudgetName = 'budgetDayUsd' | 'budgetMonthUsd';

export type Limits = { readonly [K in LimitName]?: number | undefined };

export const SUBJECT_KINDS = ['gateway-key', 'app', 'route', 'provider-key'] as const;
export type SubjectKind = (typeof SUBJECT_KINDS)[number];

export interface LimitReading {
  readonly limit: LimitName;
  readonly of: SubjectKind;
  /** A record's id; a route's name. */
  readonly id: string;
  /** As a person knows it. */
  readonly name: string;
  /** Of a provider key. */
  readonly version?: number;
  readonly allowed: number;
  /** In the last minute, at this moment (concurrency), or since the period began (budgets, in dollars). */
  readonly used: number;
  /** Reserved by requests under way, whose count or cost is not known yet. */
  readonly held: number;
  /** By this request. Of a budget: an estimate, 0 where the price is not known. */
  readonly asked: number;
  /** Until all that is used is free again; of a budget, until its period ends. */
  readonly resetMs: number;
  /** Only where it does not fit. Until it would, were nothing else asked; null: when others end, or never (see `neverFits`). */
  readonly waitMs?: number | null;
}

export function isBudget(limit: LimitName): limit is BudgetName {
  return limit === 'budgetDayUsd' || limit === 'budgetMonthUsd';
}

/**
 * A budget lets pass while anything of it is left: what a request will cost is known only afterwards, and what requests
 * under way may cost is held, so that at most one request's estimate goes beyond it. All other limits are never exceeded.
 */
export function fits({ limit, used, held, asked, allowed }: Omit<LimitReading, 'resetMs'>): boolean {
  return isBudget(limit) ? nanosOf(used) + nanosOf(held) < nanosOf(allowed) : used + held + asked <= allowed;
}

/** This request alone is bigger than the limit: no waiting helps. */
export function neverFits({ limit, asked, allowed }: LimitReading): boolean {
  return !isBudget(limit) && asked > allowed;
}

/** Its period's money is spent; not merely held by requests under way. */
export function isSpent({ limit, used, allowed }: LimitReading): boolean {
  return isBudget(limit) && nanosOf(used) >= nanosOf(allowed);
}

/** The reading that refuses: of several the one that lasts longest, so that waiting for it is enough. */
export function refusing(readings: readonly LimitReading[]): LimitReading | undefined {
  let worst: LimitReading | undefined;
  for (const reading of readings) {
    if (!fits(reading) && (worst === undefined || severity(reading) > severity(worst))) worst = reading;
  }
  return worst;
}

function severity(reading: LimitReading): number {
  if (neverFits(reading)) return Number.POSITIVE_INFINITY;
  return isSpent(reading) ? reading.resetMs : (reading.waitMs ?? 0);
}

/** Of several limits of one kind the one with the least left; what an answer's headers tell. */
export function tightest(readings: readonly LimitReading[], limit: LimitName): LimitReading | undefined {
  let found: LimitReading | undefined;
  for (const reading of readings) {
    if (reading.limit === limit && (found === undefined || left(reading) < left(found))) found = reading;
  }
  return found;
}

/** Before this request is counted. */
export function left({ allowed, used, held }: LimitReading): number {
  return Math.max(0, allowed - used - held);
}

/** Whole seconds after which it passes, were nothing else asked; at least 1. Undefined: waiting does not help. */
export function retryAfterSeconds(readings: readonly LimitReading[]): number | undefined {
  let waitMs = 1;
  for (const reading of readings) {
    if (fits(reading)) continue;
    if (neverFits(reading)) return undefined;
    waitMs = Math.max(waitMs, isSpent(reading) ? reading.resetMs : (reading.waitMs ?? 1));
  }
  return Math.ceil(waitMs / 1000);
}

export function originOf(reading: Pick<LimitReading, 'of' | 'id' | 'version'>): RuleOrigin {
  switch (reading.of) {
    case 'gateway-key':
      return { from: 'gateway-key', id: reading.id };
    case 'app':
      return { from: 'app', id: reading.id };
    case 'route':
      return { from: 'route', name: reading.id };
    case 'provider-key':
      return { from: 'provider-key', id: reading.id, version: reading.version ?? 1 };
  }
}

/** Money is counted in whole billionths of a dollar, which add up without a rest. */
export function nanosOf(usd: number): number {
  return Math.round(usd * 1e9);
}

export function usdOf(nanos: number): number {
  return nanos / 1e9;
}

/** Limits as they are typed, and what they say to the control interface. Pure. */
import type { LimitUsage } from '../../../gateway/control/contract/limits.ts';

export type Limit = LimitUsage['limit'];
export const LIMITS = ['rpm', 'tpm', 'concurrency', 'budgetDayUsd', 'budgetMonthUsd'] as const satisfies Limit[];

export type Limits = Readonly<Partial<Record<Limit, number>>>;
/** What stands in the fields: a number, or the text of one that is not finished (`0.`) or too long. Empty is no limit. */
export type LimitDraft = Readonly<Partial<Record<Limit, number | string>>>;
export type LimitFault = 'notAbove0' | 'tooLarge';

export function isMoney(limit: Limit): boolean {
  return limit === 'budgetDayUsd' || limit === 'budgetMonthUsd';
}

export function limitFault(draft: LimitDraft, limit: Limit): LimitFault | undefined {
  const typed = draft[limit];
  if (typed === undefined || typed === '') return undefined;
  const value = Number(typed);
  if (!(value > 0)) return 'notAbove0';
  return value > Number.MAX_SAFE_INTEGER ? 'tooLarge' : undefined;
}

/** A month's budget below a day's: the day's can never be reached first. */
export function monthBelowDay({ budgetDayUsd = '', budgetMonthUsd = '' }: LimitDraft): boolean {
  return budgetDayUsd !== '' && budgetMonthUsd !== '' && Number(budgetMonthUsd) < Number(budgetDayUsd);
}

/** Undefined while a field is faulty. */
export function limitsOf(draft: LimitDraft): Limits | undefined {
  if (LIMITS.some((limit) => limitFault(draft, limit))) return undefined;
  const given = LIMITS.filter((limit) => draft[limit] !== undefined && draft[limit] !== '');
  return Object.fromEntries(given.map((limit) => [limit, Number(draft[limit])]));
}

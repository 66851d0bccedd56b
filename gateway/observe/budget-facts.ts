import type { LimitSubject } from '../limits/limiter.ts';
import { localDay } from '../limits/periods.ts';
import { nanosOf } from '../limits/reading.ts';
import type { Spend } from '../limits/spend.ts';

export interface BudgetFact {
  readonly of: string;
  readonly id: string;
  readonly name: string;
  readonly period: 'day' | 'month';
  /** 1 is spent. */
  readonly share: number;
}

/** What each budget of the configuration has spent of its day or month. Pure but for the sums that are asked for. */
export function budgetFacts(subjects: readonly LimitSubject[], spend: Spend, nowMs: number): BudgetFact[] {
  const day = localDay(nowMs);
  return subjects.flatMap(({ of, id, name, limits }) =>
    (['day', 'month'] as const).flatMap((period) => {
      const allowed = period === 'day' ? limits.budgetDayUsd : limits.budgetMonthUsd;
      if (allowed === undefined) return [];
      const { nanos } = spend.spent(of, id, period, day);
      // A provider key without a label is called by its last four characters, which are nobody's on this page.
      const shown = of === 'provider-key' ? id : name;
      // Nothing allowed is all spent.
      return [{ of, id, name: shown, period, share: allowed > 0 ? nanos / nanosOf(allowed) : 1 }];
    }),
  );
}

/** What was spent, as budgets ask for it. */
import type { SubjectKind } from './reading.ts';

export interface Spent {
  /** Billionths of a dollar. */
  readonly nanos: number;
  /** Answered requests whose cost is not known: they are not in the sum. */
  readonly unpriced: number;
}

export interface Spend {
  /** `day`: `2026-11-29`, local; for a month any of its days. */
  spent(of: SubjectKind, id: string, period: 'day' | 'month', day: string): Spent;
}

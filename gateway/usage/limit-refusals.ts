import type { Refusal } from '../exchange.ts';

export type LimitRefusals = readonly { readonly limit: string; readonly of: string; readonly count: number }[];

const RULE = 'limit.';

/** How often each kind of limit refused, by whose it was: a handful of numbers. */
export class RefusalCounts {
  private readonly counts = new Map<string, Map<string, number>>();

  /** Nothing where it was not a limit that refused. */
  note(refusal: Pick<Refusal, 'stage' | 'rule'>): void {
    const { stage, rule } = refusal;
    if (stage !== 'limit' || !rule?.name.startsWith(RULE)) return;
    const limit = rule.name.slice(RULE.length);
    const byKind = this.counts.get(limit) ?? new Map<string, number>();
    this.counts.set(limit, byKind.set(rule.origin.from, (byKind.get(rule.origin.from) ?? 0) + 1));
  }

  get all(): LimitRefusals {
    return [...this.counts].flatMap(([limit, byKind]) => [...byKind].map(([of, count]) => ({ limit, of, count })));
  }
}

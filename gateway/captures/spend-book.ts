/**
 * What was spent, by day and subject, kept apart from the captures so that pruning takes nothing from a budget. Counted
 * as soon as an exchange is over, committed with the batch that holds its capture: after a crash the sums are those of the
 * captures that are there.
 * Entries hold running totals, not differences, so that a batch written twice counts once.
 */
import type { Exchange } from '../exchange.ts';
import { localDay, monthOf } from '../limits/periods.ts';
import { nanosOf, type SubjectKind } from '../limits/reading.ts';
import type { Spend, Spent } from '../limits/spend.ts';

export type SpendEntry = readonly [day: string, subject: string, nanos: number, unpriced: number];

const PRACTICE = 'practice';
const NONE: Spent = { nanos: 0, unpriced: 0 };

interface Sum {
  nanos: number;
  unpriced: number;
}

/** One subject's sums on one day: looked up once a request, so that no names of sums are put together for each. */
interface Tally {
  readonly day: string;
  /** `app:ID`. */
  readonly subject: string;
  /** As budgets see it: all that is over. */
  readonly today: Sum;
  readonly month: Sum;
  /** As it is committed: all whose captures are packed. */
  readonly packed: Sum;
  changed: boolean;
}

/** What one exchange spent, and to which sums it is added. */
export interface SpendShare {
  readonly tallies: readonly Tally[];
  readonly nanos: number;
  readonly unpriced: number;
}

export class SpendBook implements Spend {
  /** By `2026-11-29 app:ID` and by `2026-11 app:ID`. */
  readonly #days = new Map<string, Sum>();
  readonly #months = new Map<string, Sum>();
  readonly #packed = new Map<string, Sum>();
  /** Of the day that was last counted on, by kind and id. */
  readonly #tallies: Record<SubjectKind, Map<string, Tally>> = {
    'gateway-key': new Map(),
    app: new Map(),
    route: new Map(),
    'provider-key': new Map(),
  };
  #changed: Tally[] = [];

  /** What is stored; counted on top of what was noted meanwhile. */
  load(entries: readonly SpendEntry[]): void {
    for (const [day, subject, nanos, unpriced] of entries) {
      add(sumIn(this.#packed, `${day} ${subject}`), nanos, unpriced);
      add(sumIn(this.#days, `${day} ${subject}`), nanos, unpriced);
      add(sumIn(this.#months, `${monthOf(day)} ${subject}`), nanos, unpriced);
    }
  }

  /**
   * It is over: budgets count it from now on. Belongs to the day on which it arrived. Returns what `note` is to be given
   * when its capture is packed; undefined where nothing was spent.
   */
  count(exchange: Exchange): SpendShare | undefined {
    const nanos = exchange.cost ? nanosOf(exchange.cost.usd) : 0;
    const unpriced = nanos === 0 && isUnpriced(exchange) ? 1 : 0;
    if (nanos === 0 && unpriced === 0) return undefined;
    const tallies = this.#talliesOf(exchange, localDay(exchange.receivedAt));
    for (const { today, month } of tallies) {
      add(today, nanos, unpriced);
      add(month, nanos, unpriced);
    }
    return { tallies, nanos, unpriced };
  }

  /** Its capture is packed: it is committed with that. */
  note(share: SpendShare | undefined): void {
    if (!share) return;
    for (const tally of share.tallies) {
      add(tally.packed, share.nanos, share.unpriced);
      if (tally.changed) continue;
      tally.changed = true;
      this.#changed.push(tally);
    }
  }

  #talliesOf({ caller, routeName, attempts }: Exchange, day: string): Tally[] {
    const tallies: Tally[] = [];
    if (caller) {
      tallies.push(this.#tally('gateway-key', caller.gatewayKeyId, day), this.#tally('app', caller.appId, day));
    }
    if (routeName !== undefined) tallies.push(this.#tally('route', routeName, day));
    const key = attempts.at(-1)?.key;
    if (key) tallies.push(this.#tally('provider-key', key.id, day));
    return tallies;
  }

  #tally(of: SubjectKind, id: string, day: string): Tally {
    const known = this.#tallies[of].get(id);
    if (known?.day === day) return known;
    const subject = `${of}:${id}`;
    const tally = {
      day,
      subject,
      today: sumIn(this.#days, `${day} ${subject}`),
      month: sumIn(this.#months, `${monthOf(day)} ${subject}`),
      packed: sumIn(this.#packed, `${day} ${subject}`),
      changed: false,
    };
    this.#tallies[of].set(id, tally);
    return tally;
  }

  get changed(): boolean {
    return this.#changed.length > 0;
  }

  /** Totals that changed since the last time. */
  takeChanged(): SpendEntry[] {
    const changed = this.#changed;
    this.#changed = [];
    return changed.map((tally) => {
      tally.changed = false;
      const { nanos, unpriced } = tally.packed;
      return [tally.day, tally.subject, nanos, unpriced];
    });
  }

  spent(of: SubjectKind, id: string, period: 'day' | 'month', day: string): Spent {
    const sums = period === 'day' ? this.#days : this.#months;
    return sums.get(`${period === 'day' ? day : monthOf(day)} ${of}:${id}`) ?? NONE;
  }
}

function sumIn(sums: Map<string, Sum>, key: string): Sum {
  let sum = sums.get(key);
  if (!sum) {
    sum = { nanos: 0, unpriced: 0 };
    sums.set(key, sum);
  }
  return sum;
}

function add(sum: Sum, nanos: number, unpriced: number): void {
  sum.nanos += nanos;
  sum.unpriced += unpriced;
}

/** Answered by a provider that sends bills, as far as is known, and with a use whose price is not known. */
function isUnpriced({ origin, verdict, attempts, cost, usage }: Exchange): boolean {
  const attempt = attempts.at(-1);
  if (cost || !usage || !attempt || attempt.provider === PRACTICE) return false;
  return verdict?.ok === true && (origin === undefined || origin.kind === 'replay') && attempt.status !== undefined;
}

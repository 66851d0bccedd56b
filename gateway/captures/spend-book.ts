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

interface Entry {
  readonly day: string;
  readonly subjects: readonly string[];
  readonly nanos: number;
  readonly unpriced: number;
}

export class SpendBook implements Spend {
  /** As budgets see it, by `2026-11-29 app:ID` and by `2026-11 app:ID`: all that is over. */
  readonly #days = new Map<string, Sum>();
  readonly #months = new Map<string, Sum>();
  /** As it is committed, by day: all whose captures are packed. */
  readonly #packed = new Map<string, Sum>();
  readonly #ahead = new Map<Exchange, Entry>();
  #changed = new Set<string>();

  /** What is stored; counted on top of what was noted meanwhile. */
  load(entries: readonly SpendEntry[]): void {
    for (const [day, subject, nanos, unpriced] of entries) {
      add(this.#packed, `${day} ${subject}`, nanos, unpriced);
      this.#see({ day, subjects: [subject], nanos, unpriced });
    }
  }

  /** It is over: budgets count it from now on. Belongs to the day on which it arrived. */
  count(exchange: Exchange): void {
    const entry = entryOf(exchange);
    if (!entry) return;
    this.#see(entry);
    this.#ahead.set(exchange, entry);
  }

  /** Its capture is packed: it is committed with that. Nothing happens for one that was not counted. */
  note(exchange: Exchange): void {
    const entry = this.#ahead.get(exchange);
    if (!entry) return;
    this.#ahead.delete(exchange);
    for (const subject of entry.subjects) {
      const key = `${entry.day} ${subject}`;
      add(this.#packed, key, entry.nanos, entry.unpriced);
      this.#changed.add(key);
    }
  }

  #see({ day, subjects, nanos, unpriced }: Entry): void {
    for (const subject of subjects) {
      add(this.#days, `${day} ${subject}`, nanos, unpriced);
      add(this.#months, `${monthOf(day)} ${subject}`, nanos, unpriced);
    }
  }

  get changed(): boolean {
    return this.#changed.size > 0;
  }

  /** Totals that changed since the last time. */
  takeChanged(): SpendEntry[] {
    if (this.#changed.size === 0) return [];
    const entries: SpendEntry[] = [];
    for (const key of this.#changed) {
      const { nanos, unpriced } = this.#packed.get(key) as Sum;
      entries.push([key.slice(0, 10), key.slice(11), nanos, unpriced]);
    }
    this.#changed = new Set();
    return entries;
  }

  spent(of: SubjectKind, id: string, period: 'day' | 'month', day: string): Spent {
    const sums = period === 'day' ? this.#days : this.#months;
    return sums.get(`${period === 'day' ? day : monthOf(day)} ${of}:${id}`) ?? NONE;
  }
}

function entryOf(exchange: Exchange): Entry | undefined {
  const nanos = exchange.cost ? nanosOf(exchange.cost.usd) : 0;
  const unpriced = nanos === 0 && isUnpriced(exchange) ? 1 : 0;
  if (nanos === 0 && unpriced === 0) return undefined;
  return { day: localDay(exchange.receivedAt), subjects: subjectsOf(exchange), nanos, unpriced };
}

function add(sums: Map<string, Sum>, key: string, nanos: number, unpriced: number): void {
  const sum = sums.get(key);
  if (sum) {
    sum.nanos += nanos;
    sum.unpriced += unpriced;
  } else sums.set(key, { nanos, unpriced });
}

function subjectsOf({ caller, routeName, attempts }: Exchange): string[] {
  const subjects: string[] = [];
  if (caller) subjects.push(`gateway-key:${caller.gatewayKeyId}`, `app:${caller.appId}`);
  if (routeName !== undefined) subjects.push(`route:${routeName}`);
  const key = attempts.at(-1)?.key;
  if (key) subjects.push(`provider-key:${key.id}`);
  return subjects;
}

/** Answered by a provider that sends bills, as far as is known, and with a use whose price is not known. */
function isUnpriced({ origin, verdict, attempts, cost, usage }: Exchange): boolean {
  const attempt = attempts.at(-1);
  if (cost || !usage || !attempt || attempt.provider === PRACTICE) return false;
  return verdict?.ok === true && (origin === undefined || origin.kind === 'replay') && attempt.status !== undefined;
}

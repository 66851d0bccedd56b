/**
 * Counts what the data plane does, as it ends: a few additions an exchange, no I/O. What was added since the last `take`
 * goes with the next batch of captures to the disk; what was added since the start stays here, for /metrics.
 */

import { mergeHistograms, type SparseHistogram } from './histogram.ts';
import {
  addCounts,
  type Countable,
  type Counts,
  countsOf,
  type Dimensions,
  minuteOf,
  noCounts,
  OpenEntry,
  seriesText,
  type UsageEntry,
} from './usage-entry.ts';

/** Since the process started. */
export interface MeterTotal {
  readonly dimensions: Dimensions;
  readonly counts: Counts;
  durations: SparseHistogram;
  firstBytes: SparseHistogram;
  appName: string | undefined;
}

/** Names of models that are told apart; clients may invent any number of them. */
const MOST_MODELS = 500;
export const OTHER_MODEL = 'other';

export class UsageMeter {
  private pending = new Map<string, OpenEntry>();
  private readonly sums = new Map<string, MeterTotal>();
  private readonly models = new Set<string>();

  /** Never throws; to be called once for each exchange, when its verdict stands. */
  note(exchange: Countable): void {
    const minuteMs = minuteOf(exchange.receivedAt);
    for (const count of countsOf(exchange)) {
      const dimensions = this.bounded(count.dimensions);
      const key = `${minuteMs} ${seriesText(dimensions)}`;
      let entry = this.pending.get(key);
      if (!entry) {
        entry = new OpenEntry(minuteMs, dimensions);
        this.pending.set(key, entry);
      }
      entry.add(count, exchange);
    }
  }

  get hasPending(): boolean {
    return this.pending.size > 0;
  }

  /** What was counted since the last time. */
  take(): UsageEntry[] {
    if (this.pending.size === 0) return [];
    const entries = [...this.pending.values()].map((entry) => entry.close());
    this.pending = new Map();
    for (const entry of entries) this.sum(entry);
    return entries;
  }

  /** Everything counted since the start, what was not taken yet included. */
  totals(): MeterTotal[] {
    const sums = new Map<string, MeterTotal>();
    for (const [key, sum] of this.sums) sums.set(key, { ...sum, counts: { ...sum.counts } });
    for (const open of this.pending.values()) addTo(sums, open.close());
    return [...sums.values()];
  }

  private sum(entry: UsageEntry): void {
    addTo(this.sums, entry);
  }

  private bounded(dimensions: Dimensions): Dimensions {
    const { model } = dimensions;
    if (model === '' || this.models.has(model)) return dimensions;
    if (this.models.size < MOST_MODELS) {
      this.models.add(model);
      return dimensions;
    }
    return { ...dimensions, model: OTHER_MODEL };
  }
}

function addTo(sums: Map<string, MeterTotal>, entry: UsageEntry): void {
  const key = seriesText(entry.dimensions);
  let sum = sums.get(key);
  if (!sum) {
    sum = { dimensions: entry.dimensions, counts: noCounts(), durations: [], firstBytes: [], appName: undefined };
    sums.set(key, sum);
  }
  addCounts(sum.counts, entry.counts);
  sum.durations = mergeHistograms(sum.durations, entry.durations);
  sum.firstBytes = mergeHistograms(sum.firstBytes, entry.firstBytes);
  sum.appName = entry.names.app ?? sum.appName;
}

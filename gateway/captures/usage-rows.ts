/**
 * The statistics' rows of the minutes that are being written to, kept in memory: what a batch adds is added here, and each
 * row that it changed is written once, whole. Every row of a minute is here or none is, so none has to be looked up.
 */
import { mergeHistograms, type SparseHistogram } from '../usage/histogram.ts';
import { COUNTERS } from '../usage/usage-entry.ts';
import type { DatabaseSync, StatementSync } from './database.ts';

/** A busy gateway writes to this minute and, for what took longer, to the one or two before. */
const MOST_MINUTES = 4;
const SIZE = COUNTERS.length;
const COLUMNS_BEFORE = 3;

interface Kept {
  readonly start: number;
  readonly series: number;
  readonly counts: Float64Array;
  durations: SparseHistogram;
  firstBytes: SparseHistogram;
  changed: boolean;
}

/** What is put into a row. */
export interface Added {
  readonly counts: ArrayLike<number>;
  readonly durations: SparseHistogram;
  readonly firstBytes: SparseHistogram;
}

export class UsageRows {
  private readonly level: number;
  private readonly select: StatementSync;
  private readonly replace: StatementSync;
  private readonly minutes = new Map<number, Map<number, Kept>>();
  private changed: Kept[] = [];

  constructor(db: DatabaseSync, level: number) {
    this.level = level;
    this.select = db.prepare('SELECT * FROM usage WHERE level = ? AND start = ?');
    const values = Array.from({ length: COLUMNS_BEFORE + SIZE + 2 }, () => '?');
    this.replace = db.prepare(`INSERT OR REPLACE INTO usage VALUES (${values.join(', ')})`);
  }

  add(start: number, series: number, { counts, durations, firstBytes }: Added): void {
    const rows = this.rowsOf(start);
    let row = rows.get(series);
    if (!row) {
      row = { start, series, counts: new Float64Array(SIZE), durations: [], firstBytes: [], changed: false };
      rows.set(series, row);
    }
    for (let at = 0; at < SIZE; at++) row.counts[at] = (row.counts[at] as number) + (counts[at] as number);
    row.durations = mergeHistograms(row.durations, durations);
    row.firstBytes = mergeHistograms(row.firstBytes, firstBytes);
    if (row.changed) return;
    row.changed = true;
    this.changed.push(row);
  }

  /** Within the transaction of what was added. */
  write(): void {
    const { replace, level } = this;
    for (const row of this.changed) {
      const { start, series, counts } = row;
      replace.run(level, start, series, ...counts, textOf(row.durations), textOf(row.firstBytes));
      row.changed = false;
    }
    this.changed = [];
  }

  /** After a rollback, and when rows were changed elsewhere. */
  forget(): void {
    this.minutes.clear();
    this.changed = [];
  }

  private rowsOf(start: number): Map<number, Kept> {
    let rows = this.minutes.get(start);
    if (rows) return rows;
    // The oldest goes: the newest are those that go on. What it still has to write, `changed` holds.
    if (this.minutes.size >= MOST_MINUTES) {
      this.write();
      this.minutes.delete(Math.min(...this.minutes.keys()));
    }
    rows = new Map();
    for (const row of this.select.iterate(this.level, start) as Iterable<Record<string, number | string>>) {
      rows.set(Number(row.series), keptOf(row));
    }
    this.minutes.set(start, rows);
    return rows;
  }
}

function keptOf(row: Readonly<Record<string, number | string>>): Kept {
  const values = Object.values(row);
  return {
    start: Number(row.start),
    series: Number(row.series),
    counts: Float64Array.from(values.slice(COLUMNS_BEFORE, COLUMNS_BEFORE + SIZE), Number),
    durations: JSON.parse(row.durations as string),
    firstBytes: JSON.parse(row.first_bytes as string),
    changed: false,
  };
}

function textOf(histogram: SparseHistogram): string {
  return `[${histogram.join()}]`;
}

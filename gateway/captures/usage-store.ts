/**
 * Usage in captures.db, apart from the captures: it stays when they are pruned. Written in the transaction of the batch
 * that it came with, by the minute; later minutes are joined to hours, hours to days, so that years stay small.
 */

import { nextStart, type Step, startOf } from '../usage/calendar.ts';
import { mergeHistograms, type SparseHistogram } from '../usage/histogram.ts';
import type { Dimension } from '../usage/usage-entry.ts';
import {
  addCounts,
  COUNTERS,
  type Counts,
  type Dimensions,
  dimensionsOf,
  namedCounts,
  seriesText,
  type UsageEntry,
} from '../usage/usage-entry.ts';
import { OTHER_MODEL } from '../usage/usage-meter.ts';
import type { DatabaseSync, StatementSync } from './database.ts';
import { UsageRows } from './usage-rows.ts';

/** Which batch of which run of the gateway the usage came with: the same batch, sent again, adds nothing. */
export interface UsageBatch {
  readonly run: string;
  readonly sequence: number;
  readonly entries: readonly UsageEntry[];
}

export interface UsageQuery {
  /** Epoch milliseconds; what began then or later. */
  readonly sinceMs: number;
  /** Before that; absent: up to now. */
  readonly untilMs?: number;
  /** Null: one stretch for all. */
  readonly step: Step | null;
  readonly by: readonly Dimension[];
  /** Only series with one of these values. */
  readonly only: Readonly<Partial<Record<Dimension, readonly string[]>>>;
}

/** What one stretch of time and one combination of the values asked for add up to. */
export interface UsageSum {
  /** Null where no step was asked for. */
  readonly startMs: number | null;
  readonly dimensions: Readonly<Partial<Record<Dimension, string>>>;
  readonly counts: Counts;
  readonly durations: SparseHistogram;
  readonly firstBytes: SparseHistogram;
  readonly names: { readonly app?: string; readonly gatewayKey?: string };
}

const LEVELS = ['minute', 'hour', 'day'] as const;
const HOUR_MS = 3_600_000;
/** How long each level keeps its rows before they are joined to the next. */
const KEPT_MS = [48 * HOUR_MS, 62 * 24 * HOUR_MS] as const;
/** Beyond so many series, names of models are no longer told apart. */
const MOST_SERIES = 20_000;

const COLUMNS = COUNTERS.map((name) => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));

type Row = Record<string, number | string>;

export class UsageStore {
  private readonly db: DatabaseSync;
  private readonly series = new Map<string, number>();
  private readonly minutes: UsageRows;
  private readonly statements = new Map<string, StatementSync>();
  private count: number;

  constructor(db: DatabaseSync) {
    this.db = db;
    this.minutes = new UsageRows(db, 0);
    this.count = Number(db.prepare('SELECT count(*) AS count FROM usage_series').get()?.count);
  }

  /** To be called within a transaction. */
  commit({ run, sequence, entries }: UsageBatch): void {
    if (entries.length === 0) return;
    const [lastRun, last] = String(this.meta('usage_batch') ?? '').split(' ');
    if (lastRun === run && sequence <= Number(last)) return;
    this.add(entries);
    this.setMeta('usage_batch', `${run} ${sequence}`);
  }

  /** Within a transaction; adds whatever it is given. */
  add(entries: readonly UsageEntry[]): void {
    for (const entry of entries) this.minutes.add(entry.minuteMs, this.idOf(entry.series, entry), entry);
    this.minutes.write();
  }

  /** Joins one hour's minutes, or one day's hours, that are old enough; false: there was nothing to join. */
  rollUp(nowMs: number, transaction: (work: () => void) => void): boolean {
    for (const level of [0, 1] as const) {
      const first = this.sql('SELECT min(start) AS start FROM usage WHERE level = ?').get(level)?.start;
      if (typeof first !== 'number') continue;
      const step = LEVELS[level + 1] as Step;
      const start = startOf(step, first);
      const end = nextStart(step, start);
      if (end > nowMs - KEPT_MS[level]) continue;
      transaction(() => this.join(level, start, end));
      return true;
    }
    return false;
  }

  private join(level: number, start: number, end: number): void {
    const rows = this.sql('SELECT * FROM usage WHERE level = ? AND start < ?').all(level, end) as Row[];
    const joined = new UsageRows(this.db, level + 1);
    for (const row of rows) {
      const counts = COLUMNS.map((name) => Number(row[name]));
      joined.add(start, Number(row.series), { counts, ...histogramsOf(row) });
    }
    joined.write();
    this.sql('DELETE FROM usage WHERE level = ? AND start < ?').run(level, end);
    this.minutes.forget();
  }

  query({ sinceMs, untilMs = Number.MAX_SAFE_INTEGER, step, by, only }: UsageQuery): UsageSum[] {
    const sums = new Map<string, UsageSum & { durations: SparseHistogram; firstBytes: SparseHistogram }>();
    const wanted = this.wanted(only);
    for (const [level, name] of LEVELS.entries()) {
      const rows = this.sql('SELECT * FROM usage WHERE level = ? AND start >= ? AND start < ?').iterate(
        level,
        startOf(name, sinceMs),
        untilMs,
      ) as Iterable<Row>;
      for (const row of rows) {
        const series = wanted.get(Number(row.series));
        if (!series) continue;
        const startMs = step === null ? null : startOf(step, Number(row.start));
        const dimensions = Object.fromEntries(by.map((one) => [one, series.dimensions[one]]));
        const key = `${startMs} ${by.map((one) => series.dimensions[one]).join('\n')}`;
        const { durations, firstBytes } = histogramsOf(row);
        const sum = sums.get(key);
        if (!sum) {
          sums.set(key, { startMs, dimensions, counts: countsOfRow(row), durations, firstBytes, names: series.names });
          continue;
        }
        addCounts(sum.counts, countsOfRow(row));
        sum.durations = mergeHistograms(sum.durations, durations);
        sum.firstBytes = mergeHistograms(sum.firstBytes, firstBytes);
      }
    }
    return [...sums.values()];
  }

  /** Number up to which captures from before are still to be counted; undefined: none. */
  get behind(): number | undefined {
    const number = this.meta('usage_behind');
    return typeof number === 'number' ? number : undefined;
  }

  set behind(number: number | undefined) {
    if (number === undefined) this.sql("DELETE FROM meta WHERE key = 'usage_behind'").run();
    else this.setMeta('usage_behind', number);
  }

  /** After a rollback: a series whose row was taken back must not keep an id that another will get. */
  forget(): void {
    this.series.clear();
    this.minutes.forget();
    this.count = Number(this.sql('SELECT count(*) AS count FROM usage_series').get()?.count);
  }

  private wanted(only: UsageQuery['only']) {
    const wanted = new Map<number, { dimensions: Dimensions; names: UsageSum['names'] }>();
    for (const row of this.sql(
      'SELECT id, dimensions, app, gateway_key FROM usage_series',
    ).iterate() as Iterable<Row>) {
      const dimensions = dimensionsOf(String(row.dimensions));
      const fits = Object.entries(only).every(([name, values]) => values.includes(dimensions[name as Dimension]));
      if (!fits) continue;
      const names = {
        ...(row.app === null ? {} : { app: String(row.app) }),
        ...(row.gateway_key === null ? {} : { gatewayKey: String(row.gateway_key) }),
      };
      wanted.set(Number(row.id), { dimensions, names });
    }
    return wanted;
  }

  private idOf(text: string, names: Pick<UsageEntry, 'app' | 'gatewayKey'>): number {
    let id = this.series.get(text);
    if (id !== undefined) return id;
    const found = this.sql('SELECT id FROM usage_series WHERE dimensions = ?').get(text);
    if (found) id = Number(found.id);
    else {
      const dimensions = dimensionsOf(text);
      if (this.count >= MOST_SERIES && dimensions.model !== '' && dimensions.model !== OTHER_MODEL) {
        return this.idOf(seriesText({ ...dimensions, model: OTHER_MODEL }), names);
      }
      const made = this.sql('INSERT INTO usage_series (dimensions, app, gateway_key) VALUES (?, ?, ?)').run(
        text,
        names.app ?? null,
        names.gatewayKey ?? null,
      );
      id = Number(made.lastInsertRowid);
      this.count++;
    }
    this.series.set(text, id);
    return id;
  }

  private meta(key: string): unknown {
    return this.sql('SELECT value FROM meta WHERE key = ?').get(key)?.value;
  }

  private setMeta(key: string, value: string | number): void {
    this.sql('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)').run(key, value);
  }

  private sql(text: string): StatementSync {
    let statement = this.statements.get(text);
    if (!statement) {
      statement = this.db.prepare(text);
      this.statements.set(text, statement);
    }
    return statement;
  }
}

function countsOfRow(row: Row): Counts {
  return namedCounts(COLUMNS.map((name) => Number(row[name])));
}

function histogramsOf(row: Row): { durations: SparseHistogram; firstBytes: SparseHistogram } {
  return {
    durations: JSON.parse(row.durations as string) as number[],
    firstBytes: JSON.parse(row.first_bytes as string) as number[],
  };
}

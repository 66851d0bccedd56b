/**
 * The database as the worker uses it: takes batches, moves fresh records to their place when there is time (compressed,
 * indexed), reads one capture. Listings and retention have their own files beside this one.
 */
import { localDay } from '../limits/periods.ts';
import type { Capture } from './capture.ts';
import { captureNumber, captureNumberTimeMs } from './capture-id.ts';
import { compressRecord, expandRecord } from './compress.ts';
import { type DatabaseSync, type StatementSync, single } from './database.ts';
import { Dictionaries } from './dictionaries.ts';
import { LONGEST_NAME, Names } from './names.ts';
import { openAtRest, openRecord, recordAtRest, rowOfRecord } from './open-record.ts';
import { HEAD, ID_BYTES, type RowTuple, STATE } from './record-form.ts';
import { searchText } from './search-text.ts';
import type { SpendEntry } from './spend-book.ts';
import type { TemplateText } from './template.ts';
import type { Templates } from './templates.ts';
import { unpackCapture } from './unpack.ts';
import { type UsageBatch, UsageStore } from './usage-store.ts';

/** Another capture of the same number (two processes in one millisecond) moves up to the next free one. */
const MOST_SAME_NUMBERS = 64;
/** Places in a row of texts that few captures have to themselves: app, keys, provider, models, endpoint, cause … */
const INTERNED = [1, 2, 3, 4, 5, 6, 7, 8, 12, 13, 24] as const;

export interface Counters {
  /** Settled captures, and the failed among them. */
  captures: number;
  failures: number;
  /** Bytes they take, roughly. */
  sizeBytes: number;
  failureBytes: number;
  /** Since the dictionary in use was made. */
  sinceDictionary: number;
  /** By how much ids ran ahead of the wall clock at most: the clock was set back once. */
  skewMs: number;
}

export interface FreshRow {
  n: number;
  id: string;
  state: number;
  failed: number;
  record: Uint8Array;
}

export interface SettledRow {
  n: number;
  id: string;
  state: number;
  row: Uint8Array;
}

export class CaptureStore {
  readonly db: DatabaseSync;
  counters: Counters;
  /** Not yet settled. */
  fresh: { captures: number; failures: number };
  private readonly statements = new Map<string, StatementSync>();
  private readonly running = new Map<string, number>();
  readonly templates: Templates;
  readonly names: Names;
  readonly dictionaries: Dictionaries;
  readonly usage: UsageStore;

  /** `templates` outlive the database: a fresh one after damage still gets records written like them. */
  constructor(db: DatabaseSync, templates: Templates) {
    this.db = db;
    this.templates = templates;
    this.names = new Names(db);
    this.dictionaries = new Dictionaries(db);
    this.usage = new UsageStore(db);
    this.counters = this.readCounters();
    const fresh = db.prepare('SELECT count(*) AS captures, sum(failed) AS failures FROM fresh').get();
    this.fresh = { captures: Number(fresh?.captures ?? 0), failures: Number(fresh?.failures ?? 0) };
  }

  /** Prepared once. */
  sql(text: string): StatementSync {
    let statement = this.statements.get(text);
    if (!statement) {
      statement = this.db.prepare(text);
      this.statements.set(text, statement);
    }
    return statement;
  }

  /** All or nothing; throws what SQLite throws, with nothing changed. */
  transaction<T>(work: () => T): T {
    const before = { counters: { ...this.counters }, fresh: { ...this.fresh } };
    this.db.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.db.exec('COMMIT');
      return result;
    } catch (error) {
      this.counters = before.counters;
      this.fresh = before.fresh;
      try {
        this.db.exec('ROLLBACK');
      } catch {
        // SQLite has rolled back by itself.
      }
      this.names.forget();
      this.dictionaries.reload();
      this.usage.forget();
      throw error;
    }
  }

  /** Writes the packed records of a batch. */
  commit(
    batch: Buffer,
    lastUsed: readonly (readonly [string, number])[],
    spent: readonly SpendEntry[] = [],
    templates: readonly TemplateText[] = [],
    usage?: UsageBatch,
  ): void {
    this.templates.add(templates);
    const began: [string, number][] = [];
    const ended: string[] = [];
    this.transaction(() => {
      this.templates.save(this.db);
      for (let at = 0; at < batch.length; ) {
        const end = at + batch.readUInt32LE(at + HEAD.totalBytes);
        const state = batch[at + HEAD.state] as number;
        const id = batch.toString('latin1', at + HEAD.id, at + HEAD.id + ID_BYTES);
        const number = batch.readDoubleLE(at + HEAD.number);
        if (state === STATE.erased) this.erase(id, number);
        else {
          const record = batch.subarray(at + HEAD.record, end);
          const n = this.write(id, number, state, batch[at + HEAD.failed] as number, record);
          if (state === STATE.running) began.push([id, n]);
        }
        if (state !== STATE.running) ended.push(id);
        at = end;
      }
      for (const [key, time] of lastUsed) {
        this.sql(
          'INSERT INTO last_used (key, at) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET at = max(at, excluded.at)',
        ).run(key, time);
      }
      if (usage) this.usage.commit(usage);
      for (const entry of spent) {
        // Totals only rise; the higher one is the later one.
        this.sql(
          `INSERT INTO spend (day, subject, nanos, unpriced) VALUES (?, ?, ?, ?) ON CONFLICT (day, subject)
           DO UPDATE SET nanos = max(nanos, excluded.nanos), unpriced = max(unpriced, excluded.unpriced)`,
        ).run(...entry);
      }
    });
    this.templates.saved();
    for (const [id, n] of began) this.running.set(id, n);
    for (const id of ended) this.running.delete(id);
  }

  /** Puts a packed record among the fresh ones; returns its place. To be called within a transaction. */
  write(id: string, number: number, state: number, failed: number, record: Buffer): number {
    const known = this.running.get(id);
    if (known !== undefined) {
      this.sql('UPDATE fresh SET state = ?, failed = ?, record = ? WHERE n = ?').run(state, failed, record, known);
      this.fresh.failures += failed;
      return known;
    }
    const insert = this.sql('INSERT OR IGNORE INTO fresh (n, id, state, failed, record) VALUES (?, ?, ?, ?, ?)');
    for (let n = number; n < number + MOST_SAME_NUMBERS; n++) {
      if (insert.run(n, id, state, failed, record).changes === 0) {
        // The same record again, after a crash of this thread between commit and word of it.
        if (this.idAt('fresh', n) === id) return n;
        continue;
      }
      this.fresh.captures++;
      this.fresh.failures += failed;
      return n;
    }
    throw new Error(`no free place for capture ${id}`);
  }

  private idAt(table: 'fresh' | 'capture', n: number): string | undefined {
    return this.sql(`SELECT id FROM ${table} WHERE n = ?`).get(n)?.id as string | undefined;
  }

  private erase(id: string, number: number): void {
    const gone = this.sql('DELETE FROM fresh WHERE n >= ? AND n < ? AND id = ?').run(
      number,
      number + MOST_SAME_NUMBERS,
      id,
    );
    this.fresh.captures -= Number(gone.changes);
  }

  /** Moves up to `most` finished fresh records to their place; returns how many it moved. */
  settle(most: number, deadlineMs: number): number {
    if (this.fresh.captures === 0) return 0;
    const rows = this.sql(
      `SELECT n, id, state, failed, record FROM fresh WHERE state > ${STATE.running} ORDER BY n LIMIT ?`,
    ).all(most) as unknown as FreshRow[];
    if (rows.length === 0) return 0;
    let moved = 0;
    this.transaction(() => {
      if (this.dictionaries.learn(this.counters.sinceDictionary)) this.counters.sinceDictionary = 0;
      for (const row of rows) {
        this.settleOne(row);
        moved++;
        if (performance.now() > deadlineMs) break;
      }
      this.saveCounters();
    });
    return moved;
  }

  private settleOne(fresh: FreshRow): void {
    const { n, id, state, failed } = fresh;
    const opened = openRecord(buffer(fresh.record), this.templates.get);
    const tuple = opened.row;
    const { record, text } = recordAtRest(opened);
    const packed = compressRecord(record, this.dictionaries.current);
    const row = Buffer.from(JSON.stringify(this.internRow(tuple)));
    const sizeBytes = packed.bytes.length + row.length;
    const place = this.place(n, id, state, failed, sizeBytes, row);
    if (place !== undefined) {
      this.dictionaries.addSample(`${tuple[4]} ${tuple[7]} ${tuple[10]} ${tuple[18]}`, text);
      this.sql('INSERT INTO detail (n, coding, record) VALUES (?, ?, ?)').run(place, packed.coding, packed.bytes);
      this.sql('INSERT INTO search (rowid, text, facet) VALUES (?, ?, ?)').run(
        place,
        searchText(tuple, opened),
        this.facets(tuple, state, failed).join(' '),
      );
      const { counters } = this;
      counters.captures++;
      counters.failures += failed;
      counters.sizeBytes += sizeBytes;
      counters.sinceDictionary++;
      if (failed) counters.failureBytes += sizeBytes;
      counters.skewMs = Math.max(counters.skewMs, captureNumberTimeMs(place) - tuple[0]);
    }
    this.sql('DELETE FROM fresh WHERE n = ?').run(n);
    this.fresh.captures--;
    this.fresh.failures -= failed;
  }

  /** Writes the line of a listing; undefined when this very capture has one (its batch came twice, after a crash). */
  private place(n: number, id: string, state: number, failed: number, size: number, row: Buffer): number | undefined {
    const insert = this.sql(
      'INSERT OR IGNORE INTO capture (n, id, state, failed, size, row) VALUES (?, ?, ?, ?, ?, ?)',
    );
    for (let place = n; ; place++) {
      if (insert.run(place, id, state, failed, size, row).changes !== 0) return place;
      if (this.idAt('capture', place) === id) return undefined;
    }
  }

  /** A row at rest holds numbers for the texts that come again and again. */
  private internRow(tuple: RowTuple): unknown[] {
    const row: unknown[] = [...tuple];
    for (const place of INTERNED) {
      const text = tuple[place];
      if (typeof text === 'string' && text.length <= LONGEST_NAME) row[place] = this.names.id(text);
    }
    return row;
  }

  /** The row of a fresh one. */
  freshRow(fresh: FreshRow): RowTuple {
    return rowOfRecord(buffer(fresh.record), this.templates.get);
  }

  /** Templates go when nothing fresh is left that may have been written like them. */
  dropTemplates(): void {
    const written = this.sql(`SELECT 1 FROM fresh WHERE state > ${STATE.running} LIMIT 1`).get();
    if (!written) this.templates.drop(this.db);
  }

  /** The row of a settled capture. */
  readRow(bytes: Uint8Array): RowTuple {
    const row = JSON.parse(buffer(bytes).toString('utf8')) as unknown[];
    for (const place of INTERNED) if (typeof row[place] === 'number') row[place] = this.names.text(row[place]);
    return row as RowTuple;
  }

  /** What a listing filters by, as words of the index. */
  private facets(row: RowTuple, state: number, failed: number): string[] {
    const words = [failed ? 'f1' : 'f0', `t${state}`];
    const add = (letter: string, ...texts: (string | null)[]) => {
      for (const text of new Set(texts)) if (text) words.push(`${letter}${this.names.id(text)}`);
    };
    add('a', row[1], row[2]);
    add('p', row[4]);
    add('m', row[5], row[6]);
    add('c', row[12]);
    if (row[28] !== null) words.push(originWord(row[28]));
    if (row[10] !== null) words.push(`s${row[10]}`, `k${Math.floor(row[10] / 100)}`);
    return words;
  }

  get(id: string): Capture | null {
    const number = captureNumber(id);
    if (number === undefined) return null;
    const places = [number, number + MOST_SAME_NUMBERS] as const;
    const fresh = this.sql('SELECT state, record FROM fresh WHERE n >= ? AND n < ? AND id = ?').get(...places, id);
    if (fresh) {
      const opened = openRecord(buffer(fresh.record as Uint8Array), this.templates.get);
      return unpackCapture(id, Number(fresh.state), opened.row, opened);
    }
    const settled = this.sql(
      `SELECT state, row, record, coding FROM capture JOIN detail USING (n)
       WHERE capture.n >= ? AND capture.n < ? AND id = ?`,
    ).get(...places, id);
    if (!settled) return null;
    const { state, row, record, coding } = settled as unknown as SettledRow & { record: Uint8Array; coding: number };
    const expanded = expandRecord(coding, record, (number) => this.dictionaries.get(number));
    return unpackCapture(id, state, this.readRow(row), openAtRest(expanded));
  }

  has(id: string): boolean {
    const number = captureNumber(id);
    if (number === undefined) return false;
    return (['fresh', 'capture'] as const).some(
      (table) =>
        this.sql(`SELECT 1 FROM ${table} WHERE n >= ? AND n < ? AND id = ?`).get(
          number,
          number + MOST_SAME_NUMBERS,
          id,
        ) !== undefined,
    );
  }

  count(): { captures: number; failures: number } {
    return {
      captures: this.counters.captures + this.fresh.captures,
      failures: this.counters.failures + this.fresh.failures,
    };
  }

  lastUsed(): Record<string, number> {
    const used: Record<string, number> = {};
    for (const { key, at } of this.sql('SELECT key, at FROM last_used').all()) used[key as string] = Number(at);
    return used;
  }

  /** What was spent this month and the one before. */
  spent(nowMs: number): SpendEntry[] {
    const now = new Date(nowMs);
    const since = localDay(new Date(now.getFullYear(), now.getMonth() - 1, 1).getTime());
    return this.sql('SELECT day, subject, nanos, unpriced FROM spend WHERE day >= ?')
      .all(since)
      .map(({ day, subject, nanos, unpriced }) => [String(day), String(subject), Number(nanos), Number(unpriced)]);
  }

  /** The highest number in use: new ids must lie above it even if the clock was set back since. */
  highest(): number {
    const highest = single(
      this.db,
      'SELECT max((SELECT coalesce(max(n), 0) FROM fresh), (SELECT coalesce(max(n), 0) FROM capture))',
    );
    return Number(highest ?? 0);
  }

  saveCounters(): void {
    this.sql("INSERT OR REPLACE INTO meta (key, value) VALUES ('counters', ?)").run(JSON.stringify(this.counters));
  }

  private readCounters(): Counters {
    const text = single(this.db, "SELECT value FROM meta WHERE key = 'counters'");
    const empty: Counters = { captures: 0, failures: 0, sizeBytes: 0, failureBytes: 0, sinceDictionary: 0, skewMs: 0 };
    return typeof text === 'string' ? { ...empty, ...JSON.parse(text) } : empty;
  }
}

/** The index's word for what came from a capture; ids of other forms (an import's) cannot break the query. */
export function originWord(of: string): string {
  return `o${of.toLowerCase().replace(/[^a-z0-9]/g, '')}`;
}

export function buffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

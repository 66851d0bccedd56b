/**
 * Opens captures.db: creates or migrates the schema, sets a damaged file aside instead of failing. Raw SQL lives here and in the other files of the worker only.
 */
import { chmodSync, closeSync, existsSync, openSync, renameSync } from 'node:fs';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Notice } from '../store/notice.ts';
import { stampForFileName } from '../store/notice.ts';
import { USAGE_TABLES } from './usage-tables.ts';

export const CAPTURES_SCHEMA_VERSION = 4;

/**
 * Emptying the write-ahead log waits for the disk, and the batch behind it waits along: on a busy disk longer than the
 * 50 ms that a crash may cost. So it is done in quiet moments (worker.ts), and under load only when the log has grown to
 * 64 MB, pages of 16 KB.
 */
const LONGEST_LOG_PAGES = 4_000;

/** Step n brings a database from version n to n + 1. Never edit one that was released; add the next. */
const MIGRATIONS: readonly string[] = [
  `CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
   -- Names of apps, providers, models, causes …: what a listing filters by, as small numbers.
   CREATE TABLE name (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
   -- As they came from the request path; emptied into the three tables below when there is time.
   CREATE TABLE fresh (n INTEGER PRIMARY KEY, id TEXT NOT NULL, state INTEGER NOT NULL, failed INTEGER NOT NULL,
     record BLOB NOT NULL);
   -- What fresh records were written like; never needed by settled ones.
   CREATE TABLE template (id INTEGER PRIMARY KEY, text TEXT NOT NULL);
   CREATE TABLE capture (n INTEGER PRIMARY KEY, id TEXT NOT NULL, state INTEGER NOT NULL, failed INTEGER NOT NULL,
     size INTEGER NOT NULL, row BLOB NOT NULL);
   CREATE INDEX capture_failed ON capture (failed);
   CREATE TABLE detail (n INTEGER PRIMARY KEY, coding INTEGER NOT NULL, record BLOB NOT NULL);
   -- What records were compressed with; \`last\` is the highest capture that needs it, null while it is in use.
   CREATE TABLE dictionary (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL, last INTEGER);
   CREATE VIRTUAL TABLE search USING fts5 (text, facet, content = '', contentless_delete = 1,
     tokenize = "unicode61 remove_diacritics 2");
   CREATE TABLE last_used (key TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;`,
  // Captures from elsewhere: since when they are here, and the configuration that they were made under.
  `CREATE TABLE imported (id TEXT PRIMARY KEY, at INTEGER NOT NULL, config TEXT) WITHOUT ROWID;
   CREATE TABLE imported_config (digest TEXT PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID;`,
  USAGE_TABLES,
  // What budgets count, by local day: kept when captures go.
  `CREATE TABLE spend (day TEXT, subject TEXT, nanos INTEGER NOT NULL, unpriced INTEGER NOT NULL,
     PRIMARY KEY (day, subject)) WITHOUT ROWID;`,
];

export interface Opened {
  readonly db: DatabaseSync;
  readonly notices: Notice[];
}

/** Why captures cannot be kept at all on this runtime; undefined when they can. */
export function sqliteMissing(): string | undefined {
  return sqlite() ? undefined : `Node ${process.versions.node} has no SQLite; captures need Node 22.13 or newer.`;
}

function sqlite(): typeof import('node:sqlite') | undefined {
  return process.getBuiltinModule?.('node:sqlite');
}

/** Throws only when not even a fresh file can be made: a folder that is missing, read-only or full. */
export function openDatabase(file: string, nowMs: number): Opened {
  const notices: Notice[] = [];
  try {
    return { db: prepare(file), notices };
  } catch (error) {
    if (!isDamage(error) && !(error instanceof NewerSchema)) throw error;
    notices.push(setAside(file, error, nowMs));
  }
  return { db: prepare(file), notices };
}

/** True for errors that mean the file itself is broken. */
export function isDamage(error: unknown): boolean {
  const code = primaryCode(error);
  return code === 11 || code === 26;
}

/** True for a full disk, a quota, a file size limit or a failing write. */
export function isDiskTrouble(error: unknown): boolean {
  const code = primaryCode(error);
  return code === 13 || code === 10 || code === 8 || code === 14;
}

function primaryCode(error: unknown): number | undefined {
  const code = (error as { errcode?: unknown } | null)?.errcode;
  return typeof code === 'number' ? code & 0xff : undefined;
}

/** Moves the database with its log and index out of the way; nothing is deleted. */
export function setAside(file: string, error: unknown, nowMs: number): Notice {
  const newer = error instanceof NewerSchema;
  const aside = freeName(`${file}.${newer ? 'newer' : 'damaged'}-${stampForFileName(nowMs)}`);
  for (const ending of ['', '-wal', '-shm']) {
    if (existsSync(file + ending)) renameSync(file + ending, aside + ending);
  }
  const name = aside.slice(aside.lastIndexOf('/') + 1);
  return newer
    ? {
        id: 'captures-newer',
        level: 'warning',
        sentence: `The captures were written by a newer Keyward; they are kept as ${name} and recording goes on in a new file.`,
        next: 'Update Keyward to read them again.',
      }
    : {
        id: 'captures-damaged',
        level: 'warning',
        sentence: `The file with the captures was damaged; it is kept as ${name} and recording goes on in a new file.`,
        next: 'Earlier captures are no longer listed. Delete the damaged file when you do not need it.',
      };
}

class NewerSchema extends Error {}

function prepare(file: string): DatabaseSync {
  const module = sqlite();
  if (!module) throw new Error(sqliteMissing());
  // Owner-only from its first byte; SQLite gives the log and its index the same mode.
  closeSync(openSync(file, 'a', 0o600));
  chmodSync(file, 0o600);
  const db = new module.DatabaseSync(file);
  try {
    db.exec('PRAGMA busy_timeout = 2000');
    const version = Number(single(db, 'PRAGMA user_version'));
    if (version > CAPTURES_SCHEMA_VERSION) throw new NewerSchema(`schema ${version}`);
    if (version === 0) db.exec('PRAGMA page_size = 16384; PRAGMA auto_vacuum = INCREMENTAL');
    db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = 67108864;
      PRAGMA wal_autocheckpoint = ${LONGEST_LOG_PAGES}; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -8000`);
    for (let from = version; from < CAPTURES_SCHEMA_VERSION; from++) {
      db.exec(`BEGIN IMMEDIATE; ${MIGRATIONS[from]}; PRAGMA user_version = ${from + 1}; COMMIT`);
    }
    // Reads every table once: a file that is not whole shows it here rather than in the middle of a batch.
    db.exec('SELECT n FROM fresh LIMIT 1; SELECT n FROM capture ORDER BY n DESC LIMIT 1; SELECT key FROM meta LIMIT 1');
    db.exec(
      'SELECT n FROM detail ORDER BY n DESC LIMIT 1; SELECT rowid FROM search LIMIT 1; SELECT id FROM name LIMIT 1',
    );
    db.exec('SELECT id FROM usage_series LIMIT 1; SELECT series FROM usage LIMIT 1');
    return db;
  } catch (error) {
    try {
      db.close();
    } catch {
      // Already unusable; the first error tells why.
    }
    throw error;
  }
}

function freeName(name: string): string {
  let free = name;
  for (let count = 2; existsSync(free); count++) free = `${name}-${count}`;
  return free;
}

/** First column of the first row. */
export function single(db: DatabaseSync, sql: string, ...values: (string | number)[]): unknown {
  const row = db.prepare(sql).get(...values);
  return row ? Object.values(row)[0] : undefined;
}

export type { DatabaseSync, StatementSync };

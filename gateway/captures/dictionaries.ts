/**
 * Dictionaries for compression, learned from what this very home sees: its clients' and providers' headers, its steps.
 * Never from bodies. A dictionary goes when the last capture that needs it is pruned.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { LearnedDictionary } from './compress.ts';

const SAMPLES = 6;
const LONGEST_BYTES = 10 * 1024;
/** A new one after so many captures: soon at first, then seldom. */
const LEARN_AFTER = [16, 400, 5_000, 50_000];
const MOST_IN_MEMORY = 20;

export class Dictionaries {
  /** What new captures are compressed with, besides the built-in one. */
  current: LearnedDictionary | undefined;
  private readonly db: DatabaseSync;
  private readonly samples = new Map<string, Buffer>();
  private readonly loaded = new Map<number, LearnedDictionary>();

  constructor(db: DatabaseSync) {
    this.db = db;
    this.reload();
  }

  /** Reads the state anew; after a rollback too. */
  reload(): void {
    this.loaded.clear();
    const id = this.db.prepare('SELECT id FROM dictionary WHERE last IS NULL').get()?.id;
    this.current = id === undefined ? undefined : this.get(Number(id));
  }

  get(id: number): LearnedDictionary | undefined {
    const known = this.loaded.get(id);
    if (known) return known;
    const bytes = this.db.prepare('SELECT bytes FROM dictionary WHERE id = ?').get(id)?.bytes as Uint8Array | undefined;
    if (!bytes) return undefined;
    const dictionary = { id, bytes };
    if (this.loaded.size >= MOST_IN_MEMORY) this.loaded.clear();
    this.loaded.set(id, dictionary);
    return dictionary;
  }

  /** `kind` tells exchanges apart that look different; the latest of each counts, the most recent kinds stay. */
  addSample(kind: string, meta: Buffer): void {
    this.samples.delete(kind);
    this.samples.set(kind, meta);
    for (const oldest of this.samples.keys()) {
      if (this.samples.size <= SAMPLES) break;
      this.samples.delete(oldest);
    }
  }

  /** Makes a new one when it is time; true when it did. To be called inside a transaction. */
  learn(capturesSinceLast: number): boolean {
    const after = LEARN_AFTER[Math.min(this.current?.id ?? 0, LEARN_AFTER.length - 1)] as number;
    if (capturesSinceLast < after || this.samples.size === 0) return false;
    const all = Buffer.concat([...this.samples.values()]);
    const bytes = all.subarray(Math.max(0, all.length - LONGEST_BYTES));
    this.db.prepare('UPDATE dictionary SET last = (SELECT max(n) FROM capture) WHERE last IS NULL').run();
    const id = Number(this.db.prepare('INSERT INTO dictionary (bytes) VALUES (?)').run(bytes).lastInsertRowid);
    this.current = { id, bytes };
    this.loaded.set(id, this.current);
    return true;
  }

  /** Takes away what no capture needs any more. */
  prune(): void {
    const oldest = this.db.prepare('SELECT min(n) AS n FROM capture').get()?.n;
    if (typeof oldest === 'number') {
      this.db.prepare('DELETE FROM dictionary WHERE last < ?').run(oldest);
      return;
    }
    this.db.exec('DELETE FROM dictionary');
    this.samples.clear();
    this.reload();
  }
}

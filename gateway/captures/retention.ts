/**
 * Keeps captures.db within its age and size, oldest first, failures longer than successes. Works in small slices, each a
 * transaction of a few milliseconds, so that batches come in between.
 */
import { captureNumberAt } from './capture-id.ts';
import type { CaptureStore } from './capture-store.ts';
import { single } from './database.ts';
import { importedSince } from './imports.ts';
import { STATE } from './record-form.ts';

export interface RetentionPolicy {
  readonly maxAgeMs: number;
  readonly failureMaxAgeMs: number;
  readonly maxSizeBytes: number;
}

const SLICE_ROWS = 100;
/** Failures may fill this part of the allowed size before the oldest of them make room too. */
const FAILURES_SHARE = 0.5;
const VACUUM_PAGES = 64;
/** What came from elsewhere is as old as its import. */
const NOT_IMPORTED_SINCE = 'NOT EXISTS (SELECT 1 FROM imported WHERE imported.id = source.id AND at >= ?)';
/** Free pages beyond this share of the file are given back to the disk. */
const FREE_SHARE = 0.08;
/** So many free pages are kept for the next burst in any case. */
const KEPT_FREE_PAGES = 256;

/** Removes at most a slice of what the policy no longer keeps; returns how many. 0: nothing to do. */
export function pruneSlice(store: CaptureStore, policy: RetentionPolicy, nowMs: number): number {
  const byAge =
    removeOldest(store, 0, captureNumberAt(nowMs - policy.maxAgeMs)) ||
    removeOldest(store, 1, captureNumberAt(nowMs - policy.failureMaxAgeMs));
  if (byAge > 0) return byAge;
  if (usedBytes(store) <= policy.maxSizeBytes) return 0;
  const { failureBytes, sizeBytes } = store.counters;
  const failed = failureBytes > sizeBytes * FAILURES_SHARE ? 1 : 0;
  return (
    removeOldest(store, failed, Number.MAX_SAFE_INTEGER) ||
    removeOldest(store, 1 - failed, Number.MAX_SAFE_INTEGER) ||
    removeFresh(store, Number.MAX_SAFE_INTEGER)
  );
}

/** Removes at most a slice of everything older than that, running exchanges apart; returns how many. */
export function removeSlice(store: CaptureStore, beforeMs: number): number {
  const number = captureNumberAt(beforeMs);
  return removeOldest(store, 0, number) || removeOldest(store, 1, number) || removeFresh(store, number);
}

/** Bytes of the file that hold something. */
export function usedBytes(store: CaptureStore): number {
  const pages = Number(single(store.db, 'PRAGMA page_count')) - Number(single(store.db, 'PRAGMA freelist_count'));
  return pages * Number(single(store.db, 'PRAGMA page_size'));
}

/** Gives a few free pages back to the disk; true when there are more worth giving back. */
export function vacuumSlice(store: CaptureStore): boolean {
  const free = Number(single(store.db, 'PRAGMA freelist_count'));
  if (free <= KEPT_FREE_PAGES || free < Number(single(store.db, 'PRAGMA page_count')) * FREE_SHARE) return false;
  // The pragma frees a page a step; `exec` alone would stop after the first.
  store.db.prepare(`PRAGMA incremental_vacuum(${VACUUM_PAGES})`).all();
  return true;
}

function removeOldest(store: CaptureStore, failed: number, before: number): number {
  const rows = store
    .sql(
      `SELECT n, id, size FROM capture AS source WHERE failed = ? AND n < ? AND ${NOT_IMPORTED_SINCE} ORDER BY n LIMIT ?`,
    )
    .all(failed, before, importedSince(before), SLICE_ROWS);
  if (rows.length === 0) return 0;
  store.transaction(() => {
    for (const { n, id, size } of rows as unknown as { n: number; id: string; size: number }[]) {
      store.sql('DELETE FROM search WHERE rowid = ?').run(n);
      store.sql('DELETE FROM detail WHERE n = ?').run(n);
      store.sql('DELETE FROM capture WHERE n = ?').run(n);
      store.sql('DELETE FROM imported WHERE id = ?').run(id);
      store.counters.captures--;
      store.counters.sizeBytes -= size;
      if (failed) {
        store.counters.failures--;
        store.counters.failureBytes -= size;
      }
    }
    store.dictionaries.prune();
    store.saveCounters();
  });
  return rows.length;
}

function removeFresh(store: CaptureStore, before: number): number {
  const rows = store
    .sql(
      `SELECT n, id, failed FROM fresh AS source WHERE state > ${STATE.running} AND n < ? AND ${NOT_IMPORTED_SINCE}
       ORDER BY n LIMIT ?`,
    )
    .all(before, importedSince(before), SLICE_ROWS) as unknown as { n: number; id: string; failed: number }[];
  if (rows.length === 0) return 0;
  store.transaction(() => {
    for (const { n, id, failed } of rows) {
      store.sql('DELETE FROM fresh WHERE n = ?').run(n);
      store.sql('DELETE FROM imported WHERE id = ?').run(id);
      store.fresh.captures--;
      store.fresh.failures -= failed;
    }
  });
  return rows.length;
}

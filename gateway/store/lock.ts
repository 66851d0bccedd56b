/**
 * One writer per home. The lock is an SQLite file held in an exclusive transaction: the operating system lets go of it
 * the moment the process ends, SIGKILL included, so that there are no stale locks and no timers to guess them by.
 *
 * Nothing in this process may open lock.db by other means: on POSIX systems closing any descriptor of a file drops all
 * the locks that the process holds on it.
 */
import { chmodSync, truncateSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { homePaths } from './home.ts';
import { isAlive, readInstance } from './instance.ts';
import { HomeBusy, StoreError } from './store-error.ts';

export interface HomeLock {
  /** Lets go; again is harmless. */
  release(): void;
}

const RETRY_MS = 25;

/**
 * Takes the home's lock. A running instance is reported at once; a short command that holds it is waited for, at most
 * `waitMs`. Throws HomeBusy, or StoreError `read-only` where the lock file may not be written.
 */
export async function lockHome(home: string, waitMs = 2000): Promise<HomeLock> {
  const deadline = performance.now() + waitMs;
  for (;;) {
    const lock = tryLock(homePaths(home).lock);
    if (lock) return lock;
    const instance = await readInstance(home);
    const pid = instance && isAlive(instance.pid) ? instance.pid : undefined;
    if (pid !== undefined || performance.now() >= deadline) throw new HomeBusy(home, pid);
    await delay(RETRY_MS);
  }
}

function tryLock(file: string, retried = false): HomeLock | undefined {
  // Not imported: Electron's and older Node's loaders do not all know the module by name.
  const sqlite = process.getBuiltinModule?.('node:sqlite');
  if (!sqlite) {
    throw new StoreError('runtime', 'This runtime has no SQLite.', 'Run Keyward with the Node that comes with it.');
  }
  let database: InstanceType<typeof sqlite.DatabaseSync> | undefined;
  try {
    database = new sqlite.DatabaseSync(file);
    // Nothing is ever written, so a journal on the disk would only lie about.
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    if (process.platform !== 'win32') chmodSync(file, 0o600);
    const held = database;
    return {
      release: () => {
        if (held.isOpen) held.close();
      },
    };
  } catch (error) {
    database?.close();
    const reason = reasonOf(error);
    if (reason === 'busy') return undefined;
    if (reason === 'foreign' && !retried) {
      // Not a database, so nobody holds it: a holder's lock is noticed before the content is.
      truncateSync(file, 0);
      return tryLock(file, true);
    }
    throw new StoreError(
      reason === 'forbidden' ? 'read-only' : 'disk',
      `${file} cannot be locked, so it is not certain that no other Keyward writes to this home.`,
      'Make the folder writable for this user and keep it on a local disk.',
      error,
    );
  }
}

/** By SQLite's result codes: 5 BUSY, 6 LOCKED, 8 READONLY, 14 CANTOPEN, 11 CORRUPT, 26 NOTADB. */
function reasonOf(error: unknown): 'busy' | 'foreign' | 'forbidden' | 'other' {
  const { errcode, code, message } = error as { errcode?: number; code?: string; message?: string };
  const primary = errcode === undefined ? undefined : errcode & 0xff;
  if (primary === 5 || primary === 6 || code?.startsWith('SQLITE_BUSY')) return 'busy';
  if (primary === 11 || primary === 26 || code === 'SQLITE_NOTADB' || code?.startsWith('SQLITE_CORRUPT'))
    return 'foreign';
  if (primary === 8 || primary === 14 || code?.startsWith('SQLITE_READONLY') || code?.startsWith('SQLITE_CANTOPEN')) {
    return 'forbidden';
  }
  return /database is locked/.test(message ?? '') ? 'busy' : 'other';
}

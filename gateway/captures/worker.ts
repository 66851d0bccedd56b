/**
 * The thread that owns captures.db. Batches come first; in between, and only as much as the load allows, fresh records
 * are settled (compressed, indexed), old ones pruned, free pages given back. It keeps on whatever the disk does: a
 * damaged file is set aside, on a full disk bodies go first, then rows, each counted and told.
 */
import { parentPort } from 'node:worker_threads';
import { giveMemoryBack } from '../give-memory-back.ts';
import type { UsageEntry } from '../usage/usage-entry.ts';
import { CaptureStore } from './capture-store.ts';
import { isDamage, isDiskTrouble, openDatabase, setAside } from './database.ts';
import { importedConfig, importRecords } from './imports.ts';
import { leaveBodiesOut } from './leave-bodies-out.ts';
import { listCaptures } from './listing.ts';
import { pruneSlice, type RetentionPolicy, removeSlice, vacuumSlice } from './retention.ts';
import { Templates } from './templates.ts';
import { countBehind, markInterrupted } from './usage-behind.ts';
import type { FromWorker, ToWorker, WorkerOptions, WorkerRequest } from './worker-messages.ts';

/** One transaction of settling: large enough to be worth its pages, short enough for a batch that comes meanwhile. */
const SETTLE_ROWS = 400;
const SLICE_MS = 12;
/** Settling waits for a moment without traffic … */
const QUIET_MS = 250;
/**
 * … unless so many have gathered; then it takes a slice now and then, more often the more there are, and a shorter one:
 * a batch that comes meanwhile has spent its window already and is still to be on the disk within 50 ms.
 */
const GATHERED = 2_000;
const BUSY_SLICE_MS = 5;
const PAUSE_MS = 90;
const MANY_GATHERED = 100_000;
const SHORT_PAUSE_MS = 20;
const AFTER_FAULT_MS = 1_000;
const RETENTION_EVERY_MS = 15_000;

let options: WorkerOptions;
let policy: RetentionPolicy;
let store: CaptureStore | undefined;
let nextSlice: NodeJS.Timeout | undefined;
/** The opening counts as one: what a crash left to be settled waits while traffic comes back. */
let lastBatchMs = performance.now();
/** Something was written since the log was last emptied. */
let logGrown = false;
let retentionDueMs = 0;
const templates = new Templates();
let vacuum = false;
let diskFull = false;
/** Usage that no disk took; it goes with the next batch that one takes. */
let owed: UsageEntry[] = [];
const settled: (() => void)[] = [];

function say(message: FromWorker): void {
  parentPort?.postMessage(message);
}

function open(): CaptureStore {
  const opened = openDatabase(options.file, Date.now());
  for (const notice of opened.notices) say({ type: 'notice', notice });
  templates.load(opened.db, options.again);
  store = new CaptureStore(opened.db, templates);
  markInterrupted(store, options.again);
  return store;
}

/** Runs database work; a file that turns out to be damaged is replaced and the work done once more on a fresh one. */
function withStore<T>(work: (store: CaptureStore) => T): T {
  const current = store ?? open();
  try {
    return work(current);
  } catch (error) {
    if (!isDamage(error)) throw error;
    try {
      current.db.close();
    } catch {
      // It is broken; what counts is that the file is let go.
    }
    store = undefined;
    say({ type: 'notice', notice: setAside(options.file, error, Date.now()) });
    templates.saveAnew();
    return work(open());
  }
}

function takeBatch(message: Extract<ToWorker, { type: 'batch' }>): void {
  const batch = Buffer.from(message.memory, 0, message.length);
  let droppedBodies = 0;
  let droppedRows = 0;
  const usage = { ...message.usage, entries: [...owed, ...message.usage.entries] };
  try {
    withStore((captures) => captures.commit(batch, message.lastUsed, message.spent, message.templates, usage));
    owed = [];
    if (diskFull) {
      diskFull = false;
      say({ type: 'notice-over', id: 'captures-disk' });
    }
  } catch (error) {
    const slim = leaveBodiesOut(batch, templates.get);
    droppedBodies = slim.records;
    try {
      if (!isDiskTrouble(error)) throw error;
      withStore((captures) => captures.commit(slim.batch, message.lastUsed, message.spent, [], usage));
      owed = [];
    } catch {
      owed = usage.entries;
      droppedRows = slim.records;
      droppedBodies = 0;
    }
    diskTrouble(error);
  }
  lastBatchMs = performance.now();
  logGrown = true;
  say({ type: 'committed', sequence: message.sequence, droppedBodies, droppedRows });
  wake();
}

function diskTrouble(error: unknown): void {
  if (diskFull) return;
  diskFull = true;
  const full = isDiskTrouble(error);
  say({
    type: 'notice',
    notice: {
      id: 'captures-disk',
      level: 'error',
      sentence: full
        ? 'The disk does not take any more captures: bodies, and if need be whole captures, are left out until it does.'
        : `Captures cannot be written: ${error instanceof Error ? error.message : String(error)}.`,
      next: full ? `Make room on the disk that holds ${options.file}; recording resumes by itself.` : null,
    },
  });
}

/** Idle work, a slice at a time; what is waiting in the message queue goes first. */
function wake(): void {
  nextSlice ??= setTimeout(idle, pauseMs() ?? QUIET_MS);
}

/** Until the next slice; undefined when it is better to wait for quiet. */
function pauseMs(): number | undefined {
  if (settled.length > 0 || performance.now() - lastBatchMs >= QUIET_MS) return 0;
  const gathered = store?.fresh.captures ?? 0;
  if (gathered < GATHERED) return undefined;
  return gathered < MANY_GATHERED ? PAUSE_MS : SHORT_PAUSE_MS;
}

function idle(): void {
  nextSlice = undefined;
  if (pauseMs() === undefined) {
    wake();
    return;
  }
  try {
    if (withStore(idleSlice)) {
      wake();
      return;
    }
  } catch (error) {
    if (!isDiskTrouble(error)) say(unexpected(error));
    nextSlice = setTimeout(idle, AFTER_FAULT_MS);
    return;
  }
  for (const resolve of settled.splice(0)) resolve();
}

function idleSlice(captures: CaptureStore): boolean {
  const started = performance.now();
  const quiet = started - lastBatchMs >= QUIET_MS;
  if (captures.settle(SETTLE_ROWS, started + (quiet || settled.length > 0 ? SLICE_MS : BUSY_SLICE_MS)) > 0) {
    logGrown = true;
    // Their first place is free now; a burst leaves a lot of it.
    vacuum = true;
    return true;
  }
  captures.dropTemplates();
  if (countBehind(captures)) {
    logGrown = true;
    return true;
  }
  if (started >= retentionDueMs) {
    if (captures.usage.rollUp(Date.now(), (work) => captures.transaction(work))) {
      logGrown = true;
      return true;
    }
    if (pruneSlice(captures, policy, Date.now()) > 0) {
      logGrown = true;
      vacuum = true;
      return true;
    }
    retentionDueMs = started + RETENTION_EVERY_MS;
  }
  if (vacuum) {
    vacuum = vacuumSlice(captures);
    logGrown = true;
    return true;
  }
  if (quiet && logGrown) {
    captures.db.exec('PRAGMA wal_checkpoint(PASSIVE)');
    logGrown = false;
  }
  return false;
}

function unexpected(error: unknown): FromWorker {
  return {
    type: 'notice',
    notice: {
      id: 'captures-fault',
      level: 'error',
      sentence: `Captures could not be put in order: ${error instanceof Error ? error.message : String(error)}.`,
      next: null,
    },
  };
}

async function answer(request: WorkerRequest): Promise<unknown> {
  switch (request.method) {
    case 'list':
      return withStore((captures) => listCaptures(captures, request.query));
    case 'get':
      return withStore((captures) => captures.get(request.id));
    case 'count':
      return withStore((captures) => captures.count());
    case 'usage':
      return withStore((captures) => captures.usage.query(request.query));
    case 'lastUsed':
      return withStore((captures) => captures.lastUsed());
    case 'import': {
      const added = withStore((captures) => importRecords(captures, request.given));
      wake();
      return added;
    }
    case 'importedConfig':
      return withStore((captures) => importedConfig(captures, request.id));
    case 'prune':
      return prune(request.beforeMs);
    case 'settle':
      await new Promise<void>((resolve) => {
        settled.push(resolve);
        clearTimeout(nextSlice);
        nextSlice = undefined;
        wake();
      });
      return null;
    case 'close':
      store?.db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      store?.db.close();
      store = undefined;
      setImmediate(() => parentPort?.close());
      return null;
  }
}

async function prune(beforeMs: number | undefined): Promise<number> {
  let removed = 0;
  // What is to go is counted first.
  while (withStore(countBehind)) await new Promise((resolve) => setImmediate(resolve));
  for (;;) {
    const slice = withStore((captures) =>
      beforeMs === undefined ? pruneSlice(captures, policy, Date.now()) : removeSlice(captures, beforeMs),
    );
    if (slice === 0) break;
    removed += slice;
    await new Promise((resolve) => setImmediate(resolve));
  }
  vacuum = true;
  wake();
  return removed;
}

parentPort?.on('message', (message: ToWorker) => {
  if (message.type === 'batch') takeBatch(message);
  else if (message.type === 'open') begin(message.options);
  else if (message.type === 'rest') {
    store?.db.exec('PRAGMA shrink_memory');
    giveMemoryBack();
  } else if (message.type === 'retire') templates.retire();
  else if (message.type === 'retention') {
    policy = message.policy;
    retentionDueMs = 0;
    wake();
  } else {
    answer(message.request).then(
      (value) => say({ type: 'reply', call: message.call, value }),
      (error) =>
        say({ type: 'reply', call: message.call, error: error instanceof Error ? error.message : String(error) }),
    );
  }
});

function begin(given: WorkerOptions): void {
  options = given;
  policy = given.retention;
  setInterval(wake, RETENTION_EVERY_MS).unref();
  try {
    const opened = open();
    say({ type: 'ready', highest: opened.highest(), spent: opened.spent(Date.now()) });
    wake();
  } catch (error) {
    diskTrouble(error);
    say({ type: 'ready', highest: 0, spent: [] });
  }
}

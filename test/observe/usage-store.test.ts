import { spawn } from 'node:child_process';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { captureNumber } from '../../gateway/captures/capture-id.ts';
import { CaptureStore } from '../../gateway/captures/capture-store.ts';
import { openDatabase } from '../../gateway/captures/database.ts';
import type { Recorder } from '../../gateway/captures/recorder.ts';
import { Templates } from '../../gateway/captures/templates.ts';
import { countBehind, markInterrupted } from '../../gateway/captures/usage-behind.ts';
import type { UsageSum } from '../../gateway/captures/usage-store.ts';
import { UsageMeter } from '../../gateway/usage/usage-meter.ts';
import { begun, exchange, type Home, home, ids } from '../captures/exchanges.ts';

const CHILD = fileURLToPath(new URL('../captures/keep-recording.child.ts', import.meta.url));
const HOUR_MS = 3_600_000;
const NOW = Date.UTC(2026, 10, 24, 12, 30);

let place: Home;
beforeEach(() => {
  place = home();
});
afterEach(() => place.close());

const everything = { sinceMs: 0, step: null, by: [], only: { scope: ['exchange'] } } as const;

async function total(recorder: Recorder): Promise<UsageSum['counts'] | undefined> {
  return (await recorder.usage(everything))[0]?.counts;
}

/** The database as the worker has it, in this thread. */
function openStore(): CaptureStore {
  const templates = new Templates();
  const { db } = openDatabase(place.file, Date.now());
  templates.load(db, false);
  const store = new CaptureStore(db, templates);
  markInterrupted(store, false);
  return store;
}

describe('usage', () => {
  it('stands in the database as soon as the captures of its batch do, and outlives a restart', async () => {
    const recorder = await place.open();
    for (let nth = 0; nth < 20; nth++) recorder.finish(exchange({ status: nth % 4 === 0 ? 500 : 200 }));
    await recorder.flush();
    const other = new DatabaseSync(place.file, { readOnly: true });
    expect(other.prepare('SELECT sum(requests) AS n FROM usage').get()).toEqual({ n: 40 }); // exchanges and attempts
    other.close();
    await recorder.close();
    const again = await place.open();
    expect(await total(again)).toMatchObject({ requests: 20, failures: 5, inputTokens: 240, outputTokens: 680 });
  });

  it('is counted where nothing is recorded, too', async () => {
    const recorder = await place.open();
    for (const recording of ['full', 'no-bodies', 'off'] as const) recorder.finish(exchange({ recording }));
    expect(await total(recorder)).toMatchObject({ requests: 3 });
    expect(await recorder.count()).toEqual({ captures: 2, failures: 0 });
  });

  it('of a batch that is sent again, as after the death of the worker, is counted once', () => {
    const store = openStore();
    const meter = new UsageMeter();
    meter.note(exchange());
    const batch = { run: 'a', sequence: 7, entries: meter.take() };
    for (const one of [batch, batch, { ...batch, sequence: 6 }]) store.transaction(() => store.usage.commit(one));
    expect(store.usage.query(everything)[0]?.counts.requests).toBe(1);
    store.transaction(() => store.usage.commit({ ...batch, run: 'b', sequence: 1 }));
    expect(store.usage.query(everything)[0]?.counts.requests).toBe(2);
    store.db.close();
  });

  it('is taken back with the batch that could not be written', () => {
    const store = openStore();
    const meter = new UsageMeter();
    meter.note(exchange());
    const usage = { run: 'a', sequence: 1, entries: meter.take() };
    expect(() =>
      store.transaction(() => {
        store.usage.commit(usage);
        throw new Error('the disk is full');
      }),
    ).toThrow();
    expect(store.usage.query(everything)).toEqual([]);
    store.transaction(() => store.usage.commit(usage));
    expect(store.usage.query(everything)[0]?.counts.requests).toBe(1);
    store.db.close();
  });

  it('of what a dead process left running is a failure, as in the captures', async () => {
    const recorder = await place.open();
    recorder.finish(exchange());
    await recorder.close();
    const db = new DatabaseSync(place.file);
    const id = ids.next();
    const running = begun({ id });
    await place.open().then(async (second) => {
      second.begin(running);
      await second.list({}); // writes the row of what runs
      await second.close();
    });
    db.close();
    const third = await place.open();
    expect((await third.get(id))?.state).toBe('interrupted');
    expect(await third.count()).toEqual({ captures: 2, failures: 1 });
    expect(await total(third)).toMatchObject({ requests: 2, failures: 1 });
  });

  it('agrees with the captures that a killed process left behind', async () => {
    const child = spawn(process.execPath, [CHILD, place.file], { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise<void>((resolve) => {
      let lines = 0;
      child.stdout.on('data', (chunk: Buffer) => {
        lines += chunk.toString().split('\n').length - 1;
        if (lines > 400) resolve();
      });
    });
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('close', resolve));
    const recorder = await place.open();
    const { captures, failures } = await recorder.count();
    expect(captures).toBeGreaterThan(100);
    expect(await total(recorder)).toMatchObject({ requests: captures, failures });
  });

  it('is joined to hours and days as it grows old, and no number changes', () => {
    const store = openStore();
    const meter = new UsageMeter();
    for (let hours = 0; hours < 24 * 100; hours += 7) {
      for (let minute = 0; minute < 3; minute++) {
        meter.note(exchange({ receivedAt: NOW - hours * HOUR_MS - minute * 60_000, app: hours % 2 ? 'one' : 'two' }));
      }
    }
    store.transaction(() => store.usage.commit({ run: 'a', sequence: 1, entries: meter.take() }));
    const byApp = { ...everything, step: 'month', by: ['app', 'cause'] } as const;
    const sorted = (sums: UsageSum[]) => sums.map((sum) => JSON.stringify(sum)).sort();
    const [before, beforeRows] = [sorted(store.usage.query(byApp)), rowsOf(store)];
    let slices = 0;
    while (store.usage.rollUp(NOW, (work) => store.transaction(work))) slices++;
    expect(slices).toBeGreaterThan(100);
    expect(sorted(store.usage.query(byApp))).toEqual(before);
    expect(rowsOf(store)).toBeLessThan(beforeRows * 0.6);
    const levels = store.db
      .prepare('SELECT level, min(start) AS first, max(start) AS last FROM usage GROUP BY level')
      .all();
    expect(levels.map(({ level }) => level)).toEqual([0, 1, 2]);
    expect(Number(levels[0]?.first)).toBeGreaterThan(NOW - 50 * HOUR_MS);
    expect(Number(levels[2]?.last)).toBeLessThan(NOW - 62 * 24 * HOUR_MS);
    store.db.close();
  });

  it('of captures from before it was counted is counted once, and before they may be pruned', async () => {
    const recorder = await place.open();
    for (let nth = 0; nth < 230; nth++) recorder.finish(exchange({ status: nth % 10 === 0 ? 429 : 200 }));
    await recorder.settle();
    for (let nth = 0; nth < 20; nth++) recorder.finish(exchange());
    await recorder.close();
    const whole = await place.open();
    const expected = await total(whole);
    await whole.close();
    toVersion2(place.file);

    const migrated = await place.open();
    migrated.finish(exchange());
    await migrated.settle();
    expect(await total(migrated)).toEqual({ ...expected, ...plusOne(expected as UsageSum['counts']) });
    await migrated.close();
    toVersion2(place.file);
    const pruned = await place.open();
    expect(await pruned.prune({ olderThanMs: 0 })).toEqual({ removed: 251 });
    expect(await total(pruned)).toMatchObject({ requests: 251, failures: 23 });
  });

  it('is not counted again of captures that are counted already', async () => {
    const recorder = await place.open();
    for (let nth = 0; nth < 5; nth++) recorder.finish(exchange());
    await recorder.settle();
    await recorder.close();
    const store = openStore();
    expect(countBehind(store)).toBe(false);
    expect(store.usage.query(everything)[0]?.counts.requests).toBe(5);
    expect(captureNumber(ids.next())).toBeGreaterThan(0);
    store.db.close();
  });
});

function rowsOf(store: CaptureStore): number {
  return Number(store.db.prepare('SELECT count(*) AS n FROM usage').get()?.n);
}

/** As an earlier Keyward left it. */
function toVersion2(file: string): void {
  const db = new DatabaseSync(file);
  db.exec(
    `DROP TABLE usage; DROP TABLE usage_series; DROP TABLE spend; DELETE FROM meta WHERE key LIKE 'usage%'; PRAGMA user_version = 2`,
  );
  db.close();
}

function plusOne(counts: UsageSum['counts']): Partial<UsageSum['counts']> {
  return {
    requests: counts.requests + 1,
    attempts: counts.attempts + 1,
    inputTokens: counts.inputTokens + 12,
    outputTokens: counts.outputTokens + 34,
    unpriced: counts.unpriced + 1,
    durationUs: counts.durationUs + 12_500,
    firstByteUs: counts.firstByteUs + 8_250,
  };
}

import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCaptureIds } from '../../gateway/captures/capture-id.ts';
import { begun, exchange, type Home, home, ids, tap } from './exchanges.ts';

let place: Home;
beforeEach(() => {
  place = home();
});
afterEach(() => place.close());

const DAY_MS = 86_400_000;
const settings = (retention: object) => () => ({
  captureBodyBytes: 1024 * 1024,
  retention: { maxAgeDays: 30, failureMaxAgeDays: 90, maxSizeMb: 1024, ...retention },
});

describe('retention', () => {
  it('by age removes successes first and keeps failures longer', async () => {
    const recorder = await place.open({ settings: settings({ maxAgeDays: 10, failureMaxAgeDays: 40 }) });
    const kept: string[] = [];
    for (const days of [60, 50, 30, 20, 5, 1]) {
      const receivedAt = Date.now() - days * DAY_MS;
      const made = createCaptureIds(() => receivedAt);
      for (const status of [200, 500]) {
        const one = exchange({ status, receivedAt, id: made.next() });
        recorder.finish(one);
        if (days < (status === 500 ? 40 : 10)) kept.push(one.id);
      }
    }
    await recorder.settle();
    await recorder.prune();
    expect((await recorder.list({})).map((row) => row.id).reverse()).toEqual(kept.sort());
    expect(await recorder.count()).toEqual({ captures: kept.length, failures: 4 });
    expect((await recorder.list({ failed: false })).length).toBe(2);
  });

  it('by size keeps the newest, and failures longer than successes', async () => {
    const recorder = await place.open({ settings: settings({ maxSizeMb: 4 }) });
    const all: { id: string; failed: boolean }[] = [];
    for (let nth = 0; nth < 300; nth++) {
      const failed = nth % 6 === 0;
      const one = exchange({ status: failed ? 500 : 200, body: tap(randomBytes(40_000).toString('base64')) });
      recorder.finish(one);
      all.push({ id: one.id, failed });
      if (nth % 50 === 49) await recorder.settle();
    }
    await recorder.settle();
    await recorder.prune();
    await recorder.settle();
    const left = new Set((await recorder.list({ limit: 1000 })).map((row) => row.id));
    expect(left.size).toBeGreaterThan(20);
    expect(left.size).toBeLessThan(120);
    const successes = all.filter((one) => !one.failed).map((one) => one.id);
    const failures = all.filter((one) => one.failed).map((one) => one.id);
    const oldestLeft = (list: string[]) => list.findIndex((id) => left.has(id)) / list.length;
    expect(oldestLeft(failures)).toBeLessThan(oldestLeft(successes));
    for (const list of [successes, failures]) {
      const from = list.findIndex((id) => left.has(id));
      if (from >= 0) expect(list.slice(from).every((id) => left.has(id))).toBe(true);
    }
    await recorder.close();
    expect(statSync(place.file).size).toBeLessThan(9 * 1024 * 1024);
  });

  it('follows a change of the settings without a restart', async () => {
    let retention = {};
    const recorder = await place.open({ settings: () => settings(retention)() });
    const receivedAt = Date.now() - 20 * DAY_MS;
    recorder.finish(exchange({ receivedAt, id: createCaptureIds(() => receivedAt).next() }));
    await recorder.settle();
    expect((await recorder.list({})).length).toBe(1);
    retention = { maxAgeDays: 10 };
    recorder.finish(exchange());
    await recorder.settle();
    expect((await recorder.list({})).length).toBe(1);
  });

  it('can be asked to remove everything, save what is running', async () => {
    const recorder = await place.open();
    for (let nth = 0; nth < 250; nth++) recorder.finish(exchange({ status: nth % 3 === 0 ? 500 : 200 }));
    await recorder.settle();
    for (let nth = 0; nth < 50; nth++) recorder.finish(exchange());
    const running = begun({ id: ids.next() });
    recorder.begin(running);
    await recorder.flush();
    expect(await recorder.prune({ olderThanMs: 0 })).toEqual({ removed: 300 });
    expect(await recorder.count()).toEqual({ captures: 1, failures: 0 });
    expect((await recorder.list({ text: 'Hello' })).length).toBeLessThanOrEqual(1);
    running.verdict = exchange().verdict;
    recorder.finish(running);
    expect((await recorder.get(running.id))?.state).toBe('done');
  });

  it('does not keep a batch waiting while it removes a lot', async () => {
    const recorder = await place.open();
    for (let nth = 0; nth < 4000; nth++) {
      recorder.finish(exchange());
      if (nth % 500 === 499) await recorder.flush();
    }
    await recorder.settle();
    const pruning = recorder.prune({ olderThanMs: 0 });
    let committed = 0;
    let done = false;
    void pruning.then(() => {
      done = true;
    });
    while (!done) {
      recorder.finish(exchange());
      await recorder.flush();
      committed++;
    }
    expect((await pruning).removed).toBeGreaterThanOrEqual(4000);
    expect(committed).toBeGreaterThan(5);
  });
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exchange, type Home, home, redactorFor, tap } from './exchanges.ts';

let place: Home;
beforeEach(() => {
  place = home();
});
afterEach(() => place.close());

describe('a disk that cannot follow', () => {
  it('costs bodies first, then rows; the request path never waits, and recording goes back to normal', async () => {
    const recorder = await place.open({ maxQueueBytes: 200_000 });
    await recorder.count();
    const all = Array.from({ length: 1500 }, () => exchange({ body: tap('x'.repeat(2000)) }));
    // One turn of the event loop: the worker's answers cannot come in between, as if it were stuck.
    for (const one of all) {
      recorder.begin(one);
      recorder.finish(one);
    }
    expect(recorder.notices.map((notice) => notice.id)).toEqual(['captures-queue']);
    expect(recorder.notices[0]?.sentence).toMatch(/\d+ without bodies/);
    await recorder.flush();
    const first = await recorder.get((all[0] as { id: string }).id);
    expect(first?.request.body.text).toBe('x'.repeat(2000));
    const captures = await Promise.all(all.map((one) => recorder.get(one.id)));
    const kinds = captures.map((capture) => (capture === null ? 'no row' : (capture.request.body.leftOut ?? 'whole')));
    expect([...new Set(kinds)]).toEqual(['whole', 'queue-full', 'no row']);
    expect(captures.find((capture) => capture?.request.body.leftOut === 'queue-full')).toMatchObject({
      request: { body: { sizeBytes: 2000, keptBytes: 0 } },
      ok: true,
      status: 200,
    });
    expect(recorder.notices).toEqual([]);
    const later = exchange();
    recorder.finish(later);
    expect((await recorder.get(later.id))?.request.body.leftOut).toBeUndefined();
  });
});

describe('many exchanges that are over before any is packed', () => {
  it('get no row of one that runs in between, however long ago they began', async () => {
    const recorder = await place.open();
    const states: string[] = [];
    recorder.subscribe(({ state }) => states.push(state));
    const all = Array.from({ length: 300 }, (_, nth) => exchange({ body: tap(`${nth} `.repeat(1000)) }));
    for (const [nth, one] of all.entries()) {
      recorder.begin(one);
      recorder.finish(one);
      // The turn goes on for longer than it takes to be given such a row; packing then fills more than one batch.
      if (nth === 200) for (const end = performance.now() + 60; performance.now() < end; );
    }
    await recorder.flush();
    expect(states).toHaveLength(300);
    expect(new Set(states)).toEqual(new Set(['done']));
  });
});

describe('a fault while recording', () => {
  it('never reaches the request path, leaves nothing half written, and is told', async () => {
    const faults: unknown[] = [];
    const redactor = redactorFor();
    const recorder = await place.open({
      redactor: {
        ...redactor,
        redactBytes: (bytes, where, context) => {
          if (bytes.includes('poison')) throw new Error('no');
          return redactor.redactBytes(bytes, where, context);
        },
      },
      onFault: (fault) => faults.push(fault),
    });
    const before = exchange();
    const bad = exchange({ body: tap('poison') });
    const after = exchange();
    for (const one of [before, bad, after]) {
      recorder.begin(one);
      recorder.finish(one);
    }
    expect((await recorder.list({})).map((row) => row.id)).toEqual([after.id, before.id]);
    expect(faults.length).toBe(1);
    expect(recorder.notices.map((notice) => notice.id)).toEqual(['captures-fault']);
  });

  it('after closing is refused with a sentence, while begin and finish stay silent', async () => {
    const recorder = await place.open();
    await recorder.close();
    await recorder.close();
    const one = exchange();
    recorder.begin(one);
    recorder.finish(one);
    await expect(recorder.list({})).rejects.toThrow('The captures are closed.');
  });
});

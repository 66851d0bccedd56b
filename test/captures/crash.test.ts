import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCaptureIds } from '../../gateway/captures/capture-id.ts';
import { type RunWatch, watchRunning, watchStalls } from '../support/stall.ts';
import { exchange, type Home, home, tap } from './exchanges.ts';

let place: Home;
beforeEach(() => {
  place = home();
});
afterEach(() => place.close());

const CHILD = fileURLToPath(new URL('./keep-recording.child.ts', import.meta.url));
const LOST_AT_MOST_MS = 50;

const WORKER = new URL('../../gateway/captures/worker.ts', import.meta.url);

describe('a process killed in the middle of load', () => {
  it('loses at most the last 50 ms, and what was running is marked interrupted', async () => {
    for (let round = 0; round < 4; round++) {
      const stalls = watchStalls();
      const stalledMs = () => LOST_AT_MOST_MS + 4 * stalls.worstMs(); // as many threads may have been kept waiting so long
      // Where the machine stood still for long, the process runs for longer: something must be older than what may be lost.
      const { lines, killedAt, ranMs } = await killedAfter(place.file, 400 + round * 150, stalledMs);
      const losableMs = stalledMs();
      stalls.stop();
      const done = lines.filter((line) => line.kind === 'done');
      expect(done.length).toBeGreaterThan(50);
      const recorder = await place.open();
      const missing = [];
      for (const line of done) if ((await recorder.get(line.id)) === null) missing.push(line);
      for (const line of missing) expect(ranMs(line.at, killedAt)).toBeLessThanOrEqual(losableMs);
      const leftRunning = lines.filter((line) => line.kind === 'running' && ranMs(line.at, killedAt) > losableMs);
      expect(leftRunning.length).toBeGreaterThan(0);
      for (const line of leftRunning) {
        const capture = await recorder.get(line.id);
        expect(capture).toMatchObject({ state: 'interrupted', cause: null, ok: false });
        expect(capture?.message).toMatch(/stopped before/);
        expect(capture?.request.body).toMatchObject({ leftOut: 'crashed' });
      }
      await recorder.settle();
      const rows = await recorder.list({ limit: 1000 });
      expect(rows.filter((row) => row.state === 'running')).toEqual([]);
      await recorder.close();
    }
  }, 60_000);
});

describe('a damaged file', () => {
  for (const [name, spoil] of Object.entries({
    'that is no database at all': (file: string) =>
      writeFileSync(file, 'this was never a database, whatever its name says'.repeat(50)),
    'with an overwritten beginning': (file: string) => overwrite(file, 100, 16_000),
    'with overwritten pages': (file: string) => overwrite(file, 16_384, 400_000),
  })) {
    it(`${name} is set aside with a notice, and recording goes on`, async () => {
      const first = await place.open();
      for (let nth = 0; nth < 200; nth++) first.finish(exchange({ body: tap(`${nth}`.repeat(2000)) }));
      await first.close();
      spoil(place.file);
      const second = await place.open();
      const one = exchange();
      second.finish(one);
      await second.settle();
      expect((await second.get(one.id))?.state).toBe('done');
      expect((await second.list({})).map((row) => row.id)).toContain(one.id);
      expect(second.notices.map((notice) => notice.id)).toContain('captures-damaged');
      expect(readdirSync(place.folder).some((file) => /^captures\.db\.damaged-\d{8}T\d{6}Z/.test(file))).toBe(true);
    });
  }

  it('is noticed while running too', async () => {
    const recorder = await place.open();
    for (let nth = 0; nth < 300; nth++) recorder.finish(exchange({ body: tap(`${nth}`.repeat(1500)) }));
    await recorder.settle();
    const before = await recorder.list({ limit: 1000 });
    expect(before.length).toBe(300);
    // Through a connection of its own, as a second process with a fault would: the schema now says nonsense.
    const saboteur = new DatabaseSync(place.file);
    saboteur.enableDefensive(false);
    saboteur.exec('PRAGMA writable_schema = ON');
    saboteur.exec("UPDATE sqlite_schema SET sql = 'CREATE TABLE fresh (gibberish' WHERE name = 'fresh'");
    const version = Number(saboteur.prepare('PRAGMA schema_version').get()?.schema_version);
    saboteur.exec(`PRAGMA schema_version = ${version + 1}`);
    saboteur.close();
    const one = exchange();
    recorder.finish(one);
    await recorder.flush();
    expect((await recorder.get(one.id))?.id).toBe(one.id);
    expect(recorder.notices.map((notice) => notice.id)).toContain('captures-damaged');
  });

  it('of a newer version is kept and not touched', async () => {
    const db = new DatabaseSync(place.file);
    db.exec('CREATE TABLE future (x); PRAGMA user_version = 99');
    db.close();
    const recorder = await place.open();
    recorder.finish(exchange());
    await recorder.flush();
    expect(recorder.notices.map((notice) => notice.id)).toEqual(['captures-newer']);
    const aside = readdirSync(place.folder).find((file) => file.startsWith('captures.db.newer-')) as string;
    const kept = new DatabaseSync(`${place.folder}/${aside}`);
    expect(kept.prepare('PRAGMA user_version').get()).toEqual({ user_version: 99 });
    kept.close();
  });
});

describe('a worker that dies', () => {
  it('is started again, and what was queued is kept', async () => {
    const workers: Worker[] = [];
    const recorder = await place.open({
      startWorker: () => {
        const worker = new Worker(WORKER);
        workers.push(worker);
        return worker;
      },
    });
    const all: string[] = [];
    const record = (count: number) => {
      for (let nth = 0; nth < count; nth++) {
        const one = exchange({ body: tap('x'.repeat(20_000)) });
        recorder.begin(one);
        recorder.finish(one);
        all.push(one.id);
      }
    };
    record(50);
    await recorder.flush();
    record(100);
    const dying = workers[0]?.terminate();
    record(100);
    const reading = recorder.get(all[120] as string);
    await dying;
    record(50);
    expect((await reading)?.id).toBe(all[120]);
    await recorder.flush();
    expect(workers.length).toBe(2);
    for (const id of all) expect(await recorder.get(id)).not.toBeNull();
    expect(await recorder.count()).toEqual({ captures: all.length, failures: 0 });
    expect(recorder.notices.map((notice) => notice.id)).toContain('captures-restarted');
  });
});

describe('a full disk', () => {
  it('costs bodies first, is told, and recording recovers by itself', async () => {
    // A limit on the size of files, lifted later, stands for a disk that fills up and is cleared.
    const child = spawn('sh', ['-c', `ulimit -S -f 700; exec ${process.execPath} ${CHILD} ${place.file} 5`], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    try {
      await until(() => /notice captures-disk /.test(output));
      const lift = spawn('prlimit', ['--pid', `${child.pid}`, '--fsize=unlimited:unlimited']);
      await new Promise((resolve) => lift.once('exit', resolve));
      const later = output.length;
      await until(() => {
        const last = output.slice(later).trimEnd().split('\n').slice(-8);
        return last.length === 8 && last.every((line) => !line.startsWith('notice captures-disk'));
      });
      const mark = output.length;
      await until(() => output.slice(mark).split('\n').length > 100);
    } finally {
      child.kill('SIGKILL');
      await new Promise((resolve) => child.once('exit', resolve));
    }
    const recorder = await place.open();
    const done = output.match(/done c\w{20}/g) ?? [];
    const late = done.slice(-60, -45).map((line) => line.slice(5));
    for (const id of late) expect((await recorder.get(id))?.request.body.leftOut).toBeUndefined();
    expect(existsSync(place.file)).toBe(true);
  }, 60_000);
});

describe('a clock that is set back', () => {
  it('does not put later captures before earlier ones, over a restart either', async () => {
    let now = Date.now();
    const jumping = createCaptureIds(() => now);
    const first = await place.open({ ids: jumping });
    const order: string[] = [];
    const record = (recorder: typeof first, generator: typeof jumping) => {
      const one = exchange({ id: generator.next(), receivedAt: now });
      recorder.finish(one);
      order.push(one.id);
    };
    record(first, jumping);
    now -= 3_600_000;
    record(first, jumping);
    await first.settle();
    await first.close();
    const fresh = createCaptureIds(() => now);
    const second = await place.open({ ids: fresh });
    await second.flush();
    await second.count();
    record(second, fresh);
    const listed = (await second.list({})).map((row) => row.id);
    expect(listed).toEqual([...order].reverse());
    expect([...order].sort()).toEqual(order);
    await second.settle();
    const lately = await second.list({ sinceMs: now - 1000, untilMs: now + 1000 });
    expect(lately.map((row) => row.id)).toEqual([order[2], order[1]]);
  });
});

function overwrite(file: string, from: number, to: number): void {
  const bytes = readFileSync(file);
  bytes.fill(0x5a, from, Math.min(to, bytes.length));
  writeFileSync(file, bytes);
}

interface Line {
  readonly kind: string;
  readonly id: string;
  readonly at: number;
}

async function killedAfter(
  file: string,
  afterMs: number,
  moreMs: () => number = () => 0,
): Promise<{ lines: Line[]; killedAt: number; ranMs: RunWatch['ranMs'] }> {
  const child = spawn(process.execPath, [CHILD, file], { stdio: ['ignore', 'pipe', 'inherit'] });
  const runs = watchRunning(child.pid as number, Date.now);
  let output = '';
  let killedAt = 0;
  let armed = false;
  child.stdout.on('data', (chunk) => {
    output += chunk;
    if (armed) return;
    armed = true;
    const startedAt = Date.now();
    const kill = () => {
      if (runs.ranMs(startedAt, Date.now()) < moreMs() * 2) {
        setTimeout(kill, 50);
        return;
      }
      runs.stop();
      killedAt = Date.now();
      child.kill('SIGKILL');
    };
    setTimeout(kill, afterMs);
  });
  await new Promise((resolve) => child.once('close', resolve));
  const lines = output
    .split('\n')
    .slice(0, -1)
    .map((line) => line.split(' '))
    .map(([kind, id, at]) => ({ kind: kind as string, id: id as string, at: Number(at) }));
  return { lines, killedAt: Math.max(killedAt, ...lines.map((line) => line.at)), ranMs: runs.ranMs };
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('it did not happen within 30 seconds');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

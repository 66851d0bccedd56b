import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { type AuditRow, AuditTrail, readAuditRows } from '../../gateway/store/audit-trail.ts';
import { temporaryHome } from './temporary-home.ts';

const row = (version: number, extra: Partial<AuditRow> = {}): AuditRow => ({
  time: '2026-11-23T12:00:00.000Z',
  actor: 'test',
  action: 'test.change',
  subject: 'test',
  version,
  ...extra,
});

async function openTrail(file: string, bounds: ConstructorParameters<typeof AuditTrail>[1], version = 0) {
  const trail = new AuditTrail(file, bounds);
  await trail.open(version);
  onTestFinished(() => trail.close());
  return trail;
}

const SMALL = { fileBytes: 1000, oldFiles: 2, rowBytes: 500 };

it('the trail stays bounded, keeps the newest rows, and reads on over the files in order', async () => {
  const home = temporaryHome();
  const file = path.join(home, 'audit.jsonl');
  const trail = await openTrail(file, SMALL);
  for (let version = 1; version <= 60; version++) {
    await trail.append(row(version));
    await trail.keep();
  }
  expect(readdirSync(home).sort()).toEqual(['audit.1.jsonl', 'audit.2.jsonl', 'audit.jsonl']);
  for (const name of readdirSync(home)) {
    expect(statSync(path.join(home, name)).size).toBeLessThan(1200);
    if (process.platform !== 'win32') expect(statSync(path.join(home, name)).mode & 0o777).toBe(0o600);
  }
  const versions = (await readAuditRows(file, 1000, 60)).map((each) => each.version);
  expect(versions.length).toBeGreaterThan(20);
  expect(versions).toEqual(Array.from({ length: versions.length }, (_, i) => 60 - i));
  expect((await readAuditRows(file, 15, 60)).map((each) => each.version)).toEqual(
    Array.from({ length: 15 }, (_, i) => 60 - i),
  );
});

it('a row that was withdrawn is gone, also when its withdrawal had to wait for the next row', async () => {
  const file = path.join(temporaryHome(), 'audit.jsonl');
  const trail = await openTrail(file, SMALL);
  await trail.append(row(1));
  await trail.keep();
  await trail.append(row(2, { subject: 'withdrawn' }));
  await trail.withdraw();
  expect((await readAuditRows(file, 10, 10)).map((each) => each.version)).toEqual([1]);
  await trail.append(row(2, { subject: 'neither kept nor withdrawn' }));
  await trail.append(row(2, { subject: 'kept' }));
  await trail.keep();
  expect((await readAuditRows(file, 10, 10)).map((each) => each.subject)).toEqual(['kept', 'test']);
});

it('a row of a huge change names the records it touched and leaves their content out', async () => {
  const file = path.join(temporaryHome(), 'audit.jsonl');
  const trail = await openTrail(file, SMALL);
  await trail.append(row(1, { before: { settings: { a: 1 } }, after: { settings: { a: 'x'.repeat(10_000) } } }));
  await trail.keep();
  expect(readFileSync(file, 'utf8').length).toBeLessThan(600);
  expect((await readAuditRows(file, 1, 1))[0]).toMatchObject({ after: { tooLarge: true, records: ['settings'] } });
});

it('a trail without files has no rows', async () => {
  expect(await readAuditRows(path.join(temporaryHome(), 'audit.jsonl'), 10, 10)).toEqual([]);
});

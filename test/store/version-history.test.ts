import { randomBytes } from 'node:crypto';
import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { freshDocument } from '../../gateway/store/load-document.ts';
import type { Document } from '../../gateway/store/schema.ts';
import { VersionHistory } from '../../gateway/store/version-history.ts';
import { providerKey, temporaryHome } from './temporary-home.ts';

const fresh = freshDocument(Date.parse('2026-11-23T12:00:00Z'));
const version = (number: number, change: Partial<Document> = {}): Document => ({
  ...fresh,
  ...change,
  version: number,
});

it('keeps the newest versions up to a number', async () => {
  const history = new VersionHistory(temporaryHome(), { versions: 5, totalBytes: 1e9, withSeals: 2 });
  for (let number = 1; number <= 12; number++) await history.keep(version(number));
  expect(await history.list()).toEqual([12, 11, 10, 9, 8]);
  expect(await history.read(7)).toBeUndefined();
  expect(await history.read(8)).toEqual(version(8));
});

it('keeps fewer of a large document, but never fewer than recovery needs', async () => {
  const home = temporaryHome();
  const history = new VersionHistory(home, { versions: 200, totalBytes: 30_000, withSeals: 3 });
  for (let number = 1; number <= 10; number++) {
    const allowedHosts = Array.from({ length: 200 }, () => randomBytes(32).toString('hex')); // about 7 KB packed
    await history.keep(version(number, { settings: { ...fresh.settings, allowedHosts } }));
  }
  const kept = await history.list();
  expect(kept.length).toBeGreaterThanOrEqual(3);
  expect(kept.length).toBeLessThan(6);
  const tight = new VersionHistory(home, { versions: 200, totalBytes: 1, withSeals: 3 });
  await tight.keep(version(11));
  expect(await tight.list()).toEqual([11, 10, 9]);
});

it('counts on beyond nine digits, and takes nothing else in its folder for a version', async () => {
  const home = temporaryHome();
  const history = new VersionHistory(home);
  for (const name of ['1.json.gz', 'x.json.gz', '000000001.json', '000000001.json.gz.77'])
    writeFileSync(path.join(home, name), '');
  await history.keep(version(999_999_999));
  await history.keep(version(1_000_000_000));
  expect(await history.list()).toEqual([1_000_000_000, 999_999_999]);
  expect((await history.lastGood())?.version).toBe(1_000_000_000);
  expect(readdirSync(home)).toHaveLength(6);
});

it('lets go of seals and of old ways into the vault also when it was opened anew in between', async () => {
  const home = temporaryHome();
  const wrap = (text: string) => ({ ...fresh.vault, wraps: [{ kind: 'key-file' as const, wrapped: text }] });
  const before = version(1, {
    vault: wrap('OLD'),
    providerKeys: [providerKey('pk_1', 'SEAL-1'), providerKey('pk_2', 'SEAL-2')],
  });
  await new VersionHistory(home).keep(before);
  await new VersionHistory(home).keep(
    version(2, { vault: wrap('NEW'), providerKeys: [providerKey('pk_1', 'SEAL-1')] }),
  );
  const then = await new VersionHistory(home).read(1);
  expect(then?.providerKeys.map(({ sealed }) => sealed)).toEqual(['SEAL-1', '']);
  expect(then?.vault.wraps).toEqual(wrap('NEW').wraps);
});

import {
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { homePaths } from '../../gateway/store/home.ts';
import { openStore, type Store } from '../../gateway/store/store.ts';
import { addApp, appNamed, storeIn, temporaryHome } from './temporary-home.ts';

const NOW = Date.parse('2026-11-23T12:00:00Z');
const STAMP = '20261123T120000Z';

/** A closed home whose configuration is at version 3 with two apps. */
async function usedHome() {
  const home = temporaryHome();
  const store = await openStore({ home });
  await addApp(store, 'one', 1);
  await addApp(store, 'two', 2);
  await store.close();
  return { home, config: homePaths(home).config };
}

const reopen = (home: string) => storeIn(home, { clock: () => NOW });
const appNames = (store: Store) => store.snapshot.document.apps.map((app) => app.name);
const noticeIds = (store: Store) => store.notices.map(({ id }) => id);

describe('a keyward.json that cannot be used', () => {
  it.each([
    ['empty', (file: string) => truncateSync(file, 0), 'it is empty'],
    ['cut off', (file: string) => truncateSync(file, Math.floor(statSync(file).size / 2)), 'it is no JSON'],
    [
      'full of zeros, as a power cut leaves it',
      (file: string) => writeFileSync(file, Buffer.alloc(4096)),
      'it is no JSON',
    ],
    ['binary', (file: string) => writeFileSync(file, Buffer.from([0xff, 0xfe, 0x80, 0x81])), 'it is no text'],
    ['another JSON', (file: string) => writeFileSync(file, '[1, 2, 3]'), 'it is no JSON object'],
    ['without a schema', (file: string) => writeFileSync(file, '{"version": 3}'), 'its schema number is missing'],
    [
      'edited with a comma too many',
      (file: string) => replaceIn(file, '"apps": [', '"apps": [,'),
      'it is no JSON (line ',
    ],
    ['edited with a wrong value', (file: string) => replaceIn(file, '"port": 4141', '"port": "many"'), 'settings.port'],
    [
      'edited so that an id is there twice',
      (file: string) => replaceIn(file, 'app_00000002', 'app_00000001'),
      'there twice',
    ],
  ])(
    'because it is %s is kept aside, the last good version is used, and a notice says so',
    async (_, spoil, reason) => {
      const { home, config } = await usedHome();
      spoil(config);
      const spoilt = readFileSync(config);
      const store = await reopen(home);
      expect(appNames(store)).toEqual(['one', 'two']);
      const aside = `${config}.damaged-${STAMP}`;
      expect(readFileSync(aside)).toEqual(spoilt);
      const [notice] = store.notices;
      expect(notice).toMatchObject({ id: 'config-recovered', level: 'error' });
      expect(notice?.sentence).toContain(reason);
      expect(notice?.sentence).toContain('Version 3');
      expect(notice?.next).toContain(aside);
      // Recovering is a version of its own: no capture may point at one number with two meanings.
      expect(store.snapshot.version).toBe(4);
      expect((await store.audit(1))[0]).toMatchObject({ action: 'config.recover', version: 4 });
      await addApp(store, 'three', 3);
      await store.close();
      const again = await reopen(home);
      expect(appNames(again)).toEqual(['one', 'two', 'three']);
      expect(noticeIds(again)).toEqual(['config-damaged-kept']); // still said, calmly
    },
  );

  it('because it is gone is put back', async () => {
    const { home, config } = await usedHome();
    rmSync(config);
    const store = await reopen(home);
    expect(appNames(store)).toEqual(['one', 'two']);
    expect(noticeIds(store)).toEqual(['config-recovered']);
  });

  it('because a folder stands in its place is put back, and the folder kept', async () => {
    const { home, config } = await usedHome();
    rmSync(config);
    mkdirSync(config);
    writeFileSync(path.join(config, 'thing'), 'mine');
    const store = await reopen(home);
    expect(appNames(store)).toEqual(['one', 'two']);
    expect(readFileSync(path.join(`${config}.damaged-${STAMP}`, 'thing'), 'utf8')).toBe('mine');
  });

  it('twice within a second keeps both', async () => {
    const { home, config } = await usedHome();
    for (const content of ['first', 'second']) {
      writeFileSync(config, content);
      await (await openStore({ home, clock: () => NOW })).close();
    }
    const kept = readdirSync(home).filter((name) => name.includes('damaged'));
    expect(kept.map((name) => readFileSync(path.join(home, name), 'utf8')).sort()).toEqual(['first', 'second']);
  });

  it('falls back behind versions that are damaged too', async () => {
    const { home, config } = await usedHome();
    truncateSync(config, 10);
    writeFileSync(path.join(home, 'versions', '000000003.json.gz'), 'rubbish');
    const store = await reopen(home);
    expect(appNames(store)).toEqual(['one']);
    expect(store.notices[0]?.sentence).toContain('Version 2');
    expect(store.snapshot.version).toBe(4); // not 3 a second time
  });

  it('with nothing to fall back on starts empty, keeps the file, and says both', async () => {
    const { home, config } = await usedHome();
    rmSync(path.join(home, 'versions'), { recursive: true });
    truncateSync(config, 100);
    const store = await reopen(home);
    expect(appNames(store)).toEqual([]);
    expect(store.notices[0]?.sentence).toContain('starts with empty settings');
    expect(statSync(`${config}.damaged-${STAMP}`).size).toBe(100);
    expect(store.snapshot.version).toBe(4);
  });

  it('is read from its history and left alone by somebody who only reads', async () => {
    const { home, config } = await usedHome();
    writeFileSync(config, 'broken');
    const store = await storeIn(home, { readOnly: true });
    expect(appNames(store)).toEqual(['one', 'two']);
    expect(noticeIds(store)).toEqual(['config-recovered']);
    expect(readFileSync(config, 'utf8')).toBe('broken');
    expect(readdirSync(home).filter((name) => name.includes('damaged'))).toEqual([]);
  });
});

describe('a keyward.json of a newer Keyward', () => {
  it('is used as far as it is understood, never written, and every change refused with the reason', async () => {
    const { home, config } = await usedHome();
    replaceIn(config, '"schema": 1', '"schema": 7,\n  "tomorrow": true');
    const before = readFileSync(config, 'utf8');
    const store = await reopen(home);
    expect(appNames(store)).toEqual(['one', 'two']);
    expect(store.readOnly).toBe(true);
    expect(store.notices).toMatchObject([{ id: 'config-newer', level: 'error' }]);
    await expect(addApp(store, 'three', 3)).rejects.toMatchObject({
      code: 'newer-schema',
      message: expect.stringContaining('schema 7'),
      next: expect.stringContaining('Update Keyward'),
    });
    await store.close();
    expect(readFileSync(config, 'utf8')).toBe(before);
  });

  it('that cannot be understood at all leaves the last version of our own in use', async () => {
    const { home, config } = await usedHome();
    writeFileSync(config, '{"schema": 8, "everything": "different"}');
    const store = await reopen(home);
    expect(appNames(store)).toEqual(['one', 'two']);
    expect(readFileSync(config, 'utf8')).toContain('different');
  });
});

describe('a keyward.json of an older Keyward', () => {
  it('is brought to the present schema, checked, and kept as it was', async () => {
    const home = temporaryHome();
    const config = homePaths(home).config;
    const draft = readFileSync(path.join(import.meta.dirname, 'fixtures', 'schema-0.json'), 'utf8');
    writeFileSync(config, draft, { mode: 0o600 });
    const store = await reopen(home);
    const { document } = store.snapshot;
    expect(document).toMatchObject({ schema: 1, version: 13, homeId: 'home_draft' });
    expect(document.providers.map(({ id }) => id)).toEqual(['openai', 'anthropic']);
    expect(document.providerKeys.map(({ id, provider }) => [id, provider])).toEqual([
      ['pk_00000001', 'openai'],
      ['pk_00000002', 'openai'],
      ['pk_00000003', 'anthropic'],
    ]);
    expect(document.providerKeys[0]?.sealed).toBe('v1.AAAA');
    const apps = new Map(document.apps.map((app) => [app.id, app.name]));
    expect([...apps.values()]).toEqual(['Notes', 'Agent']);
    expect(document.gatewayKeys.map((key) => [key.id, apps.get(key.app)])).toEqual([
      ['aaaa', 'Notes'],
      ['bbbb', 'Agent'],
      ['cccc', 'Notes'],
    ]);
    expect(readFileSync(`${config}.schema-0-${STAMP}`, 'utf8')).toBe(draft);
    expect(store.notices).toMatchObject([{ id: 'config-migrated', level: 'info' }]);
    await store.close();
    const again = await reopen(home);
    expect(again.snapshot.document).toEqual(document);
    expect(again.notices).toEqual([]);
  });

  it('that does not make sense is damaged, not fatal', async () => {
    const home = temporaryHome();
    writeFileSync(homePaths(home).config, '{"schema": 0, "providers": "many"}', { mode: 0o600 });
    const store = await reopen(home);
    expect(noticeIds(store)).toEqual(['config-recovered']);
  });
});

describe('an edit by hand', () => {
  it('while Keyward is stopped is taken over as a version of its own', async () => {
    const { home, config } = await usedHome();
    replaceIn(config, '"port": 4141', '"port": 4242');
    const store = await reopen(home);
    expect(store.snapshot).toMatchObject({ version: 4, settings: { port: 4242 } });
    expect(store.notices).toMatchObject([{ id: 'config-edited', level: 'info' }]);
    expect((await store.audit(1))[0]).toMatchObject({
      actor: 'file',
      action: 'config.edit',
      before: { settings: { port: 4141 } },
      after: { settings: { port: 4242 } },
    });
    expect((await store.versionAt(3))?.settings.port).toBe(4141);
  });

  it('with a byte order mark and other line breaks, as Windows editors write them, is no damage', async () => {
    const { home, config } = await usedHome();
    writeFileSync(config, `\uFEFF${readFileSync(config, 'utf8').replaceAll('\n', '\r\n')}`);
    const store = await reopen(home);
    expect(appNames(store)).toEqual(['one', 'two']);
    expect(store.notices).toEqual([]);
  });

  it('that misspells a field is not swallowed: the notice names it and the file is kept', async () => {
    const { home, config } = await usedHome();
    replaceIn(config, '"port": 4141', '"port": 4141, "prot": 4242');
    const store = await reopen(home);
    expect(store.notices).toMatchObject([{ id: 'config-unknown-fields', level: 'warning' }]);
    expect(store.notices[0]?.sentence).toContain('settings.prot');
    expect(readFileSync(`${config}.edited-${STAMP}`, 'utf8')).toContain('"prot": 4242');
    expect(readFileSync(config, 'utf8')).not.toContain('prot');
  });

  it('that puts an old backup back does not make version numbers go backwards', async () => {
    const { home, config } = await usedHome();
    const old = gunzipSync(readFileSync(path.join(home, 'versions', '000000002.json.gz')));
    writeFileSync(config, old);
    const store = await reopen(home);
    expect(appNames(store)).toEqual(['one']);
    expect(store.snapshot.version).toBe(4);
    expect((await store.versionAt(3))?.document.apps).toHaveLength(2);
    expect((await store.audit(1))[0]).toMatchObject({ before: { 'apps/app_00000002': { name: 'two' } } });
  });

  it('while Keyward runs is neither overwritten nor taken over: it is kept aside, and a notice says where', async () => {
    const { home, config } = await usedHome();
    const store = await reopen(home);
    replaceIn(config, '"port": 4141', '"port": 4242');
    await addApp(store, 'three', 3);
    expect(store.notices).toMatchObject([{ id: 'config-foreign-edit', level: 'warning' }]);
    const aside = `${config}.edited-${STAMP}`;
    expect(store.notices[0]?.next).toContain(aside);
    expect(readFileSync(aside, 'utf8')).toContain('"port": 4242');
    expect(store.snapshot.settings.port).toBe(4141);
    await addApp(store, 'four', 4);
    expect(readdirSync(home).filter((name) => name.includes('edited'))).toHaveLength(1);
  });

  it('that only touches the file is none', async () => {
    const { home, config } = await usedHome();
    const store = await reopen(home);
    utimesSync(config, new Date(0), new Date(0));
    await addApp(store, 'three', 3);
    expect(store.notices).toEqual([]);
  });

  it('that removes the file while Keyward runs loses nothing', async () => {
    const { home, config } = await usedHome();
    const store = await reopen(home);
    rmSync(config);
    await addApp(store, 'three', 3);
    expect(noticeIds(store)).toEqual(['config-foreign-edit']);
    expect(JSON.parse(readFileSync(config, 'utf8')).apps).toEqual([
      appNamed('one', 1),
      appNamed('two', 2),
      appNamed('three', 3),
    ]);
  });
});

describe('the copy of a version', () => {
  it('that a crash prevented is made at the next start', async () => {
    const { home } = await usedHome();
    rmSync(path.join(home, 'versions', '000000003.json.gz'));
    const store = await reopen(home);
    expect(store.snapshot.version).toBe(3);
    expect(readdirSync(path.join(home, 'versions'))).toContain('000000003.json.gz');
  });

  it('that is an unpacking bomb or not ours is passed over', async () => {
    const { home } = await usedHome();
    writeFileSync(path.join(home, 'versions', '000000002.json.gz'), gzipSync(Buffer.alloc(300 * 1024 * 1024)));
    writeFileSync(path.join(home, 'versions', 'notes.txt'), 'mine');
    const store = await reopen(home);
    expect(await store.versionAt(2)).toBeNull();
    await addApp(store, 'three', 3);
    expect(readdirSync(path.join(home, 'versions'))).toContain('notes.txt');
  });
});

function replaceIn(file: string, from: string, to: string): void {
  const content = readFileSync(file, 'utf8');
  if (!content.includes(from)) throw new Error(`no ${from} in ${file}`);
  writeFileSync(file, content.replace(from, to));
}

import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, expectTypeOf, it } from 'vitest';
import type { AuditRow as ContractAuditRow } from '../../gateway/control/contract/rows.ts';
import { homePaths } from '../../gateway/store/home.ts';
import type { Document } from '../../gateway/store/schema.ts';
import { openStore, type Store } from '../../gateway/store/store.ts';
import { addApp, appNamed, BY, providerKey, storeIn, temporaryHome } from './temporary-home.ts';

const onDisk = (home: string) => JSON.parse(readFileSync(homePaths(home).config, 'utf8')) as Document;

describe('a new home', () => {
  it('gets a document of version 1 with an id and a salt of its own, on the disk and private', async () => {
    const home = path.join(temporaryHome(), 'new');
    const store = await storeIn(home);
    expect(store.snapshot.version).toBe(1);
    expect(store.notices).toEqual([]);
    expect(onDisk(home)).toEqual(store.snapshot.document);
    if (process.platform !== 'win32') {
      expect(statSync(home).mode & 0o777).toBe(0o700);
      for (const name of ['keyward.json', 'audit.jsonl', 'lock.db', 'versions/000000001.json.gz']) {
        expect([name, statSync(path.join(home, name)).mode & 0o777]).toEqual([name, 0o600]);
      }
    }
    const other = await storeIn(path.join(temporaryHome(), 'other'));
    expect(other.snapshot.document.homeId).not.toBe(store.snapshot.document.homeId);
    expect(other.snapshot.document.vault.salt).not.toBe(store.snapshot.document.vault.salt);
  });

  it('is not made by somebody who only wants to read', async () => {
    const home = path.join(temporaryHome(), 'none');
    await expect(openStore({ home, readOnly: true })).rejects.toMatchObject({
      code: 'home-missing',
      next: expect.stringContaining('keyward serve'),
    });
    expect(existsSync(home)).toBe(false);
  });
});

describe('a change', () => {
  it('is on the disk when it is acknowledged, with the next version', async () => {
    const home = temporaryHome();
    const store = await storeIn(home, { clock: () => Date.parse('2026-11-23T12:00:00Z') });
    expect(await addApp(store, 'Notes')).toBe(1);
    expect(onDisk(home)).toMatchObject({
      version: 2,
      changedAt: '2026-11-23T12:00:00.000Z',
      apps: [{ name: 'Notes' }],
    });
    expect(store.snapshot.apps.get('app_00000001')?.name).toBe('Notes');
  });

  it('survives closing and opening again', async () => {
    const home = temporaryHome();
    const first = await openStore({ home });
    await addApp(first, 'Notes');
    await first.close();
    const second = await storeIn(home);
    expect(second.snapshot.version).toBe(2);
    expect(second.snapshot.document.apps).toEqual([appNamed('Notes')]);
    expect(second.notices).toEqual([]);
  });

  it('is made after the one before it, however many are asked for at once', async () => {
    const store = await storeIn(temporaryHome());
    const versions = await Promise.all(
      Array.from({ length: 25 }, (_, i) => addApp(store, `app ${i}`, i).then(() => store.snapshot.version)),
    );
    expect(store.snapshot.document.apps.map((app) => app.name)).toEqual(
      Array.from({ length: 25 }, (_, i) => `app ${i}`),
    );
    expect(versions.at(-1)).toBe(26);
  });

  it('that breaks the schema, or an id that is there already, is refused with the place of the fault', async () => {
    const home = temporaryHome();
    const store = await storeIn(home);
    await addApp(store, 'Notes');
    const before = readFileSync(homePaths(home).config, 'utf8');
    const snapshot = store.snapshot;
    await expect(
      store.update(BY, (draft) => {
        draft.settings.port = 70_000;
      }),
    ).rejects.toMatchObject({ code: 'invalid', message: expect.stringContaining('settings.port') });
    await expect(addApp(store, 'Again')).rejects.toMatchObject({
      message: expect.stringContaining('"app_00000001" is there twice'),
    });
    expect(store.snapshot).toBe(snapshot);
    expect(readFileSync(homePaths(home).config, 'utf8')).toBe(before);
    expect(await store.audit(10)).toHaveLength(2);
  });

  it('whose code throws changes nothing and does not stop the next one', async () => {
    const store = await storeIn(temporaryHome());
    await expect(
      store.update(BY, (draft) => {
        draft.apps.push(appNamed('half done'));
        throw new Error('changed my mind');
      }),
    ).rejects.toThrow('changed my mind');
    await addApp(store, 'Notes');
    expect(store.snapshot.document.apps).toEqual([appNamed('Notes')]);
  });

  it('made asynchronously is refused, because half of it would be missing', async () => {
    const store = await storeIn(temporaryHome());
    await expect(store.update(BY, async (draft) => draft.apps.push(appNamed('late')))).rejects.toThrow(TypeError);
    expect(store.snapshot.version).toBe(1);
  });

  it('that changes nothing makes no version, no audit row and no write', async () => {
    const home = temporaryHome();
    const store = await storeIn(home);
    const { mtimeNs } = statSync(homePaths(home).config, { bigint: true });
    expect(await store.update(BY, (draft) => draft.settings.port)).toBe(4141);
    expect(store.snapshot.version).toBe(1);
    expect(statSync(homePaths(home).config, { bigint: true }).mtimeNs).toBe(mtimeNs);
    expect(await store.audit(10)).toHaveLength(1);
  });

  it("cannot take over the home's identity or numbering", async () => {
    const store = await storeIn(temporaryHome());
    const { homeId } = store.snapshot.document;
    await store.update(BY, (draft) => {
      draft.version = 99;
      draft.homeId = 'stolen';
      draft.settings.port = 5000;
    });
    expect(store.snapshot.document).toMatchObject({ version: 2, homeId });
  });

  it('is refused after closing, with a sentence', async () => {
    const store = await openStore({ home: temporaryHome() });
    const pending = addApp(store, 'in time');
    const closed = store.close();
    await expect(Promise.all([pending, closed]).then(() => addApp(store, 'too late', 2))).rejects.toMatchObject({
      code: 'closed',
    });
  });
});

describe('a snapshot', () => {
  it('never changes, neither by a later change nor by a careless reader', async () => {
    const store = await storeIn(temporaryHome());
    const before = store.snapshot;
    await addApp(store, 'Notes');
    expect(before.document.apps).toEqual([]);
    expect(() => {
      (store.snapshot.document.apps[0] as { name: string }).name = 'Changed';
    }).toThrow(TypeError);
    expect(() => (store.snapshot.document.settings.allowedHosts as string[]).push('evil')).toThrow(TypeError);
  });

  it('is swapped before listeners hear of it, and a failing listener harms nobody', async () => {
    const store = await storeIn(temporaryHome());
    const heard: number[] = [];
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => warnings.push(warning);
    process.on('warning', onWarning);
    store.subscribe(() => {
      throw new Error('broken listener');
    });
    const stop = store.subscribe((snapshot) => heard.push(snapshot.version, store.snapshot.version));
    await addApp(store, 'Notes');
    stop();
    await addApp(store, 'More', 2);
    expect(heard).toEqual([2, 2]);
    await new Promise(setImmediate);
    process.off('warning', onWarning);
    expect(warnings.map((warning) => warning.message)).toContain('broken listener');
  });
});

describe('earlier versions', () => {
  it('are there for a replay to run with, each as it was', async () => {
    const store = await storeIn(temporaryHome());
    for (let i = 1; i <= 6; i++) await addApp(store, `app ${i}`, i);
    for (let version = 1; version <= 7; version++) {
      const then = await store.versionAt(version);
      expect(then?.version).toBe(version);
      expect(then?.document.apps).toHaveLength(version - 1);
    }
    expect(await store.versionAt(8)).toBeNull();
    expect(await store.versionAt(0)).toBeNull();
    expect(await store.versionAt(Number.NaN)).toBeNull();
  });

  it('hold no seal that the current one has let go of, and beyond the three newest none at all', async () => {
    const home = temporaryHome();
    const store = await storeIn(home);
    await store.update(BY, (draft) => {
      draft.providerKeys.push(providerKey('pk_keep', 'SEAL-KEEP'), providerKey('pk_gone', 'SEAL-GONE'));
    });
    await addApp(store, 'one', 1);
    expect((await store.versionAt(2))?.providerKeys.get('pk_gone')?.sealed).toBe('SEAL-GONE');
    await store.update(BY, (draft) => {
      draft.providerKeys = draft.providerKeys.filter((key) => key.id !== 'pk_gone');
    });
    for (const version of [2, 3]) {
      const then = await store.versionAt(version);
      expect(then?.providerKeys.get('pk_gone')).toMatchObject({ sealed: '', label: 'pk_gone' });
      expect(then?.providerKeys.get('pk_keep')?.sealed).toBe('SEAL-KEEP');
    }
    await addApp(store, 'two', 2);
    await addApp(store, 'three', 3);
    expect((await store.versionAt(3))?.providerKeys.get('pk_keep')?.sealed).toBe('');
    expect((await store.versionAt(4))?.providerKeys.get('pk_keep')?.sealed).toBe('SEAL-KEEP');
  });
});

describe('the audit trail', () => {
  it('has a row for every change: who, what, when, which version, before and after; newest first', async () => {
    let now = Date.parse('2026-11-23T12:00:00Z');
    const store = await storeIn(temporaryHome(), { clock: () => now });
    now += 1000;
    await addApp(store, 'Notes');
    now += 1000;
    await store.update({ actor: 'screen', action: 'app.rename', subject: 'app_00000001' }, (draft) => {
      (draft.apps[0] as { name: string }).name = 'Notebook';
    });
    expect(await store.audit(10)).toEqual([
      {
        time: '2026-11-23T12:00:02.000Z',
        actor: 'screen',
        action: 'app.rename',
        subject: 'app_00000001',
        version: 3,
        before: { 'apps/app_00000001': { name: 'Notes' } },
        after: { 'apps/app_00000001': { name: 'Notebook' } },
      },
      {
        time: '2026-11-23T12:00:01.000Z',
        actor: 'test',
        action: 'app.add',
        subject: 'Notes',
        version: 2,
        before: { 'apps/app_00000001': null },
        after: { 'apps/app_00000001': appNamed('Notes') },
      },
      expect.objectContaining({ actor: 'gateway', action: 'home.create', version: 1 }),
    ]);
    expect(await store.audit(1)).toHaveLength(1);
    expectTypeOf<Awaited<ReturnType<Store['audit']>>[number]>().toExtend<ContractAuditRow>();
  });

  it('shows no seal, no hash, no wrapped key and no header that may hold a secret', async () => {
    const home = temporaryHome();
    const store = await storeIn(home);
    await store.update(BY, (draft) => {
      draft.providerKeys.push(providerKey('pk_1', 'SEALED-CANARY'));
      draft.vault.wraps.push({ kind: 'passphrase', wrapped: 'WRAP-CANARY', salt: 'SALT-CANARY', n: 2, r: 1, p: 1 });
      draft.vault.check = 'CHECK-CANARY';
      draft.gatewayKeys.push({
        id: 'abcd',
        app: 'app_1',
        label: 'laptop',
        hash: 'HASH-CANARY',
        lastFour: 'wxyz',
        createdAt: '2026-11-23T00:00:00Z',
        expiresAt: null,
        revokedAt: null,
        scope: {},
        limits: {},
        users: [],
        previous: { hash: 'OLD-HASH-CANARY', lastFour: 'abcd', until: '2026-11-24T00:00:00Z' },
      });
      draft.providers.push({
        id: 'own',
        preset: null,
        name: 'Own',
        dialect: 'openai-chat',
        baseUrl: 'https://user:URL-CANARY@example.com/v1?key=QUERY-CANARY',
        settings: {},
        headers: { 'x-team': 'HEADER-CANARY' },
        enabled: true,
        createdAt: '2026-11-23T00:00:00Z',
      });
      draft.settings.proxyUrl = 'http://me:PROXY-CANARY@proxy:8080';
    });
    await store.update(BY, (draft) => {
      (draft.providerKeys[0] as { sealed: string }).sealed = 'SEALED-CANARY-2';
    });
    const trail = readFileSync(homePaths(home).audit, 'utf8');
    expect(trail).not.toContain('CANARY');
    expect(trail).toContain('laptop');
    expect(trail).toContain('x-team');
    expect((await store.audit(1))[0]).toMatchObject({ after: { 'providerKeys/pk_1': { sealed: '(not shown)' } } });
  });

  it('passes over lines that a crash tore or a hand mangled, and goes on behind them', async () => {
    const home = temporaryHome();
    const first = await openStore({ home });
    await addApp(first, 'one', 1);
    await first.close();
    const file = homePaths(home).audit;
    const whole = readFileSync(file, 'utf8');
    writeFileSync(file, `nonsense\n${whole}{"time":"2026-11-23T12:00:00Z","actor":"x","action":"torn","ver`);
    const second = await storeIn(home);
    await addApp(second, 'two', 2);
    expect((await second.audit(10)).map((row) => row.version)).toEqual([3, 2, 1]);
    expect(readFileSync(file, 'utf8').split('\n').filter(Boolean)).toHaveLength(4);
  });

  it('loses the row of a change that never came to be', async () => {
    const home = temporaryHome();
    const first = await openStore({ home });
    await addApp(first, 'one', 1);
    await first.close();
    const row = {
      time: '2026-11-23T12:00:00.000Z',
      actor: 'x',
      action: 'killed.before.the.file',
      subject: 'x',
      version: 3,
    };
    writeFileSync(homePaths(home).audit, `${readFileSync(homePaths(home).audit, 'utf8')}${JSON.stringify(row)}\n`);
    expect(await (await storeIn(home, { readOnly: true })).audit(10)).toHaveLength(2);
    const second = await storeIn(home);
    await addApp(second, 'two', 2);
    expect((await second.audit(10)).map(({ action, version }) => [action, version])).toEqual([
      ['app.add', 3],
      ['app.add', 2],
      ['home.create', 1],
    ]);
  });
});

it('leaves no temporary file behind, and sweeps up those of a killed predecessor', async () => {
  const home = temporaryHome();
  const first = await openStore({ home });
  await first.close();
  const strays = ['keyward.json.1234567', 'instance.json.99', 'versions/000000001.json.gz.4242'];
  for (const stray of strays) writeFileSync(path.join(home, stray), 'half');
  writeFileSync(path.join(home, 'keyward.json.backup'), 'mine');
  const second = await storeIn(home);
  await addApp(second, 'one');
  expect(readdirSync(home).sort()).toEqual([
    'audit.jsonl',
    'keyward.json',
    'keyward.json.backup',
    'lock.db',
    'versions',
  ]);
  expect(readdirSync(path.join(home, 'versions')).sort()).toEqual(['000000001.json.gz', '000000002.json.gz']);
});

/** Disks that are full and homes that may not be written. Tests may run as root, whom permissions do not stop: there, a child process without privileges meets them instead. */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { homePaths } from '../../gateway/store/home.ts';
import { openStore } from '../../gateway/store/store.ts';
import { addApp, BY, startChild, storeIn, temporaryHome } from './temporary-home.ts';

const MOUNT = '/bin/mount';
const UMOUNT = '/bin/umount';
const isRoot = process.getuid?.() === 0;
const canMount = isRoot && process.platform === 'linux' && tryMount();
const NOBODY = 65534;
const closedToOthers = isRoot && !readableBy(NOBODY);

describe(`a full disk${canMount ? '' : ' (skipped, because mounting a small file system needs root on Linux)'}`, () => {
  it.skipIf(!canMount)(
    'refuses a change with a sentence, changes nothing, and takes it once there is room',
    async () => {
      const home = smallDisk(512);
      const store = await storeIn(home);
      await addApp(store, 'one', 1);
      const config = readFileSync(homePaths(home).config, 'utf8');
      const audit = readFileSync(homePaths(home).audit, 'utf8');
      const snapshot = store.snapshot;
      const filler = fillDisk(home);
      for (let attempt = 0; attempt < 3; attempt++) {
        await expect(addApp(store, 'two', 2)).rejects.toMatchObject({
          code: 'disk',
          message: expect.stringContaining('is full'),
          next: expect.stringContaining('Free some space'),
        });
      }
      expect(store.snapshot).toBe(snapshot);
      expect(readFileSync(homePaths(home).config, 'utf8')).toBe(config);
      expect(readFileSync(homePaths(home).audit, 'utf8')).toBe(audit);
      expect(store.notices).toMatchObject([{ id: 'config-write', level: 'error' }]);
      rmSync(filler);
      await addApp(store, 'two', 2);
      expect(store.notices).toEqual([]);
      await store.close();
      const again = await storeIn(home);
      expect(again.snapshot.document.apps).toHaveLength(2);
      expect(again.notices).toEqual([]);
    },
  );

  it.skipIf(!canMount)('that has room for only a part of the new file never puts that part in place', async () => {
    const home = smallDisk(1024);
    const store = await storeIn(home);
    await store.update(BY, (draft) => {
      draft.settings.allowedHosts = Array.from({ length: 4000 }, (_, i) => `host-${i}.example.com`);
    });
    const filler = fillDisk(home);
    // Free so much that the new file fits in part, whatever part that is.
    for (let spareKiB = 4; spareKiB <= 120; spareKiB += 4) {
      const size = statSync(filler).size;
      truncateSync(filler, Math.max(0, size - 4096));
      const change = store.update(BY, (draft) => draft.settings.allowedHosts.push(`more-${spareKiB}.example.com`));
      await change.catch((error: unknown) => expect(error).toMatchObject({ code: 'disk' }));
      const written = JSON.parse(readFileSync(homePaths(home).config, 'utf8'));
      expect(written).toEqual(store.snapshot.document);
    }
  });

  it.skipIf(!canMount)('still opens: with what is there, and with what can be recovered', async () => {
    const home = smallDisk(512);
    const first = await openStore({ home });
    await addApp(first, 'one', 1);
    await first.close();
    truncateSync(homePaths(home).config, 100);
    const filler = fillDisk(home);
    const store = await storeIn(home);
    expect(store.snapshot.document.apps).toHaveLength(1);
    expect(store.notices.map(({ id }) => id)).toEqual(['config-recovered', 'config-write']);
    await expect(addApp(store, 'two', 2)).rejects.toMatchObject({ code: 'disk' });
    rmSync(filler);
    await addApp(store, 'two', 2);
    expect(JSON.parse(readFileSync(homePaths(home).config, 'utf8'))).toEqual(store.snapshot.document);
    expect((await store.audit(2)).map(({ action }) => action)).toEqual(['app.add', 'config.recover']);
  });

  it.skipIf(!canMount)('at the very first start is said in a sentence', async () => {
    const home = smallDisk(64);
    fillDisk(home);
    await expect(openStore({ home })).rejects.toMatchObject({
      code: 'disk',
      message: expect.stringContaining('is full'),
    });
  });
});

it('a write that fails halfway leaves file, memory and audit trail as they were', async () => {
  const home = temporaryHome();
  const store = await storeIn(home);
  await addApp(store, 'one', 1);
  const snapshot = store.snapshot;
  const audit = readFileSync(homePaths(home).audit, 'utf8');
  // A folder that is not empty cannot be replaced by a file: the rename fails after everything before it worked.
  const config = homePaths(home).config;
  const content = readFileSync(config);
  rmSync(config);
  mkdirSync(path.join(config, 'in the way'), { recursive: true });
  await expect(addApp(store, 'two', 2)).rejects.toMatchObject({ code: 'disk' });
  expect(store.snapshot).toBe(snapshot);
  expect(readFileSync(homePaths(home).audit, 'utf8')).toBe(audit);
  rmSync(config, { recursive: true });
  writeFileSync(config, content, { mode: 0o600 });
  await addApp(store, 'two', 2);
  expect((await store.audit(9)).map(({ version }) => version)).toEqual([3, 2, 1]);
});

it('a version copy that cannot be kept costs a notice, not the change', async () => {
  const home = temporaryHome();
  const store = await storeIn(home);
  rmSync(homePaths(home).versions, { recursive: true });
  writeFileSync(homePaths(home).versions, 'a file in the way');
  await addApp(store, 'one', 1);
  expect(store.snapshot.document.apps).toHaveLength(1);
  expect(store.notices).toMatchObject([{ id: 'config-history', level: 'warning' }]);
  rmSync(homePaths(home).versions);
  await addApp(store, 'two', 2);
  expect(store.notices).toEqual([]);
});

it('a home that is removed under a running Keyward is a sentence, not a crash', async () => {
  const home = temporaryHome();
  const store = await storeIn(home);
  rmSync(home, { recursive: true });
  await expect(addApp(store, 'one', 1)).rejects.toMatchObject({
    code: 'disk',
    message: expect.stringContaining('gone'),
  });
});

const skipped = closedToOthers ? ' (skipped, because the folder of this checkout is closed to other users)' : '';
describe.skipIf(process.platform === 'win32' || closedToOthers)(`a home that may not be written${skipped}`, () => {
  const spoil: [string, (home: string) => void][] = [
    ['because the folder is write-protected', (home) => chmodSync(home, 0o500)],
    ['because keyward.json is write-protected', (home) => chmodSync(homePaths(home).config, 0o400)],
  ];

  it.each(spoil)('%s opens for reading, says so, and refuses changes with a sentence', async (_, protect) => {
    const home = await usedHomeOf(isRoot ? NOBODY : undefined);
    protect(home);
    const child = startChild('hold.ts', [home, 'change'], isRoot ? { uid: NOBODY } : {});
    const opened = JSON.parse(await child.line('"opened"'));
    expect(opened).toMatchObject({
      opened: true,
      readOnly: true,
      version: 2,
      notices: [{ id: 'home-read-only', level: 'warning' }],
    });
    const refused = JSON.parse(await child.line('"refused"'));
    expect(refused).toMatchObject({ refused: 'read-only', sentence: expect.stringContaining('may not be written') });
    expect(refused.next).toContain('write access');
    expect(await child.ended).toMatchObject({ code: 0 });
    chmodSync(home, 0o700);
    expect(JSON.parse(readFileSync(homePaths(home).config, 'utf8')).version).toBe(2);
  });

  it("because it is somebody else's is refused with the way out", async () => {
    if (!isRoot)
      return expect(await openStore({ home: '/root/keyward' }).catch((error) => error.code)).toBe('home-unusable');
    const home = await usedHomeOf(undefined); // root's, 0700
    chmodSync(home, 0o755); // visible, but keyward.json is 0600
    const child = startChild('hold.ts', [home], { uid: NOBODY });
    const said = JSON.parse(await child.line('"opened"'));
    expect(said).toMatchObject({
      opened: false,
      code: 'home-unusable',
      next: expect.stringContaining('belongs to the user'),
    });
  });

  it.skipIf(!canMount)('because the disk is mounted read-only opens for reading', async () => {
    const home = smallDisk(512);
    const first = await openStore({ home });
    await addApp(first, 'one', 1);
    await first.close();
    execFileSync(MOUNT, ['-o', 'remount,ro', home]);
    const store = await storeIn(home);
    expect(store.snapshot.version).toBe(2);
    expect(store.notices).toMatchObject([{ id: 'home-read-only' }]);
    await expect(addApp(store, 'two', 2)).rejects.toMatchObject({ code: 'read-only' });
  });
});

/** A closed home at version 2, belonging to `uid`. */
async function usedHomeOf(uid: number | undefined): Promise<string> {
  const home = temporaryHome();
  const store = await openStore({ home });
  await addApp(store, 'one', 1);
  await store.close();
  if (uid === undefined) return home;
  const { versions, config, audit, lock } = homePaths(home);
  for (const file of [home, versions, config, audit, lock]) chownSync(file, uid, uid);
  for (const version of [1, 2]) chownSync(path.join(versions, `00000000${version}.json.gz`), uid, uid);
  return home;
}

/** A file system of its own with so many KiB, gone with the test. */
function smallDisk(sizeKiB: number): string {
  const home = temporaryHome();
  execFileSync(MOUNT, ['-t', 'tmpfs', '-o', `size=${sizeKiB}k,mode=700`, 'tmpfs', home]);
  // Registered later than the folder's own removal, and so run before it.
  onTestFinished(() => void execFileSync(UMOUNT, ['--lazy', home]));
  return home;
}

function fillDisk(home: string): string {
  const filler = path.join(home, 'logs-filler');
  const file = openSync(filler, 'w');
  try {
    for (;;) writeSync(file, Buffer.alloc(4096, 1));
  } catch (error) {
    expect(error).toMatchObject({ code: 'ENOSPC' });
  } finally {
    closeSync(file);
  }
  return filler;
}

function tryMount(): boolean {
  const home = path.join('/tmp', `keyward-mount-${process.pid}`);
  mkdirSync(home, { recursive: true });
  try {
    execFileSync(MOUNT, ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', home], { stdio: 'ignore' });
    execFileSync(UMOUNT, [home], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

/** Whether a child without privileges could load what it is to run: a checkout may lie in a folder that only root enters. */
function readableBy(uid: number): boolean {
  try {
    const read = 'require("node:fs").readFileSync(process.argv[1])';
    execFileSync(process.execPath, ['-e', read, import.meta.filename], { uid, gid: uid, cwd: '/', stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

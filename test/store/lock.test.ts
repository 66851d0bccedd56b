import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { homePaths } from '../../gateway/store/home.ts';
import { writeInstance } from '../../gateway/store/instance.ts';
import { lockHome } from '../../gateway/store/lock.ts';
import { openStore } from '../../gateway/store/store.ts';
import { startChild, storeIn, temporaryHome } from './temporary-home.ts';

describe('two Keywards on one home', () => {
  it('the second is refused, and told which process is in the way', async () => {
    const home = temporaryHome();
    const child = startChild('hold.ts', [home]);
    await child.line('"opened":true');
    const pid = child.process.pid as number;
    const instance = {
      url: null,
      pid,
      token: 'x'.repeat(16),
      startedAt: new Date().toISOString(),
      mode: 'headless' as const,
      version: '0',
    };
    await writeInstance(home, instance);
    await expect(openStore({ home })).rejects.toMatchObject({
      name: 'HomeBusy',
      code: 'home-busy',
      pid,
      message: expect.stringContaining(`process ${pid}`),
      next: expect.stringContaining('keyward stop'),
    });
  });

  it('the second may have it the moment the first is killed, without waiting for anything to go stale', async () => {
    const home = temporaryHome();
    const child = startChild('hold.ts', [home]);
    await child.line('"opened":true');
    await expect(lockHome(home, 0)).rejects.toMatchObject({ code: 'home-busy', pid: undefined });
    child.process.kill('SIGKILL');
    expect(await child.ended).toMatchObject({ signal: 'SIGKILL' });
    const lock = await lockHome(home, 0);
    lock.release();
  });

  it('a short command is waited for', async () => {
    const home = temporaryHome();
    const child = startChild('hold.ts', [home]);
    await child.line('"opened":true');
    const second = openStore({ home, waitMs: 15_000 });
    child.process.stdin?.end();
    const store = await second;
    expect(store.readOnly).toBe(false);
    await store.close();
  });

  it('within one process are kept apart too, and the refused one leaves the lock of the first intact', async () => {
    const home = temporaryHome();
    await storeIn(home);
    await expect(openStore({ home, waitMs: 0 })).rejects.toMatchObject({ code: 'home-busy' });
    const child = startChild('hold.ts', [home]);
    expect(await child.line('opened')).toContain('"code":"home-busy"');
  });

  it('one may read while the other writes', async () => {
    const home = temporaryHome();
    const store = await storeIn(home);
    const reader = await storeIn(home, { readOnly: true });
    expect(reader.snapshot.document).toEqual(store.snapshot.document);
    await expect(reader.update({ actor: 't', action: 't', subject: 't' }, () => 1)).rejects.toMatchObject({
      code: 'read-only',
    });
  });
});

it('a lock file that is no database is put right, not fatal', async () => {
  const home = temporaryHome();
  writeFileSync(homePaths(home).lock, 'this is not a database, whatever it is '.repeat(100));
  const lock = await lockHome(home, 0);
  await expect(lockHome(home, 0)).rejects.toMatchObject({ code: 'home-busy' });
  lock.release();
});

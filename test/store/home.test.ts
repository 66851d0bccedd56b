import { chmodSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { homePaths, prepareHome, resolveHome } from '../../gateway/store/home.ts';
import { temporaryHome } from './temporary-home.ts';

const modeOf = (file: string) => statSync(file).mode & 0o777;

describe('the default home', () => {
  const linux = { env: {}, platform: 'linux' as const, userHome: '/home/ada', workingDirectory: '/work' };
  it.each([
    ['Linux', undefined, linux, '/home/ada/.local/share/keyward'],
    ['Linux with XDG_DATA_HOME', undefined, { ...linux, env: { XDG_DATA_HOME: '/data' } }, '/data/keyward'],
    [
      'Linux with a relative XDG_DATA_HOME, which is invalid',
      undefined,
      { ...linux, env: { XDG_DATA_HOME: 'data' } },
      '/home/ada/.local/share/keyward',
    ],
    [
      'macOS',
      undefined,
      { ...linux, platform: 'darwin' as const, userHome: '/Users/ada' },
      '/Users/ada/Library/Application Support/Keyward',
    ],
    [
      'Windows',
      undefined,
      { ...linux, platform: 'win32' as const, userHome: 'C:\\Users\\ada', env: { LOCALAPPDATA: 'D:\\Local' } },
      'D:\\Local\\Keyward',
    ],
    [
      'Windows without LOCALAPPDATA',
      undefined,
      { ...linux, platform: 'win32' as const, userHome: 'C:\\Users\\ada' },
      'C:\\Users\\ada\\AppData\\Local\\Keyward',
    ],
    ['KEYWARD_HOME', undefined, { ...linux, env: { KEYWARD_HOME: '/srv/kw', XDG_DATA_HOME: '/data' } }, '/srv/kw'],
    [
      '--home over KEYWARD_HOME, from where the command runs',
      'here',
      { ...linux, env: { KEYWARD_HOME: '/srv/kw' } },
      '/work/here',
    ],
    [
      'an empty KEYWARD_HOME, which counts as none',
      undefined,
      { ...linux, env: { KEYWARD_HOME: '' } },
      '/home/ada/.local/share/keyward',
    ],
  ])('is the right one for %s', (_, asked, facts, expected) => expect(resolveHome(asked, facts)).toBe(expected));
});

describe.skipIf(process.platform === 'win32')('preparing a home', () => {
  it('makes it, and the folders above it, for nobody else to read', async () => {
    const home = path.join(temporaryHome(), 'deep', 'er', 'keyward');
    expect(await prepareHome(home)).toEqual([]);
    expect(modeOf(home)).toBe(0o700);
  });

  it('closes an open home and its files to other users, and says so', async () => {
    const home = temporaryHome();
    const paths = homePaths(home);
    mkdirSync(paths.versions);
    for (const file of [paths.config, paths.masterKey]) writeFileSync(file, '{}');
    chmodSync(home, 0o755);
    chmodSync(paths.config, 0o644);
    chmodSync(paths.masterKey, 0o640);
    chmodSync(paths.versions, 0o755);
    const notices = await prepareHome(home);
    expect([home, paths.versions].map(modeOf)).toEqual([0o700, 0o700]);
    expect([paths.config, paths.masterKey].map(modeOf)).toEqual([0o600, 0o600]);
    expect(notices).toMatchObject([{ id: 'home-permissions', level: 'warning' }]);
    expect(notices[0]?.sentence).toContain('keyward.json');
    expect(notices[0]?.sentence).toContain('master.key');
    expect(await prepareHome(home)).toEqual([]);
  });

  it("leaves a shared folder's own permissions alone, and everything in it that is not Keyward's", async () => {
    const home = temporaryHome();
    chmodSync(home, 0o1777);
    writeFileSync(path.join(home, 'notes.txt'), 'mine', { mode: 0o644 });
    writeFileSync(homePaths(home).config, '{}');
    chmodSync(homePaths(home).config, 0o644);
    const notices = await prepareHome(home);
    expect(statSync(home).mode & 0o1777).toBe(0o1777);
    expect(modeOf(path.join(home, 'notes.txt'))).toBe(0o644);
    expect(modeOf(homePaths(home).config)).toBe(0o600);
    expect(notices.map(({ id }) => id)).toEqual(['home-permissions', 'home-shared']);
  });

  it('does not follow a link out of the home to change what it points at', async () => {
    const outside = path.join(temporaryHome(), 'dotfile.json');
    writeFileSync(outside, '{}', { mode: 0o644 });
    const home = temporaryHome();
    symlinkSync(outside, homePaths(home).config);
    await prepareHome(home);
    expect(modeOf(outside)).toBe(0o644);
  });

  it('says in a sentence that a file stands in the way, and what to do', async () => {
    const file = path.join(temporaryHome(), 'file');
    writeFileSync(file, '');
    for (const home of [file, path.join(file, 'below')]) {
      await expect(prepareHome(home)).rejects.toMatchObject({
        code: 'home-unusable',
        message: expect.stringContaining('a file stands where the folder should be'),
        next: expect.stringContaining('--home'),
      });
    }
  });
});

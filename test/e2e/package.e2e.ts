import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { FuseState } from '@electron/fuses/dist/constants.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = path.join(import.meta.dirname, '../..');

/** An unpacked Electron that can be packaged without a download, and why there is none. */
function unpackedElectron(): { folder?: string; missing?: string } {
  const named = process.env.KEYWARD_PACKAGE_FROM;
  const folder = named || path.join(root, 'node_modules/electron/dist');
  if (process.platform !== 'linux') return { missing: 'only the Linux package is checked here' };
  return existsSync(path.join(folder, 'version'))
    ? { folder }
    : { missing: 'there is no unpacked Electron to package (KEYWARD_PACKAGE_FROM can name one)' };
}

const electron = unpackedElectron();

describe.skipIf(electron.missing)(
  `the package${electron.missing ? ` (skipped, because ${electron.missing})` : ''}`,
  () => {
    let output: string;
    let unpacked: string;

    beforeAll(() => {
      output = mkdtempSync(path.join(tmpdir(), 'keyward-package-'));
      const run = spawnSync(
        process.execPath,
        [path.join(root, 'scripts/dist.ts'), '--dir', `-c.directories.output=${output}`],
        { cwd: root, encoding: 'utf8', env: { ...process.env, KEYWARD_PACKAGE_FROM: electron.folder } },
      );
      if (run.status !== 0) throw new Error(`electron-builder failed:\n${run.stdout}\n${run.stderr}`);
      unpacked = path.join(output, 'linux-unpacked');
    }, 180_000);

    afterAll(() => rmSync(output, { recursive: true, force: true }));

    it('has every fuse in its hardened position', async () => {
      const fuses = await getCurrentFuseWire(path.join(unpacked, 'keyward'));
      const on = (option: FuseV1Options) => fuses[option] === FuseState.ENABLE;
      expect({
        runAsNode: on(FuseV1Options.RunAsNode),
        cookieEncryption: on(FuseV1Options.EnableCookieEncryption),
        nodeOptions: on(FuseV1Options.EnableNodeOptionsEnvironmentVariable),
        nodeInspect: on(FuseV1Options.EnableNodeCliInspectArguments),
        asarIntegrity: on(FuseV1Options.EnableEmbeddedAsarIntegrityValidation),
        onlyAsar: on(FuseV1Options.OnlyLoadAppFromAsar),
        filePrivileges: on(FuseV1Options.GrantFileProtocolExtraPrivileges),
      }).toEqual({
        runAsNode: false,
        cookieEncryption: true,
        nodeOptions: false,
        nodeInspect: false,
        asarIntegrity: true,
        onlyAsar: true,
        filePrivileges: false,
      });
    });

    it('holds what runs and nothing else: no sources, no source maps, no node_modules', () => {
      const asar = createRequire(import.meta.url)('@electron/asar') as { listPackage(file: string): string[] };
      const files = asar.listPackage(path.join(unpacked, 'resources/app.asar'));
      for (const needed of [
        '/package.json',
        '/dist/electron/main.js',
        '/dist/electron/preload.cjs',
        '/dist/electron/captures-worker.js',
        '/dist/electron/tokens-worker.js',
        '/dist/renderer/index.html',
        '/electron/icons/icon.png',
        '/electron/icons/tray-failed.png',
      ]) {
        expect(files).toContain(needed);
      }
      const stray = files.filter((file) => /node_modules|\.map$|\.tsx?$|\/(test|gateway|scripts|\.ci)\b/.test(file));
      expect(stray).toEqual([]);
    });

    it('names no folder of the machine that built it', () => {
      const archive = readFileSync(path.join(unpacked, 'resources/app.asar'), 'latin1');
      expect(archive.includes(`${root}/`)).toBe(false);
    });
  },
);

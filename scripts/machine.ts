/**
 * What this machine has for running and testing the desktop app: each part is there, or missing for a reason that can
 * be shown to a person as it stands.
 */
import { spawn } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

export type Found = { path: string; missing?: undefined } | { path?: undefined; missing: string };

const electronPackage = path.join(import.meta.dirname, '..', 'node_modules', 'electron');

/** Electron's program: ELECTRON_OVERRIDE_DIST_PATH's first, else the one that npm's `electron` package has downloaded. */
export function findElectron(): Found {
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  if (override) {
    const program = path.join(override, programName());
    return isExecutable(program)
      ? { path: program }
      : { missing: `ELECTRON_OVERRIDE_DIST_PATH names ${override}, which has no ${programName()}` };
  }
  const installed = installedElectron();
  return installed ? { path: installed } : { missing: "Electron's program is not downloaded (npx install-electron)" };
}

/** A download that is over sooner is not worth a word. */
const SLOW_MS = 1_500;
const DOWNLOAD_LIMIT_MS = 600_000;

/**
 * Like `findElectron`, and lets npm's `electron` package fetch its program (some 120 MB, once) where it is not there yet.
 * Where the host of it cannot be reached that fails within a second.
 */
export async function getElectron(): Promise<Found> {
  const found = findElectron();
  const installer = path.join(electronPackage, 'install.js');
  if (found.path || process.env.ELECTRON_OVERRIDE_DIST_PATH || !existsSync(installer)) return found;
  const slow = setTimeout(() => process.stderr.write('Downloading Electron (some 120 MB, once) …\n'), SLOW_MS);
  await new Promise<void>((resolve) => {
    const child = spawn(process.execPath, [installer], { stdio: 'ignore', timeout: DOWNLOAD_LIMIT_MS });
    child.on('error', () => resolve());
    child.on('close', () => resolve());
  });
  clearTimeout(slow);
  const installed = installedElectron();
  return installed ? { path: installed } : { missing: "Electron's program could not be downloaded" };
}

/** Whether a window can be shown as things stand. macOS and Windows always have a display. */
export function findDisplay(): Found {
  if (process.platform !== 'linux') return { path: process.platform };
  const display = process.env.WAYLAND_DISPLAY || process.env.DISPLAY;
  return display ? { path: display } : { missing: 'there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set)' };
}

/** A virtual display for tests. */
export function findXvfbRun(): Found {
  return firstOnPath(['xvfb-run'], 'xvfb-run is not installed');
}

/** A Chromium for the browser tests: KEYWARD_CHROMIUM's, else the first on PATH. */
export function findChromium(): Found {
  const named = process.env.KEYWARD_CHROMIUM;
  if (named)
    return isExecutable(named) ? { path: named } : { missing: `KEYWARD_CHROMIUM names ${named}, which cannot be run` };
  return firstOnPath(
    ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'],
    'no Chromium or Chrome is on PATH (KEYWARD_CHROMIUM can name one)',
  );
}

function programName(): string {
  if (process.platform === 'win32') return 'electron.exe';
  return process.platform === 'darwin' ? 'Electron.app/Contents/MacOS/Electron' : 'electron';
}

function installedElectron(): string | undefined {
  try {
    const program = path.join(electronPackage, 'dist', readFileSync(path.join(electronPackage, 'path.txt'), 'utf8'));
    return isExecutable(program) ? program : undefined;
  } catch {
    return undefined; // no path.txt: nothing was downloaded
  }
}

function firstOnPath(names: readonly string[], missing: string): Found {
  for (const folder of (process.env.PATH ?? '').split(path.delimiter)) {
    for (const name of names) {
      const program = path.join(folder, name);
      if (folder && isExecutable(program)) return { path: program };
    }
  }
  return { missing };
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

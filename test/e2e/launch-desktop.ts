import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';
import { findDisplay, findElectron } from '../../scripts/machine.ts';

export const checkout = path.join(import.meta.dirname, '../..');

/** Why no window can be opened here; undefined where one can. */
export const noDesktop: string | undefined = findDisplay().missing ?? findElectron().missing;

/** For titles: a skipped suite says why it was. */
export const because = (missing: string | undefined): string => (missing ? ` (skipped, because ${missing})` : '');

export type LaunchedDesktop = {
  app: ElectronApplication;
  page: Page;
  home: string;
  /** Quits the app as a person does and deletes its home. */
  close(): Promise<void>;
};

/** Opens the built desktop app in a home of its own, on a free port. */
export async function launchDesktop(
  options: { home?: string; words?: string[]; env?: Record<string, string> } = {},
): Promise<LaunchedDesktop> {
  const home = options.home ?? mkdtempSync(path.join(tmpdir(), 'keyward-desktop-'));
  const env = { ...process.env, KEYWARD_HOME: home, ...options.env } as Record<string, string>;
  delete env.NODE_OPTIONS; // the test runner's own are not the app's
  const app = await _electron.launch({
    executablePath: electronPath(),
    args: [checkout, ...(options.words ?? ['--port=0'])],
    env,
  });
  const page = await app.firstWindow();
  return {
    app,
    page,
    home,
    async close() {
      await app.close();
      if (!options.home) rmSync(home, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

export function electronPath(): string {
  const electron = findElectron();
  if (!electron.path) throw new Error(electron.missing);
  return electron.path;
}

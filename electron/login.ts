import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { app } from 'electron';
import { autostartEntry } from './login-entry.ts';

/** The word with which the system starts us at login: the gateway listens, the window stays closed. */
export const HIDDEN_WORD = '--hidden';

/** Starts Keyward at login, or no longer. Does nothing from a checkout: the system would start a bare Electron. */
export function startAtLogin(wanted: boolean): void {
  if (!app.isPackaged) return;
  if (process.platform !== 'linux') {
    app.setLoginItemSettings({ openAtLogin: wanted, args: [HIDDEN_WORD] });
    return;
  }
  const folder = path.join(process.env.XDG_CONFIG_HOME || path.join(homedir(), '.config'), 'autostart');
  const file = path.join(folder, 'keyward.desktop');
  if (!wanted) {
    rmSync(file, { force: true });
    return;
  }
  mkdirSync(folder, { recursive: true });
  // An AppImage runs from a mount that is gone at the next login; APPIMAGE is the file itself.
  writeFileSync(file, autostartEntry(process.env.APPIMAGE || process.execPath));
}

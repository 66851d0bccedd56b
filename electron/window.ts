import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { BrowserWindow, nativeTheme, screen } from 'electron';
import { OPEN_CHANNEL } from './channels.ts';
import { HARDENED_PREFERENCES } from './guard.ts';
import { SCREENS_ORIGIN } from './sender.ts';
import { MIN_HEIGHT_PX, MIN_WIDTH_PX, parsePlace, placeWindow } from './window-place.ts';

const BACKGROUND = { dark: '#1a1b1e', light: '#ffffff' };

/** Least time between two reloads of a screen that crashes. */
const RELOAD_INTERVAL_MS = 10_000;

export type MainWindow = {
  /** Brings the window to the front, opening it if it is closed; with a place, shows that place. */
  show(place?: string): void;
  isFocused(): boolean;
};

/** The app's one window. `stateFile` remembers where it was; nothing is opened until `show`. */
export function mainWindow(options: { preload: string; icon: string; stateFile: string }): MainWindow {
  let window: BrowserWindow | undefined;
  nativeTheme.on('updated', () => window?.setBackgroundColor(backgroundColor()));

  function open(place: string): BrowserWindow {
    const workAreas = [screen.getPrimaryDisplay(), ...screen.getAllDisplays()].map((display) => display.workArea);
    const { maximized, ...bounds } = placeWindow(readPlace(options.stateFile), workAreas);
    const opened = new BrowserWindow({
      ...bounds,
      minWidth: MIN_WIDTH_PX,
      minHeight: MIN_HEIGHT_PX,
      title: 'Keyward',
      icon: options.icon,
      show: false, // until there is something to see: no white flash
      backgroundColor: backgroundColor(),
      webPreferences: { ...HARDENED_PREFERENCES, preload: options.preload },
    });
    if (maximized) opened.maximize();
    opened.once('ready-to-show', () => opened.show());
    opened.on('close', () => savePlace(options.stateFile, opened));
    opened.on('closed', () => {
      window = undefined;
    });
    // A screen that crashed is opened anew; the gateway in this process is untouched by it. Not in a circle, though.
    let reloadedAtMs = Number.NEGATIVE_INFINITY;
    opened.webContents.on('render-process-gone', (_event, { reason }) => {
      if (reason === 'clean-exit' || performance.now() - reloadedAtMs < RELOAD_INTERVAL_MS) return;
      reloadedAtMs = performance.now();
      setImmediate(() => {
        if (!opened.isDestroyed()) opened.webContents.reload();
      });
    });
    void opened.loadURL(`${SCREENS_ORIGIN}${pathOf(place)}`);
    return opened;
  }

  return {
    isFocused: () => window?.isFocused() ?? false,
    show(place) {
      if (!window) {
        window = open(place ?? '/');
        return;
      }
      if (place) window.webContents.send(OPEN_CHANNEL, pathOf(place));
      if (window.isMinimized()) window.restore();
      window.show();
      window.focus();
    },
  };
}

/** The screens live under /ui/, in the window as over HTTP. */
function pathOf(place: string): string {
  return `/ui${place}`;
}

function backgroundColor(): string {
  return nativeTheme.shouldUseDarkColors ? BACKGROUND.dark : BACKGROUND.light;
}

function readPlace(file: string) {
  try {
    return parsePlace(readFileSync(file, 'utf8'));
  } catch {
    return undefined; // the first start
  }
}

function savePlace(file: string, window: BrowserWindow): void {
  const place = { ...window.getNormalBounds(), maximized: window.isMaximized() };
  try {
    writeFileSync(file, JSON.stringify(place), { mode: 0o600 });
  } catch {
    // A full or read-only disk: the window opens in its usual place next time.
  }
}

/** Where this window's state is kept within Electron's profile. */
export function windowStateFile(profile: string): string {
  return path.join(profile, 'window-place.json');
}

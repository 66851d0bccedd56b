/**
 * Where the desktop app begins: decides whether this process is to be the app at all, and sets what Chromium must know
 * before it is ready. Nothing waits for that at the top level: an ES module's await would keep Electron from ever
 * becoming ready.
 */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { app, dialog } from 'electron';
import { homePaths, resolveHome } from '../gateway/store/home.ts';
import { LINK_SCHEME } from './deep-link.ts';
import { type Desktop, openDesktop } from './desktop.ts';
import { guardEveryWindow } from './guard.ts';
import { declareScreensScheme } from './protocol.ts';
import { readWords } from './words.ts';

/** Our own "I have said why": `npm start` then tries no other way. */
const SAID_WHY_EXIT_CODE = 70;

const words = readWords(process.argv);
const home = resolveHome(words.home);
let desktop: Desktop | undefined;

try {
  mkdirSync(home, { recursive: true, mode: 0o700 });
} catch {
  // Said with better words when the gateway opens its home.
}
// Before the lock: it is one for each profile, so that two homes can be open side by side.
app.setPath('userData', homePaths(home).window);
app.setAppLogsPath(homePaths(home).logs);

if (!app.requestSingleInstanceLock({ place: words.place })) {
  app.exit(0); // the first instance comes to the front (second-instance, below)
} else {
  declareScreensScheme();
  guardEveryWindow();
  // For every renderer there may ever be. Where the system allows no sandbox (root, some containers) whoever starts the
  // app says --no-sandbox, and this call would overrule that word and leave no window at all.
  if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();
  if (app.isPackaged) app.setAsDefaultProtocolClient(LINK_SCHEME);

  app.on('second-instance', (_event, _argv, _folder, said: unknown) => {
    const place = (said as { place?: unknown } | null)?.place;
    desktop?.show(typeof place === 'string' ? place : undefined);
  });
  app.on('activate', () => desktop?.show());
  // macOS hands links over as events, others as start words.
  app.on('open-url', (event, url) => {
    event.preventDefault();
    desktop?.openLink(url);
  });
  // The gateway goes on without a window; quitting is said in so many words (menu, tray).
  app.on('window-all-closed', () => {});

  app
    .whenReady()
    .then(() => openDesktop({ home, words, distribution: path.join(import.meta.dirname, '..') }))
    .then((opened) => {
      desktop = opened;
    })
    .catch((error: unknown) => {
      const { message, next } = error as { message?: string; next?: string | null };
      const sentence = message ?? String(error);
      process.stderr.write(`${sentence}${next ? ` ${next}` : ''}\n`);
      dialog.showErrorBox('Keyward cannot start', next ? `${sentence}\n\n${next}` : sentence);
      app.exit(SAID_WHY_EXIT_CODE);
    });
}

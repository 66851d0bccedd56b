import path from 'node:path';
import { app, clipboard, powerMonitor, safeStorage, session } from 'electron';
import { createGateway } from '../gateway/index.ts';
import { openLog } from '../gateway/log.ts';
import { homePaths } from '../gateway/store/home.ts';
import { controlClient, followLive } from './control.ts';
import { placeOfLink } from './deep-link.ts';
import { failureOf } from './failure-notices.ts';
import { openExternal } from './guard.ts';
import { answerWindows } from './ipc.ts';
import { safeStorageKeychain } from './keychain.ts';
import { startAtLogin } from './login.ts';
import { installMenu } from './menu.ts';
import { failureNotifier } from './notify.ts';
import { serveScreens } from './protocol.ts';
import { systemProxy } from './system-proxy.ts';
import { trayLight } from './tray.ts';
import type { GatewayState } from './tray-menu.ts';
import { mainWindow, windowStateFile } from './window.ts';
import type { Words } from './words.ts';

/** How long quitting waits for requests under way, and after which it waits for nothing any more. */
const DRAIN_MS = 5_000;
const QUIT_LIMIT_MS = 10_000;

export type Desktop = {
  /** Brings the window to the front, at a place if one is given. */
  show(place?: string): void;
  /** Follows a `keyward://` link; what names no place only brings the window to the front. */
  openLink(link: string): void;
};

/**
 * Opens the desktop app: gateway, window, tray, menu. The window comes first and waits for the gateway, not the other
 * way round. Rejects when the home cannot be opened; a port that is taken is no such case: the screens say it.
 */
export async function openDesktop(options: { home: string; words: Words; distribution: string }): Promise<Desktop> {
  const { home, words } = options;
  const paths = homePaths(home);
  const { log, close: closeLog } = openLog(paths.logs);
  const icons = path.join(options.distribution, '../electron/icons');
  // A fault of ours: into the log with its stack, not into a newcomer's face, and not the end of every request under way.
  process.on('uncaughtException', (error) => log.error(error, 'uncaught'));
  process.on('unhandledRejection', (reason) => log.error(reason, 'unhandled rejection'));
  let state: GatewayState = { kind: 'starting' };

  const window = mainWindow({
    preload: path.join(options.distribution, 'electron/preload.cjs'),
    icon: path.join(icons, 'icon.png'),
    stateFile: windowStateFile(paths.window),
  });
  const copyAddress = () => {
    if (state.kind === 'listening') clipboard.writeText(state.url);
  };
  const tray = trayLight(icons, { open: () => window.show(), 'copy-address': copyAddress, quit: () => app.quit() });
  installMenu({ open: (place) => window.show(place), copyAddress });
  const screens = path.join(options.distribution, 'renderer');
  serveScreens(screens);

  const opened = systemProxy(session.defaultSession).then((proxy) =>
    createGateway({
      home,
      mode: 'desktop',
      port: words.port,
      keychain: safeStorageKeychain(safeStorage, process.platform),
      systemProxy: proxy,
      screens,
      onStopAsked: () => app.quit(),
      onFault: (error) => log.error(error),
    }),
  );
  answerWindows({
    // A window that asks early waits until there is something to talk to.
    attachPort: async (port) => (await opened).attachPort(port),
    openExternal,
    onRefused: (reason) => log.warn({ reason }, 'refused a request over IPC'),
  });
  if (!words.hidden) window.show(words.place);
  quitDrained(async () => {
    await (await opened).stop(DRAIN_MS);
    log.info('stopped');
    await closeLog();
  });
  const gateway = await opened.catch((error: unknown) => {
    log.error(error, 'the home could not be opened');
    throw error;
  });
  const listening = await gateway.start();
  log.info({ version: app.getVersion(), url: listening.url, problem: listening.problem?.sentence }, 'started');

  const client = await controlClient((port) => gateway.attachPort(port));
  const notify = failureNotifier((place) => window.show(place));
  let notifyOnFailure = true;
  const refresh = async () => {
    const [status, settings] = await Promise.all([client.status.get(), client.settings.get()]);
    state = status.url
      ? { kind: 'listening', url: status.url }
      : { kind: 'failed', sentence: status.problem?.sentence ?? 'the gateway is stopped.' };
    tray?.show(state);
    notifyOnFailure = settings.notifyOnFailure;
    startAtLogin(settings.startAtLogin);
  };
  await refresh();
  followLive(client, (event) => {
    if (event.type !== 'capture') {
      void refresh().catch((error: unknown) => log.error(error));
      return;
    }
    // Who is looking at the requests sees it there.
    const failure = notifyOnFailure && !window.isFocused() ? failureOf(event.row) : undefined;
    if (failure) notify(failure);
  }).catch((error: unknown) => log.error(error, 'the live stream to the tray broke'));

  return {
    show: (place) => window.show(place),
    openLink: (link) => window.show(placeOfLink(link)),
  };
}

/** Lets requests under way finish before the process ends, whoever ends it: menu, tray, logout, SIGTERM. */
function quitDrained(drain: () => Promise<void>): void {
  let drained = false;
  app.on('before-quit', (event) => {
    if (drained) return;
    event.preventDefault();
    const limit = new Promise<void>((resolve) => setTimeout(resolve, QUIT_LIMIT_MS));
    void Promise.race([drain(), limit])
      .catch((error: unknown) => process.stderr.write(`${String(error)}\n`))
      .then(() => {
        drained = true;
        app.quit();
      });
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => app.quit());
  powerMonitor.on('shutdown', () => app.quit());
}

import { app, type Session, session, shell, type WebContents, type WebPreferences } from 'electron';
import { safeExternalLink } from './external-link.ts';
import { isOurUrl, SCREENS_ORIGIN } from './sender.ts';

/** What every window gets; spelled out although some are defaults, so that a change of default cannot open a hole. */
export const HARDENED_PREFERENCES = {
  sandbox: true,
  contextIsolation: true,
  nodeIntegration: false,
  nodeIntegrationInWorker: false,
  nodeIntegrationInSubFrames: false,
  webSecurity: true,
  allowRunningInsecureContent: false,
  experimentalFeatures: false,
  webviewTag: false,
  navigateOnDragDrop: false,
  safeDialogs: true,
  spellcheck: false, // it would send typed words, keys among them, to a dictionary service
} satisfies WebPreferences;

/**
 * Denies by default, for every web contents there will ever be: leaving our screens, opening windows, embedding
 * pages, and every permission but writing to the clipboard (copy buttons). Links to `https:` go to the system's browser.
 */
export function guardEveryWindow(): void {
  app.on('web-contents-created', (_event, contents) => guardContents(contents));
  app.on('session-created', guardSession);
  void app.whenReady().then(() => guardSession(session.defaultSession));
  // A bad certificate is never accepted, and no site gets a client certificate or a password from us.
  app.on('certificate-error', (event, _contents, _url, _error, _certificate, callback) => {
    event.preventDefault();
    callback(false);
  });
  app.on('select-client-certificate', (event, _contents, _url, _list, callback) => {
    event.preventDefault();
    callback();
  });
  app.on('login', (event) => event.preventDefault());
}

function guardContents(contents: WebContents): void {
  const stay = (event: { preventDefault(): void }, url: string) => {
    if (!isOurUrl(url)) event.preventDefault();
  };
  contents.on('will-navigate', (event) => stay(event, event.url));
  contents.on('will-frame-navigate', (event) => stay(event, event.url));
  contents.on('will-redirect', (event) => stay(event, event.url));
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(({ url }) => {
    openExternal(url);
    return { action: 'deny' };
  });
}

function guardSession(guarded: Session): void {
  const allowed = (permission: string, url: string) => permission === 'clipboard-sanitized-write' && isOurUrl(url);
  guarded.setPermissionRequestHandler((contents, permission, callback, details) =>
    callback(allowed(permission, details.requestingUrl ?? contents?.getURL() ?? '')),
  );
  guarded.setPermissionCheckHandler((_contents, permission, requestingOrigin) => allowed(permission, requestingOrigin));
  guarded.setDevicePermissionHandler(() => false);
  guarded.removeAllListeners('will-download');
  guarded.on('will-download', (event, item) => {
    // Exports are blobs that our own screens made; anything else has no business on the disk.
    if (!item.getURL().startsWith(`blob:${SCREENS_ORIGIN}/`)) event.preventDefault();
  });
}

/** Opens a page in the system's browser if its address is a safe one; false when it was refused. */
export function openExternal(url: string): boolean {
  const link = safeExternalLink(url);
  if (link) void shell.openExternal(link);
  return link !== undefined;
}

/**
 * The one door between the screens and the program that shows them. In a browser there is no host; in the desktop
 * window Electron's preload provides `window.keyward`.
 *
 * The handshake: the screens call `connect()`; the preload obtains a MessagePort from the main process and posts it to
 * this same window with `window.postMessage({ type: KEYWARD_PORT_MESSAGE }, window.origin, [port])`. After a reload the
 * screens call `connect()` again and get a fresh port. The main process serves the control contract on the other end
 * with oRPC's message-port `RPCHandler`.
 *
 * The window loads `app://keyward/ui/`: dist/renderer/ is served under `app://keyward/ui/` (what names no file answers with
 * `index.html`, status 200, so that `app://keyward/ui/requests/CAPTURE` opens that capture), the same paths as over HTTP.
 */
export interface KeywardHost {
  /** Asks for a control port. Rejects with a sentence when the main process refuses or is gone. */
  connect(): Promise<void>;
  readonly platform: 'linux' | 'darwin' | 'win32' | (string & {});
  /** Opens an http(s) page in the person's own browser. Refuses every other scheme. */
  openExternal(url: string): Promise<void> | void;
}

export const KEYWARD_PORT_MESSAGE = 'keyward-port';

declare global {
  interface Window {
    readonly keyward?: KeywardHost;
  }
}

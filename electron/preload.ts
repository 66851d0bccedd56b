/**
 * All that the screens can reach of the desktop: three words, no Node, no ipcRenderer. Runs sandboxed, so it is bundled to one
 * CommonJS file. What it sends is checked again on the other side (ipc.ts): a page that is not ours may hold this too.
 */
import { contextBridge, ipcRenderer } from 'electron';
import { OPEN_CHANNEL, PORT_CHANNEL, REQUEST_CHANNEL } from './channels.ts';

const host = {
  connect: (): Promise<void> => ipcRenderer.invoke(REQUEST_CHANNEL, { action: 'connect' }),
  openExternal: (url: string): Promise<void> =>
    ipcRenderer.invoke(REQUEST_CHANNEL, { action: 'open-external', url: String(url) }),
  platform: process.platform,
};

contextBridge.exposeInMainWorld('keyward', host);

// Ports cannot cross the bridge; they go as messages to this very page and to no other origin.
ipcRenderer.on(PORT_CHANNEL, (event) => window.postMessage(PORT_CHANNEL, window.location.origin, [...event.ports]));
ipcRenderer.on(OPEN_CHANNEL, (_event, place: unknown) =>
  window.postMessage({ type: OPEN_CHANNEL, place: String(place) }, window.location.origin),
);

/**
 * All that the screens can reach of the desktop: three words, no Node, no ipcRenderer. Runs sandboxed, so it is bundled to one
 * CommonJS file. What it sends is checked again on the other side (ipc.ts): a page that is not ours may hold this too.
 */
import { contextBridge, ipcRenderer } from 'electron';
import { KEYWARD_PORT_MESSAGE, type KeywardHost } from '../renderer/host.ts';
import { OPEN_CHANNEL, PORT_CHANNEL, REQUEST_CHANNEL } from './channels.ts';

const host: KeywardHost = {
  connect: () => ipcRenderer.invoke(REQUEST_CHANNEL, { action: 'connect' }),
  openExternal: (url) => ipcRenderer.invoke(REQUEST_CHANNEL, { action: 'open-external', url: String(url) }),
  platform: process.platform,
};

contextBridge.exposeInMainWorld('keyward', host);

// Ports cannot cross the bridge; they go as messages to this very page and to no other origin.
ipcRenderer.on(PORT_CHANNEL, (event) =>
  window.postMessage({ type: KEYWARD_PORT_MESSAGE }, window.location.origin, [...event.ports]),
);

// A place is shown as a browser's Back shows one: the screens' router listens for it and nothing is loaded anew.
ipcRenderer.on(OPEN_CHANNEL, (_event, path: unknown) => {
  window.history.pushState(null, '', String(path));
  window.dispatchEvent(new PopStateEvent('popstate', { state: null }));
});

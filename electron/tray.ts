import path from 'node:path';
import { Menu, nativeImage, Tray } from 'electron';
import { type GatewayState, type TrayRow, trayRows, trayWords } from './tray-menu.ts';

/** Shows a state in the tray; undefined where the desktop has no tray. */
export type TrayLight = { show(state: GatewayState): void };

/** Puts Keyward into the tray. Returns undefined where the system has none: the app must then not hide itself there. */
export function trayLight(
  icons: string,
  actions: Record<'open' | 'copy-address' | 'quit', () => void>,
): TrayLight | undefined {
  const image = (state: GatewayState) => {
    const name = state.kind === 'failed' ? 'tray-failed' : 'tray-listening';
    return nativeImage.createFromPath(
      path.join(icons, `${name}${process.platform === 'darwin' ? 'Template' : ''}.png`),
    );
  };
  let tray: Tray;
  try {
    tray = new Tray(image({ kind: 'starting' }));
  } catch {
    return undefined;
  }
  const row = (entry: TrayRow): Electron.MenuItemConstructorOptions => {
    if (entry.kind === 'separator') return { type: 'separator' };
    if (entry.kind === 'words') return { label: entry.label, enabled: false };
    return { label: entry.label, click: actions[entry.action] };
  };
  tray.on('click', actions.open);
  return {
    show(state) {
      tray.setImage(image(state));
      tray.setToolTip(`Keyward: ${trayWords(state)}`);
      tray.setContextMenu(Menu.buildFromTemplate(trayRows(state).map(row)));
    },
  };
}

import { app, Menu, type MenuItemConstructorOptions } from 'electron';

/** The application menu: the system's usual entries and the main places, each with its shortcut. */
export function installMenu(actions: { open(place: string): void; copyAddress(): void }): void {
  const place = (label: string, target: string, key: string): MenuItemConstructorOptions => ({
    label,
    accelerator: `CmdOrCtrl+${key}`,
    click: () => actions.open(target),
  });
  const development: MenuItemConstructorOptions[] = app.isPackaged
    ? []
    : [{ type: 'separator' }, { role: 'reload' }, { role: 'toggleDevTools' }];
  const template: MenuItemConstructorOptions[] = [
    ...(process.platform === 'darwin' ? [{ role: 'appMenu' } satisfies MenuItemConstructorOptions] : []),
    {
      label: 'Gateway',
      submenu: [
        { label: 'Copy address', accelerator: 'CmdOrCtrl+Shift+C', click: actions.copyAddress },
        { type: 'separator' },
        process.platform === 'darwin' ? { role: 'close' } : { role: 'close', label: 'Close window' },
        ...(process.platform === 'darwin' ? [] : [{ role: 'quit' } satisfies MenuItemConstructorOptions]),
      ],
    },
    { role: 'editMenu' },
    {
      label: 'Go',
      submenu: [
        place('Home', '/', '1'),
        place('Keys', '/keys', '2'),
        place('Apps', '/apps', '3'),
        place('Requests', '/requests', '4'),
      ],
    },
    {
      label: 'View',
      submenu: [
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { type: 'separator' },
        { role: 'togglefullscreen' },
        ...development,
      ],
    },
    { role: 'windowMenu' },
  ];
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}

/** What the tray tells: the address it listens on, or why it does not. */
export type GatewayState =
  | { kind: 'starting' }
  | { kind: 'listening'; url: string }
  | { kind: 'failed'; sentence: string };

/** One row of the tray's menu; rows without an action are words. */
export type TrayRow =
  | { kind: 'words'; label: string }
  | { kind: 'separator' }
  | { kind: 'action'; label: string; action: 'open' | 'copy-address' | 'quit' };

/** The tray's one-line description of a state. */
export function trayWords(state: GatewayState): string {
  if (state.kind === 'starting') return 'Keyward is starting';
  return state.kind === 'listening' ? `Listening on ${state.url}` : `Not listening: ${state.sentence}`;
}

/** The rows of the tray's menu; there is no address to copy while nothing listens. */
export function trayRows(state: GatewayState): TrayRow[] {
  const copy: TrayRow[] =
    state.kind === 'listening' ? [{ kind: 'action', label: 'Copy address', action: 'copy-address' }] : [];
  return [
    { kind: 'words', label: trayWords(state) },
    { kind: 'separator' },
    { kind: 'action', label: 'Open Keyward', action: 'open' },
    ...copy,
    { kind: 'separator' },
    { kind: 'action', label: 'Quit Keyward', action: 'quit' },
  ];
}

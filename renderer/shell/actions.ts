/** The one list of actions: palette, shortcuts and help are all made of it. */
import type { words } from '../words/words.ts';

export type ActionId = keyof typeof words.actions;
export type ActionGroup = keyof typeof words.help.groups;

export interface Action {
  readonly id: ActionId;
  readonly group: ActionGroup;
  /** Any of these: `mod+k`, `g h` (one after the other), `ArrowDown`. `mod` is ⌘ on a Mac, Ctrl elsewhere. */
  readonly keys: readonly string[];
  /** Shortcuts that only mean something where one stands are not offered in the palette. */
  readonly palette: boolean;
}

export const ACTIONS: readonly Action[] = [
  { id: 'palette', group: 'window', keys: ['mod+k'], palette: false },
  { id: 'help', group: 'window', keys: ['?'], palette: true },
  { id: 'search', group: 'window', keys: ['/'], palette: true },
  { id: 'goHome', group: 'go', keys: ['g h'], palette: true },
  { id: 'goKeys', group: 'go', keys: ['g k'], palette: true },
  { id: 'goApps', group: 'go', keys: ['g a'], palette: true },
  { id: 'goRequests', group: 'go', keys: ['g r'], palette: true },
  { id: 'goFailed', group: 'go', keys: ['g f'], palette: true },
  { id: 'goProviders', group: 'go', keys: ['g p'], palette: true },
  { id: 'goSettings', group: 'go', keys: ['g s', 'mod+,'], palette: true },
  { id: 'addKey', group: 'do', keys: ['n k'], palette: true },
  { id: 'connectApp', group: 'do', keys: ['n a'], palette: true },
  { id: 'issueKey', group: 'do', keys: ['n g'], palette: true },
  { id: 'practice', group: 'do', keys: [], palette: true },
  { id: 'copyAddress', group: 'do', keys: [], palette: true },
  { id: 'doctor', group: 'do', keys: [], palette: true },
  { id: 'next', group: 'list', keys: ['j', 'ArrowDown'], palette: false },
  { id: 'previous', group: 'list', keys: ['k', 'ArrowUp'], palette: false },
  { id: 'open', group: 'list', keys: ['Enter'], palette: false },
  { id: 'leave', group: 'list', keys: ['Escape'], palette: false },
  { id: 'explain', group: 'list', keys: ['e'], palette: false },
  { id: 'stepForward', group: 'steps', keys: [']', 'ArrowRight'], palette: false },
  { id: 'stepBack', group: 'steps', keys: ['[', 'ArrowLeft'], palette: false },
];

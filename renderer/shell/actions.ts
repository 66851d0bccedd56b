/** The one list of actions: palette, shortcuts and help are all made of it. */
import type { words } from '../words/words.ts';

export type ActionId = keyof typeof words.actions;
export type ActionGroup = keyof typeof words.help.groups;

export interface Action {
  readonly id: ActionId;
  readonly group: ActionGroup;
  /** Any of these: `mod+k`, `g h` (one after the other), `ArrowDown`. `mod` is ⌘ on a Mac, Ctrl elsewhere. */
  readonly keys: readonly string[];
  /** Offered in the palette wherever it means something; keys for moving about are not. */
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
  { id: 'goSuites', group: 'go', keys: ['g t'], palette: true },
  { id: 'goUsage', group: 'go', keys: ['g u'], palette: true },
  { id: 'goProviders', group: 'go', keys: ['g p'], palette: true },
  { id: 'goSettings', group: 'go', keys: ['g s', 'mod+,'], palette: true },
  { id: 'addKey', group: 'do', keys: ['a k'], palette: true },
  { id: 'connectApp', group: 'do', keys: ['a a'], palette: true },
  { id: 'issueKey', group: 'do', keys: ['a g'], palette: true },
  { id: 'addRoute', group: 'do', keys: ['a r'], palette: true },
  { id: 'practice', group: 'do', keys: [], palette: true },
  { id: 'importRequests', group: 'do', keys: ['a i'], palette: true },
  { id: 'copyAddress', group: 'do', keys: [], palette: true },
  { id: 'doctor', group: 'do', keys: [], palette: true },
  { id: 'next', group: 'list', keys: ['j', 'ArrowDown'], palette: false },
  { id: 'previous', group: 'list', keys: ['k', 'ArrowUp'], palette: false },
  { id: 'open', group: 'list', keys: ['Enter'], palette: false },
  { id: 'leave', group: 'list', keys: ['Escape'], palette: false },
  { id: 'explain', group: 'list', keys: ['e'], palette: true },
  { id: 'replay', group: 'list', keys: ['r'], palette: true },
  { id: 'pin', group: 'list', keys: [], palette: true },
  { id: 'exportRequest', group: 'list', keys: [], palette: true },
  { id: 'selectRow', group: 'list', keys: ['x'], palette: false },
  { id: 'runSuite', group: 'list', keys: ['mod+Enter'], palette: true },
  { id: 'stepForward', group: 'steps', keys: [']', 'ArrowRight'], palette: false },
  { id: 'stepBack', group: 'steps', keys: ['[', 'ArrowLeft'], palette: false },
  { id: 'replayForward', group: 'replay', keys: ['n'], palette: false },
  { id: 'replayBack', group: 'replay', keys: ['p'], palette: false },
  { id: 'replayBreakpoint', group: 'replay', keys: ['b'], palette: false },
  { id: 'replayRunHere', group: 'replay', keys: ['t'], palette: false },
  { id: 'replayRunOn', group: 'replay', keys: ['c'], palette: true },
  { id: 'replayFork', group: 'replay', keys: ['f'], palette: true },
  { id: 'replayEdit', group: 'replay', keys: ['i'], palette: true },
  { id: 'replayCompare', group: 'replay', keys: ['d'], palette: true },
];

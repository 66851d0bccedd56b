/** Turns key strokes into action ids. Pure: the stroke and the clock are arguments. */
import type { Action, ActionId } from './actions.ts';

export interface Stroke {
  readonly key: string;
  /** Ctrl or ⌘. */
  readonly mod: boolean;
  readonly alt: boolean;
}

/** The keys written so far of a sequence like `g h`, and when. */
export interface Pending {
  readonly first: string;
  readonly atMs: number;
}

export interface Matched {
  readonly action?: ActionId;
  readonly pending?: Pending;
}

const SEQUENCE_MS = 1200;

/** What a stroke means after what was pressed before. A sequence that is not finished in time is forgotten. */
export function matchStroke(
  actions: readonly Pick<Action, 'id' | 'keys'>[],
  stroke: Stroke,
  before: Pending | undefined,
  nowMs: number,
): Matched {
  if (stroke.alt) return {};
  const name = `${stroke.mod ? 'mod+' : ''}${stroke.key.length === 1 ? stroke.key.toLowerCase() : stroke.key}`;
  const withKey = (written: string) => actions.find((action) => action.keys.includes(written))?.id;
  if (before && nowMs - before.atMs <= SEQUENCE_MS) {
    const action = withKey(`${before.first} ${name}`);
    if (action) return { action };
  }
  const action = withKey(name);
  if (action) return { action };
  const begins = actions.some((each) => each.keys.some((key) => key.startsWith(`${name} `)));
  return begins ? { pending: { first: name, atMs: nowMs } } : {};
}

/** How a shortcut is shown: `⌘K` on a Mac, `Ctrl K` elsewhere; arrows as arrows. */
export function keyCaps(keys: string, mac: boolean): string[] {
  const caps: Record<string, string> = { ArrowDown: '↓', ArrowUp: '↑', ArrowLeft: '←', ArrowRight: '→', Escape: 'Esc' };
  return keys
    .split(' ')
    .flatMap((part) =>
      part
        .split('+')
        .map((key) =>
          key === 'mod' ? (mac ? '⌘' : 'Ctrl') : (caps[key] ?? (key.length === 1 ? key.toUpperCase() : key)),
        ),
    );
}

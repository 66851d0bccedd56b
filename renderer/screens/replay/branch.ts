/** The branches of a replay: what was changed, how it is run. Pure; kept in the address, so that a reload keeps them. */
import { z } from 'zod';
import { editSchema, REPLAY_MODES } from '../../../gateway/control/contract/replay.ts';

export type Mode = (typeof REPLAY_MODES)[number];
export type Config = 'then' | 'now';

const branchSchema = z.object({
  mode: z.enum(REPLAY_MODES),
  config: z.enum(['then', 'now']),
  edits: z.array(editSchema).max(200),
  timing: z.boolean(),
  /** The capture that its run became; gone as soon as anything about the branch changes. */
  capture: z.string().optional(),
});
export type Branch = z.infer<typeof branchSchema>;

/** What was recorded, shown as it is. Changing anything about it makes a branch instead. */
export const RECORDED: Branch = { mode: 'explain', config: 'then', edits: [], timing: false };

/** With which configuration a mode runs unless one says otherwise. */
export function usualConfig(mode: Mode): Config {
  return mode === 'explain' || mode === 'recorded' ? 'then' : 'now';
}

/** A copy to try something on. The recorded one forks into a dry run, which sends nothing. */
export function fork(from: Branch, change: Partial<Branch> = {}): Branch {
  const base: Branch = from.mode === 'explain' ? { ...from, mode: 'dry-run', config: 'now' } : from;
  return changed(base, change);
}

/** The branch with something changed; what it had become no longer counts. */
export function changed(branch: Branch, change: Partial<Branch>): Branch {
  const { capture: _, ...rest } = branch;
  const next = { ...rest, ...change };
  return change.mode && !change.config ? { ...next, config: usualConfig(change.mode) } : next;
}

/** Branches as text for the address's fragment, which a browser never sends to anybody. */
export function writeBranches(branches: readonly Branch[]): string {
  if (branches.length === 0) return '';
  const bytes = new TextEncoder().encode(JSON.stringify(branches));
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/** What `writeBranches` wrote; nothing for anything else. */
export function readBranches(text: string): Branch[] {
  if (!/^[\w-]+$/.test(text)) return [];
  try {
    const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
    return z.array(branchSchema).parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    return [];
  }
}

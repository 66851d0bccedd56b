/** Replays for experiments and fixes: the request of a capture really sent again, by today's configuration. */
import type { Edit, Sending } from '../experiments/experiment.ts';
import { Problem } from './problem.ts';
import type { ControlDeps } from './services.ts';

export interface LiveReplay {
  /** The capture that it became. */
  readonly capture: string;
  readonly ok: boolean;
}

/** Rejects with a Problem where the request cannot be replayed. */
export async function replayLive(_deps: ControlDeps, _id: string, _edits: readonly Edit[]): Promise<LiveReplay> {
  throw new Problem('REFUSED', 'Replay is not wired.', null);
}

export async function sendingOf(
  _deps: ControlDeps,
  _id: string,
  _edits: readonly Edit[],
): Promise<{ readonly sending: Sending; readonly costUsd: number | null } | string> {
  return 'Replay is not wired.';
}

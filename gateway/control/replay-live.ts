/** Replays for experiments and fixes: the request of a capture really sent again, by today's configuration. */
import { estimateCost } from '../experiments/estimate-cost.ts';
import type { Edit, Sending } from '../experiments/experiment.ts';
import { runReplay } from '../replay/replay.ts';
import type { Replay } from './contract/replay.ts';
import { Problem } from './problem.ts';
import type { ControlDeps } from './services.ts';

export interface LiveReplay {
  /** The capture that it became; null where captures are switched off. */
  readonly capture: string | null;
  readonly outcome: NonNullable<Replay['outcome']>;
}

/** Rejects with a Problem where the request cannot be replayed. */
export async function replayLive(deps: ControlDeps, id: string, edits: readonly Edit[]): Promise<LiveReplay> {
  const replay = await runReplay(deps, { id, mode: 'live', config: 'now', edits: edits.map(editOf) });
  if (replay.refused) throw new Problem('REFUSED', replay.refused.sentence, replay.refused.next);
  if (!replay.outcome) throw new Error('a live replay without an outcome');
  // Whoever is told of it can read it: a compressed answer is recorded a moment later.
  if (replay.capture !== null) await deps.recorder.get(replay.capture);
  return { capture: replay.capture, outcome: replay.outcome };
}

/** What such a replay would send and cost; a sentence where it cannot be made, or would not come as far as a provider. */
export async function sendingOf(
  deps: ControlDeps,
  id: string,
  edits: readonly Edit[],
): Promise<{ readonly sending: Sending; readonly costUsd: number | null } | string> {
  const replay = await runReplay(deps, { id, mode: 'dry-run', config: 'now', edits: edits.map(editOf) });
  if (replay.refused) return `${replay.refused.sentence} ${replay.refused.next}`;
  const { sending } = replay;
  if (!sending) return replay.outcome?.message ?? 'The request would not be sent to a provider now.';
  const { method, host, url, key } = sending;
  const costUsd = sending.costUsd ?? estimated(deps, replay);
  return { sending: { method, host, path: new URL(url).pathname, withKey: key }, costUsd };
}

function estimated({ store, lists }: ControlDeps, { steps, prepared }: Replay): number | null {
  const target = steps.find(({ stage }) => stage === 'route')?.output;
  const { provider: id, model } = target ?? {};
  if (typeof id !== 'string' || typeof model !== 'string') return null;
  const provider = store.snapshot.providers.get(id);
  return provider ? estimateCost(provider, model, prepared?.body ?? null, lists) : null;
}

function editOf({ path, value }: Edit) {
  return { path, value };
}

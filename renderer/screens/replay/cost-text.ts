/** What sending costs, in words; money says that it is an estimate. Pure. */
import type { Replay } from '../../../gateway/control/contract/replay.ts';
import { words } from '../../words/words.ts';

export function costText(sending: Pick<NonNullable<Replay['sending']>, 'costUsd' | 'practice'>): string {
  const w = words.replay.sending;
  if (sending.practice) return w.practice;
  if (sending.costUsd === null) return w.unknownCost;
  return sending.costUsd === 0 ? w.free : w.estimate(words.experiments.dollars(sending.costUsd));
}

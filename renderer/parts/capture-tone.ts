import type { CaptureRow } from '../../gateway/control/contract/index.ts';
import { words } from '../words/words.ts';
import type { Tone } from './light.tsx';

type Shown = Pick<CaptureRow, 'state' | 'ok' | 'practice' | 'clientGone' | 'cause' | 'message'>;

/** A failed practice request is red like any other; an answered one violet, so that nobody takes it for the real thing. */
export function captureTone(row: Shown): Tone {
  if (row.state === 'running') return 'wait';
  if (row.state === 'interrupted') return 'bad';
  if (!row.ok) return row.clientGone && !row.cause ? 'wait' : 'bad';
  return row.practice ? 'practice' : 'ok';
}

/** What happened, in a few words. */
export function captureVerdict(row: Shown): string {
  const w = words.requests;
  if (row.state === 'running') return w.running;
  if (row.state === 'interrupted') return words.states.interrupted;
  if (row.ok) return row.clientGone ? w.clientGone : w.works;
  if (row.cause) return words.causes[row.cause];
  return row.clientGone ? w.clientGone : row.message;
}

/** Who asked: an app, or Keyward itself with a test or a check of its own. */
export function captureApp({ app, origin }: Pick<CaptureRow, 'app' | 'origin'>): string {
  if (app !== null) return app;
  const own = origin?.kind === 'probe' || origin?.kind === 'check';
  return own ? words.product : words.requests.unknownApp;
}

import type { Capture } from '../captures/capture.ts';
import { isCaptureId } from '../captures/capture-id.ts';
import { Problem } from './problem.ts';
import type { ControlDeps } from './services.ts';

/** The capture of that id, or a Problem that says what an id looks like. */
export async function findCapture(deps: Pick<ControlDeps, 'recorder'>, id: string): Promise<Capture> {
  const capture = isCaptureId(id) ? await deps.recorder.get(id) : undefined;
  if (capture) return capture;
  throw new Problem(
    'NOT_FOUND',
    `There is no capture "${id.slice(0, 40)}" here.`,
    isCaptureId(id)
      ? 'It may have been pruned; `keyward captures list` shows those that are kept.'
      : 'A capture id is the letter c and 20 characters, as in the answer header x-keyward-capture.',
  );
}

/** The steps as the debugger lists them. Pure. */
import type { Capture, Stage } from '../../../gateway/control/contract/index.ts';
import type { Replay, ReplayStep } from '../../../gateway/control/contract/replay.ts';
import { words } from '../../words/words.ts';

export interface ShownStep extends ReplayStep {
  /** It stands where the run would send or serve, which it has not done yet. */
  readonly pending: boolean;
}

const ORDER = Object.keys(words.stages) as Stage[];

/** A run that has yet to send shows that step too, as one to come. */
export function shownSteps(replay: Replay, waiting: boolean): ShownStep[] {
  const steps = replay.steps.map((step) => ({
    ...step,
    differences: telling(step),
    pending: waiting && step.stage === 'forward',
  }));
  const decided = steps.some((step) => step.decision === 'refused' || step.decision === 'answered');
  if (decided || replay.refused || steps.some((step) => step.stage === 'forward')) return steps;
  if (replay.mode === 'explain' || !replay.sending) return steps;
  const last = steps.at(-1);
  return [
    ...steps,
    {
      stage: 'forward',
      decision: 'skipped',
      summary: waiting ? words.replay.notRun : words.replay.outcome.undecided,
      startMs: last?.endMs ?? 0,
      endMs: last?.endMs ?? 0,
      original: null,
      differences: [],
      before: {},
      after: {},
      pending: true,
    },
  ];
}

/**
 * The differences worth reading. A step that was not carried out lacks all that came of it, which says nothing; and the
 * summary tells in words what the other differences tell by their places.
 */
function telling(step: ReplayStep): ReplayStep['differences'] {
  const { differences } = step;
  if (step.stage === 'forward' && step.decision === 'skipped') {
    return differences.filter((difference) => difference.path.startsWith('/input'));
  }
  return differences.length > 1 ? differences.filter((difference) => difference.path !== '/summary') : differences;
}

/** Where one looks first: where it went wrong, else the end. */
export function firstLook(steps: readonly ShownStep[], capture: Pick<Capture, 'stage' | 'ok'>): number {
  const refused = steps.findIndex((step) => step.decision === 'refused');
  if (refused >= 0) return refused;
  const differs = steps.findIndex((step) => step.differences.length > 0);
  if (differs >= 0) return differs;
  const failed = capture.ok ? -1 : steps.findIndex((step) => step.stage === capture.stage);
  return failed >= 0 ? failed : Math.max(0, steps.length - 1);
}

/** Stages in the order an exchange passes them. */
export const stageOrder = (a: Stage, b: Stage) => ORDER.indexOf(a) - ORDER.indexOf(b);

export type Turn = 'fixed' | 'stillFails' | 'broke' | 'same' | 'undecided';

/** What the run says beside the original. */
export function turn(original: Pick<Capture, 'ok'>, replay: Pick<Replay, 'outcome'>): Turn {
  if (!replay.outcome) return 'undecided';
  if (original.ok) return replay.outcome.ok ? 'same' : 'broke';
  return replay.outcome.ok ? 'fixed' : 'stillFails';
}

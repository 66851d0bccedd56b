/** The recorded clock: shows, at each edge of each stage, the offset that was recorded there, however long it takes now. */
import type { RecordedStep } from '../captures/capture.ts';
import type { Stage } from '../causes.ts';

export class ReplayClock {
  private readonly steps: readonly RecordedStep[];
  /** How often each stage has begun. */
  private readonly begun = new Map<Stage, number>();
  private offsetMs = 0;

  constructor(steps: readonly RecordedStep[]) {
    this.steps = steps;
  }

  /** A stage that did not run then takes no time. */
  readonly at = (stage: Stage, edge: 'start' | 'end'): number => {
    const begun = (this.begun.get(stage) ?? 0) + (edge === 'start' ? 1 : 0);
    this.begun.set(stage, begun);
    // Some stages' ends are asked for alone (`receive` begins at nought).
    const steps = this.steps.filter((recorded) => recorded.stage === stage);
    // Whom to ask first may take several tries; later attempts' steps are told by the attempts, and not asked for here.
    const step = stage === 'translate' ? steps[0] : steps[Math.max(0, Math.min(begun, steps.length) - 1)];
    if (step) this.offsetMs = edge === 'start' ? step.startMs : step.endMs;
    return this.offsetMs;
  };

  readonly elapsed = (): number => this.offsetMs;

  advanceTo(offsetMs: number) {
    this.offsetMs = offsetMs;
  }
}

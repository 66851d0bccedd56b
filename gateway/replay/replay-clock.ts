/** The recorded clock: shows, at each edge of each stage, the offset that was recorded there, however long it takes now. */
import type { RecordedStep } from '../captures/capture.ts';
import type { Stage } from '../causes.ts';

export class ReplayClock {
  private readonly steps: ReadonlyMap<Stage, RecordedStep>;
  private offsetMs = 0;

  constructor(steps: readonly RecordedStep[]) {
    this.steps = new Map(steps.map((step) => [step.stage, step]));
  }

  /** A stage that did not run then takes no time. */
  readonly at = (stage: Stage, edge: 'start' | 'end'): number => {
    const step = this.steps.get(stage);
    if (step) this.offsetMs = edge === 'start' ? step.startMs : step.endMs;
    return this.offsetMs;
  };

  readonly elapsed = (): number => this.offsetMs;

  advanceTo(offsetMs: number) {
    this.offsetMs = offsetMs;
  }
}

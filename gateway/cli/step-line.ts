import type { RecordedStep } from '../control/contract/index.ts';
import type { Paint } from './output.ts';
import { oneLine } from './table.ts';
import { duration } from './words.ts';

/** One step of an exchange on one line: how it decided, its stage, how long it took, what it says. */
export function stepLine(step: RecordedStep, paint: Paint): string {
  const mark = {
    passed: paint.green('✓'),
    answered: paint.green('✓'),
    refused: paint.red('✗'),
    skipped: paint.dim('–'),
  }[step.decision];
  return `${mark} ${step.stage.padEnd(10)}${duration(step.endMs - step.startMs).padStart(7)}  ${oneLine(step.summary)}`;
}

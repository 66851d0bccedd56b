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

const INDENT = ' '.repeat(23);

/** What a translation could not carry, a line an entry; empty where the step has no ledger. */
export function ledgerLines({ stage, output }: RecordedStep, paint: Paint): string[] {
  const ledger = stage === 'translate' ? output?.ledger : undefined;
  if (!Array.isArray(ledger)) return [];
  const lines = ledger.map(({ on, path, action, why }: Readonly<Record<string, unknown>>) =>
    oneLine(`${on === 'answer' ? 'answer' : 'request'} ${path}: ${action}. ${why}`),
  );
  const more = output?.moreLosses;
  if (typeof more === 'number') lines.push(`and ${more} more`);
  return lines.map((line) => paint.dim(`${INDENT}${line}`));
}

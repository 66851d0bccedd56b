/** A run as it is read again later: the original and the capture that the run became, compared. Pure. */
import type { Comparison, Replay } from '../../../gateway/control/contract/replay.ts';
import type { Branch } from './branch.ts';

export function fromComparison(of: string, branch: Branch, comparison: Comparison): Replay {
  const row = comparison.after.row;
  return {
    of,
    mode: branch.mode,
    config: branch.config,
    configVersion: row?.configVersion ?? 0,
    edits: branch.edits,
    steps: comparison.steps.flatMap((step) =>
      step.after
        ? [
            {
              ...step.after,
              original: step.before,
              differences: step.differences,
              before: step.after.input ?? {},
              after: step.after.output ?? {},
            },
          ]
        : [],
    ),
    refused: null,
    capture: branch.capture ?? null,
    outcome: row && {
      ok: row.ok,
      cause: row.cause,
      stage: row.stage,
      status: row.status,
      message: row.message,
    },
    sending: null,
    answerDifferences: comparison.answer,
    prepared: null,
    preparedDifferences: comparison.sent,
    notes: [],
  };
}

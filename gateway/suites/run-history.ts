/** What earlier runs of a suite tell: how steady a case is, and what differs between two runs. Pure. */
import { z } from 'zod';
import { type CaseResult, type SuiteRun, suiteRunSchema } from '../control/contract/suites.ts';

export const MOST_RUNS = 50;

/** A run as it is kept: with what each case was run on, so that a case that was changed since is not called unsteady. */
export const keptRunSchema = suiteRunSchema.extend({ inputs: z.record(z.string(), z.string()) });
export type KeptRun = z.infer<typeof keptRunSchema>;
export const keptRunsSchema = z.array(keptRunSchema);

/** Results of a case, newest first. */
export function lastResults(runs: readonly SuiteRun[], caseId: string): CaseResult['result'][] {
  return runs.flatMap((run) => run.results.find((one) => one.case === caseId)?.result ?? []);
}

/** Share of neighbouring runs on the same inputs with another result, 0..1; skipped runs do not count. */
export function flakiness(runs: readonly KeptRun[], caseId: string): number {
  let pairs = 0;
  let changes = 0;
  let before: { result: string; input: string | undefined } | undefined;
  for (const run of runs) {
    const result = run.results.find((one) => one.case === caseId)?.result;
    if (result === undefined || result === 'skipped') continue;
    const now = { result, input: run.inputs[caseId] };
    if (before && before.input === now.input) {
      pairs++;
      if (before.result !== now.result) changes++;
    }
    before = now;
  }
  return pairs === 0 ? 0 : changes / pairs;
}

export interface RunChange {
  readonly case: string;
  readonly name: string;
  readonly before: CaseResult | null;
  readonly after: CaseResult | null;
  readonly change: 'same' | 'broken' | 'mended' | 'added' | 'removed' | 'other';
}

export function compareRuns(before: SuiteRun, after: SuiteRun): RunChange[] {
  const ids = new Set([...before.results, ...after.results].map((result) => result.case));
  return [...ids].map((id) => {
    const was = before.results.find((result) => result.case === id) ?? null;
    const is = after.results.find((result) => result.case === id) ?? null;
    return { case: id, name: is?.name ?? was?.name ?? '', before: was, after: is, change: changeOf(was, is) };
  });
}

function changeOf(before: CaseResult | null, after: CaseResult | null): RunChange['change'] {
  if (!before) return 'added';
  if (!after) return 'removed';
  if (before.result === after.result) return 'same';
  if (before.result === 'passed' && after.result !== 'skipped') return 'broken';
  if (after.result === 'passed' && before.result !== 'skipped') return 'mended';
  return 'other';
}

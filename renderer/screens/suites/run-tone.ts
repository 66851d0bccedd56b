import type { CaseResult, SuiteRun } from '../../../gateway/control/contract/suites.ts';
import type { Tone } from '../../parts/light.tsx';

export const RESULT_TONES: Record<CaseResult['result'], Tone> = {
  passed: 'ok',
  failed: 'bad',
  error: 'wait',
  skipped: 'off',
};

/** A run is as bad as its worst case. */
export function runTone(run: Pick<SuiteRun, 'failed' | 'errors' | 'passed'>): Tone {
  if (run.failed > 0) return 'bad';
  if (run.errors > 0) return 'wait';
  return run.passed > 0 ? 'ok' : 'off';
}

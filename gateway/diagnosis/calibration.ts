/**
 * Parameters that turn the leading cause's share into a confidence. Slope and offset are fitted by
 * `npm run bench:diagnosis -- --fit` over the labelled failures, cross-validated by source (right means the label or an
 * accepted answer), and drawn towards caution; the ceilings are set by judgement.
 */
import type { Cause } from '../causes.ts';

export interface CalibrationParameters {
  readonly slope: number;
  readonly offset: number;
  readonly ceiling: number;
  readonly inconclusive: Readonly<Partial<Record<Cause, number>>>;
  readonly weakCeiling: number;
  /** Log-odds of the strongest single reading, below which the evidence counts as weak. */
  readonly weakBelow: number;
}

export const CALIBRATION: CalibrationParameters = {
  slope: 1.3,
  offset: 1.7,
  /** Nothing short of an experiment is more certain. Of some 250 labelled failures explained at it, none was explained wrongly. */
  ceiling: 0.99,
  /** Causes that say by themselves that the evidence does not settle it. */
  inconclusive: { key_invalid_unknown: 0.79, other: 0.5 },
  /** No code and no words speak for the cause, only statuses, shapes and habit. */
  weakCeiling: 0.78,
  weakBelow: 3.6,
};

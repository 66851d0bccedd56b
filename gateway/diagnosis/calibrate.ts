/** From the engine's shares to a confidence that holds: of the explanations given at 0.9, nine in ten are right. */
import { CALIBRATION } from './calibration.ts';

export interface CalibrationParameters {
  readonly slope: number;
  readonly offset: number;
  /** Nothing short of an experiment is more certain. */
  readonly ceiling: number;
}

/** Platt scaling of a share in 0..1; monotone, bounded by the ceiling. */
export function calibrate(share: number, parameters: CalibrationParameters = CALIBRATION): number {
  const clamped = Math.min(Math.max(share, 1e-4), 1 - 1e-4);
  const logit = Math.log(clamped / (1 - clamped));
  const confidence = 1 / (1 + Math.exp(-(parameters.slope * logit + parameters.offset)));
  return Math.min(confidence, parameters.ceiling);
}

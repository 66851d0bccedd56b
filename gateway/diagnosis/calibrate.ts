/** From the engine's shares to a confidence that holds: of the explanations given at 0.9, nine in ten are right. */
import type { Cause } from '../causes.ts';
import { CALIBRATION, type CalibrationParameters } from './calibration.ts';

export interface Leading {
  readonly cause: Cause;
  /** 0..1, of all causes. */
  readonly share: number;
  /** The strongest single contribution for it, log-odds. */
  readonly strongest: number;
}

/** Platt scaling of the share, under the ceilings that fit the cause and its evidence. */
export function calibrate(leading: Leading, parameters: CalibrationParameters = CALIBRATION): number {
  const { cause, share, strongest } = leading;
  const clamped = Math.min(Math.max(share, 1e-4), 1 - 1e-4);
  const logit = Math.log(clamped / (1 - clamped));
  const confidence = 1 / (1 + Math.exp(-(parameters.slope * logit + parameters.offset)));
  const ceilings = [parameters.ceiling, parameters.inconclusive[cause] ?? 1];
  if (strongest < parameters.weakBelow) ceilings.push(parameters.weakCeiling);
  return Math.min(confidence, ...ceilings);
}

/** Fits the calibration: two parameters, by Newton steps on the log-likelihood, drawn gently towards "no change". */
import { CALIBRATION, type CalibrationParameters } from '../../gateway/diagnosis/calibration.ts';
import type { Judged } from './diagnosis-measures.ts';

/** Weight of the prior, in observations: keeps a handful of misses from deciding everything. */
const PRIOR_WEIGHT = 2;
const MAX_STEPS = 50;

export function fitCalibration(judged: readonly Judged[]): CalibrationParameters {
  let slope = 1;
  let offset = 0;
  const points = judged.map((one) => ({
    logit: logitOf(one.leading.share),
    right: one.accepted.includes(one.cause) ? 1 : 0,
  }));
  for (let step = 0; step < MAX_STEPS; step += 1) {
    let [gs, go, hss, hso, hoo] = [
      PRIOR_WEIGHT * (1 - slope),
      PRIOR_WEIGHT * (0 - offset),
      PRIOR_WEIGHT,
      0,
      PRIOR_WEIGHT,
    ];
    for (const { logit, right } of points) {
      const p = 1 / (1 + Math.exp(-(slope * logit + offset)));
      const weight = p * (1 - p);
      gs += (right - p) * logit;
      go += right - p;
      hss += weight * logit * logit;
      hso += weight * logit;
      hoo += weight;
    }
    const determinant = hss * hoo - hso * hso;
    const ds = (hoo * gs - hso * go) / determinant;
    const dO = (hss * go - hso * gs) / determinant;
    slope += ds;
    offset += dO;
    if (Math.abs(ds) + Math.abs(dO) < 1e-6) break;
  }
  return { ...CALIBRATION, slope: round(slope), offset: round(offset) };
}

/** The same fold for every record of one source. */
export function foldOf(source: string, folds: number): number {
  let hash = 0;
  for (const character of source) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) >>> 0;
  return hash % folds;
}

function logitOf(share: number): number {
  const clamped = Math.min(Math.max(share, 1e-4), 1 - 1e-4);
  return Math.log(clamped / (1 - clamped));
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}

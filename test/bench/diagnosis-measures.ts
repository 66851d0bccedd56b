import type { Leading } from '../../gateway/diagnosis/calibrate.ts';

/** Measures over judged failures. Strict: the label; lenient: the label or an accepted answer. */
export interface Judged {
  readonly id: string;
  readonly provider: string;
  readonly source: string;
  readonly label: string;
  readonly accepted: readonly string[];
  readonly lowConfidence: boolean;
  readonly cause: string;
  readonly confidence: number;
  readonly firstThree: readonly string[];
  /** The leading cause before calibration. */
  readonly leading: Leading;
}

const isRight = (one: Judged): boolean => one.accepted.includes(one.cause);

export function summarise(judged: readonly Judged[]): Record<string, string | number> {
  const confident = judged.filter((one) => one.confidence >= 0.8);
  return {
    failures: judged.length,
    'strict top-1': rate(share(judged, (one) => one.cause === one.label)),
    'lenient top-1': rate(share(judged, isRight)),
    'label in first 3': rate(share(judged, (one) => one.firstThree.includes(one.label))),
    'accepted in first 3': rate(share(judged, (one) => one.firstThree.some((cause) => one.accepted.includes(cause)))),
    'macro recall (lenient)': rate(macroRecall(judged)),
    'macro recall (strict)': rate(macroRecall(judged, (one) => one.cause === one.label)),
    ECE: rate(expectedCalibrationError(judged)),
    'said at ≥ 0.8': rate(confident.length / Math.max(1, judged.length)),
    'confident and wrong': confident.filter((one) => !isRight(one)).length,
  };
}

/** Mean over labels of the share of that label's failures that were explained acceptably. */
export function macroRecall(judged: readonly Judged[], right = isRight): number {
  const labels = [...new Set(judged.map((one) => one.label))];
  const recalls = labels.map((label) =>
    share(
      judged.filter((one) => one.label === label),
      right,
    ),
  );
  return recalls.reduce((sum, recall) => sum + recall, 0) / Math.max(1, recalls.length);
}

/** Ten equal bins of confidence; the gap between confidence and accuracy, weighted by the bin's size. */
export function expectedCalibrationError(judged: readonly Judged[]): number {
  let error = 0;
  for (let bin = 0; bin < 10; bin += 1) {
    const members = judged.filter((one) => Math.min(9, Math.floor(one.confidence * 10)) === bin);
    if (members.length === 0) continue;
    const confidence = members.reduce((sum, one) => sum + one.confidence, 0) / members.length;
    error += (members.length / judged.length) * Math.abs(confidence - share(members, isRight));
  }
  return error;
}

export function breakdown(
  judged: readonly Judged[],
  key: (one: Judged) => string,
  atLeast = 1,
): Record<string, Record<string, string | number>> {
  const groups = new Map<string, Judged[]>();
  for (const one of judged) groups.set(key(one), [...(groups.get(key(one)) ?? []), one]);
  const rows = [...groups].filter(([, members]) => members.length >= atLeast).sort((a, b) => b[1].length - a[1].length);
  return Object.fromEntries(
    rows.map(([name, members]) => [
      name,
      {
        failures: members.length,
        strict: rate(share(members, (one) => one.cause === one.label)),
        lenient: rate(share(members, isRight)),
        confidence: rate(members.reduce((sum, one) => sum + one.confidence, 0) / members.length),
      },
    ]),
  );
}

function share(judged: readonly Judged[], holds: (one: Judged) => boolean): number {
  return judged.length === 0 ? 0 : judged.filter(holds).length / judged.length;
}

export function rate(value: number): string {
  return value.toFixed(3);
}

/** The bars of the timing tab. Pure. Offsets are milliseconds from acceptance. */
import type { Capture, Stage } from '../../../gateway/control/contract/index.ts';

export type Phase = 'dns' | 'connect' | 'tls' | 'send' | 'wait' | 'receive';

export interface Bar {
  readonly kind: 'stage' | 'attempt' | 'phase';
  readonly stage?: Stage;
  readonly attempt?: number;
  readonly phase?: Phase;
  readonly startMs: number;
  readonly endMs: number;
  readonly failed: boolean;
}

export interface Waterfall {
  readonly totalMs: number;
  readonly bars: readonly Bar[];
}

/** Stages in the order they ran, the attempts within `forward`, the phases within each attempt. */
export function waterfall(capture: Pick<Capture, 'steps' | 'attemptList' | 'durationMs' | 'verdict'>): Waterfall {
  const bars: Bar[] = [];
  let attemptsDrawn = false;
  const drawAttempts = () => {
    attemptsDrawn = true;
    for (const attempt of capture.attemptList) bars.push(...attemptBars(attempt));
  };
  for (const step of capture.steps) {
    bars.push({
      kind: 'stage',
      stage: step.stage,
      startMs: step.startMs,
      endMs: step.endMs,
      failed: step.decision === 'refused',
    });
    if (step.stage === 'forward' && !attemptsDrawn) drawAttempts();
  }
  if (!attemptsDrawn) drawAttempts();
  const ends = [capture.durationMs ?? 0, capture.verdict?.endMs ?? 0, ...bars.map((bar) => bar.endMs)];
  return { totalMs: Math.max(...ends), bars };
}

function attemptBars(attempt: Capture['attemptList'][number]): Bar[] {
  const t = attempt.timings;
  const failed = attempt.outcome?.ok === false;
  const endMs = t.endMs ?? t.lastByteMs ?? t.firstByteMs ?? t.sentMs ?? t.startMs;
  const bars: Bar[] = [{ kind: 'attempt', attempt: attempt.index, startMs: t.startMs, endMs, failed }];
  const marks: [Phase, number | undefined][] = [
    ['dns', t.dnsMs],
    ['connect', t.connectMs],
    ['tls', t.tlsMs],
    ['send', t.sentMs],
    ['wait', t.firstByteMs],
    ['receive', t.lastByteMs],
  ];
  let fromMs = t.startMs;
  for (const [phase, untilMs] of marks) {
    if (untilMs === undefined) continue;
    bars.push({ kind: 'phase', attempt: attempt.index, phase, startMs: fromMs, endMs: untilMs, failed: false });
    fromMs = untilMs;
  }
  // The phase that never came to its end is the one that failed.
  const reached = marks.findLastIndex(([, ms]) => ms !== undefined);
  const next = marks
    .slice(reached + 1)
    .find(([phase]) => !t.reusedConnection || !['dns', 'connect', 'tls'].includes(phase));
  if (failed && next && endMs > fromMs && attempt.outcome?.errorCode) {
    bars.push({ kind: 'phase', attempt: attempt.index, phase: next[0], startMs: fromMs, endMs, failed: true });
  }
  return bars;
}

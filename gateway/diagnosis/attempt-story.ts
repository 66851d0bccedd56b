/** What was tried before the attempt that decided, as evidence: where, what came of it, why it went on. Pure. */
import type { Capture, RecordedAttempt } from '../captures/capture.ts';
import type { Evidence } from '../exchange.ts';
import type { LadderRung } from './explanation.ts';

/** Empty where there was one attempt, or none: it speaks for itself. */
function attemptStory({ attemptList }: Capture): Evidence[] {
  return attemptList.length < 2 ? [] : attemptList.map(evidenceOf);
}

/** The rungs that choosing and reaching stand on, with the story of the attempts. */
export function withAttempts(ladder: readonly LadderRung[], capture: Capture): LadderRung[] {
  const story = attemptStory(capture);
  if (story.length === 0) return [...ladder];
  return ladder.map((rung) =>
    rung.check === 'routed' || rung.check === 'reached' ? { ...rung, evidence: [...rung.evidence, ...story] } : rung,
  );
}

/** One sentence on the attempts before the one that decided; empty where there was none. */
export function attemptsInWords({ attemptList }: Capture): string {
  const before = attemptList.slice(0, -1);
  if (before.length === 0) return '';
  const told = before.map(({ provider, model, status, outcome }) => {
    const to = model === undefined ? provider : `${provider}/${model}`;
    return `${to} (${status ?? outcome?.errorCode ?? 'no answer'})`;
  });
  return `It was decided at attempt ${attemptList.length}; before it ${told.join(', ')} failed.`;
}

function evidenceOf({ index, provider, model, key, status, outcome }: RecordedAttempt): Evidence {
  const to = model === undefined ? provider : `${provider}/${model}`;
  const by = key ? ` with key ${key.label} (…${key.lastFour})` : '';
  const came = status === undefined ? (outcome?.errorCode ?? 'no answer') : `status ${status}`;
  const then = outcome?.movedOn ?? (outcome?.ok ? 'answered' : undefined);
  return {
    what: `attempt ${index + 1} asked ${to}${by}`,
    where: `attempt ${index + 1}`,
    value: then === undefined ? came : `${came}; ${then}`,
  };
}

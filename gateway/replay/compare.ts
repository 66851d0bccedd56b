/** Two captures side by side: an original and its replay, or two branches of one. Pure. */
import type { Capture, CaptureRow } from '../captures/capture.ts';
import { STAGES } from '../causes.ts';
import type { Comparison, Difference } from '../control/contract/replay.ts';
import { bodyDifferences, headerDifferences, jsonDifferences } from './difference.ts';
import { bodyText, OWN_MARKS, stepDifferences } from './replay-result.ts';

/** `rowOf` takes a listing's line out of a capture. */
export function compareCaptures(before: Capture, after: Capture, rowOf: (capture: Capture) => CaptureRow): Comparison {
  return {
    before: { title: titleOf(before), row: rowOf(before) },
    after: { title: titleOf(after), row: rowOf(after) },
    request: requestDifferences(before, after),
    sent: sentDifferences(before, after),
    steps: STAGES.flatMap((stage) => {
      const [olds, nows] = [before.steps, after.steps].map((steps) => steps.filter((step) => step.stage === stage));
      return Array.from({ length: Math.max(olds?.length ?? 0, nows?.length ?? 0) }, (_, place) => {
        const old = olds?.[place] ?? null;
        const now = nows?.[place] ?? null;
        return { stage, before: old, after: now, differences: old && now ? stepDifferences(old, now) : [] };
      });
    }),
    answer: answers(before, after),
  };
}

function titleOf({ origin, time }: Capture): string {
  const at = time.replace('T', ' ').slice(0, 19);
  return origin?.kind === 'replay' ? `Replay of ${at}` : `As it was at ${at}`;
}

function changed(path: string, before: unknown, after: unknown): Difference[] {
  return before === after ? [] : [{ path, kind: 'changed', before, after }];
}

export function requestDifferences(before: Pick<Capture, 'request'>, after: Pick<Capture, 'request'>): Difference[] {
  return [
    ...changed('method', before.request.method, after.request.method),
    ...changed('url', before.request.url, after.request.url),
    ...headerDifferences(before.request.headers, after.request.headers),
    ...bodyDifferences(bodyText(before.request.body), bodyText(after.request.body)),
  ];
}

function sentDifferences(before: Capture, after: Capture): Difference[] {
  const old = before.attemptList.at(-1);
  const now = after.attemptList.at(-1);
  if (!old || !now) {
    if (old) return [{ path: 'url', kind: 'removed', before: old.url }];
    return now ? [{ path: 'url', kind: 'added', after: now.url }] : [];
  }
  return [
    ...changed('method', old.method, now.method),
    ...changed('url', old.url, now.url),
    ...headerDifferences(old.requestHeaders, now.requestHeaders),
    ...bodyDifferences(bodyText(old.requestBody), bodyText(now.requestBody)),
    ...jsonDifferences(old.key, now.key, 'key'),
  ];
}

function answers(before: Capture, after: Capture): Difference[] {
  const old = before.answer;
  const now = after.answer;
  if (!old || !now) {
    if (old) return [{ path: 'status', kind: 'removed', before: old.status }];
    return now ? [{ path: 'status', kind: 'added', after: now.status }] : [];
  }
  const found = [
    ...changed('status', old.status, now.status),
    ...headerDifferences(old.headers, now.headers),
    ...bodyDifferences(bodyText(old.body), bodyText(now.body)),
  ];
  return found.filter(({ path }) => !OWN_MARKS.has(path));
}

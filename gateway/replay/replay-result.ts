/** A run of the stages as its reader sees it: step by step beside the original, with what differs. Pure. */
import type { Capture, RecordedBody, RecordedStep } from '../captures/capture.ts';
import { decodeText } from '../captures/decode-body.ts';
import { STAGES, type Stage } from '../causes.ts';
import type { Difference, Replay, ReplayStep } from '../control/contract/replay.ts';
import type { Exchange, Step } from '../exchange.ts';
import { headerValue } from '../providers/headers.ts';
import { tapBytes } from '../stages/tap.ts';
import { withoutAnswerLosses } from '../stages/translate.ts';
import { bodyDifferences, headerDifferences, jsonDifferences } from './difference.ts';
import { aroundStage, type ExchangeView, viewOfCapture, viewOfExchange } from './exchange-view.ts';

const MOST_DECODED_BYTES = 16 * 1024 * 1024;

/** Steps of the original as they were recorded: the mode explain. */
export function recordedSteps(capture: Capture, until: Stage | undefined): ReplayStep[] {
  return replaySteps(capture.steps, capture, viewOfCapture(capture), until);
}

export function stepsOfRun(exchange: Exchange, capture: Capture, until: Stage | undefined): ReplayStep[] {
  return replaySteps(exchange.steps.map(asRecorded), capture, viewOfExchange(exchange), until, !exchange.answer);
}

function replaySteps(
  steps: readonly RecordedStep[],
  capture: Capture,
  view: ExchangeView,
  until: Stage | undefined,
  unanswered = false,
): ReplayStep[] {
  const last = until === undefined ? STAGES.length : STAGES.indexOf(until);
  return steps
    .filter((step) => STAGES.indexOf(step.stage) <= last)
    .map((step, index, all) => {
      const original = sameStep(capture.steps, all, index);
      const compared = original && unanswered ? withoutAnswerLosses(original) : original;
      const differences = compared ? stepDifferences(compared, step) : [];
      return { ...step, original, differences, ...aroundStage(view, step.stage) };
    });
}

/** A stage may leave several steps: the first of one side stands beside the first of the other. Null where there is none. */
export function sameStep(
  of: readonly RecordedStep[],
  steps: readonly RecordedStep[],
  index: number,
): RecordedStep | null {
  const stage = steps[index]?.stage;
  const place = steps.slice(0, index).filter((earlier) => earlier.stage === stage).length;
  return of.filter((step) => step.stage === stage)[place] ?? null;
}

/** What a step decided and why; when it did is another matter. */
export function stepDifferences(before: RecordedStep, after: RecordedStep): Difference[] {
  const old = withoutTimes(before);
  const now = withoutTimes(after);
  // Captures of before facts of credentials were recorded have none to compare with.
  if (old.input?.credentials === undefined) delete now.input?.credentials;
  return jsonDifferences(old, now).filter(({ before: was, after: is }) => !isEmpty(was) || !isEmpty(is));
}

function withoutTimes({ startMs: _start, endMs: _end, ...step }: RecordedStep) {
  return { ...step, input: { ...step.input } as Record<string, unknown> };
}

function isEmpty(value: unknown): boolean {
  return value === undefined || (typeof value === 'object' && value !== null && Object.keys(value).length === 0);
}

/** Through JSON, as the recorder takes it: members that are undefined are not there. */
function asRecorded(step: Step): RecordedStep {
  return JSON.parse(JSON.stringify(step)) as RecordedStep;
}

export function answerDifferences(capture: Capture, exchange: Exchange): Difference[] {
  const { answer } = exchange;
  const before = capture.answer;
  if (!answer) return [];
  if (!before) return [{ path: 'status', kind: 'added', after: answer.status }];
  const attempt = exchange.attempts.at(-1)?.responseBody;
  const body = answer.body === 'same' ? attempt : answer.body;
  const found: Difference[] = [];
  if (before.status !== answer.status) {
    found.push({ path: 'status', kind: 'changed', before: before.status, after: answer.status });
  }
  found.push(...headerDifferences(before.headers, pairs(answer.headers)));
  const encoding = headerValue(answer.headers, 'content-encoding');
  const now = body && decodeText(tapBytes(body), encoding, MOST_DECODED_BYTES);
  found.push(...bodyDifferences(bodyText(before.body), now));
  return found.filter(({ path }) => !OWN_MARKS.has(path));
}

/** Differ in every exchange by their nature. */
export const OWN_MARKS: ReadonlySet<string> = new Set([
  'header.x-keyward-capture',
  '/error/keyward/capture',
  '/error/keyward/explain',
]);

export function bodyText(body: RecordedBody | undefined): string | undefined {
  if (!body) return undefined;
  if (body.text !== undefined) return body.text;
  return body.base64 === undefined ? undefined : Buffer.from(body.base64, 'base64').toString('utf8');
}

/** `index`: which attempt of the capture it stands beside. */
export function preparedDifferences(capture: Capture, prepared: Replay['prepared'], index: number): Difference[] {
  const attempt = capture.attemptList[index];
  if (!prepared || !attempt) return [];
  const found: Difference[] = [];
  for (const name of ['method', 'url'] as const) {
    if (attempt[name] !== prepared[name]) {
      found.push({ path: name, kind: 'changed', before: attempt[name], after: prepared[name] });
    }
  }
  found.push(...headerDifferences(attempt.requestHeaders, prepared.headers));
  const before = bodyText(attempt.requestBody);
  if (before !== undefined && prepared.body !== null) found.push(...bodyDifferences(before, prepared.body));
  if (attempt.key && prepared.key) found.push(...jsonDifferences(attempt.key, prepared.key, 'key'));
  return found;
}

export function pairs(headers: readonly string[]): [string, string][] {
  const list: [string, string][] = [];
  for (let at = 0; at + 1 < headers.length; at += 2) list.push([headers[at] as string, headers[at + 1] as string]);
  return list;
}

/**
 * Replays and probes of a capture, read back: what each changed, compared with the original, and how it ended. Whatever made
 * them, an experiment or a person at the debugger, they are the same evidence. Pure.
 */
import type { Capture, RecordedAttempt } from '../captures/capture.ts';
import { bodyText } from '../diagnosis/facts-of-capture.ts';
import { isOrganisationHeader } from './organisation-headers.ts';
import type { Subject } from './subject.ts';

export type Change =
  | 'key'
  | 'key-version'
  | 'model'
  | 'organisation-header'
  | 'header'
  | 'base-url'
  | 'body'
  /** The practice model was told that this fix was carried out. */
  | `mended:${string}`;

export interface Trial {
  readonly capture: Capture;
  readonly attempt: RecordedAttempt;
  readonly atMs: number;
  /** A replay sends the request itself; a probe another, smaller one, named by its experiment. */
  readonly kind: 'replay' | 'probe';
  readonly experiment: string | undefined;
  /** What differs from the original request; for a probe, from the same probe with nothing changed. */
  readonly changes: readonly Change[];
  readonly ok: boolean;
}

/** Trials among the captures that came from the subject's, newest first; what never came to an end is left out. */
export function readTrials(subject: Subject, related: readonly Capture[]): Trial[] {
  return related.flatMap((capture) => readTrial(subject, capture) ?? []).sort((a, b) => b.atMs - a.atMs);
}

function readTrial(subject: Subject, capture: Capture): Trial | undefined {
  const attempt = capture.attemptList.at(-1);
  const { verdict, origin } = capture;
  if (!attempt || !subject.attempt || !verdict || verdict.clientGone) return undefined;
  if (origin?.kind !== 'replay' && origin?.kind !== 'probe') return undefined;
  if (isRecording(subject.attempt, attempt)) return undefined;
  const probe = attempt.origins.find(({ name }) => name === 'probe');
  return {
    capture,
    attempt,
    atMs: Date.parse(capture.time),
    kind: origin.kind,
    experiment: typeof probe?.value === 'string' ? probe.value : undefined,
    changes: origin.kind === 'probe' ? probeChanges(subject, attempt) : replayChanges(subject, capture, attempt),
    ok: verdict.ok,
  };
}

/** The recorded answer served once more, with its recorded times, was not sent and shows nothing new. */
function isRecording(original: RecordedAttempt, attempt: RecordedAttempt): boolean {
  const { startMs: _start, endMs: _end, reusedConnection: _reused, ...times } = original.timings;
  const marks = Object.entries(times);
  const again: Readonly<Record<string, unknown>> = { ...attempt.timings };
  if (marks.length === 0) return attempt.timings.endMs === original.timings.endMs;
  return marks.every(([name, at]) => again[name] === at);
}

function probeChanges(subject: Subject, attempt: RecordedAttempt): Change[] {
  const changes = keyChanges(subject.attempt, attempt);
  const had = (subject.attempt?.requestHeaders ?? []).some(([name]) => isOrganisationHeader(name));
  const has = attempt.requestHeaders.some(([name]) => isOrganisationHeader(name));
  if (had && !has) changes.push('organisation-header');
  return changes;
}

function keyChanges(original: RecordedAttempt | undefined, attempt: RecordedAttempt): Change[] {
  if (attempt.key?.fingerprint === original?.key?.fingerprint) return [];
  return attempt.key?.id === original?.key?.id ? ['key-version'] : ['key'];
}

function replayChanges(
  { capture: original, attempt: first }: Subject,
  capture: Capture,
  attempt: RecordedAttempt,
): Change[] {
  if (!first) return [];
  const changes = keyChanges(first, attempt);
  const before = parts(first.model);
  const after = parts(attempt.model);
  const practice = attempt.provider === 'practice';
  if (practice && before.plain === after.plain && before.mended !== after.mended)
    changes.push(`mended:${after.mended ?? ''}`);
  else if (first.model !== attempt.model) changes.push('model');
  if (addressOf(first) !== addressOf(attempt)) changes.push('base-url');
  changes.push(...headerChanges(first, attempt));
  if (withoutModel(requestText(original, first)) !== withoutModel(requestText(capture, attempt))) changes.push('body');
  return changes;
}

/** A practice model's name without the fix it was told of. */
function parts(model: string | undefined): { readonly plain: string; readonly mended?: string } {
  const name = model ?? '';
  const mended = /[:,]mended=([a-z-]+)/.exec(name)?.[1];
  const plain = name
    .replace(/mended=[a-z-]+/, '')
    .replace(/[:,]+$/, '')
    .replace(/,,/, ',')
    .replace(/:,/, ':');
  return { plain, mended };
}

/** Without query and model, which are compared by themselves. */
function addressOf(attempt: RecordedAttempt): string {
  if (!URL.canParse(attempt.url)) return attempt.url;
  const { origin, pathname } = new URL(attempt.url);
  return `${origin}${pathname.replace(/\/models\/.+(:\w+)$/, '/models/$1')}`;
}

/** Differ from run to run, or follow from another change. */
const NOT_COMPARED =
  /^(?:authorization|x-api-key|api-key|x-goog-api-key|content-length|host|user-agent|date|connection|accept-encoding|traceparent|tracestate|x-request-id|x-stainless-.*|idempotency-key)$/i;

function headerChanges(before: RecordedAttempt, after: RecordedAttempt): Change[] {
  const differing = new Set<Change>();
  const a = headerMap(before);
  const b = headerMap(after);
  for (const name of new Set([...a.keys(), ...b.keys()])) {
    if (a.get(name) !== b.get(name)) differing.add(isOrganisationHeader(name) ? 'organisation-header' : 'header');
  }
  return [...differing];
}

function headerMap({ requestHeaders }: RecordedAttempt): Map<string, string> {
  return new Map(
    requestHeaders.filter(([name]) => !NOT_COMPARED.test(name)).map(([name, value]) => [name.toLowerCase(), value]),
  );
}

function requestText(capture: Capture, attempt: RecordedAttempt): string {
  return bodyText(attempt.requestBody.sameAs === 'request' ? capture.request.body : attempt.requestBody) ?? '';
}

function withoutModel(text: string): string {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return text;
    return JSON.stringify({ ...value, model: undefined });
  } catch {
    return text; // no JSON: compared as it is
  }
}

/** Runs that count as made side by side. */
const BESIDE_MS = 2 * 60_000;

/**
 * The newest run in which only `change` differed and which succeeded, and beside it one in which nothing differed and which
 * failed as the original did. Undefined where either is missing: then nothing is proven.
 */
export function provenPair(
  trials: readonly Trial[],
  change: (changes: readonly Change[]) => boolean,
  rules: { readonly succeeded: (trial: Trial) => boolean; readonly failedAlike: (trial: Trial) => boolean },
): { readonly changed: Trial; readonly unchanged: Trial } | undefined {
  for (const changed of trials) {
    if (changed.changes.length !== 1 || !change(changed.changes) || !rules.succeeded(changed)) continue;
    const unchanged = trials.find(
      (one) =>
        one.kind === changed.kind &&
        one.changes.length === 0 &&
        Math.abs(one.atMs - changed.atMs) <= BESIDE_MS &&
        rules.failedAlike(one),
    );
    if (unchanged) return { changed, unchanged };
  }
  return undefined;
}

/** The plain-text twin of each tab: what one pastes into a ticket. Pure. */
import type { Capture, Explanation, RecordedBody, RecordedStep } from '../../../gateway/control/contract/index.ts';
import type { Changes } from '../../../gateway/control/contract/replay.ts';
import { bytes, duration, exactTime, offset } from '../../format.ts';
import { captureApp } from '../../parts/capture-tone.ts';
import { words } from '../../words/words.ts';
import { sseEvents } from './sse-events.ts';
import { waterfall } from './waterfall.ts';

const lines = (...parts: (string | false | null | undefined)[]) =>
  parts.filter((part) => typeof part === 'string').join('\n');
const evidenceLine = (evidence: { what: string; where: string; value: string }) =>
  `      ${evidence.what}: ${evidence.value} (${evidence.where})`;

export function headText(capture: Capture): string {
  const t = words.text;
  return lines(
    `${t.request} ${capture.id} · ${exactTime(capture.time)}`,
    `${capture.method} ${capture.path}`,
    `${t.app}: ${captureApp(capture)}`,
    capture.askedModel && `${t.asked}: ${capture.askedModel}`,
    capture.provider && `${words.requests.answeredBy}: ${[capture.provider, capture.model].filter(Boolean).join('/')}`,
    capture.status !== null && `${t.status}: ${capture.status}`,
    capture.cause && `${t.cause}: ${capture.cause}${capture.stage ? ` (${t.stage}: ${capture.stage})` : ''}`,
  );
}

export function explanationText(explanation: Explanation): string {
  const w = words.capture.explanation;
  const rungs = explanation.ladder.map((rung) =>
    lines(`  [${w.result[rung.result]}] ${words.ladder[rung.check][rung.result]}`, ...rung.evidence.map(evidenceLine)),
  );
  return lines(
    explanation.title,
    explanation.cause &&
      `${words.text.cause}: ${explanation.cause} · ${w.certainty[explanation.status]}, ${w.confidence(Math.round(explanation.confidence * 100))}`,
    '',
    explanation.detail,
    explanation.why,
    '',
    `${w.ladder}:`,
    ...rungs,
    explanation.alternatives.length > 0 && `\n${w.alternatives}:`,
    ...explanation.alternatives.map(
      (other) => `  ${words.causes[other.cause]} (${Math.round(other.confidence * 100)} %)`,
    ),
    explanation.fixes.length > 0 && `\n${w.fixes}:`,
    ...explanation.fixes.map((fix) => `  ${fix.title}${fix.url ? ` <${fix.url}>` : ''}`),
  );
}

/** *Changed since it worked*, as text. */
export function changesText(changes: Changes): string {
  const w = words.replay.changes;
  return lines(
    changes.sentence || w.none,
    changes.success && `${w.worked}: ${exactTime(changes.success.time)} (${changes.success.id})`,
    ...changes.changes.map((change) =>
      lines(
        `  ${w.what[change.what]} ${change.path} (${w.suspicion(Math.round(change.suspicion * 100))})`,
        `      ${change.sentence}`,
        change.before !== undefined && `      ${w.before}: ${factText(change.before)}`,
        change.after !== undefined && `      ${w.after}: ${factText(change.after)}`,
      ),
    ),
  );
}

export function stepsText(steps: readonly RecordedStep[]): string {
  const w = words.capture.steps;
  return steps
    .map((step, index) =>
      lines(
        `${index + 1}. ${words.stages[step.stage]}: ${w.decisions[step.decision]} (${w.took} ${duration(step.endMs - step.startMs)}, ${w.at} ${offset(step.startMs)})`,
        `   ${step.summary}`,
        step.rule && `   ${w.rule}: ${step.rule.name} · ${w.setIn} ${originText(step.rule.origin)}`,
        ...factLines(w.input, step.input),
        ...factLines(w.output, step.output),
        ...(step.evidence ?? []).map(evidenceLine),
      ),
    )
    .join('\n');
}

function factLines(title: string, facts: Readonly<Record<string, unknown>> | undefined): string[] {
  if (!facts || Object.keys(facts).length === 0) return [];
  return [`   ${title}:`, ...Object.entries(facts).map(([name, value]) => `      ${name}: ${factText(value)}`)];
}

export const factText = (value: unknown) => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));

/** “gateway key kw_ab12”, “settings /timeouts/connectMs”. */
export function originText(origin: { from: string } & Record<string, unknown>): string {
  const { from, ...rest } = origin;
  const name = words.capture.steps.origins[from] ?? from;
  const detail = rest.id ?? rest.path ?? rest.name ?? rest.where;
  return typeof detail === 'string' ? `${name}${from === 'request' ? ':' : ''} ${detail}` : name;
}

const headerLines = (headers: readonly (readonly [string, string])[]) =>
  headers.map(([name, value]) => `${name}: ${value}`);

export function requestText(capture: Capture): string {
  const { request } = capture;
  return lines(
    `${request.method} ${request.url} HTTP/${request.httpVersion}`,
    ...headerLines(request.headers),
    '',
    bodyText(request.body),
  );
}

export function responseText(capture: Capture): string {
  if (!capture.answer) return words.capture.message.noAnswer;
  return lines(
    `${words.text.status} ${capture.answer.status}`,
    ...headerLines(capture.answer.headers),
    '',
    bodyText(capture.answer.body),
  );
}

/** The body as recorded, or the sentence that says why it is not there. */
export function bodyText(body: RecordedBody): string {
  const w = words.capture.message;
  const kept = body.text ?? body.base64;
  const notes = bodyNotes(body);
  if (kept === undefined) return notes.length > 0 ? notes.join('\n') : w.empty;
  return lines(kept, ...notes.map((note) => `[${note}]`));
}

/** Everything about a body that must not go unsaid. */
export function bodyNotes(body: RecordedBody): string[] {
  const w = words.capture.message;
  const notes: string[] = [];
  const nothingKept = body.text === undefined && body.base64 === undefined;
  if (body.sameAs) notes.push(w.same[body.sameAs]);
  if (body.leftOut && (nothingKept || body.keptBytes === 0))
    notes.push(w.leftOut(bytes(body.sizeBytes), w.leftOutWhy[body.leftOut]));
  else if (body.keptBytes < body.sizeBytes && !body.decodedFrom && body.keptBytes > 0) {
    notes.push(w.partly(bytes(body.keptBytes), bytes(body.sizeBytes)));
  }
  if (!body.complete && body.sizeBytes > 0) notes.push(w.incomplete);
  if (body.decodedFrom) notes.push(w.decoded(body.decodedFrom));
  if (body.base64 !== undefined) notes.push(w.binary(bytes(body.sizeBytes)));
  return notes;
}

export function attemptsText(capture: Capture): string {
  const w = words.capture.attempts;
  if (capture.attemptList.length === 0) return w.none;
  return capture.attemptList
    .map((attempt) =>
      lines(
        `${w.title(attempt.index + 1)}: ${attempt.provider}${attempt.model ? `/${attempt.model}` : ''} · ${attempt.outcome?.ok ? w.ok : w.failed}`,
        `${attempt.method} ${attempt.url}`,
        attempt.key &&
          `${w.key}: ${attempt.key.label} (${words.keys.endsIn(attempt.key.lastFour)}, ${words.keys.version(attempt.key.version)})`,
        ...headerLines(attempt.requestHeaders),
        '',
        bodyText(attempt.requestBody),
        '',
        `${words.text.status} ${attempt.status ?? w.noStatus} ${attempt.statusText ?? ''}`.trim(),
        ...headerLines(attempt.responseHeaders ?? []),
        '',
        attempt.responseBody ? bodyText(attempt.responseBody) : w.nothingReceived,
        attempt.outcome?.errorCode && `${w.error}: ${attempt.outcome.errorCode} ${attempt.outcome.errorMessage ?? ''}`,
        attempt.outcome?.movedOn && `${w.movedOn}: ${attempt.outcome.movedOn}`,
      ),
    )
    .join('\n\n');
}

export function timingText(capture: Capture): string {
  const w = words.capture.timing;
  const { totalMs, bars } = waterfall(capture);
  const depth = { stage: '', attempt: '  ', phase: '    ' };
  return lines(
    `${w.total}: ${duration(totalMs)}`,
    ...bars.map(
      (bar) =>
        `${depth[bar.kind]}${barName(bar)}: ${offset(bar.startMs)}, ${w.took.toLowerCase()} ${duration(bar.endMs - bar.startMs)}`,
    ),
  );
}

export function barName(bar: ReturnType<typeof waterfall>['bars'][number]): string {
  const w = words.capture.timing;
  if (bar.stage) return words.stages[bar.stage];
  if (bar.phase) return w.phases[bar.phase];
  return w.phases.attempt((bar.attempt ?? 0) + 1);
}

export function eventsText(body: RecordedBody): string {
  return sseEvents(body)
    .map((event) => `${event.atMs === undefined ? '' : `${offset(event.atMs)} `}${event.type}: ${event.data}`)
    .join('\n');
}

/** What an app sent differently: headers, parameters, and the shape of what it says. Pure. */
import type { Capture } from '../captures/capture.ts';
import { headerSort } from '../captures/credential-names.ts';
import { pointerOf } from '../json/pointer.ts';
import { headerDifferences, jsonDifferences } from './difference.ts';
import type { FoundChange } from './found-change.ts';
import { bodyText } from './replay-result.ts';

/** Differ from request to request and decide nothing. */
const NOISE =
  /^(?:content-length|host|connection|date|traceparent|tracestate|baggage|x-request-id|x-correlation-id|x-client-request-id|idempotency-key|x-stainless-(?:retry-count|timeout|read-timeout)|x-b3-.*|sentry-trace|newrelic|x-cloud-trace-context|x-amzn-trace-id|if-none-match|x-keyward-capture)$/;

/** Members that hold what is said, not how: their words differ always, their shape tells. */
const CONTENT: ReadonlySet<string> = new Set([
  'messages',
  'input',
  'prompt',
  'contents',
  'system',
  'systemInstruction',
  'system_instruction',
  'instructions',
  'query',
  'documents',
  'content',
  'requests',
]);

export function requestChanges(before: Capture, after: Capture): FoundChange[] {
  return [...headerChanges(before, after), ...bodyChanges(before, after), ...sizeChanges(before, after)];
}

function headerChanges(before: Capture, after: Capture): FoundChange[] {
  return headerDifferences(before.request.headers, after.request.headers).flatMap((difference): FoundChange[] => {
    const name = difference.path.slice('header.'.length);
    if (NOISE.test(name)) return [];
    const { before: was, after: is } = difference;
    const secret = headerSort(name) !== 'plain' && headerSort(name) !== 'content-type';
    // Which gateway key was sent is told on its own, and a secret cannot be put back from here.
    if (secret && was !== undefined && is !== undefined) return [];
    const sentence =
      was === undefined
        ? `The app sent a header it did not send before: ${name}${secret ? '' : `: ${shown(is)}`}.`
        : is === undefined
          ? `The app no longer sent the header ${name}${secret ? '' : ` (${shown(was)})`}.`
          : `The header ${name} was ${shown(is)}; before, ${shown(was)}.`;
    const undo =
      was === undefined ? { path: difference.path, value: undefined } : { path: difference.path, value: was };
    return [
      {
        what: 'header',
        path: difference.path,
        before: was,
        after: is,
        sentence,
        undo: secret && was !== undefined ? null : undo,
      },
    ];
  });
}

function bodyChanges(before: Capture, after: Capture): FoundChange[] {
  const old = objectOf(before);
  const now = objectOf(after);
  if (!old || !now) return [];
  const found: FoundChange[] = [];
  for (const name of new Set([...Object.keys(old), ...Object.keys(now)])) {
    if (name === 'model') continue;
    const path = pointerOf([name]);
    const was = Object.hasOwn(old, name) ? old[name] : undefined;
    const is = Object.hasOwn(now, name) ? now[name] : undefined;
    if (was !== undefined && is !== undefined && CONTENT.has(name)) {
      const differences = jsonDifferences(shapeOf(was), shapeOf(is), path);
      if (differences.length === 0) continue;
      found.push({
        what: 'body-shape',
        path,
        before: shapeOf(was),
        after: shapeOf(is),
        sentence: `What stands in "${name}" has another form than before.`,
        undo: { path, value: was },
      });
      continue;
    }
    for (const difference of jsonDifferences(was, is, path).slice(0, 20)) {
      found.push({
        what: CONTENT.has(name) ? 'body-shape' : 'parameter',
        path: difference.path,
        before: difference.before,
        after: difference.after,
        sentence: parameterSentence(difference.path, difference.before, difference.after),
        undo: { path: difference.path, value: difference.before },
      });
    }
  }
  return found;
}

/** The words of a conversation differ always; that they have become many more does not go without saying. */
const GROWN = 3;
const WORTH_TELLING_BYTES = 1024;

function sizeChanges(before: Capture, after: Capture): FoundChange[] {
  const was = sizeOf(before);
  const is = sizeOf(after);
  if (was === 0 || is < WORTH_TELLING_BYTES || is < was * GROWN) return [];
  return [
    {
      what: 'body-shape',
      path: 'body/size',
      before: was,
      after: is,
      sentence: `The request was ${kilobytes(is)} long; before, ${kilobytes(was)}.`,
      undo: null,
    },
  ];
}

/** As announced, where it was not read to its end. */
function sizeOf({ request: { body, headers } }: Capture): number {
  const announced = Number(headers.find(([name]) => name.toLowerCase() === 'content-length')?.[1] ?? 0);
  return Math.max(body.sizeBytes, Number.isFinite(announced) ? announced : 0);
}

function kilobytes(bytes: number): string {
  return bytes < 1024 ? `${bytes} B` : `${Math.round(bytes / 102.4) / 10} kB`;
}

function parameterSentence(path: string, was: unknown, is: unknown): string {
  const name = path.slice(1);
  if (was === undefined) return `The parameter "${name}" is new: ${shown(is)}.`;
  if (is === undefined) return `The parameter "${name}" is gone (it was ${shown(was)}).`;
  return `The parameter "${name}" was ${shown(is)}; before, ${shown(was)}.`;
}

function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

function objectOf(capture: Capture): Record<string, unknown> | undefined {
  if (capture.request.body.leftOut !== undefined) return undefined;
  try {
    const value: unknown = JSON.parse(bodyText(capture.request.body) ?? '');
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** Members whose value is a choice among a few, not free text. */
const CHOICES: ReadonlySet<string> = new Set(['role', 'type', 'mimeType', 'mime_type', 'media_type']);

/** Roles, kinds and which members there are; of a list, each form once, however often it comes. */
function shapeOf(value: unknown, name = ''): unknown {
  if (Array.isArray(value)) {
    const forms = new Map(value.map((item) => [JSON.stringify(shapeOf(item)), shapeOf(item)]));
    return [...forms.keys()].sort().map((key) => forms.get(key));
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shapeOf(item, key)]));
  }
  return CHOICES.has(name) ? value : value === null ? 'null' : typeof value;
}

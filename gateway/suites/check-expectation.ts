/** Holds an outcome against what a case expects of it. Pure. */
import { isDeepStrictEqual } from 'node:util';
import { splitTexts } from '../captures/split-text.ts';
import type { Expectation } from '../control/contract/suites.ts';

export interface Observed {
  readonly ok: boolean;
  readonly status: number | null;
  readonly cause: string | null;
  readonly stage: string | null;
  /** Decoded text of the answer; undefined where there is none. */
  readonly answer: string | undefined;
  readonly durationMs: number | null;
}

const LONGEST_SHOWN = 200;

/** What did not hold, a sentence each; empty: all of it held. */
export function checkExpectation(expect: Expectation, observed: Observed): string[] {
  const failures: string[] = [];
  for (const name of ['ok', 'status', 'cause', 'stage'] as const) {
    const wanted = expect[name];
    if (wanted !== undefined && wanted !== observed[name]) {
      failures.push(`${NAMES[name]} was to be ${shown(wanted)}, and is ${shown(observed[name])}.`);
    }
  }
  for (const one of expect.body ?? []) failures.push(...checkPlace(one, observed.answer));
  const whole = expect.contains?.length || expect.lacks?.length ? readable(observed.answer ?? '') : '';
  for (const text of expect.contains ?? []) {
    if (!whole.includes(text)) failures.push(`The answer was to contain ${shown(text)}, and does not.`);
  }
  for (const text of expect.lacks ?? []) {
    if (whole.includes(text)) failures.push(`The answer was not to contain ${shown(text)}, and does.`);
  }
  const { maxDurationMs } = expect;
  if (maxDurationMs !== undefined && (observed.durationMs ?? 0) > maxDurationMs) {
    failures.push(`It was to take ${maxDurationMs} ms at most, and took ${Math.round(observed.durationMs ?? 0)} ms.`);
  }
  return failures;
}

/** Whether something is expected that only an answer can show. */
export function needsAnswer({ status, cause, stage, body, contains, lacks, ok }: Expectation): boolean {
  return (
    (status !== undefined && status !== null) ||
    ok === false ||
    (cause !== undefined && cause !== null) ||
    stage === 'forward' ||
    stage === 'respond' ||
    [body, contains, lacks].some((list) => list !== undefined && list.length > 0)
  );
}

const NAMES = { ok: 'Success', status: 'The status', cause: 'The cause', stage: 'The stage that decided' } as const;

function checkPlace(wanted: NonNullable<Expectation['body']>[number], answer: string | undefined): string[] {
  const where = wanted.pointer === '' ? 'the answer' : wanted.pointer;
  let value: unknown;
  try {
    value = JSON.parse(answer ?? '');
  } catch {
    return [`${where} cannot be looked at: the answer is no JSON.`];
  }
  const found = at(value, wanted.pointer);
  if (found === undefined) return [`Nothing stands at ${where} of the answer.`];
  const failures: string[] = [];
  if ('equals' in wanted && wanted.equals !== undefined && !isDeepStrictEqual(found, wanted.equals)) {
    failures.push(`${where} was to be ${shown(wanted.equals)}, and is ${shown(found)}.`);
  }
  if (wanted.type !== undefined && !isOfType(found, wanted.type)) {
    failures.push(`${where} was to be of type ${wanted.type}, and is ${typeOf(found)}.`);
  }
  return failures;
}

/** RFC 6901. */
function at(value: unknown, pointer: string): unknown {
  if (pointer === '') return value;
  let current = value;
  for (const part of pointer.replace(/^\//, '').split('/')) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, name)) return undefined;
    current = (current as Record<string, unknown>)[name];
  }
  return current;
}

function isOfType(value: unknown, type: string): boolean {
  return type === 'integer' ? Number.isInteger(value) : typeOf(value) === type;
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

/** The text with that of a stream's events put together: a word may come in several. */
function readable(answer: string): string {
  const bytes = Buffer.from(answer);
  const joined = splitTexts(bytes, 0, bytes.length).map(({ bytes: text }) => unescaped(text.toString('utf8')));
  return [answer, ...joined].join('\n');
}

function unescaped(text: string): string {
  try {
    return JSON.parse(`"${text}"`) as string;
  } catch {
    return text; // cut inside an escape
  }
}

function shown(value: unknown): string {
  if (value === null) return 'none';
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
}

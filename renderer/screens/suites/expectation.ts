/** What must hold of an answer: from the form to the contract, and in words. Pure. */
import type { Cause } from '../../../gateway/control/contract/index.ts';
import type { Expectation } from '../../../gateway/control/contract/suites.ts';
import { duration } from '../../format.ts';
import { words } from '../../words/words.ts';

export interface ExpectationForm {
  readonly outcome: 'any' | 'answered' | 'fails';
  readonly status: number | '';
  readonly cause: Cause | '';
  readonly contains: string;
  readonly lacks: string;
  readonly structure: string;
  readonly maxDurationMs: number | '';
}

/** What held when it was recorded: the likeliest thing a person wants to keep. */
export function formOf(capture: { ok: boolean; status: number | null; cause: Cause | null }): ExpectationForm {
  return {
    outcome: capture.ok ? 'answered' : 'fails',
    status: capture.status ?? '',
    cause: capture.cause ?? '',
    contains: '',
    lacks: '',
    structure: '',
    maxDurationMs: '',
  };
}

export function formOfExpectation(expect: Expectation): ExpectationForm {
  return {
    outcome: expect.ok === undefined ? 'any' : expect.ok ? 'answered' : 'fails',
    status: expect.status ?? '',
    cause: expect.cause ?? '',
    contains: (expect.contains ?? []).join('\n'),
    lacks: (expect.lacks ?? []).join('\n'),
    structure: (expect.body ?? [])
      .map((each) =>
        each.type === undefined ? `${each.pointer} = ${JSON.stringify(each.equals)}` : `${each.pointer} : ${each.type}`,
      )
      .join('\n'),
    maxDurationMs: expect.maxDurationMs ?? '',
  };
}

const linesOf = (text: string) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

/** The expectation, or the line of the structure that is none. */
export function expectationOf(form: ExpectationForm): { expect: Expectation } | { badLine: string } {
  const body: NonNullable<Expectation['body']> = [];
  for (const line of linesOf(form.structure)) {
    const read = structureLine(line);
    if (!read) return { badLine: line };
    body.push(read);
  }
  const contains = linesOf(form.contains);
  const lacks = linesOf(form.lacks);
  return {
    expect: {
      ...(form.outcome === 'any' ? {} : { ok: form.outcome === 'answered' }),
      ...(form.status === '' ? {} : { status: form.status }),
      ...(form.cause === '' || form.outcome === 'answered' ? {} : { cause: form.cause }),
      ...(body.length > 0 ? { body } : {}),
      ...(contains.length > 0 ? { contains } : {}),
      ...(lacks.length > 0 ? { lacks } : {}),
      ...(form.maxDurationMs === '' ? {} : { maxDurationMs: form.maxDurationMs }),
    },
  };
}

function structureLine(line: string): { pointer: string; equals?: unknown; type?: string } | undefined {
  const [, pointer, sign, value] = /^(\/\S*)\s*([=:])\s*(.+)$/.exec(line) ?? [];
  if (!pointer || !sign || !value) return undefined;
  if (sign === ':') {
    return /^(string|number|boolean|array|object|null)$/.test(value) ? { pointer, type: value } : undefined;
  }
  try {
    return { pointer, equals: JSON.parse(value) };
  } catch {
    return { pointer, equals: value };
  }
}

/** One short phrase for each thing that must hold. */
export function expectationWords(expect: Expectation): string[] {
  const s = words.suites.said;
  const said = [
    expect.ok === undefined ? null : expect.ok ? s.ok : s.fails,
    expect.status === undefined ? null : s.status(expect.status),
    expect.cause === undefined
      ? null
      : expect.cause === null
        ? expect.ok
          ? null
          : s.noCause
        : s.cause(words.causes[expect.cause]),
    expect.stage ? s.stage(expect.stage) : null,
    ...(expect.body ?? []).map((each) =>
      each.type === undefined ? s.body(each.pointer, JSON.stringify(each.equals)) : s.type(each.pointer, each.type),
    ),
    ...(expect.contains ?? []).map(s.contains),
    ...(expect.lacks ?? []).map(s.lacks),
    expect.maxDurationMs === undefined ? null : s.within(duration(expect.maxDurationMs)),
  ].filter((each) => each !== null);
  return said.length > 0 ? said : [s.unchanged];
}

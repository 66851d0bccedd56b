/** Model names of the practice provider: what they are, which parameters they take, and reading `stream:chunks=5`. Pure. */
import { CAUSES, type Cause } from '../../causes.ts';
import { nearestNames } from '../catalogue.ts';
import { SHAPES, type Shape } from './script.ts';

/** Names that answer. */
const ANSWERS = {
  ok: 'Answers at once',
  echo: 'Answers with the request it got',
  slow: 'Answers after a delay',
  stream: 'Streams as many chunks as you like',
  tools: 'Calls one of the tools you offer',
} as const;

/** Failures in the middle of a stream; not causes of their own. */
const STREAM_FAULTS = {
  'cut-stream': 'Stops streaming without saying that it is done',
  'error-in-stream': 'Reports an error after it began to stream',
} as const;

/** Other spellings people try. */
const ALIASES: Readonly<Record<string, string>> = {
  'expired-key': 'key-expired',
  'revoked-key': 'key-revoked',
  'missing-key': 'key-missing',
  'malformed-key': 'key-malformed',
  'wrong-provider': 'key-wrong-provider',
  'invalid-key': 'key-invalid-unknown',
  'key-invalid': 'key-invalid-unknown',
  'rate-limit': 'rate-limited',
  'no-credit': 'quota-exhausted',
  'out-of-credit': 'quota-exhausted',
  overloaded: 'provider-overloaded',
  outage: 'provider-outage',
  timeout: 'upstream-timeout',
  html: 'proxy-interference',
  reset: 'network-reset-or-truncated',
};

export type Behaviour = keyof typeof ANSWERS | keyof typeof STREAM_FAULTS;

interface Parameter {
  /** `name`: any lower-case word with hyphens. */
  readonly kind: 'number' | 'word' | 'name';
  readonly min?: number;
  readonly max?: number;
  readonly words?: readonly string[];
  readonly meaning: string;
}

const DELAY: Parameter = { kind: 'number', min: 0, max: 600_000, meaning: 'milliseconds' };
const AS: Parameter = { kind: 'word', words: SHAPES, meaning: 'whose words the failure is told in' };
const MENDED: Parameter = { kind: 'name', meaning: 'a fix that counts as carried out' };
const CHUNKS: Parameter = { kind: 'number', min: 1, max: 1_000_000, meaning: 'how many chunks' };
const SIZE: Parameter = { kind: 'number', min: 1, max: 65_536, meaning: 'characters in each chunk' };

const PARAMETERS: Readonly<Record<Behaviour, Readonly<Record<string, Parameter>>>> = {
  ok: { delay: DELAY },
  echo: { delay: DELAY },
  slow: { delay: DELAY },
  stream: { chunks: CHUNKS, delay: DELAY, size: SIZE },
  tools: { delay: DELAY, parallel: { kind: 'number', min: 1, max: 16, meaning: 'how many calls at once' } },
  'cut-stream': { as: AS, chunks: CHUNKS, delay: DELAY, mended: MENDED },
  'error-in-stream': { as: AS, chunks: CHUNKS, delay: DELAY, mended: MENDED },
};

const FAILURE_PARAMETERS: Readonly<Record<string, Parameter>> = { as: AS, delay: DELAY, mended: MENDED };
const FURTHER: Partial<Record<Cause, Readonly<Record<string, Parameter>>>> = {
  rate_limited: { retry: { kind: 'number', min: 0, max: 86_400, meaning: 'seconds in retry-after' } },
  upstream_timeout: {
    at: { kind: 'word', words: ['connect', 'first-byte', 'idle'], meaning: 'what is waited for in vain' },
  },
  network_reset_or_truncated: {
    at: { kind: 'word', words: ['before', 'body'], meaning: 'before the answer or in its middle' },
  },
};

export interface PracticeModel {
  /** As named, without `practice/` and parameters, aliases resolved. */
  readonly name: string;
  readonly behaviour?: Behaviour;
  readonly cause?: Cause;
  readonly numbers: Readonly<Record<string, number>>;
  readonly words: Readonly<Record<string, string>>;
  readonly as?: Shape;
  /** Id of a fix that counts as carried out (mending.ts). */
  readonly mended?: string;
}

export interface UnknownPractice {
  readonly ok: false;
  readonly cause: 'model_not_found' | 'bad_request_parameter';
  readonly message: string;
}

export type ParsedModel = { readonly ok: true; readonly model: PracticeModel } | UnknownPractice;

/** Reads `practice/stream:chunks=200,delay=5`, with or without the `practice/`. */
export function parsePracticeModel(text: string): ParsedModel {
  const bare = text.replace(/^models\//, '').replace(/^practice\//, '');
  const colon = bare.indexOf(':');
  const asked = (colon === -1 ? bare : bare.slice(0, colon)).trim().toLowerCase();
  const name = ALIASES[asked] ?? asked;
  const cause = CAUSES.find((candidate) => hyphened(candidate) === name);
  const behaviour = Object.hasOwn(PARAMETERS, name) ? (name as Behaviour) : undefined;
  if (!cause && !behaviour) {
    const nearest = nearestNames(name, practiceNames());
    const hint = nearest.length > 0 ? ` Did you mean practice/${nearest[0]}?` : ' practice/ok answers any request.';
    return {
      ok: false,
      cause: 'model_not_found',
      message: `There is no practice model called "${clip(name)}".${hint}`,
    };
  }
  const known = behaviour ? PARAMETERS[behaviour] : { ...FAILURE_PARAMETERS, ...(cause && FURTHER[cause]) };
  const numbers: Record<string, number> = {};
  const words: Record<string, string> = {};
  for (const pair of colon === -1 ? [] : bare.slice(colon + 1).split(',')) {
    if (pair.trim() === '') continue;
    const equals = pair.indexOf('=');
    const key = (equals === -1 ? pair : pair.slice(0, equals)).trim().toLowerCase();
    const value = equals === -1 ? '' : pair.slice(equals + 1).trim();
    const parameter = Object.hasOwn(known, key) ? known[key] : undefined;
    if (!parameter) {
      return bad(`This practice model has no parameter "${clip(key)}". It takes ${Object.keys(known).join(', ')}.`);
    }
    if (parameter.kind === 'word') {
      if (!parameter.words?.includes(value)) {
        return bad(
          `"${clip(value)}" is no value for "${key}" of this practice model: use ${parameter.words?.join(', ')}.`,
        );
      }
      words[key] = value;
      continue;
    }
    if (parameter.kind === 'name') {
      if (!/^[a-z][a-z-]{0,59}$/.test(value)) {
        return bad(
          `"${clip(value)}" is no value for "${key}" of this practice model: use the id of a fix, such as replace-key.`,
        );
      }
      words[key] = value;
      continue;
    }
    const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
    const { min = 0, max = Number.MAX_SAFE_INTEGER } = parameter;
    if (!(number >= min && number <= max)) {
      return bad(
        `"${clip(value)}" is no value for "${key}" of this practice model: use a whole number from ${min} to ${max}.`,
      );
    }
    numbers[key] = number;
  }
  return {
    ok: true,
    model: { name, behaviour, cause, numbers, words, as: words.as as Shape | undefined, mended: words.mended },
  };
}

function bad(message: string): ParsedModel {
  return { ok: false, cause: 'bad_request_parameter', message };
}

function hyphened(cause: Cause): string {
  return cause.replaceAll('_', '-');
}

/** Every name, for listings: answers first, then faults of streams, then the causes. */
export function practiceNames(): string[] {
  return [...Object.keys(ANSWERS), ...Object.keys(STREAM_FAULTS), ...CAUSES.map(hyphened)];
}

function clip(text: string): string {
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

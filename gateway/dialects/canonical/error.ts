/** A failure as every dialect can say it, and the words that the dialects share for it. Pure. */
import { parseErrorBody } from '../../providers/error-rows.ts';
import { defined } from './json.ts';
import type { Fields } from './request.ts';

export type ErrorKind =
  | 'invalid-request'
  | 'authentication'
  | 'billing'
  | 'permission'
  | 'not-found'
  | 'too-large'
  | 'rate-limit'
  | 'overloaded'
  | 'timeout'
  | 'server';

export interface CanonicalError {
  readonly kind: ErrorKind;
  readonly message: string;
  readonly status?: number;
  /** The provider's own words, kept for its own dialect and for the explanation. */
  readonly type?: string;
  readonly code?: string;
  readonly param?: string;
  readonly retryAfterSeconds?: number;
  /** What Keyward adds to every envelope, where the failure was judged before it was worded. */
  readonly keyward?: Fields;
}

/** What a status says where the body says nothing better. */
export function kindOfStatus(status: number): ErrorKind {
  switch (status) {
    case 401:
      return 'authentication';
    case 402:
      return 'billing';
    case 403:
      return 'permission';
    case 404:
      return 'not-found';
    case 408:
    case 504:
      return 'timeout';
    case 413:
      return 'too-large';
    case 429:
      return 'rate-limit';
    case 503:
    case 529:
      return 'overloaded';
    default:
      return status >= 500 ? 'server' : 'invalid-request';
  }
}

/** The status that a kind is answered with where none came (an error inside a stream, say). */
export function statusOfKind(kind: ErrorKind): number {
  const statuses: Record<ErrorKind, number> = {
    'invalid-request': 400,
    authentication: 401,
    billing: 402,
    permission: 403,
    'not-found': 404,
    'too-large': 413,
    'rate-limit': 429,
    overloaded: 503,
    timeout: 504,
    server: 500,
  };
  return statuses[kind];
}

/** The code of an answer that cannot be used, where nobody has judged it further. */
export const UNUSABLE = 'response_format';

/** An answer that came and cannot be used: broken JSON, an event out of place, an end before the end. */
export function unusable(message: string): CanonicalError {
  return { kind: 'server', status: 502, message, code: UNUSABLE };
}

/** OpenAI's word for what its filters withheld (platform.openai.com/docs/guides/image-generation, *Content moderation*). */
const BLOCKED_CODE = 'moderation_blocked';

/** What was asked for was withheld by the provider's filters, and the caller's form has no answer that could say so. */
export function blocked(message: string): CanonicalError {
  return { kind: 'invalid-request', status: 400, message, code: BLOCKED_CODE };
}

export function isBlocked({ code }: CanonicalError): boolean {
  return code === BLOCKED_CODE;
}

/** Reads an error's value, wherever it stands: a failed answer, an event of a stream, inside a 200. */
export type ReadError = (status: number | undefined, value: unknown, body: string) => CanonicalError;

/** The parser of a dialect's failed answers, out of what reads its errors. The header's wait goes before the body's. */
export function errorParser(read: ReadError) {
  return (status: number | undefined, body: string, headers: Readonly<Record<string, string>>): CanonicalError => {
    const error = read(status, parseErrorBody(body), body);
    return defined({ ...error, retryAfterSeconds: readRetryAfter(headers['retry-after']) ?? error.retryAfterSeconds });
  };
}

/** Seconds of a `retry-after` header in its number form; the date form needs a clock and stays with the transport. */
function readRetryAfter(value: string | undefined): number | undefined {
  if (value === undefined || !/^\d+(\.\d+)?$/.test(value.trim())) return undefined;
  return Number(value);
}

/** The sentence for a body without words: its beginning, or only the status. */
export function plainErrorMessage(status: number | undefined, body: string): string {
  const text = body.trim();
  if (text === '') return `The provider answered with status ${status ?? 'unknown'} and an empty body.`;
  return text.length > 500 ? `${text.slice(0, 500)}…` : text;
}

/** The member that Keyward adds, where there is one. */
export function ownMember({ keyward }: CanonicalError): { readonly keyward?: Fields } {
  return keyward === undefined ? {} : { keyward };
}

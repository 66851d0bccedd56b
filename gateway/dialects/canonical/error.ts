/** A failure as every dialect can say it, and the words that the dialects share for it. Pure. */

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

/** An answer that came and cannot be used: broken JSON, an event out of place, an end before the end. */
export function unusable(message: string): CanonicalError {
  return { kind: 'server', status: 502, message, code: 'response_format' };
}

/** Seconds of a `retry-after` header in its number form; the date form needs a clock and stays with the transport. */
export function readRetryAfter(value: string | undefined): number | undefined {
  if (value === undefined || !/^\d+(\.\d+)?$/.test(value.trim())) return undefined;
  return Number(value);
}

/** A failed answer's body as JSON, or undefined; arrays (Gemini) give their first element. */
export function parseErrorBody(body: string): unknown {
  try {
    const value: unknown = JSON.parse(body);
    return Array.isArray(value) ? value[0] : value;
  } catch {
    return undefined;
  }
}

/** The sentence for a body without words: its beginning, or only the status. */
export function plainErrorMessage(status: number | undefined, body: string): string {
  const text = body.trim();
  if (text === '') return `The provider answered with status ${status ?? 'unknown'} and an empty body.`;
  return text.length > 500 ? `${text.slice(0, 500)}…` : text;
}

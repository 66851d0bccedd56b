/**
 * Errors of the control interface. A `Problem` is one that a person may see: a sentence and a next action. Everything
 * else that is thrown is a fault of ours, logged with its stack and told without it.
 */
import { ORPCError } from '@orpc/server';
import type { $ZodIssue } from 'zod/v4/core';
import { howItShouldBe, placeOf } from '../word-issue.ts';

export type ProblemCode = 'FAILED' | 'INVALID' | 'NOT_FOUND' | 'CONFLICT' | 'LOCKED' | 'REFUSED';

/** HTTP status by code, as the contract states them: an error whose status differs would not count as defined. */
const STATUS: Readonly<Record<ProblemCode, number>> = {
  FAILED: 422,
  INVALID: 400,
  NOT_FOUND: 404,
  CONFLICT: 409,
  LOCKED: 423,
  REFUSED: 403,
};

export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: ProblemCode;
  readonly next: string | null;

  constructor(code: ProblemCode, sentence: string, next: string | null = null) {
    super(sentence);
    this.code = code;
    this.next = next;
  }
}

/** Codes of the store's and the vault's own errors, which already carry a sentence and a next action. */
const CODE_OF_STORE_ERROR: Readonly<Record<string, ProblemCode>> = {
  invalid: 'INVALID',
  'not-found': 'NOT_FOUND',
  'home-busy': 'CONFLICT',
  'home-missing': 'NOT_FOUND',
  'read-only': 'REFUSED',
  'newer-schema': 'REFUSED',
  'vault-locked': 'LOCKED',
  'vault-empty': 'LOCKED',
  'vault-damaged': 'LOCKED',
  'wrong-passphrase': 'REFUSED',
  'last-way-in': 'REFUSED',
  'no-keychain': 'REFUSED',
  'weak-keychain': 'REFUSED',
};

/** What the caller is told about an error. `onFault` is called for what is nobody's input but a mistake of ours. */
export function toControlError(error: unknown, onFault: (error: unknown) => void): ORPCError<string, unknown> {
  if (error instanceof Problem) return problemError(error.code, error.message, error.next);
  if (error instanceof ORPCError) return validationError(error) ?? faultUnlessOurs(error, onFault);
  const worded = error as { name?: unknown; code?: unknown; message: string; next?: unknown } | null;
  if (worded && typeof worded.code === 'string' && (worded.next === null || typeof worded.next === 'string')) {
    return problemError(CODE_OF_STORE_ERROR[worded.code] ?? 'FAILED', worded.message, worded.next);
  }
  onFault(error);
  return fault();
}

function problemError(code: ProblemCode, message: string, next: string | null) {
  return new ORPCError(code, { status: STATUS[code], message, data: { next } });
}

function fault() {
  return new ORPCError('INTERNAL_SERVER_ERROR', {
    message: 'Keyward made a mistake while doing this.',
    data: { next: 'Try it again; the log in the home folder (logs/keyward.log) tells more.' },
  });
}

function faultUnlessOurs(error: ORPCError<string, unknown>, onFault: (error: unknown) => void) {
  if (error.status < 500) return error;
  onFault(error.cause ?? error);
  return fault();
}

function validationError(error: ORPCError<string, unknown>): ORPCError<string, unknown> | undefined {
  if (error.code !== 'BAD_REQUEST') return undefined;
  const issues = (error.data as { issues?: readonly $ZodIssue[] } | undefined)?.issues;
  if (!issues) return problemError('INVALID', 'The request could not be understood.', 'Send it as JSON.');
  return problemError('INVALID', wordIssues(issues), 'Correct it and try again.');
}

/** At most three issues as one sentence; never a value, which may be a secret. */
export function wordIssues(
  issues: readonly { readonly path?: readonly unknown[]; readonly message: string }[],
): string {
  const shown = issues.slice(0, 3).map((issue) => {
    const place = placeOf(issue);
    return `${place === '' ? 'it' : `"${place}"`} ${howItShouldBe(issue)}`;
  });
  const more = issues.length > shown.length ? ` (and ${issues.length - shown.length} more)` : '';
  return `That does not fit: ${shown.join('; ')}${more}.`;
}

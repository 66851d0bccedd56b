/** A canonical error in Google's envelope. Source: google.aip.dev/193. */
import { type CanonicalError, type ErrorKind, ownMember, statusOfKind } from '../canonical/error.ts';
import type { Fields } from '../canonical/request.ts';

const WORDS: Readonly<Record<ErrorKind, string>> = {
  'invalid-request': 'INVALID_ARGUMENT',
  authentication: 'UNAUTHENTICATED',
  billing: 'RESOURCE_EXHAUSTED',
  permission: 'PERMISSION_DENIED',
  'not-found': 'NOT_FOUND',
  'too-large': 'INVALID_ARGUMENT',
  'rate-limit': 'RESOURCE_EXHAUSTED',
  overloaded: 'UNAVAILABLE',
  timeout: 'DEADLINE_EXCEEDED',
  server: 'INTERNAL',
};

export function buildError(error: CanonicalError): { readonly status: number; readonly body: Fields } {
  const own = error.kind === 'billing' ? 429 : error.status === 529 ? 503 : error.status;
  const status = own ?? statusOfKind(error.kind);
  return {
    status,
    body: { error: { code: status, message: error.message, status: WORDS[error.kind], ...ownMember(error) } },
  };
}

/** A canonical error in Anthropic's envelope. Source: docs.claude.com/en/api/errors. */
import { type CanonicalError, type ErrorKind, ownMember, statusOfKind } from '../canonical/error.ts';
import type { Fields } from '../canonical/request.ts';

const TYPES: Readonly<Record<ErrorKind, string>> = {
  'invalid-request': 'invalid_request_error',
  authentication: 'authentication_error',
  billing: 'billing_error',
  permission: 'permission_error',
  'not-found': 'not_found_error',
  'too-large': 'request_too_large',
  'rate-limit': 'rate_limit_error',
  overloaded: 'overloaded_error',
  timeout: 'timeout_error',
  server: 'api_error',
};

export function buildError(error: CanonicalError): { readonly status: number; readonly body: Fields } {
  const status = error.status ?? (error.kind === 'overloaded' ? 529 : statusOfKind(error.kind));
  return {
    status,
    body: { type: 'error', error: { type: TYPES[error.kind], message: error.message, ...ownMember(error) } },
  };
}

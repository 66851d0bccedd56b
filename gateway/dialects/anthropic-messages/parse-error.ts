/** Anthropic's errors as canonical ones. Source: docs.claude.com/en/api/errors. */
import {
  type CanonicalError,
  type ErrorKind,
  errorParser,
  kindOfStatus,
  plainErrorMessage,
  statusOfKind,
} from '../canonical/error.ts';
import { asRecord, asText, defined } from '../canonical/json.ts';

const KINDS: Readonly<Record<string, ErrorKind>> = {
  invalid_request_error: 'invalid-request',
  authentication_error: 'authentication',
  billing_error: 'billing',
  permission_error: 'permission',
  not_found_error: 'not-found',
  request_too_large: 'too-large',
  rate_limit_error: 'rate-limit',
  overloaded_error: 'overloaded',
  timeout_error: 'timeout',
  api_error: 'server',
};

/** The value of an `error` event or of a failed answer; in a stream no status came, and the type stands for one. */
export function errorOfValue(status: number | undefined, value: unknown, body: string): CanonicalError {
  const error = asRecord(asRecord(value)?.error);
  const type = asText(error?.type);
  const kind = KINDS[type ?? ''] ?? kindOfStatus(status ?? 500);
  return defined({
    kind,
    message: asText(error?.message) ?? plainErrorMessage(status, body),
    // 529 is Anthropic's own status for an overload.
    status: status ?? (kind === 'overloaded' ? 529 : statusOfKind(kind)),
    type,
  });
}

export const parseError = errorParser(errorOfValue);

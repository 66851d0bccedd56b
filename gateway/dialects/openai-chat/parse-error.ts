/**
 * Errors of OpenAI and its look-alikes as canonical ones. Source: platform.openai.com/docs/guides/error-codes. Look-alikes
 * answer `{"error":"text"}`, `{"message":…}` and `{"detail":…}` too.
 */
import {
  type CanonicalError,
  type ErrorKind,
  errorParser,
  kindOfStatus,
  plainErrorMessage,
} from '../canonical/error.ts';
import { asNumber, asRecord, asText, defined } from '../canonical/json.ts';

/** An error's value as it also stands inside streams and 200s. */
export function errorOfValue(status: number | undefined, value: unknown, body: string): CanonicalError {
  const holder = asRecord(value) ?? {};
  const error = asRecord(holder.error) ?? holder;
  const code = asText(error.code) ?? asNumber(error.code)?.toString();
  const type = asText(error.type);
  const known = status ?? statusOf(error);
  return defined({
    kind: kindOf(code, type) ?? kindOfStatus(known ?? 500),
    message: asText(holder.error) ?? asText(error.message) ?? asText(error.detail) ?? plainErrorMessage(known, body),
    status: known,
    type,
    code,
    param: asText(error.param),
  });
}

export const parseError = errorParser(errorOfValue);

/** Look-alikes put the status into `code` of an error in a stream. */
function statusOf(error: Record<string, unknown>): number | undefined {
  const number = asNumber(error.code) ?? asNumber(error.status);
  return number !== undefined && number >= 400 && number < 600 ? number : undefined;
}

function kindOf(code: string | undefined, type: string | undefined): ErrorKind | undefined {
  switch (code ?? type) {
    case 'invalid_api_key':
      return 'authentication';
    case 'insufficient_quota':
    case 'billing_hard_limit_reached':
      return 'billing';
    case 'rate_limit_exceeded':
      return 'rate-limit';
    case 'model_not_found':
      return 'not-found';
    case 'server_error':
      return 'server';
    default:
      return undefined;
  }
}

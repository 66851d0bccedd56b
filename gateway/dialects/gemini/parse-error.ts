/** Google's errors as canonical ones. Sources: ai.google.dev/gemini-api/docs/troubleshooting, google.aip.dev/193. */
import {
  type CanonicalError,
  type ErrorKind,
  errorParser,
  kindOfStatus,
  plainErrorMessage,
} from '../canonical/error.ts';
import { asNumber, asRecord, asRecords, asText, defined } from '../canonical/json.ts';

const KINDS: Readonly<Record<string, ErrorKind>> = {
  INVALID_ARGUMENT: 'invalid-request',
  FAILED_PRECONDITION: 'invalid-request',
  UNAUTHENTICATED: 'authentication',
  PERMISSION_DENIED: 'permission',
  NOT_FOUND: 'not-found',
  RESOURCE_EXHAUSTED: 'rate-limit',
  UNAVAILABLE: 'overloaded',
  DEADLINE_EXCEEDED: 'timeout',
  INTERNAL: 'server',
};

/** A key that is not valid is a 400 here; its reason tells (`API_KEY_INVALID`). */
export function errorOfValue(status: number | undefined, value: unknown, body: string): CanonicalError {
  const error = asRecord(asRecord(value)?.error);
  const details = asRecords(error?.details);
  const reason = details.map((detail) => asText(detail.reason)).find((text) => text !== undefined);
  const word = asText(error?.status);
  const known = status ?? asNumber(error?.code);
  const kind = reason === 'API_KEY_INVALID' ? 'authentication' : (KINDS[word ?? ''] ?? kindOfStatus(known ?? 500));
  return defined({
    kind,
    message: asText(error?.message) ?? plainErrorMessage(known, body),
    status: known,
    type: word,
    code: reason,
    retryAfterSeconds: retryDelay(details),
  });
}

export const parseError = errorParser(errorOfValue);

/** `google.rpc.RetryInfo`: `"retryDelay": "34.07s"`. */
function retryDelay(details: readonly Record<string, unknown>[]): number | undefined {
  const text = details.map((detail) => asText(detail.retryDelay)).find((delay) => delay !== undefined);
  const seconds = text === undefined ? Number.NaN : Number.parseFloat(text);
  return Number.isFinite(seconds) ? seconds : undefined;
}

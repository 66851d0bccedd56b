/** Cohere's errors: one message, the class is the status. Source: docs.cohere.com/reference/errors. */
import { type CanonicalError, errorParser, kindOfStatus, plainErrorMessage } from '../canonical/error.ts';
import { asRecord, asText, defined } from '../canonical/json.ts';

/** Trial keys answer 429 for the month's allowance as well (docs.cohere.com/docs/rate-limits). */
const ALLOWANCE = /trial key|monthly|limited to \d+ api calls/i;

function errorOfValue(status: number | undefined, value: unknown, body: string): CanonicalError {
  const message = asText(asRecord(value)?.message) ?? plainErrorMessage(status, body);
  const kind = status === 429 && ALLOWANCE.test(message) ? 'billing' : kindOfStatus(status ?? 500);
  return defined({ kind, message, status: status ?? 500 });
}

export const parseError = errorParser(errorOfValue);

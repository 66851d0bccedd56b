/**
 * Errors of Replicate's API (`title`, `detail`, `status`) and of runs that failed (`error`, one text). Source:
 * replicate.com/docs/reference/http, replicate.com/docs/reference/error-codes.
 */
import {
  type CanonicalError,
  type ErrorKind,
  errorParser,
  kindOfStatus,
  plainErrorMessage,
  statusOfKind,
} from '../canonical/error.ts';
import { asNumber, asRecord, asRecords, asText, defined } from '../canonical/json.ts';

function errorOfValue(status: number | undefined, value: unknown, body: string): CanonicalError {
  const holder = asRecord(value);
  // A whole prediction: its status is a word.
  if (typeof holder?.status === 'string') return errorOfRun(holder.status, asText(holder.error));
  const known = status ?? asNumber(holder?.status) ?? 500;
  const fields = asRecords(holder?.invalid_fields).map(
    ({ field, description }) => `${asText(field)}: ${asText(description)}`,
  );
  const detail = asText(holder?.detail) ?? asText(holder?.title);
  return defined({
    kind: kindOfStatus(known),
    message: detail === undefined ? plainErrorMessage(status, body) : [detail, ...fields].join('\n'),
    status: known,
    type: asText(holder?.title),
    retryAfterSeconds: asNumber(holder?.retry_after),
  });
}

export const parseError = errorParser(errorOfValue);

/** `PA` and the like: the machine was taken away, and the same run may succeed on another. */
const TRANSIENT = /please retry|prediction interrupted|\(code: P[A-Z]\)|temporarily unavailable|overloaded|capacity/i;
const FLAGGED = /flagged as sensitive|\bE005\b|content policy|safety|nsfw/i;
const INPUT = /input validation|invalid input|\bE006\b|context length|maximum context|too long|prompt length exceeds/i;

/** A run that failed has no status: its words tell whose fault it was. */
export function errorOfRun(status: string, message: string | undefined): CanonicalError {
  if (status === 'canceled' || status === 'aborted') {
    return {
      kind: 'server',
      status: 500,
      message: message || `The run was ${status} before it was over.`,
      code: status,
    };
  }
  const text = message || 'The run failed, and Replicate does not say why.';
  const kind: ErrorKind = TRANSIENT.test(text)
    ? 'overloaded'
    : FLAGGED.test(text) || INPUT.test(text)
      ? 'invalid-request'
      : 'server';
  return defined({ kind, status: statusOfKind(kind), message: text, code: /\bE\d{3,4}\b/.exec(text)?.[0] });
}

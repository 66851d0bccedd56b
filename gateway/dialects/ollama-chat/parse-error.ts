/**
 * Ollama's errors: one sentence, the class is the status; inside a stream a line with the sentence alone. Source:
 * github.com/ollama/ollama, docs/api/errors.mdx. `status` beside it: what the server would have answered before the stream began.
 */
import { type CanonicalError, errorParser, kindOfStatus, plainErrorMessage } from '../canonical/error.ts';
import { asNumber, asRecord, asText, defined } from '../canonical/json.ts';

export function errorOfValue(status: number | undefined, value: unknown, body: string): CanonicalError {
  const holder = asRecord(value);
  // A gateway before a server may word its own errors as OpenAI does.
  const message = asText(holder?.error) ?? asText(asRecord(holder?.error)?.message) ?? asText(holder?.message);
  const known = status ?? asNumber(holder?.status) ?? 500;
  return defined({ kind: kindOfStatus(known), message: message ?? plainErrorMessage(status, body), status: known });
}

export const parseError = errorParser(errorOfValue);

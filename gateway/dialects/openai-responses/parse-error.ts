/**
 * Errors of the Responses API as canonical ones: failed answers, `error` events and the `error` of a failed response.
 * Source: platform.openai.com/docs/guides/error-codes, …/api-reference/responses-streaming.
 */
import {
  type CanonicalError,
  type ErrorKind,
  errorParser,
  kindOfStatus,
  plainErrorMessage,
} from '../canonical/error.ts';
import { asRecord, asText, defined } from '../canonical/json.ts';

export function errorOfValue(status: number | undefined, value: unknown, body: string): CanonicalError {
  const holder = asRecord(value) ?? {};
  const error = asRecord(holder.error) ?? holder;
  const code = asText(error.code);
  const type = asText(error.type);
  return defined({
    kind: KINDS[code ?? ''] ?? kindOfStatus(status ?? 500),
    message: asText(error.message) ?? plainErrorMessage(status, body),
    status,
    type: type === 'error' ? undefined : type,
    code,
    param: asText(error.param),
  });
}

export const parseError = errorParser(errorOfValue);

const KINDS: Readonly<Record<string, ErrorKind>> = {
  invalid_api_key: 'authentication',
  insufficient_quota: 'billing',
  rate_limit_exceeded: 'rate-limit',
  model_not_found: 'not-found',
  server_error: 'server',
  invalid_prompt: 'invalid-request',
  context_length_exceeded: 'invalid-request',
};

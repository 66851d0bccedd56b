/**
 * A canonical error in OpenAI's envelope, which chat completions and the Responses API share. Source:
 * platform.openai.com/docs/guides/error-codes/api-errors.
 */
import { type CanonicalError, type ErrorKind, ownMember, statusOfKind } from './canonical/error.ts';
import type { Fields } from './canonical/request.ts';

const TYPES: Readonly<Record<ErrorKind, string>> = {
  'invalid-request': 'invalid_request_error',
  authentication: 'authentication_error',
  billing: 'insufficient_quota',
  permission: 'permission_error',
  'not-found': 'invalid_request_error',
  'too-large': 'invalid_request_error',
  'rate-limit': 'rate_limit_error',
  overloaded: 'server_error',
  timeout: 'server_error',
  server: 'server_error',
};

const CODES: Readonly<Partial<Record<ErrorKind, string>>> = {
  authentication: 'invalid_api_key',
  billing: 'insufficient_quota',
  'not-found': 'model_not_found',
  'rate-limit': 'rate_limit_exceeded',
};

/** 429 for billing, as OpenAI answers it; otherwise the status that came. */
export function buildOpenaiError(error: CanonicalError): { readonly status: number; readonly body: Fields } {
  const status = error.kind === 'billing' ? 429 : (error.status ?? statusOfKind(error.kind));
  return {
    status,
    body: {
      error: {
        message: error.message,
        type: TYPES[error.kind],
        param: error.param ?? null,
        code: CODES[error.kind] ?? error.code ?? null,
        ...ownMember(error),
      },
    },
  };
}

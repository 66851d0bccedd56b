/**
 * Errors in the caller's dialect: the shape that makes its SDK raise the right class, plus what Keyward knows.
 * Pure builders; sources: platform.openai.com/docs/guides/error-codes, docs.claude.com/en/api/errors,
 * cloud.google.com/apis/design/errors.
 */
import type { Cause, Stage } from '../causes.ts';
import type { Family } from '../exchange.ts';

/** The member that Keyward adds to every error envelope. */
export interface KeywardMember {
  readonly capture: string;
  readonly cause: Cause;
  readonly stage: Stage;
  /** URL of the explanation. */
  readonly explain: string;
}

export interface ErrorFacts {
  readonly status: number;
  readonly message: string;
  readonly param?: string;
  /** The provider's own code and type, where a provider's error is being wrapped. */
  readonly code?: string;
  readonly type?: string;
  readonly keyward: KeywardMember;
}

/** The JSON text of an error in the family's envelope. `raw` callers get OpenAI's, the field's common form. */
export function buildErrorBody(family: Family, facts: ErrorFacts): string {
  return JSON.stringify(buildErrorValue(family, facts));
}

export function buildErrorValue(family: Family, facts: ErrorFacts): Record<string, unknown> {
  switch (family) {
    case 'anthropic':
      return {
        type: 'error',
        error: {
          type: facts.type ?? anthropicType(facts.status, facts.keyward.cause),
          message: facts.message,
          keyward: facts.keyward,
        },
        request_id: facts.keyward.capture,
      };
    case 'gemini':
      return {
        error: {
          code: facts.status,
          message: facts.message,
          status: googleStatus(facts.status),
          details: [
            {
              '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
              reason: (facts.code ?? facts.keyward.cause).toUpperCase(),
              domain: 'keyward',
            },
          ],
          keyward: facts.keyward,
        },
      };
    case 'openai':
    case 'raw':
      return {
        error: {
          message: facts.message,
          type: facts.type ?? openaiType(facts.status),
          param: facts.param ?? null,
          code: facts.code ?? openaiCode(facts.keyward.cause),
          keyward: facts.keyward,
        },
      };
  }
}

/** An error inside a stream that has already begun, as the dialect's own error event, whole and ready to write. */
export function buildStreamError(family: Family, facts: ErrorFacts): string {
  const body = buildErrorBody(family, facts);
  return family === 'anthropic' ? `event: error\ndata: ${body}\n\n` : `data: ${body}\n\n`;
}

function openaiType(status: number): string {
  if (status === 401) return 'authentication_error';
  if (status === 403) return 'permission_error';
  if (status === 429) return 'rate_limit_error';
  if (status >= 500) return 'server_error';
  return 'invalid_request_error';
}

/** OpenAI's own code where it has one for the cause, so that programs which switch on it keep working. */
export function openaiCode(cause: Cause): string {
  switch (cause) {
    case 'key_invalid_unknown':
    case 'key_malformed':
    case 'key_wrong_provider':
      return 'invalid_api_key';
    case 'rate_limited':
      return 'rate_limit_exceeded';
    case 'quota_exhausted':
      return 'insufficient_quota';
    case 'context_too_long':
      return 'context_length_exceeded';
    default:
      return cause;
  }
}

function anthropicType(status: number, cause: Cause): string {
  if (cause === 'provider_overloaded') return 'overloaded_error';
  if (cause === 'upstream_timeout') return 'timeout_error';
  switch (status) {
    case 400:
      return 'invalid_request_error';
    case 401:
      return 'authentication_error';
    case 402:
      return 'billing_error';
    case 403:
      return 'permission_error';
    case 404:
    case 405:
      return 'not_found_error';
    case 413:
      return 'request_too_large';
    case 429:
      return 'rate_limit_error';
    case 529:
      return 'overloaded_error';
    default:
      return status >= 500 ? 'api_error' : 'invalid_request_error';
  }
}

function googleStatus(status: number): string {
  switch (status) {
    case 400:
      return 'INVALID_ARGUMENT';
    case 401:
      return 'UNAUTHENTICATED';
    case 403:
      return 'PERMISSION_DENIED';
    case 404:
      return 'NOT_FOUND';
    case 405:
      return 'UNIMPLEMENTED';
    case 409:
      return 'ABORTED';
    case 413:
      return 'INVALID_ARGUMENT';
    case 429:
      return 'RESOURCE_EXHAUSTED';
    case 499:
      return 'CANCELLED';
    case 503:
      return 'UNAVAILABLE';
    case 504:
      return 'DEADLINE_EXCEEDED';
    default:
      return status >= 500 ? 'INTERNAL' : 'INVALID_ARGUMENT';
  }
}

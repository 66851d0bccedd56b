/**
 * Anthropic's refusals. Sources: docs.claude.com/en/api/errors and the rows and sources of the `anthropic` record in
 * data/providers.json; texts of subscription tokens from github.com/anthropics/claude-code issues. Anthropic says
 * "invalid x-api-key" to a malformed and to an unknown key alike: only the key itself tells them apart.
 */
import type { FailureTable } from './wire-failure.ts';

const MODEL = 'claude-practice';

export const ANTHROPIC_FAILURES: FailureTable = {
  key_missing: { status: 401, type: 'authentication_error', message: 'x-api-key header is required' },
  key_malformed: { status: 401, type: 'authentication_error', message: 'invalid x-api-key' },
  key_wrong_provider: {
    status: 401,
    type: 'authentication_error',
    message: 'OAuth authentication is currently not supported.',
  },
  key_invalid_unknown: { status: 401, type: 'authentication_error', message: 'invalid x-api-key' },
  key_expired: {
    status: 401,
    type: 'authentication_error',
    message: 'OAuth token has expired. Please obtain a new token or refresh your existing token.',
  },
  key_revoked: {
    status: 403,
    type: 'permission_error',
    message: 'OAuth token has been revoked. Please obtain a new token.',
  },
  // No published text is known; worded after the documented permission_error.
  key_mismatch: {
    status: 403,
    type: 'permission_error',
    message: 'Your API key belongs to a different organization than the resource you are trying to access.',
  },
  permission_missing: {
    status: 403,
    type: 'permission_error',
    message: 'Your API key does not have permission to use the specified resource.',
  },
  model_not_found: { status: 404, type: 'not_found_error', message: `model: ${MODEL}` },
  model_no_access: {
    status: 403,
    type: 'permission_error',
    message: `Your organization does not have access to model ${MODEL}.`,
  },
  region_blocked: { status: 403, type: 'forbidden', message: 'Request not allowed' },
  account_disabled: {
    status: 400,
    type: 'invalid_request_error',
    message: 'This organization has been disabled.',
  },
  rate_limited: {
    status: 429,
    type: 'rate_limit_error',
    message:
      "This request would exceed your organization's rate limit of 50 requests per minute. For details, refer to: https://docs.claude.com/en/api/rate-limits. You can see the response headers for current usage. Please reduce the prompt length or the maximum tokens requested, or try again later.",
    headers: {
      'retry-after': '20',
      'anthropic-ratelimit-requests-limit': '50',
      'anthropic-ratelimit-requests-remaining': '0',
      'anthropic-ratelimit-requests-reset': '2026-01-01T00:00:20Z',
    },
  },
  quota_exhausted: {
    status: 400,
    type: 'invalid_request_error',
    message:
      'Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.',
  },
  bad_request_parameter: { status: 400, type: 'invalid_request_error', message: 'max_tokens: Field required' },
  context_too_long: {
    status: 400,
    type: 'invalid_request_error',
    message: 'prompt is too long: 210042 tokens > 200000 maximum',
  },
  payload_too_large: { status: 413, type: 'request_too_large', message: 'Request exceeds the maximum size' },
  content_blocked: {
    status: 400,
    type: 'invalid_request_error',
    message: 'Output blocked by content filtering policy',
  },
  wrong_endpoint: { status: 404, type: 'not_found_error', message: 'Not Found' },
  provider_outage: { status: 500, type: 'api_error', message: 'Internal server error' },
  provider_overloaded: { status: 529, type: 'overloaded_error', message: 'Overloaded' },
  // As a reseller in front of Anthropic answers, in Anthropic's envelope.
  gateway_config: {
    status: 503,
    type: 'new_api_error',
    message: `No available channel for model ${MODEL} under group default (distributor)`,
  },
  other: {
    status: 409,
    type: 'conflict_error',
    message: 'The request conflicts with the current state of the resource.',
  },
};

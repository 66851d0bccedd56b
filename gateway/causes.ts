/**
 * The closed list of causes: why an exchange failed. Every refusal, every verdict and every explanation names one of
 * these, and every `switch` over them is exhaustive, so a new cause cannot be added without words for it.
 */
export const CAUSES = [
  'key_missing',
  'key_malformed',
  'key_wrong_provider',
  'key_invalid_unknown',
  'key_expired',
  'key_revoked',
  'key_mismatch',
  'permission_missing',
  'model_not_found',
  'model_no_access',
  'region_blocked',
  'account_disabled',
  'rate_limited',
  'quota_exhausted',
  'bad_request_parameter',
  'context_too_long',
  'payload_too_large',
  'content_blocked',
  'wrong_endpoint',
  'provider_outage',
  'provider_overloaded',
  'upstream_timeout',
  'network_dns',
  'network_refused',
  'network_tls',
  'network_reset_or_truncated',
  'proxy_interference',
  'clock_skew',
  'gateway_config',
  'response_format',
  'other',
] as const;

export type Cause = (typeof CAUSES)[number];

/** The stages an exchange passes, in order.  */
export const STAGES = [
  'receive',
  'identify',
  'authorize',
  'limit',
  'cache',
  'route',
  'transform',
  'translate',
  'forward',
  'respond',
] as const;

export type Stage = (typeof STAGES)[number];

/** HTTP status of the gateway's own refusals, by cause. A provider's answer keeps the provider's status instead. */
export const REFUSAL_STATUS: Readonly<Record<Cause, number>> = {
  key_missing: 401,
  key_malformed: 401,
  key_wrong_provider: 401,
  key_invalid_unknown: 401,
  key_expired: 401,
  key_revoked: 401,
  key_mismatch: 403,
  permission_missing: 403,
  model_not_found: 404,
  model_no_access: 403,
  region_blocked: 403,
  account_disabled: 403,
  rate_limited: 429,
  quota_exhausted: 429,
  bad_request_parameter: 400,
  context_too_long: 400,
  payload_too_large: 413,
  content_blocked: 400,
  wrong_endpoint: 404,
  provider_outage: 502,
  provider_overloaded: 503,
  upstream_timeout: 504,
  network_dns: 502,
  network_refused: 502,
  network_tls: 502,
  network_reset_or_truncated: 502,
  proxy_interference: 502,
  clock_skew: 502,
  gateway_config: 503,
  response_format: 502,
  other: 500,
};

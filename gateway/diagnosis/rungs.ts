/** Which check of the ladder a cause fails, on the provider's side and, by stage, on the gateway's. */
import type { Cause, Stage } from '../causes.ts';
import type { LadderCheck } from './explanation.ts';

export const RUNG_OF_CAUSE: Readonly<Record<Cause, LadderCheck>> = {
  key_missing: 'key_accepted',
  key_malformed: 'key_accepted',
  key_wrong_provider: 'key_accepted',
  key_invalid_unknown: 'key_accepted',
  key_expired: 'key_accepted',
  key_revoked: 'key_accepted',
  key_mismatch: 'key_accepted',
  permission_missing: 'key_accepted',
  account_disabled: 'key_accepted',
  region_blocked: 'reached',
  model_not_found: 'request_accepted',
  model_no_access: 'request_accepted',
  bad_request_parameter: 'request_accepted',
  context_too_long: 'request_accepted',
  payload_too_large: 'request_accepted',
  content_blocked: 'request_accepted',
  wrong_endpoint: 'request_accepted',
  rate_limited: 'capacity',
  quota_exhausted: 'capacity',
  provider_overloaded: 'capacity',
  provider_outage: 'capacity',
  upstream_timeout: 'reached',
  network_dns: 'reached',
  network_refused: 'reached',
  network_tls: 'reached',
  network_reset_or_truncated: 'answer_whole',
  proxy_interference: 'reached',
  clock_skew: 'reached',
  gateway_config: 'routed',
  response_format: 'answer_whole',
  other: 'request_accepted',
};

export const RUNG_OF_STAGE: Readonly<Record<Stage, LadderCheck>> = {
  receive: 'arrived',
  identify: 'identified',
  authorize: 'permitted',
  limit: 'permitted',
  cache: 'cached',
  route: 'routed',
  translate: 'translated',
  forward: 'reached',
  respond: 'answer_whole',
};

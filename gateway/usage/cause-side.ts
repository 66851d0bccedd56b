import type { Cause } from '../causes.ts';

/**
 * Whose trouble a failed attempt tells of. `request`: the provider did its work and did not like what it was asked, which
 * says nothing about the weather there.
 */
export type Side = 'provider' | 'network' | 'key' | 'request';

export function sideOf(cause: Cause): Side {
  switch (cause) {
    case 'provider_outage':
    case 'provider_overloaded':
    case 'upstream_timeout':
    case 'network_reset_or_truncated':
    case 'response_format':
    case 'other':
      return 'provider';
    case 'network_dns':
    case 'network_refused':
    case 'network_tls':
    case 'proxy_interference':
    case 'clock_skew':
      return 'network';
    case 'key_missing':
    case 'key_malformed':
    case 'key_wrong_provider':
    case 'key_invalid_unknown':
    case 'key_expired':
    case 'key_revoked':
    case 'key_mismatch':
    case 'permission_missing':
    case 'region_blocked':
    case 'account_disabled':
    case 'rate_limited':
    case 'quota_exhausted':
      return 'key';
    case 'model_not_found':
    case 'model_no_access':
    case 'bad_request_parameter':
    case 'context_too_long':
    case 'payload_too_large':
    case 'content_blocked':
    case 'wrong_endpoint':
    case 'gateway_config':
      return 'request';
  }
}

/**
 * Which fixes truly mend a practised failure: with `mended=FIX` in its name, a practice model behaves as if that fix had been
 * carried out. Data of its own, since a provider knows nothing of diagnosis; a test holds it against the fixes offered.
 * Fixes that only look or ask (a status page, the documentation, a check) mend nothing, and sending again mends only what passes.
 */
import type { Cause } from '../../causes.ts';

export const MENDED_BY: Readonly<Record<Cause, readonly string[]>> = {
  key_missing: ['enter-key'],
  key_malformed: ['replace-key'],
  key_wrong_provider: ['replace-key', 'edit-base-url'],
  key_invalid_unknown: ['replace-key'],
  key_expired: ['replace-key'],
  key_revoked: ['replace-key'],
  key_mismatch: ['replace-key', 'edit-provider-headers', 'edit-base-url'],
  permission_missing: ['open-keys-page', 'replace-key'],
  model_not_found: ['use-model'],
  model_no_access: ['use-model', 'open-limits-page', 'open-keys-page'],
  region_blocked: ['set-proxy'],
  account_disabled: ['open-billing-page', 'contact-support', 'replace-key'],
  rate_limited: ['retry-later', 'open-limits-page', 'use-model'],
  quota_exhausted: ['open-billing-page', 'open-limits-page', 'use-model'],
  bad_request_parameter: ['edit-and-replay', 'use-model'],
  context_too_long: ['edit-and-replay', 'use-model'],
  payload_too_large: ['edit-and-replay'],
  content_blocked: ['edit-and-replay', 'use-model'],
  wrong_endpoint: ['edit-base-url'],
  provider_outage: ['retry', 'use-model'],
  provider_overloaded: ['retry-later', 'use-model'],
  upstream_timeout: ['retry', 'raise-timeout'],
  network_dns: ['edit-base-url', 'check-network', 'set-proxy'],
  network_refused: ['start-server', 'edit-base-url'],
  network_tls: ['trust-certificate', 'set-proxy', 'check-clock'],
  network_reset_or_truncated: ['retry', 'check-network'],
  proxy_interference: ['set-proxy', 'check-network'],
  clock_skew: ['check-clock'],
  gateway_config: ['edit-route', 'edit-base-url'],
  response_format: ['retry', 'use-model'],
  other: ['retry', 'contact-support'],
};

/** The causes that failures in the middle of a stream amount to, by name. */
const STREAM_FAULT_CAUSES: Readonly<Record<string, readonly Cause[]>> = {
  'cut-stream': ['network_reset_or_truncated'],
  'error-in-stream': ['provider_outage', 'provider_overloaded'],
};

/** Whether the fix, carried out, would let this practice model answer. */
export function mends(fix: string, model: { readonly name: string; readonly cause?: Cause }): boolean {
  const causes = model.cause ? [model.cause] : (STREAM_FAULT_CAUSES[model.name] ?? []);
  return causes.some((cause) => MENDED_BY[cause].includes(fix));
}

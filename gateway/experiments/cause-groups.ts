/** Causes that one change takes away together. */
import type { Cause } from '../causes.ts';

/** Another key would not have them, and they show wherever the key is used. */
export const CREDENTIAL_CAUSES = [
  'key_malformed',
  'key_wrong_provider',
  'key_invalid_unknown',
  'key_expired',
  'key_revoked',
  'key_mismatch',
  'account_disabled',
  'permission_missing',
] as const satisfies readonly Cause[];

/** Another key would not have them, but only the request itself shows them. */
export const KEY_CAUSES = [
  ...CREDENTIAL_CAUSES,
  'key_missing',
  'model_no_access',
  'rate_limited',
  'quota_exhausted',
] as const satisfies readonly Cause[];

export const MODEL_CAUSES = ['model_not_found', 'model_no_access'] as const satisfies readonly Cause[];

/** The smallest form of the same request would not have them. */
export const REQUEST_CAUSES = [
  'bad_request_parameter',
  'context_too_long',
  'payload_too_large',
  'content_blocked',
] as const satisfies readonly Cause[];

export function among(group: readonly Cause[], cause: Cause | null | undefined): boolean {
  return cause !== null && cause !== undefined && group.includes(cause);
}

/** The same log-odds for each of them. */
export function each(group: readonly Cause[], weight: number): Partial<Record<Cause, number>> {
  return Object.fromEntries(group.map((cause) => [cause, weight]));
}

/**
 * What may follow a failed attempt, by its cause: the same again, another key of the same provider, another target. Data;
 * `next-move.ts` reads it with what is left to try. A cause that lies in the request itself ends it: whoever is asked next
 * would refuse it too.
 */
import type { Cause } from '../causes.ts';

export interface CauseRow {
  /** Finishes "the provider …" or stands alone, in the reason that an attempt records. */
  readonly because: string;
  /** `first`: before anything else, as the fault may be over in a moment. `last`: only where nothing else is left. */
  readonly again: 'first' | 'last' | 'never';
  readonly nextKey: boolean;
  /** `larger-window`: only to a model that is known to take more tokens. */
  readonly nextTarget: boolean | 'larger-window';
  /** The provider's own fault: counts for the circuit breaker of the target. Never what the caller or a key did. */
  readonly breaks: boolean;
  /** The key rests: everywhere, or for this model alone. */
  readonly rests?: 'key' | 'key-for-model';
}

const CALLER: Omit<CauseRow, 'because'> = { again: 'never', nextKey: false, nextTarget: false, breaks: false };
const KEY: Omit<CauseRow, 'because'> = {
  again: 'never',
  nextKey: true,
  nextTarget: true,
  breaks: false,
  rests: 'key',
};
const FAULT: Omit<CauseRow, 'because'> = { again: 'first', nextKey: false, nextTarget: true, breaks: true };

export const MOVES: Readonly<Record<Cause, CauseRow>> = {
  key_missing: { ...KEY, because: 'no key was sent' },
  key_malformed: { ...KEY, because: 'the key is malformed' },
  key_wrong_provider: { ...KEY, because: 'the key is another provider’s' },
  key_invalid_unknown: { ...KEY, because: 'the key was rejected' },
  key_expired: { ...KEY, because: 'the key has expired' },
  key_revoked: { ...KEY, because: 'the key was withdrawn' },
  key_mismatch: { ...KEY, because: 'the key belongs to somebody else' },
  account_disabled: { ...KEY, because: 'the account is disabled' },
  quota_exhausted: { ...KEY, because: 'the key has no credit left' },
  permission_missing: { ...KEY, rests: 'key-for-model', because: 'the key may not do this' },
  model_no_access: { ...KEY, rests: 'key-for-model', because: 'the key has no access to the model' },
  region_blocked: { ...KEY, rests: 'key-for-model', because: 'the provider does not serve this region' },
  rate_limited: { ...KEY, again: 'last', rests: 'key-for-model', because: 'the key is at its rate limit' },
  model_not_found: { ...CALLER, nextTarget: true, because: 'the provider does not know the model' },
  context_too_long: { ...CALLER, nextTarget: 'larger-window', because: 'the request is too long for the model' },
  bad_request_parameter: { ...CALLER, because: 'the request itself is at fault' },
  payload_too_large: { ...CALLER, because: 'the request is too large' },
  content_blocked: { ...CALLER, because: 'the content was blocked' },
  wrong_endpoint: { ...CALLER, nextTarget: true, because: 'the address is wrong' },
  provider_outage: { ...FAULT, because: 'the provider failed' },
  provider_overloaded: { ...FAULT, because: 'the provider is overloaded' },
  // It may still be at work on the request, and a second time at the same place would wait as long.
  upstream_timeout: { ...FAULT, again: 'never', because: 'the provider took too long' },
  // No name can be found without a network: that is this machine's trouble at least as often as the provider's.
  network_dns: { ...FAULT, breaks: false, because: 'its name could not be found' },
  network_refused: { ...FAULT, because: 'the connection was refused' },
  network_tls: { ...FAULT, again: 'never', because: 'the connection could not be trusted' },
  network_reset_or_truncated: { ...FAULT, because: 'the connection broke' },
  proxy_interference: { ...FAULT, again: 'never', because: 'something else answered in the provider’s place' },
  response_format: { ...FAULT, because: 'the answer was of no use' },
  clock_skew: { ...CALLER, because: 'the clock of this machine is wrong' },
  gateway_config: { ...CALLER, nextTarget: true, because: 'it is not set up to be used' },
  other: { ...CALLER, because: 'nothing tells that another try would help' },
};

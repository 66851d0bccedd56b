/**
 * What traffic says about a provider key. Every exchange that reached a provider is a check of its key that cost nothing
 * extra; its state is written down when it changes, never on each request. Only answers that are about the key count: a
 * network fault or a provider that is down says nothing about it.
 */
import type { Cause } from './causes.ts';
import type { Attempt, Exchange } from './exchange.ts';
import type { KeyHealth, ProviderKey } from './store/schema.ts';
import type { Store } from './store/store.ts';

type State = KeyHealth['state'];

/** Undefined where the outcome tells nothing about the key. */
export function stateFromCause(cause: Cause | null): State | undefined {
  switch (cause) {
    case null:
      return 'valid';
    case 'key_expired':
      return 'expired';
    case 'key_revoked':
      return 'revoked';
    case 'key_invalid_unknown':
    case 'key_malformed':
    case 'key_wrong_provider':
    case 'key_mismatch':
      return 'rejected';
    case 'quota_exhausted':
      return 'out_of_credit';
    case 'account_disabled':
    case 'region_blocked':
      return 'no_access';
    case 'key_missing':
    case 'permission_missing':
    case 'model_not_found':
    case 'model_no_access':
    case 'rate_limited':
    case 'bad_request_parameter':
    case 'context_too_long':
    case 'payload_too_large':
    case 'content_blocked':
    case 'wrong_endpoint':
    case 'provider_outage':
    case 'provider_overloaded':
    case 'upstream_timeout':
    case 'network_dns':
    case 'network_refused':
    case 'network_tls':
    case 'network_reset_or_truncated':
    case 'proxy_interference':
    case 'clock_skew':
    case 'gateway_config':
    case 'response_format':
    case 'other':
      return undefined;
  }
}

function sentenceFor(state: State, providerName: string): string {
  switch (state) {
    case 'valid':
      return 'Works';
    case 'expired':
      return `Rejected by ${providerName}: the key has expired.`;
    case 'revoked':
      return `Rejected by ${providerName}: the key was deleted or withdrawn.`;
    case 'rejected':
      return `Rejected by ${providerName}.`;
    case 'out_of_credit':
      return `Out of credit at ${providerName}.`;
    case 'no_access':
      return `${providerName} does not serve this account.`;
    case 'unreachable':
    case 'never_checked':
      return '';
  }
}

/** The health that an exchange gives its key; undefined when it stays as it is. */
export function healthAfter(
  key: ProviderKey,
  outcome: { readonly cause: Cause | null; readonly status: number | null; readonly at: string },
  providerName: string,
): KeyHealth | undefined {
  const state = stateFromCause(outcome.cause);
  if (state === undefined || state === key.health.state) return undefined;
  return {
    state,
    sentence: sentenceFor(state, providerName),
    cause: outcome.cause,
    checkedAt: outcome.at,
    source: 'traffic',
    status: outcome.status,
    since: outcome.at,
  };
}

/** At most one change of a key's state in this time: a key that flaps must not wear out the disk and its own history. */
const QUIET_MS = 5_000;

export interface HealthWatch {
  /** To be called with every exchange that has its verdict. Never throws, never waits. */
  note(exchange: Exchange): void;
}

export function createHealthWatch(store: Store, now: () => number, onFault: (error: unknown) => void): HealthWatch {
  const changedAt = new Map<string, number>();
  const noteAttempt = (exchange: Exchange, attempt: Attempt) => {
    if (!attempt.key || attempt.status === undefined || exchange.verdict?.clientGone) return;
    const config = store.snapshot;
    const key = config.providerKeys.get(attempt.key.id);
    if (!key || key.version !== attempt.key.version) return;
    // Nearly every exchange says what is known already.
    if (stateFromCause(attempt.outcome?.cause ?? null) === key.health.state) return;
    const health = healthAfter(
      key,
      { cause: attempt.outcome?.cause ?? null, status: attempt.status, at: new Date(now()).toISOString() },
      config.providers.get(attempt.provider)?.name ?? attempt.provider,
    );
    if (!health || now() - (changedAt.get(key.id) ?? 0) < QUIET_MS) return;
    changedAt.set(key.id, now());
    store
      .update({ actor: 'gateway', action: 'provider-key.health', subject: key.id }, (draft) => {
        const record = draft.providerKeys.find((candidate) => candidate.id === key.id);
        // Replaced or checked meanwhile: what this exchange saw is old news.
        if (record && record.version === key.version && record.health.state === key.health.state)
          record.health = health;
      })
      .catch(onFault);
  };
  return {
    note(exchange) {
      if (exchange.origin) return;
      // A key that another one stood in for was refused all the same.
      for (const attempt of exchange.attempts) noteAttempt(exchange, attempt);
    },
  };
}

/** What a provider says when it refuses: status, words and codes. Shape builders put them into envelopes. */
import type { Cause } from '../../../causes.ts';

export interface WireFailure {
  readonly status: number;
  readonly message: string;
  /** OpenAI `type`, Anthropic `error.type`, Google `status`. */
  readonly type?: string | null;
  /** OpenAI `code`, Google `details[].reason`. */
  readonly code?: string | null;
  readonly param?: string | null;
  /** Further `details[]` of Google's. */
  readonly details?: readonly unknown[];
  readonly headers?: Readonly<Record<string, string>>;
  /** The whole body where it is no envelope of the shape (HTML of an edge, FastAPI's detail). */
  readonly body?: string | Readonly<Record<string, unknown>>;
  readonly contentType?: string;
}

/** Causes that happen before or beside HTTP; the same whoever the provider is (network.ts). */
export type NetworkCause =
  | 'upstream_timeout'
  | 'network_dns'
  | 'network_refused'
  | 'network_tls'
  | 'network_reset_or_truncated'
  | 'proxy_interference'
  | 'response_format';

/** `clock_skew` is told in HTTP by Google's token service only; elsewhere it shows as a certificate from the future. */
export type FailureTable = Readonly<Record<Exclude<Cause, NetworkCause | 'clock_skew'>, WireFailure>> & {
  readonly clock_skew?: WireFailure;
};

/** Why a request has no address: a cause of the closed list, a plain sentence and what to do. */
export interface UnresolvedUpstream {
  readonly ok: false;
  readonly cause: 'gateway_config' | 'wrong_endpoint';
  readonly message: string;
  readonly next: string;
}

export function unresolved(cause: UnresolvedUpstream['cause'], message: string, next: string): UnresolvedUpstream {
  return { ok: false, cause, message, next };
}

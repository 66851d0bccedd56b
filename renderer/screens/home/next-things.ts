/** What a person should do next, most pressing first. Pure: the clock is an argument. */
import type { AppRow, GatewayKeyRow, KeyRow, VaultStatus } from '../../../gateway/control/contract/index.ts';

export type NextThing =
  | { readonly kind: 'unlock' }
  | { readonly kind: 'no-keys' }
  | { readonly kind: 'no-apps' }
  | { readonly kind: 'key-broken'; readonly key: KeyRow }
  | { readonly kind: 'key-expiring'; readonly key: KeyRow; readonly at: string }
  | { readonly kind: 'gateway-key-expiring'; readonly key: GatewayKeyRow; readonly at: string };

const SOON_MS = 7 * 24 * 3_600_000;

export function nextThings(facts: {
  readonly vault: VaultStatus;
  readonly keys: readonly KeyRow[];
  readonly apps: readonly AppRow[];
  readonly gatewayKeys: readonly GatewayKeyRow[];
  readonly nowMs: number;
}): NextThing[] {
  const things: NextThing[] = [];
  if (facts.vault.state === 'locked') things.push({ kind: 'unlock' });
  const soon = (at: string | null): at is string => {
    const awayMs = at === null ? Number.POSITIVE_INFINITY : Date.parse(at) - facts.nowMs;
    return awayMs > 0 && awayMs <= SOON_MS;
  };
  const inUse = facts.keys.filter((key) => !key.disabled);
  for (const key of inUse) {
    if (isBroken(key)) things.push({ kind: 'key-broken', key });
    else if (soon(key.expires)) things.push({ kind: 'key-expiring', key, at: key.expires });
  }
  for (const key of facts.gatewayKeys) {
    if (key.state === 'active' && soon(key.expires) && !isForPracticeOnly(key))
      things.push({ kind: 'gateway-key-expiring', key, at: key.expires });
  }
  if (facts.keys.length === 0) things.push({ kind: 'no-keys' });
  if (facts.apps.length === 0) things.push({ kind: 'no-apps' });
  return things;
}

/** Made short-lived for every try, and made again by the next. */
function isForPracticeOnly({ scope }: GatewayKeyRow): boolean {
  return scope.providers?.length === 1 && scope.providers[0] === 'practice';
}

function isBroken(key: KeyRow): boolean {
  return !['valid', 'never_checked', 'unreachable'].includes(key.health);
}

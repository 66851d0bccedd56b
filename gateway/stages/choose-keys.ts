/** Which keys of a provider may be used for a target, in which order. Pure but for whose turn it is. */
import { isLimit } from '../routing/next-move.ts';
import { keyName, type RestingKey, type RoutingFacts } from '../routing/routing-facts.ts';
import type { ProviderKey } from '../store/schema.ts';
import type { ConfigSnapshot } from '../store/snapshot.ts';
import type { ResolvedTarget } from './resolve-target.ts';

export interface ChosenKey {
  readonly key: ProviderKey;
  /** Rejected or limited a moment ago: asked only after everything else. */
  readonly resting?: RestingKey;
}

const NONE: readonly ChosenKey[] = [];
const NO_KEYS: readonly ProviderKey[] = [];

/** Known not to work, for a reason that does not pass by itself in a moment. */
const BAD_HEALTH: ReadonlySet<ProviderKey['health']['state']> = new Set([
  'rejected',
  'expired',
  'revoked',
  'out_of_credit',
  'no_access',
]);

/**
 * The key that a route names, else those of the provider that are switched on. In a route they take turns, and one that is
 * known not to work, or was rejected a moment ago, comes last; elsewhere the first one stays the first until it is at its
 * limit. One whose noted expiry has passed only where there is no other (the note may be wrong; the provider decides).
 */
export function chooseKeys(
  target: ResolvedTarget,
  config: ConfigSnapshot,
  facts: RoutingFacts,
  nowMs: number,
): readonly ChosenKey[] {
  if (target.keyId) {
    const named = config.providerKeys.get(target.keyId);
    return named && !named.disabledAt ? [{ key: named }] : NONE;
  }
  const stored = config.keysByProvider.get(target.providerId) ?? NO_KEYS;
  if (stored.length === 1) {
    const [key] = stored as [ProviderKey];
    return key.disabledAt === null ? [{ key }] : NONE;
  }
  const routed = target.routeName !== undefined;
  const active = stored.filter(({ disabledAt }) => disabledAt === null);
  const good = active.filter((key) => isCurrent(key, nowMs) && !(routed && BAD_HEALTH.has(key.health.state)));
  const turned = routed && good.length > 1 ? rotated(good, facts.turn(target.providerId)) : good;
  const ordered = [...turned, ...active.filter((key) => !good.includes(key))];
  if (ordered.length < 2) return ordered.map((key) => ({ key }));
  return ordered.map((key) => {
    const resting = facts.restingKey(keyName(key), target.model, nowMs);
    return resting && (routed || isLimit(resting.cause)) ? { key, resting } : { key };
  });
}

function isCurrent({ expiresAt }: ProviderKey, nowMs: number): boolean {
  return expiresAt === null || Date.parse(expiresAt) > nowMs;
}

function rotated<T>(items: readonly T[], turn: number): readonly T[] {
  const at = turn % items.length;
  return [...items.slice(at), ...items.slice(0, at)];
}

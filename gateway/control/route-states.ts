/** How the targets of a route do just now, told from what routing remembers. */

import { keyName, type OpenTarget, targetName } from '../routing/routing-facts.ts';
import type { RoutingMemory } from '../routing/routing-memory.ts';
import type { ProviderKey, Route } from '../store/schema.ts';
import type { ConfigSnapshot } from '../store/snapshot.ts';
import type { RouteState, TargetState } from './contract/index.ts';
import type { ControlDeps } from './services.ts';

type Deps = Pick<ControlDeps, 'store' | 'routing' | 'now'>;

export function routeState({ store, routing, now }: Deps, { name, targets }: Route): RouteState {
  return { name, targets: targets.map((target) => targetState(target, store.snapshot, routing, now())) };
}

/** Closes the circuits of its targets and wakes their keys. */
export function tryAgain({ store, routing }: Deps, route: Route): void {
  for (const target of route.targets) {
    routing.close(targetName(target.provider, target.model));
    for (const key of keysOf(target, store.snapshot)) routing.wakeKey(keyName(key));
  }
}

function targetState(
  target: Route['targets'][number],
  config: ConfigSnapshot,
  routing: RoutingMemory,
  nowMs: number,
): TargetState {
  const { provider, model } = target;
  const named = targetName(provider, model);
  const open = routing.openTarget(named, nowMs);
  return {
    provider,
    model,
    circuit: open ? (open.trial ? 'trial' : 'open') : 'closed',
    failure: open ? failureOf(open) : null,
    resting: keysOf(target, config).flatMap((key) => {
      const rest = routing.restingKey(keyName(key), model, nowMs);
      const { id, label, lastFour } = key;
      return rest ? [{ key: id, label, lastFour, cause: rest.cause, until: new Date(rest.untilMs).toISOString() }] : [];
    }),
    firstByteMs: routing.firstByteMs(named, nowMs) ?? null,
  };
}

function failureOf({ trip, untilMs }: OpenTarget): TargetState['failure'] {
  return {
    cause: trip.cause,
    sentence: trip.message,
    capture: trip.capture,
    at: new Date(trip.atMs).toISOString(),
    failures: trip.failures,
    until: new Date(untilMs).toISOString(),
  };
}

function keysOf({ provider, key }: Route['targets'][number], config: ConfigSnapshot): readonly ProviderKey[] {
  const keys = config.keysByProvider.get(provider) ?? [];
  return key === undefined ? keys : keys.filter(({ id }) => id === key);
}

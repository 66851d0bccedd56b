/** How persistent a request may be: a route's own settings over the gateway's. Pure. */
import type { Rule } from '../exchange.ts';
import type { Route, Settings } from '../store/schema.ts';

export interface Timeouts {
  readonly connectMs: number;
  readonly firstByteMs: number;
  readonly idleMs: number;
  readonly totalMs: number;
}

export interface AttemptPolicy {
  /** How often the same target is asked again, at most. */
  readonly retries: number;
  /** No attempt is repeated later than this after the request came in. */
  readonly retryWithinMs: number;
  readonly timeouts: Timeouts;
  /** `limited`: a key that was refused for what it is, not for how much it was used, is told at once. */
  readonly nextKey: 'limited' | 'any';
  /** Where each setting that is not a default was made. */
  readonly origins: readonly Rule[];
}

/** Of a route that says nothing else. */
export const ROUTE_RETRIES = 2;
const RETRY_WITHIN_MS = 30_000;

const plain = new WeakMap<Settings, AttemptPolicy>();
const ofRoute = new WeakMap<Route, { readonly settings: Settings; readonly policy: AttemptPolicy }>();

/**
 * A request that names a model and no route is asked once: its app's SDK retries by itself, and a failure of the one target
 * it named is told at once. Only a key that is at its limit gives way to the provider's next one; a rejected key that another
 * one covered for would never be mended.
 */
export function policyFor(route: Route | undefined, settings: Settings): AttemptPolicy {
  if (!route) {
    const known = plain.get(settings);
    if (known) return known;
    const policy: AttemptPolicy = {
      retries: 0,
      retryWithinMs: RETRY_WITHIN_MS,
      timeouts: settings.timeouts,
      nextKey: 'limited',
      origins: [],
    };
    plain.set(settings, policy);
    return policy;
  }
  const known = ofRoute.get(route);
  if (known?.settings === settings) return known.policy;
  const policy: AttemptPolicy = {
    retries: route.retries ?? ROUTE_RETRIES,
    retryWithinMs: route.retryWithinMs ?? RETRY_WITHIN_MS,
    timeouts: { ...settings.timeouts, ...defined(route.timeouts) },
    nextKey: 'any',
    origins: originsOf(route),
  };
  ofRoute.set(route, { settings, policy });
  return policy;
}

function originsOf({ name, retries, retryWithinMs, timeouts }: Route): Rule[] {
  const rules: Rule[] = [
    retries === undefined
      ? { name: 'retries', origin: { from: 'default', name: 'routes' }, value: ROUTE_RETRIES }
      : { name: 'retries', origin: { from: 'route', name }, value: retries },
  ];
  if (retryWithinMs !== undefined) {
    rules.push({ name: 'retryWithinMs', origin: { from: 'route', name }, value: retryWithinMs });
  }
  for (const [timeout, value] of Object.entries(defined(timeouts))) {
    rules.push({ name: `timeouts.${timeout}`, origin: { from: 'route', name }, value });
  }
  return rules;
}

function defined(timeouts: Route['timeouts']): Partial<Timeouts> {
  return Object.fromEntries(Object.entries(timeouts ?? {}).filter(([, value]) => value !== undefined));
}

/** A route as its form holds it, and back. Pure. What the form does not show is kept as it was. */
import type { Route } from '../../../gateway/control/contract/index.ts';

export interface TargetDraft {
  /** For the list alone: rows move. */
  readonly id: number;
  readonly provider: string | null;
  readonly model: string;
  readonly weight: number | '';
  readonly key?: string;
}

export interface RouteDraft {
  readonly name: string;
  readonly strategy: Route['strategy'];
  readonly targets: readonly TargetDraft[];
  readonly retries: number | '';
  readonly firstByteSeconds: number | '';
  readonly breakerFailures: number | '';
}

export function draftOf(route: Route | null): RouteDraft {
  return {
    name: route?.name ?? '',
    strategy: route?.strategy ?? 'fallback',
    targets: route
      ? route.targets.map(({ provider, model, weight, key }, id) => ({
          id,
          provider,
          model,
          weight: weight ?? '',
          key,
        }))
      : [newTarget(0)],
    retries: route?.retries ?? '',
    firstByteSeconds: route?.timeouts?.firstByteMs === undefined ? '' : route.timeouts.firstByteMs / 1000,
    breakerFailures: route?.breaker?.failures ?? '',
  };
}

export function newTarget(id: number): TargetDraft {
  return { id, provider: null, model: '', weight: '' };
}

/** The two change places; the same list where there is no such place. */
export function moved(targets: readonly TargetDraft[], index: number, by: -1 | 1): readonly TargetDraft[] {
  const [here, there] = [targets[index], targets[index + by]];
  if (!here || !there) return targets;
  return targets.map((target, at) => (at === index ? there : at === index + by ? here : target));
}

export type NameFault = 'bad' | 'taken';

export function nameFault(name: string, taken: readonly string[]): NameFault | null {
  if (name === '') return null;
  if (!/^[^\s/][^\s]{0,127}$/.test(name)) return 'bad';
  return taken.includes(name) ? 'taken' : null;
}

/** The route to save; null while something is missing. */
export function routeOf(draft: RouteDraft, before: Route | null, taken: readonly string[]): Route | null {
  const name = draft.name.trim();
  if (name === '' || nameFault(name, taken) !== null || draft.targets.length === 0) return null;
  const targets: Route['targets'] = [];
  for (const { provider, model, weight, key } of draft.targets) {
    if (provider === null || model.trim() === '') return null;
    targets.push({
      provider,
      model: model.trim(),
      ...(key === undefined ? {} : { key }),
      ...(weight === '' ? {} : { weight }),
    });
  }
  const { retries: _r, timeouts, breaker, ...kept } = before ?? { recording: null };
  const { firstByteMs: _f, ...otherTimeouts } = timeouts ?? {};
  const { failures: _b, ...otherBreaker } = breaker ?? {};
  return {
    ...kept,
    name,
    strategy: draft.strategy,
    targets,
    ...(draft.retries === '' ? {} : { retries: draft.retries }),
    ...filled('timeouts', {
      ...otherTimeouts,
      ...(draft.firstByteSeconds === '' ? {} : { firstByteMs: Math.round(draft.firstByteSeconds * 1000) }),
    }),
    ...filled('breaker', {
      ...otherBreaker,
      ...(draft.breakerFailures === '' ? {} : { failures: draft.breakerFailures }),
    }),
  };
}

function filled<Name extends string, T extends object>(name: Name, value: T): { [key in Name]?: T } {
  return (Object.keys(value).length === 0 ? {} : { [name]: value }) as { [key in Name]?: T };
}

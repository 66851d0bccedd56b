import { findPreset } from '../providers/presets.ts';
import type { Document, Route } from '../store/schema.ts';
import { os } from './implementer.ts';
import { findProviderKey, notFound } from './names.ts';
import { Problem } from './problem.ts';
import { routeState, tryAgain } from './route-states.ts';
import type { ControlDeps } from './services.ts';
import { checkTransform } from './transforms.ts';

/** Routes: names that apps ask for, and what answers them. */
export function routeProcedures(deps: ControlDeps) {
  const { store } = deps;
  const named = (name: string) => {
    const route = store.snapshot.routes.get(name);
    if (route) return route;
    const names = [...store.snapshot.routes.keys()];
    throw notFound('route', name, names, '`keyward routes list` shows the routes there are.');
  };
  return {
    states: os.routes.states.handler(() => [...store.snapshot.routes.values()].map((route) => routeState(deps, route))),
    try: os.routes.try.handler(({ input }) => {
      const route = named(input.name);
      tryAgain(deps, route);
      return routeState(deps, route);
    }),
    list: os.routes.list.handler(() => [...store.snapshot.document.routes]),
    set: os.routes.set.handler(async ({ input, context }) => {
      if (input.transform) checkTransform(input.transform);
      // Edits have a place of their own to be changed: a route made anew keeps them.
      const { transform } = store.snapshot.routes.get(input.name) ?? {};
      const route = { ...(transform ? { transform } : {}), ...resolveTargets(input, store.snapshot.document) };
      await store.update({ actor: context.actor, action: 'route.set', subject: route.name }, (draft) => {
        const at = draft.routes.findIndex((other) => other.name === route.name);
        if (at === -1) draft.routes.push(route);
        else draft.routes[at] = route;
      });
      return route;
    }),
    remove: os.routes.remove.handler(async ({ input, context }) => {
      named(input.name);
      await store.update({ actor: context.actor, action: 'route.remove', subject: input.name }, (draft) => {
        draft.routes = draft.routes.filter((route) => route.name !== input.name);
      });
      return { done: true as const };
    }),
  };
}

/** With the ids of what it names; throws for a provider or a key that is not there. */
export function resolveTargets(route: Route, document: Document): Route {
  return {
    ...route,
    targets: route.targets.map((target) => {
      const provider = providerOf(target.provider, document);
      if (target.key === undefined) return { ...target, provider };
      const key = findProviderKey(document, target.key);
      if (key.provider !== provider) {
        throw new Problem(
          'INVALID',
          `Key ${key.id} belongs to ${key.provider}, not to ${provider}.`,
          'A provider key is sent to its own provider only; name one of its keys.',
        );
      }
      return { ...target, provider, key: key.id };
    }),
  };
}

function providerOf(name: string, document: Document): string {
  const ids = ['practice', ...document.providers.map((provider) => provider.id)];
  if (ids.includes(name)) return name;
  const preset = findPreset(name);
  if (preset && ids.includes(preset.id)) return preset.id;
  throw notFound(
    'provider',
    name,
    ids,
    preset
      ? `Add ${preset.name} with its key first: keyward keys add --provider ${preset.id}`
      : '`keyward providers list` shows those that are set up.',
  );
}

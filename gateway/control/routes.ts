import { findPreset } from '../providers/presets.ts';
import type { Document, Route } from '../store/schema.ts';
import { os } from './implementer.ts';
import { findProviderKey, notFound } from './names.ts';
import { Problem } from './problem.ts';
import type { ControlDeps } from './services.ts';

/** Routes: names that apps ask for, and what answers them. */
export function routeProcedures({ store }: ControlDeps) {
  return {
    list: os.routes.list.handler(() => [...store.snapshot.document.routes]),
    set: os.routes.set.handler(async ({ input, context }) => {
      const route = resolveTargets(input, store.snapshot.document);
      await store.update({ actor: context.actor, action: 'route.set', subject: route.name }, (draft) => {
        const at = draft.routes.findIndex((other) => other.name === route.name);
        if (at === -1) draft.routes.push(route);
        else draft.routes[at] = route;
      });
      return route;
    }),
    remove: os.routes.remove.handler(async ({ input, context }) => {
      const names = store.snapshot.document.routes.map((route) => route.name);
      if (!names.includes(input.name)) {
        throw notFound('route', input.name, names, '`keyward routes list` shows the routes there are.');
      }
      await store.update({ actor: context.actor, action: 'route.remove', subject: input.name }, (draft) => {
        draft.routes = draft.routes.filter((route) => route.name !== input.name);
      });
      return { done: true as const };
    }),
  };
}

function resolveTargets(route: Route, document: Document): Route {
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

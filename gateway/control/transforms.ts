import type { App, Document, Route } from '../store/schema.ts';
import type { Transform } from '../store/schema-transform.ts';
import { transformFault } from '../transform/check-rules.ts';
import type { TransformRow } from './contract/transforms.ts';
import { os } from './implementer.ts';
import { findApp, notFound } from './names.ts';
import { Problem } from './problem.ts';
import type { ControlDeps } from './services.ts';

/** Edits of outgoing requests, of routes and apps. */
export function transformProcedures({ store }: ControlDeps) {
  return {
    list: os.transforms.list.handler(() => {
      const { routes, apps } = store.snapshot.document;
      const rows = [...routes.map(routeRow), ...apps.map(appRow)];
      return rows.filter(({ transform, models }) => transform !== null || models !== null);
    }),
    set: os.transforms.set.handler(async ({ input, context }) => {
      const { of, id, transform, models } = input;
      if (transform) checkTransform(transform);
      if (of === 'route' && models) {
        throw new Problem(
          'INVALID',
          'A route names its models as targets.',
          'Other names for models belong to an app.',
        );
      }
      if (models) checkModels(models);
      const subject =
        of === 'app' ? findApp(store.snapshot.document, id).id : findRoute(store.snapshot.document, id).name;
      await store.update({ actor: context.actor, action: `${of}.transform`, subject }, (draft) => {
        const record = of === 'app' ? findApp(draft, subject) : findRoute(draft, subject);
        if (transform !== undefined) record.transform = transform ?? undefined;
        if (models !== undefined && 'createdAt' in record) record.models = models ?? undefined;
      });
      const { document } = store.snapshot;
      return of === 'app' ? appRow(findApp(document, subject)) : routeRow(findRoute(document, subject));
    }),
  };
}

/** Throws for a rule that could not be applied, or must not be. */
export function checkTransform(transform: Transform): void {
  const fault = transformFault(transform);
  if (fault) throw new Problem('INVALID', fault.sentence, fault.next);
}

/** One step only: what is asked instead is asked as it is. */
function checkModels(models: Readonly<Record<string, string>>): void {
  for (const [asked, other] of Object.entries(models)) {
    if (asked !== other && other in models) {
      throw new Problem(
        'INVALID',
        `"${asked}" would be asked as "${other}", which is itself asked as "${models[other]}".`,
        `Name the last one for both.`,
      );
    }
  }
}

function findRoute(document: Pick<Document, 'routes'>, name: string): Route {
  const route = document.routes.find((one) => one.name === name);
  if (route) return route;
  const names = document.routes.map((one) => one.name);
  throw notFound('route', name, names, '`keyward routes list` shows the routes there are.');
}

function routeRow({ name, transform }: Route): TransformRow {
  return { of: 'route', id: name, name, transform: transform ?? null, models: null };
}

function appRow({ id, name, transform, models }: App): TransformRow {
  return { of: 'app', id, name, transform: transform ?? null, models: models ?? null };
}

import { newRecordId } from '../store/ids.ts';
import type { App, Document } from '../store/schema.ts';
import type { AppRow } from './contract/index.ts';
import { os } from './implementer.ts';
import { findApp, sameName } from './names.ts';
import { Problem } from './problem.ts';
import type { ControlDeps } from './services.ts';

/** Apps: who may hold gateway keys. */
export function appProcedures(deps: ControlDeps) {
  const { store, recorder } = deps;
  return {
    list: os.apps.list.handler(async () => {
      const lastUsed = await recorder.lastUsed();
      return store.snapshot.document.apps.map((app) => appRow(app, store.snapshot.document, lastUsed.apps.get(app.id)));
    }),
    add: os.apps.add.handler(async ({ input, context }) => {
      const name = cleanName(input.name);
      const owner = input.owner?.trim() || null;
      const app: App = {
        id: newRecordId('app', deps.random),
        name,
        owner,
        ...(input.limits ? { limits: input.limits } : {}),
        recording: null,
        createdAt: new Date(deps.now()).toISOString(),
      };
      await store.update({ actor: context.actor, action: 'app.add', subject: app.id }, (draft) => {
        refuseTwin(draft, app);
        draft.apps.push(app);
      });
      return appRow(app, store.snapshot.document, undefined);
    }),
    update: os.apps.update.handler(async ({ input, context }) => {
      const { id } = findApp(store.snapshot.document, input.id);
      await store.update({ actor: context.actor, action: 'app.update', subject: id }, (draft) => {
        const app = findApp(draft, id);
        if (input.name !== undefined) app.name = cleanName(input.name);
        if (input.owner !== undefined) app.owner = input.owner?.trim() || null;
        if (input.limits !== undefined) app.limits = input.limits;
        if (input.recording !== undefined) app.recording = input.recording;
        refuseTwin(draft, app);
      });
      const lastUsed = await recorder.lastUsed();
      return appRow(findApp(store.snapshot.document, id), store.snapshot.document, lastUsed.apps.get(id));
    }),
    remove: os.apps.remove.handler(async ({ input, context }) => {
      const { id } = findApp(store.snapshot.document, input.id);
      await store.update({ actor: context.actor, action: 'app.remove', subject: id }, (draft) => {
        draft.apps = draft.apps.filter((app) => app.id !== id);
        draft.gatewayKeys = draft.gatewayKeys.filter((key) => key.app !== id);
      });
      return { done: true as const };
    }),
  };
}

function appRow(app: App, document: Document, lastUsedAt: string | undefined): AppRow {
  const gatewayKeys = document.gatewayKeys.filter((key) => key.app === app.id).length;
  return { ...app, gatewayKeys, lastUsedAt: lastUsedAt ?? null };
}

function cleanName(name: string): string {
  const clean = name.trim().replace(/\s+/g, ' ');
  if (clean === '')
    throw new Problem('INVALID', 'An app needs a name.', 'Give it the name of the program that uses it.');
  return clean;
}

/** Two people may each have their own "cursor"; one person's two could not be told apart. */
function refuseTwin(document: Document, app: App): void {
  const twin = document.apps.find(
    (other) => other.id !== app.id && sameName(other.name, app.name) && (other.owner ?? '') === (app.owner ?? ''),
  );
  if (!twin) return;
  throw new Problem(
    'CONFLICT',
    `There is an app "${twin.name}" already (${twin.id}).`,
    'Use that one, or choose another name or owner.',
  );
}

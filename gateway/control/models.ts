import { modelFacts, modelIdsOf } from '../models/merged-models.ts';
import { knownModel } from '../providers/catalogue.ts';
import type { Provider } from '../store/schema.ts';
import type { ModelListRow, ModelRow } from './contract/models.ts';
import { os } from './implementer.ts';
import { findProviderRecord } from './names.ts';
import type { ControlDeps } from './services.ts';

/** The models of the providers that are set up here, and the providers' own lists of them. */
export function modelProcedures(deps: ControlDeps) {
  const { store, lists } = deps;
  const chosen = (id: string | undefined) =>
    id === undefined
      ? store.snapshot.document.providers.filter(({ enabled }) => enabled)
      : [findProviderRecord(store.snapshot.document, id)];
  return {
    list: os.models.list.handler(({ input }) => {
      lists.noteLook?.();
      const text = input.text?.trim().toLowerCase() ?? '';
      const rows: ModelRow[] = [];
      for (const provider of chosen(input.provider)) {
        for (const model of modelIdsOf(provider, lists)) {
          if (rows.length >= input.limit) return rows;
          const row = modelRow(provider, model, deps);
          if (text === '' || `${row.id} ${row.name}`.toLowerCase().includes(text)) rows.push(row);
        }
      }
      return rows;
    }),
    lists: os.models.lists.handler(() => chosen(undefined).map((provider) => listRow(provider, deps))),
    refresh: os.models.refresh.handler(async ({ input }) => {
      const providers = chosen(input.provider);
      await lists.refresh(
        providers.map(({ id }) => id),
        true,
      );
      return providers.map((provider) => listRow(provider, deps));
    }),
  };
}

function modelRow(provider: Provider, model: string, { lists }: Pick<ControlDeps, 'lists'>): ModelRow {
  const facts = modelFacts(provider, model, lists);
  const known = provider.preset !== null && knownModel(provider.preset, model) !== undefined;
  return {
    id: `${provider.id}/${model}`,
    provider: provider.id,
    model,
    name: facts?.name ?? model,
    kind: facts?.kind ?? 'chat',
    contextWindow: facts?.contextWindow ?? facts?.maxInput ?? null,
    maxOutput: facts?.maxOutput ?? null,
    inputPrice: facts?.prices.input ?? null,
    outputPrice: facts?.prices.output ?? null,
    from: !lists.has(provider.id, model) ? 'catalogue' : known ? 'both' : 'list',
  };
}

function listRow({ id, name }: Provider, { lists }: Pick<ControlDeps, 'lists'>): ModelListRow {
  const record = lists.recordOf(id);
  const iso = (ms: number | null | undefined) => (ms == null ? null : new Date(ms).toISOString());
  const { sentence, capture = null } = record?.failure ?? {};
  return {
    provider: id,
    name,
    listedAt: iso(record?.listedAtMs),
    triedAt: iso(record?.triedAtMs),
    models: record?.count ?? 0,
    leftOut: record?.leftOut ?? 0,
    keys: record?.keys ?? 0,
    problem: sentence === undefined ? null : { sentence, capture },
  };
}

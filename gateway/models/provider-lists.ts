/**
 * What the providers that are set up here listed of their models, in memory: one text each, and what is found in it. A list
 * stands beside the built-in catalogue; merged-models.ts puts the two together.
 */
import type { MissingModel } from '../exchange.ts';
import { nearestNames } from '../providers/catalogue.ts';
import type { KnownModel } from '../providers/known-model.ts';
import { ModelRows } from '../providers/model-rows.ts';
import { findPreset } from '../providers/presets.ts';
import type { Provider } from '../store/schema.ts';
import { findSpelling, type Spellings, spellingsOf } from './find-model.ts';
import { findServed } from './find-served.ts';
import type { ListRecord, ModelLists, ServedModel } from './listed.ts';

/** In longer lists names are found as they are written alone: the index of spellings would weigh more than the list. */
const MOST_SPELLINGS = 5_000;
/** Names of one provider that a mistyped one is compared with. */
const MOST_COMPARED = 5_000;
const MOST_LISTS_TOLD = 6;

interface OpenedList {
  readonly record: ListRecord;
  readonly rows: ModelRows;
  spellings?: Spellings;
}

/** A local runtime lists all that it can answer for; others leave out aliases, dated names and what is on its way out. */
export function listsEverything({ preset }: Provider): boolean {
  return findPreset(preset)?.group === 'local';
}

export class ProviderLists implements ModelLists {
  readonly #lists = new Map<string, OpenedList>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  put(record: ListRecord): void {
    const { provider, rows } = record;
    const before = this.#lists.get(provider);
    const same = before?.record.rows === rows;
    this.#lists.set(provider, {
      record,
      rows: same ? before.rows : new ModelRows(provider, rows),
      ...(same && before.spellings ? { spellings: before.spellings } : {}),
    });
  }

  remove(providerId: string): void {
    this.#lists.delete(providerId);
  }

  records(): ListRecord[] {
    return [...this.#lists.values()].map(({ record }) => record);
  }

  recordOf(providerId: string): ListRecord | undefined {
    return this.#lists.get(providerId)?.record;
  }

  #good(providerId: string): OpenedList | undefined {
    const list = this.#lists.get(providerId);
    return list?.record.listedAtMs == null ? undefined : list;
  }

  has(providerId: string, model: string): boolean {
    return this.#good(providerId)?.rows.has(model) ?? false;
  }

  find(providerId: string, model: string): KnownModel | undefined {
    const list = this.#good(providerId);
    if (!list) return undefined;
    const id = list.rows.has(model) ? model : spelt(list, model);
    const found = id === undefined ? undefined : list.rows.get(id);
    if (!found) return undefined;
    const day = new Date(list.record.listedAtMs ?? 0).toISOString().slice(0, 10);
    return { ...found, pricesListedOn: day };
  }

  idsOf(providerId: string): readonly string[] | undefined {
    return this.#good(providerId)?.rows.ids();
  }

  isWhole(provider: Provider): boolean {
    return this.#lists.size > 0 && this.#good(provider.id) !== undefined && listsEverything(provider);
  }

  served(asked: string, providers: Iterable<Provider>): ServedModel | undefined {
    return findServed(asked, providers, this);
  }

  missing(asked: string, providers: Iterable<Provider>): MissingModel {
    const lists: MissingModel['lists'][number][] = [];
    const names = new Set<string>();
    for (const provider of providers) {
      const list = provider.enabled ? this.#lists.get(provider.id) : undefined;
      if (!list) continue;
      const { listedAtMs, count, failure } = list.record;
      // Of a provider that the catalogue knows and that lists nothing, there is nothing to tell.
      if (listedAtMs === null && provider.preset !== null && !listsEverything(provider)) continue;
      for (const id of list.rows.ids().slice(0, MOST_COMPARED)) {
        names.add(id);
        names.add(`${provider.id}/${id}`);
      }
      lists.push({
        provider: provider.id,
        name: provider.name,
        ...(listedAtMs === null ? {} : { ageMs: Math.max(0, this.#now() - listedAtMs) }),
        count,
        ...(failure ? { failure: failure.sentence } : {}),
      });
    }
    return { nearest: nearestNames(asked, names), lists: lists.slice(0, MOST_LISTS_TOLD) };
  }
}

function spelt(list: OpenedList, asked: string): string | undefined {
  if (list.record.count > MOST_SPELLINGS) return undefined;
  list.spellings ??= spellingsOf(list.rows.ids());
  const found = findSpelling(list.spellings, asked);
  // The list is of what there is: a name with another date is another model.
  return found?.match === 'undated' ? undefined : found?.id;
}

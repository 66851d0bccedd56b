/** The built-in catalogue and the providers' own lists as one: which models a provider has, and what is known of each. Pure. */
import { modelsOfPreset } from '../providers/catalogue.ts';
import type { KnownModel } from '../providers/known-model.ts';
import type { Provider } from '../store/schema.ts';
import { findModel } from './find-model.ts';
import type { ModelLists } from './listed.ts';

type Asked = Pick<Provider, 'id' | 'preset'>;

/**
 * Ids of a provider's models: those of the catalogue, then what it lists besides. A list of everything there is stands
 * alone: a runtime on this machine has what was loaded into it, not what there is in the world.
 */
export function modelIdsOf(provider: Provider, lists: ModelLists | undefined): readonly string[] {
  const known = provider.preset === null ? [] : modelsOfPreset(provider.preset);
  const listed = lists?.idsOf(provider.id);
  if (!listed) return known;
  if (lists?.isWhole(provider)) return listed;
  return [...new Set([...known, ...listed])];
}

/**
 * What is known of a model of this provider under whichever spelling. The catalogue's word goes before the list's, which
 * fills what it leaves open; but where the catalogue only has the model with another date, the list's own goes first.
 */
export function modelFacts(
  { id, preset }: Asked,
  name: string,
  lists: Pick<ModelLists, 'find'> | undefined,
): KnownModel | undefined {
  const known = preset === null ? undefined : findModel(preset, name);
  const listed = lists?.find(id, name);
  if (!known || !listed) return known?.model ?? listed;
  const sure = known.match === 'exact' || known.match === 'spelling';
  return sure ? filled(known.model, listed) : filled({ ...listed, preset: known.model.preset }, known.model);
}

function filled(first: KnownModel, second: KnownModel): KnownModel {
  // Prices are one statement: the input's from here and the output's from there would be nobody's.
  const priced = first.prices.input !== null || second.prices.input === null;
  return {
    ...first,
    contextWindow: first.contextWindow ?? (first.maxInput === null ? second.contextWindow : null),
    maxInput: first.maxInput ?? (first.contextWindow === null ? second.maxInput : null),
    maxOutput: first.maxOutput ?? second.maxOutput,
    released: first.released ?? second.released,
    ...(priced
      ? {}
      : {
          prices: second.prices,
          tiers: second.tiers,
          priceSource: second.priceSource,
          pricesListedOn: second.pricesListedOn,
        }),
  };
}

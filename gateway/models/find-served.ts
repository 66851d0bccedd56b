/** Which of the providers that are set up here serves a model that is asked for by its bare name. Pure. */
import { knownModel } from '../providers/catalogue.ts';
import type { Provider } from '../store/schema.ts';
import { findModel } from './find-model.ts';
import type { ModelLists, ServedModel } from './listed.ts';

/**
 * The first provider, in the order given, that is known to have this very name by the catalogue, else by its own list; else
 * the first that has it in another spelling, again by the catalogue before by a list. So a list gives a name to a provider
 * and never takes one from another; only what a local runtime does not list, which lists all that it has, the catalogue's
 * word is not taken for. A date that was asked for is never exchanged for another.
 */
export function findServed(
  asked: string,
  providers: Iterable<Provider>,
  lists?: Pick<ModelLists, 'has' | 'find' | 'isWhole'>,
): ServedModel | undefined {
  const candidates: Provider[] = [];
  /** The catalogue's word was not taken somewhere, so that what follows is not its answer. */
  let overruled = false;
  const found = (provider: Provider, model: string, byList = false): ServedModel =>
    byList || overruled ? { provider, model, byList: true } : { provider, model };
  for (const provider of providers) {
    if (!provider.enabled) continue;
    if (provider.preset === null || !knownModel(provider.preset, asked)) {
      candidates.push(provider);
      continue;
    }
    if (!lists?.isWhole(provider)) return found(provider, asked);
    const own = lists.find(provider.id, asked)?.id;
    if (own !== undefined) return found(provider, own, own !== asked);
    overruled = true;
  }
  const listing = lists && candidates.find(({ id }) => lists.has(id, asked));
  if (listing) return found(listing, asked, true);
  for (const provider of candidates) {
    if (provider.preset === null || lists?.isWhole(provider)) continue;
    const known = findModel(provider.preset, asked);
    if (known) return found(provider, known.match === 'undated' ? asked : known.model.id);
  }
  if (!lists) return undefined;
  for (const provider of candidates) {
    const own = lists.find(provider.id, asked)?.id;
    if (own !== undefined) return found(provider, own, true);
  }
  return undefined;
}

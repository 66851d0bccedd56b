/** Which of the providers that are set up here serves a model that is asked for by its bare name. Pure. */
import { knownModel } from '../providers/catalogue.ts';
import type { Provider } from '../store/schema.ts';
import { findModel } from './find-model.ts';

export interface ServedModel {
  readonly provider: Provider;
  /** The name to ask that provider for. */
  readonly model: string;
}

/**
 * The first provider, in the order given, that knows this very name; else the first that knows it in another spelling. A
 * date that was asked for is never exchanged for another.
 */
export function findServed(asked: string, providers: Iterable<Provider>): ServedModel | undefined {
  const candidates: Provider[] = [];
  for (const provider of providers) {
    if (!provider.enabled || provider.preset === null) continue;
    if (knownModel(provider.preset, asked)) return { provider, model: asked };
    candidates.push(provider);
  }
  for (const provider of candidates) {
    const found = findModel(provider.preset as string, asked);
    if (found) return { provider, model: found.match === 'undated' ? asked : found.model.id };
  }
  return undefined;
}

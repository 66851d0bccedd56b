/** Which of the providers that are set up here serves a model that is asked for by its bare name. Pure. */
import { knownModel } from '../providers/catalogue.ts';
import { findPreset } from '../providers/presets.ts';
import type { Provider } from '../store/schema.ts';
import { findModel } from './find-model.ts';

export interface ServedModel {
  readonly provider: Provider;
  /** The name to ask that provider for. */
  readonly model: string;
}

/**
 * A provider that knows this very name goes before one that knows it in another spelling, and makers go before routers;
 * else the first one set up. A date that was asked for is never exchanged for another.
 */
export function findServed(asked: string, providers: Iterable<Provider>): ServedModel | undefined {
  const candidates: Provider[] = [];
  let ofRouter: ServedModel | undefined;
  for (const provider of providers) {
    if (!provider.enabled || provider.preset === null) continue;
    candidates.push(provider);
    if (!knownModel(provider.preset, asked)) continue;
    if (!isRouter(provider)) return { provider, model: asked };
    ofRouter ??= { provider, model: asked };
  }
  if (ofRouter) return ofRouter;
  for (const provider of [...candidates].sort((a, b) => Number(isRouter(a)) - Number(isRouter(b)))) {
    const found = findModel(provider.preset as string, asked);
    if (found) return { provider, model: found.match === 'undated' ? asked : found.model.id };
  }
  return undefined;
}

function isRouter({ preset }: Provider): boolean {
  return findPreset(preset)?.group === 'router';
}

/** Answers `GET …/models` from what is set up here: routes, practice models, the catalogue's models of each provider. */
import { buildModel, buildModelsList, type ListedModel } from '../dialects/models-list.ts';
import type { Exchange } from '../exchange.ts';
import { modelsOfPreset } from '../providers/catalogue.ts';
import type { ConfigSnapshot } from '../store/snapshot.ts';
import { matches } from './authorize.ts';
import { resolveModel } from './resolve-target.ts';

/** The JSON text of the list or of one model; undefined when the one asked for is not known here. */
export function answerModels(exchange: Exchange, config: ConfigSnapshot): string | undefined {
  const { endpoint, askedModel } = exchange;
  const family = endpoint?.family ?? 'openai';
  if (endpoint?.name === 'models') return JSON.stringify(buildModelsList(family, listModels(exchange, config)));
  const resolution = resolveModel(askedModel ?? '', config);
  if (!resolution.ok) return undefined;
  return JSON.stringify(buildModel(family, { id: askedModel ?? '', ownedBy: resolution.target.providerId }));
}

/** Only what the caller's gateway key may use. */
function listModels(exchange: Exchange, config: ConfigSnapshot): ListedModel[] {
  const scope = config.gatewayKeys.get(exchange.caller?.gatewayKeyId ?? '')?.scope ?? {};
  const allowed = (id: string, provider: string) =>
    (!scope.providers || scope.providers.includes(provider)) &&
    (!scope.models || scope.models.some((pattern) => matches(pattern, id)));
  const models: ListedModel[] = [];
  const add = (id: string, provider: string) => {
    if (allowed(id, provider)) models.push({ id, ownedBy: provider });
  };
  for (const route of config.routes.values()) add(route.name, route.targets[0]?.provider ?? 'route');
  for (const provider of config.providers.values()) {
    if (!provider.enabled || provider.preset === null) continue;
    for (const model of modelsOfPreset(provider.preset)) add(`${provider.id}/${model}`, provider.id);
  }
  add('practice/ok', 'practice');
  add('practice/echo', 'practice');
  add('practice/stream', 'practice');
  return models;
}

/** Answers `GET …/models` from what is set up here: routes, practice models, each provider's models by the catalogue and by its own list. */
import { buildModel, buildModelsList, idOfPageToken, type ListedModel } from '../dialects/models-list.ts';
import type { Exchange } from '../exchange.ts';
import { modelFacts, modelIdsOf } from '../models/merged-models.ts';
import type { KnownModel } from '../providers/known-model.ts';
import { resolveModel, targetsOfRoute } from './resolve-target.ts';
import { closedBy, matches } from './scope.ts';
import type { StageContext } from './stage.ts';

/** The JSON text of the list or of one model; undefined when the one asked for is not known here. */
export function answerModels(exchange: Exchange, context: Pick<StageContext, 'config' | 'lists'>): string | undefined {
  const { endpoint, askedModel } = exchange;
  const family = endpoint?.family ?? 'openai';
  if (endpoint?.name === 'models') {
    const { models, more } = pageOf(listModels(exchange, context), pageAsked(exchange));
    return JSON.stringify(buildModelsList(family, models, more));
  }
  const { config, lists } = context;
  const resolution = resolveModel(askedModel ?? '', config, { lists, exchange });
  if (!resolution.ok) return undefined;
  const { providerId, provider, model = '' } = resolution.target;
  const known = provider && modelFacts(provider, model, lists);
  return JSON.stringify(buildModel(family, { id: askedModel ?? '', ownedBy: providerId, known }));
}

export interface PageAsked {
  readonly sizeName: string;
  readonly size?: number;
  readonly afterId?: string;
  readonly beforeId?: string;
}

/** The page that the query asks for, by the names of the caller's dialect; OpenAI's listing has none. */
export function pageAsked(exchange: Exchange): PageAsked | undefined {
  const { url } = exchange.request;
  const family = exchange.endpoint?.family;
  const start = url.indexOf('?');
  if (start === -1 || (family !== 'anthropic' && family !== 'gemini')) return undefined;
  const query = new URLSearchParams(url.slice(start + 1));
  const sizeName = family === 'gemini' ? 'pageSize' : 'limit';
  const size = query.get(sizeName);
  const token = query.get('pageToken');
  return {
    sizeName,
    ...(size === null ? {} : { size: Number(size || Number.NaN) }),
    afterId: family === 'gemini' ? (token ? idOfPageToken(token) : undefined) : (query.get('after_id') ?? undefined),
    beforeId: family === 'gemini' ? undefined : (query.get('before_id') ?? undefined),
  };
}

function pageOf(
  models: readonly ListedModel[],
  asked: PageAsked | undefined,
): { readonly models: readonly ListedModel[]; readonly more: boolean } {
  if (!asked) return { models, more: false };
  const { size = models.length, afterId, beforeId } = asked;
  if (beforeId !== undefined) {
    const end = Math.max(
      0,
      models.findIndex(({ id }) => id === beforeId),
    );
    return { models: models.slice(Math.max(0, end - size), end), more: end > size };
  }
  const after = afterId === undefined ? -1 : models.findIndex(({ id }) => id === afterId);
  // Behind a model that is not there, there is nothing.
  const from = afterId !== undefined && after === -1 ? models.length : after + 1;
  return { models: models.slice(from, from + size), more: from + size < models.length };
}

/** Only what the caller's gateway key may use. */
function listModels(exchange: Exchange, { config, lists }: Pick<StageContext, 'config' | 'lists'>): ListedModel[] {
  const scope = config.gatewayKeys.get(exchange.caller?.gatewayKeyId ?? '')?.scope ?? {};
  const allowed = (id: string, provider: string) =>
    (!scope.providers || scope.providers.includes(provider)) &&
    (!scope.models || scope.models.some((pattern) => matches(pattern, id)));
  const models: ListedModel[] = [];
  const add = (id: string, provider: string, known?: KnownModel) => {
    if (allowed(id, provider)) models.push({ id, ownedBy: provider, known });
  };
  for (const { name } of config.routes.values()) {
    const open = targetsOfRoute(name, config).found.find(
      ({ providerId, model }) => closedBy(scope, providerId, [name, `${providerId}/${model}`]) === undefined,
    );
    if (open) models.push({ id: name, ownedBy: open.providerId, known: undefined });
  }
  for (const provider of config.providers.values()) {
    if (!provider.enabled) continue;
    for (const model of modelIdsOf(provider, lists)) {
      add(`${provider.id}/${model}`, provider.id, modelFacts(provider, model, lists));
    }
  }
  add('practice/ok', 'practice');
  add('practice/echo', 'practice');
  add('practice/stream', 'practice');
  return models;
}

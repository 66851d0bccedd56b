/** Lists of models in the caller's dialect. Pure; sources: the makers' API references of `GET …/models`. */
import type { Family } from '../exchange.ts';
import type { KnownModel } from '../providers/known-model.ts';

export interface ListedModel {
  readonly id: string;
  readonly ownedBy: string;
  /** What the catalogue knows of it. */
  readonly known?: KnownModel;
}

/** For a model whose day is not known: a fixed time, as a changing one would defeat caches. */
const CREATED = 1_700_000_000;

function createdAt({ known }: ListedModel): number {
  return known?.released === undefined ? CREATED : Date.parse(known.released) / 1000;
}

/** `more`: this is not the end of the list. */
export function buildModelsList(family: Family, models: readonly ListedModel[], more = false): unknown {
  switch (family) {
    case 'anthropic':
      return {
        data: models.map((model) => buildModel('anthropic', model)),
        has_more: more,
        first_id: models[0]?.id ?? null,
        last_id: models[models.length - 1]?.id ?? null,
      };
    case 'gemini':
      return {
        models: models.map((model) => buildModel('gemini', model)),
        ...(more ? { nextPageToken: pageTokenOf(models[models.length - 1]?.id ?? '') } : {}),
      };
    default:
      return { object: 'list', data: models.map((model) => buildModel('openai', model)) };
  }
}

/** Gemini's page tokens mean something to their maker alone. */
function pageTokenOf(id: string): string {
  return Buffer.from(id).toString('base64url');
}

export function idOfPageToken(token: string): string {
  return Buffer.from(token, 'base64url').toString('utf8');
}

export function buildModel(family: Family, model: ListedModel): unknown {
  switch (family) {
    case 'anthropic':
      return {
        type: 'model',
        id: model.id,
        display_name: model.known?.name ?? model.id,
        created_at: new Date(createdAt(model) * 1000).toISOString(),
      };
    case 'gemini':
      return {
        name: `models/${model.id}`,
        displayName: model.known?.name ?? model.id,
        inputTokenLimit: model.known?.maxInput ?? model.known?.contextWindow ?? undefined,
        outputTokenLimit: model.known?.maxOutput ?? undefined,
        supportedGenerationMethods:
          model.known?.kind === 'embedding'
            ? ['embedContent', 'batchEmbedContents']
            : ['generateContent', 'streamGenerateContent', 'countTokens'],
      };
    default:
      return { id: model.id, object: 'model', created: createdAt(model), owned_by: model.ownedBy };
  }
}

/**
 * What a provider's own list of models says, in whichever of the known forms it comes. The text is a stranger's: anything
 * may be in it, and only what can be an id of a model is taken. Pure.
 *
 * Forms, by the makers' references of the call: OpenAI and what follows it `{data:[{id}]}`, bare arrays (Together, GitHub);
 * Anthropic `{data:[{id,display_name}],has_more,last_id}`; Gemini `{models:[{name,inputTokenLimit}],nextPageToken}`; Cohere
 * `{models:[{name,endpoints,context_length}],next_page_token}`; Ollama's own `{models:[{name}]}`; Bedrock
 * `{modelSummaries:[{modelId}]}` and `{inferenceProfileSummaries:[{inferenceProfileId}],nextToken}`; Databricks
 * `{endpoints:[{name}]}`; watsonx.ai `{resources:[{model_id,model_limits}]}`.
 */
import type { KnownModel } from '../providers/known-model.ts';
import { ROW_SIGNS, type RowFacts } from '../providers/model-rows.ts';

export interface ListPage {
  readonly ok: true;
  readonly models: readonly RowFacts[];
  /** Entries that cannot be models of a sane list: without a name, with one of control characters or of absurd length. */
  readonly unusable: number;
  /** What the next page is asked for with; undefined on the last. */
  readonly next?: string;
}

export interface NoList {
  readonly ok: false;
  /** What the answer was instead, as the rest of a sentence: `answered with a web page`. */
  readonly why: string;
}

/** Longest id that is kept; the longest real ones (inference profiles' ARNs, paths of model files) are shorter. */
const LONGEST_ID = 250;
const LONGEST_NAME = 120;
/** Entries that are looked at on one page. */
const MOST_ENTRIES = 100_000;

export function readListPage(text: string, preset: string | null): ListPage | NoList {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, why: whyNoJson(text) };
  }
  const list = entriesOf(value);
  if (!list) return { ok: false, why: 'answered with JSON that holds no list of models' };
  const models: RowFacts[] = [];
  let unusable = Math.max(0, list.length - MOST_ENTRIES);
  for (const entry of list.slice(0, MOST_ENTRIES)) {
    const facts = readEntry(entry, preset);
    if (facts === 'unusable') unusable += 1;
    else if (facts) models.push(facts);
  }
  const next = nextOf(value);
  return { ok: true, models, unusable, ...(next === undefined ? {} : { next }) };
}

function whyNoJson(text: string): string {
  if (text.trim() === '') return 'answered with nothing';
  return /^\s*<(?:!doctype|html)/i.test(text) ? 'answered with a web page' : 'answered with something that is no JSON';
}

type Fields = Readonly<Record<string, unknown>>;

const LIST_MEMBERS = [
  'data',
  'models',
  'modelSummaries',
  'inferenceProfileSummaries',
  'endpoints',
  'resources',
  'result',
] as const;

function entriesOf(value: unknown): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value;
  const fields = fieldsOf(value);
  for (const name of LIST_MEMBERS) if (Array.isArray(fields[name])) return fields[name] as unknown[];
  // Ollama without a model, and Go programs like it, answer null for an empty list; Gemini an empty object.
  if ('data' in fields && fields.data === null) return [];
  return value !== null && typeof value === 'object' && Object.keys(value).length === 0 ? [] : undefined;
}

/** `last_id` names the next page only where there is one. */
function nextOf(value: unknown): string | undefined {
  const fields = fieldsOf(value);
  const token = fields.nextPageToken ?? fields.next_page_token ?? fields.nextToken;
  if (typeof token === 'string' && token !== '') return token;
  return fields.has_more === true && typeof fields.last_id === 'string' && fields.last_id !== ''
    ? fields.last_id
    : undefined;
}

/** Undefined for an entry that is in order and no model to ask for. */
function readEntry(entry: unknown, preset: string | null): RowFacts | 'unusable' | undefined {
  const fields = typeof entry === 'string' ? { id: entry } : fieldsOf(entry);
  const id = idOf(fields);
  if (id === undefined) return 'unusable';
  const kind = kindOf(fields);
  if (kind === 'other') return undefined;
  const { input, output, cachedInput, cacheWrite } = pricesOf(fields, preset);
  return {
    id,
    name: nameOf(fields),
    kind,
    contextWindow: tokensAt(fields, WINDOWS),
    maxInput: tokensAt(fields, INPUTS),
    maxOutput: tokensAt(fields, OUTPUTS),
    input,
    output,
    cachedInput,
    cacheWrite,
    released: dayOf(fields),
  };
}

function idOf(fields: Fields): string | undefined {
  const found = [fields.id, fields.modelId, fields.model_id, fields.inferenceProfileId, fields.name, fields.model].find(
    (value) => typeof value === 'string' && value !== '',
  );
  if (typeof found !== 'string') return undefined;
  const id = found.replace(/^models\//, '');
  return isUsableId(id) ? id : undefined;
}

/** Control, format and private characters and lone halves of pairs are nobody's model, and would lie on a screen. */
const UNUSABLE = /[\p{C}\p{Zl}\p{Zp}]|^\s|\s$/u;

function isUsableId(id: string): boolean {
  return id !== '' && id.length <= LONGEST_ID && !ROW_SIGNS.test(id) && !UNUSABLE.test(id);
}

function nameOf(fields: Fields): string | undefined {
  const found = [
    fields.display_name,
    fields.displayName,
    fields.modelName,
    fields.inferenceProfileName,
    fields.name,
  ].find((value): value is string => typeof value === 'string' && value !== '');
  if (found === undefined || UNUSABLE.test(found) || found.length > LONGEST_NAME) return undefined;
  return found.replace(/^models\//, '');
}

/** `other`: answers nothing that is asked for through here. */
function kindOf(fields: Fields): KnownModel['kind'] | 'other' | undefined {
  const methods = textsOf(fields.supportedGenerationMethods);
  if (methods.length > 0) {
    if (methods.includes('generateContent')) return 'chat';
    if (methods.some((method) => /embed/i.test(method))) return 'embedding';
    return methods.includes('predict') ? 'image' : 'other';
  }
  const endpoints = textsOf(fields.endpoints);
  if (endpoints.length > 0) {
    if (endpoints.includes('chat') || endpoints.includes('generate')) return 'chat';
    if (endpoints.some((endpoint) => endpoint.startsWith('embed'))) return 'embedding';
    return endpoints.includes('rerank') ? 'rerank' : 'other';
  }
  // Bedrock's models that can only be reached through a profile are listed once more as that profile.
  const ways = textsOf(fields.inferenceTypesSupported);
  if (ways.length > 0 && !ways.includes('ON_DEMAND')) return 'other';
  const gives = [...textsOf(fields.outputModalities), fields.type, fields.object, fields.task].filter(
    (value) => typeof value === 'string',
  );
  if (gives.some((value) => /^embeddings?$/i.test(value))) return 'embedding';
  if (gives.some((value) => /^image$/i.test(value))) return 'image';
  if (gives.some((value) => /^rerank(?:er)?$/i.test(value))) return 'rerank';
  return undefined;
}

/** Paths of what the makers call the whole window; a local runtime's own bound before what the model was trained for. */
const WINDOWS = [
  'context_length',
  'context_window',
  'contextWindow',
  'max_context_length',
  'max_model_len',
  'max_input_tokens',
  'metadata.context_length',
  'meta.n_ctx',
  'meta.n_ctx_train',
  'limits.max_input_tokens',
  'model_limits.max_sequence_length',
];
/** The input's alone. */
const INPUTS = ['inputTokenLimit'];
const OUTPUTS = [
  'outputTokenLimit',
  'top_provider.max_completion_tokens',
  'max_completion_tokens',
  'max_output_tokens',
  'limits.max_output_tokens',
  'model_limits.max_output_tokens',
  'metadata.max_tokens',
];

/** More than any window there is; what is above it is a mistake or a joke. */
const MOST_TOKENS = 1_000_000_000;

function tokensAt(fields: Fields, paths: readonly string[]): number | undefined {
  for (const path of paths) {
    const value = at(fields, path);
    if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0 && value <= MOST_TOKENS) return value;
  }
  return undefined;
}

type Prices = Pick<RowFacts, 'input' | 'output' | 'cachedInput' | 'cacheWrite'>;

interface PriceForm {
  /** Dollars for so many tokens. */
  readonly perTokens: number;
  readonly in: string;
  readonly names: { readonly [Price in keyof Prices]: string };
}

/**
 * Where prices stand and what they are for. Only for providers whose references say so: the same member is dollars a token
 * with one and dollars a million with another, and money is not guessed.
 */
const PRICE_FORMS: Readonly<Record<string, PriceForm>> = {
  // openrouter.ai/docs/api-reference/list-available-models: strings, USD per token; -1 where it depends.
  openrouter: {
    perTokens: 1,
    in: 'pricing',
    names: { input: 'prompt', output: 'completion', cachedInput: 'input_cache_read', cacheWrite: 'input_cache_write' },
  },
  // vercel.com/docs/ai-gateway: strings, USD per token.
  'vercel-ai-gateway': {
    perTokens: 1,
    in: 'pricing',
    names: { input: 'input', output: 'output', cachedInput: 'input_cache_read', cacheWrite: 'input_cache_write' },
  },
  // docs.together.ai/reference/models-1: numbers, USD per million.
  together: { perTokens: 1_000_000, in: 'pricing', names: { input: 'input', output: 'output' } },
  // deepinfra.com/docs (models of the OpenAI-compatible form): numbers, USD per million.
  deepinfra: {
    perTokens: 1_000_000,
    in: 'metadata.pricing',
    names: { input: 'input_tokens', output: 'output_tokens', cachedInput: 'cache_read_tokens' },
  },
};

/** Dearer than anything sold; a list that says so means another unit. USD per million. */
const DEAREST = 100_000;

function pricesOf(fields: Fields, preset: string | null): Prices {
  const form = preset === null ? undefined : PRICE_FORMS[preset];
  if (!form) return {};
  const listed = fieldsOf(at(fields, form.in));
  const prices: { -readonly [Price in keyof Prices]: Prices[Price] } = {};
  for (const [price, name] of Object.entries(form.names) as [keyof Prices, string][]) {
    const value = listed[name];
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    if (typeof number !== 'number' || !Number.isFinite(number) || number < 0) continue;
    const perMillion = Number(((number / form.perTokens) * 1_000_000).toPrecision(12));
    if (perMillion <= DEAREST) prices[price] = perMillion;
  }
  // Half a price would price half of what was used.
  return prices.input === undefined || prices.output === undefined ? {} : prices;
}

/** The day a model came out, where that is told. Of OpenAI's form `created` is the day; local servers put their own time there. */
function dayOf(fields: Fields): string | undefined {
  const { created_at: text } = fields;
  if (typeof text !== 'string') return undefined;
  const day = /^(20\d\d-\d\d-\d\d)T/.exec(text)?.[1];
  return day !== undefined && !Number.isNaN(Date.parse(day)) ? day : undefined;
}

function at(fields: Fields, path: string): unknown {
  let value: unknown = fields;
  for (const part of path.split('.')) value = fieldsOf(value)[part];
  return value;
}

function fieldsOf(value: unknown): Fields {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Fields) : {};
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}

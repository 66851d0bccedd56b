/** The built-in list of providers (data/providers.json) and the questions the rest of the gateway asks of it. */
import data from './data/providers.json' with { type: 'json' };
import type { Preset, PresetDialect } from './preset-schema.ts';

export type { ErrorRow, Preset } from './preset-schema.ts';

/** Upstream dialects in the store's words (`UPSTREAM_DIALECTS` of store/schema.ts). */
export type UpstreamDialect =
  | 'openai-chat'
  | 'openai-responses'
  | 'anthropic-messages'
  | 'gemini'
  | 'bedrock-converse'
  | 'cohere-v2'
  | 'watsonx-chat'
  | 'replicate-predictions'
  | 'other';

/** All presets, sorted by id. The file's shape is proven by test/providers/presets.test.ts, not at every start. */
export const presets: readonly Preset[] = data.providers as unknown as readonly Preset[];

let byName: Map<string, Preset> | undefined;

/** The preset of this id or alias, case disregarded; undefined where there is none. */
export function findPreset(idOrAlias: string | null | undefined): Preset | undefined {
  if (!idOrAlias) return undefined;
  byName ??= indexByName();
  return byName.get(idOrAlias.trim().toLowerCase());
}

/** Names people say for a provider that the data does not list as aliases: the maker's product for the maker's API. */
const SPOKEN_NAMES: Readonly<Record<string, string>> = {
  claude: 'anthropic',
  chatgpt: 'openai',
  'open-ai': 'openai',
  grok: 'xai',
  'x-ai': 'xai',
  'x.ai': 'xai',
  mistralai: 'mistral',
  'google-ai-studio': 'google-gemini',
  litellm: 'litellm-proxy',
  nim: 'nvidia-nim',
  'github-copilot-models': 'github-models',
};

function indexByName(): Map<string, Preset> {
  const index = new Map<string, Preset>();
  for (const preset of presets) {
    index.set(preset.id, preset);
  }
  const add = (name: string, preset: Preset | undefined) => {
    if (preset && !index.has(name.toLowerCase())) index.set(name.toLowerCase(), preset);
  };
  for (const preset of presets) for (const alias of preset.aliases) add(alias, preset);
  for (const [name, id] of Object.entries(SPOKEN_NAMES)) add(name, index.get(id));
  for (const preset of presets) add(preset.name, preset);
  return index;
}

/** What the data calls a dialect, in the store's words; embeddings-only providers speak OpenAI's form as well. */
export function upstreamDialect(dialect: PresetDialect): UpstreamDialect {
  switch (dialect) {
    case 'openai-chat':
    case 'openai-embeddings':
    case 'openai-responses':
      return 'openai-chat';
    case 'anthropic-messages':
      return 'anthropic-messages';
    case 'gemini-generate':
      return 'gemini';
    case 'bedrock-converse':
      return 'bedrock-converse';
    case 'cohere-v2':
      return 'cohere-v2';
    case 'watsonx-chat':
    case 'replicate-predictions':
      return dialect;
    default:
      return 'other';
  }
}

/** Presets that exchange their credential for a token in a way that is spoken here. */
const TOKEN_EXCHANGE: ReadonlySet<string> = new Set(['vertex-ai', 'watsonx']);

/** Whether requests can be signed in: by a key as it is, by AWS's signature, by one of Google's or IBM's tokens. */
export function canSignIn(preset: Preset): boolean {
  return preset.auth.kind !== 'oauth2' || TOKEN_EXCHANGE.has(preset.id);
}

/** Whether requests are signed one by one, or go with a token that is made from the credential. */
export function signsRequests(preset: Preset): boolean {
  return preset.auth.kind === 'aws-sigv4' || TOKEN_EXCHANGE.has(preset.id);
}

const SERVED: readonly UpstreamDialect[] = [
  'openai-chat',
  'anthropic-messages',
  'gemini',
  'bedrock-converse',
  'cohere-v2',
  'watsonx-chat',
  'replicate-predictions',
];

/**
 * The dialect a preset is spoken to in: its own where that is served, else the first other one that is and that has an
 * address of its own (Cohere's OpenAI-compatible form).
 */
export function presetDialect(preset: Preset): UpstreamDialect {
  const own = upstreamDialect(preset.dialect);
  if (SERVED.includes(own)) return own;
  for (const other of preset.otherDialects) {
    const dialect = upstreamDialect(other.dialect);
    if (SERVED.includes(dialect) && (other.url || other.path)) return dialect;
  }
  return own;
}

/** False: listed, but its dialect or its sign-in is not served yet; `whyUnsupported` has the sentence. */
export function isSupported(preset: Preset): boolean {
  return whyUnsupported(preset) === undefined;
}

/** Why a preset cannot be added yet, as a sentence. */
export function whyUnsupported(preset: Preset): string | undefined {
  if (!canSignIn(preset)) {
    return `${preset.name} exchanges its key for a token in a way that Keyward does not speak yet.`;
  }
  if (SERVED.includes(presetDialect(preset))) return undefined;
  return `${preset.name} is spoken to in a dialect that Keyward does not speak yet.`;
}

/** Local runtimes answer without a key; everything else wants one. */
export function needsKey(preset: Preset | undefined): boolean {
  return preset !== undefined && preset.auth.kind !== 'none';
}

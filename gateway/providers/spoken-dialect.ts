/**
 * In which dialect a provider is asked: the caller's own where the provider offers it, so that bytes pass untouched; else
 * its main one, by translation. Pure; the answer depends on the provider's record, its preset and the caller's dialect.
 */
import type { CallerDialect, ProviderDialect, TranslatedDialect } from '../dialects/canonical/request.ts';
import type { Dialect, Endpoint, Rule, RuleOrigin } from '../exchange.ts';
import type { Provider } from '../store/schema.ts';
import { presetBase, WIRE_FORMAT_OF, type WireFormat } from './base-url.ts';
import type { Preset, PresetDialect } from './preset-schema.ts';
import { presetDialect, type UpstreamDialect } from './presets.ts';
import { isMakersHost } from './provider-base.ts';
import { nativeInstead, nativeRule } from './spoken-native.ts';
import { VERTEX, vertexDialect } from './vertex.ts';

export interface Spoken<D extends Dialect> {
  /** The provider takes the caller's own dialect: bytes pass untouched. */
  readonly own: boolean;
  /** What to translate to otherwise. Undefined: it speaks nothing that a request of this kind can be translated to. */
  readonly dialect: D | undefined;
  readonly rule: Rule;
}

export type SpokenDialect = Spoken<ProviderDialect>;

const CONVERSATIONS: ReadonlySet<Dialect> = new Set<CallerDialect>([
  'openai-chat',
  'openai-completions',
  'openai-responses',
  'anthropic-messages',
  'gemini-generate',
]);

export function isConversation(dialect: Dialect): dialect is CallerDialect {
  return CONVERSATIONS.has(dialect);
}

const MAIN: Readonly<Partial<Record<UpstreamDialect, ProviderDialect>>> = {
  'openai-chat': 'openai-chat',
  'openai-responses': 'openai-responses',
  'anthropic-messages': 'anthropic-messages',
  gemini: 'gemini-generate',
  'bedrock-converse': 'bedrock-converse',
  'cohere-v2': 'cohere-v2',
  'watsonx-chat': 'watsonx-chat',
  'replicate-predictions': 'replicate-predictions',
};

/** By provider record (a new one after every change) and the caller's dialect. */
const remembered = new WeakMap<Provider, Map<Dialect, SpokenDialect>>();

export function spokenDialect(
  provider: Provider,
  preset: Preset | undefined,
  endpoint: Endpoint & { readonly dialect: CallerDialect },
  model: string,
  body: unknown,
): SpokenDialect {
  if (preset?.id === VERTEX) return decideByModel(model, endpoint.dialect);
  // Completions of old stay what they are: a base model is not to be asked as a chat model behind the caller's back.
  const native =
    endpoint.dialect === 'openai-completions' ? undefined : nativeRule(provider, preset, endpoint.dialect, body);
  if (native) return { own: false, dialect: 'ollama-chat', rule: native };
  const known = remembered.get(provider) ?? new Map<Dialect, SpokenDialect>();
  remembered.set(provider, known);
  const before = known.get(endpoint.dialect);
  if (before) return before;
  const answer = decide(provider, preset, endpoint.dialect);
  known.set(endpoint.dialect, answer);
  return answer;
}

/** Vertex has models of many makers, each spoken to in its maker's dialect. */
function decideByModel(model: string, asked: CallerDialect): SpokenDialect {
  const dialect = vertexDialect(model);
  const rule: Rule = { name: 'dialect.model', origin: { from: 'preset', id: VERTEX }, value: dialect };
  return { own: dialect === asked, dialect, rule };
}

function decide(provider: Provider, preset: Preset | undefined, asked: CallerDialect): SpokenDialect {
  const main = mainDialect(provider, preset);
  const setHere: RuleOrigin = { from: 'provider', id: provider.id };
  const origin: RuleOrigin = preset ? { from: 'preset', id: preset.id } : setHere;
  // Whoever answers chat completions mostly takes those of old too, and no list says who does not.
  const isOld = asked === 'openai-completions' && main === 'openai-chat';
  if (main === asked || isOld) return { own: true, dialect: main, rule: { name: 'dialect.own', origin, value: asked } };
  if (says(provider, asked)) {
    return { own: true, dialect: main, rule: { name: 'dialect.setting', origin: setHere, value: asked } };
  }
  if (preset && asked !== 'openai-completions' && offers(provider, preset, asked)) {
    return { own: true, dialect: main, rule: { name: 'dialect.offered', origin, value: asked } };
  }
  const native = nativeInstead(provider, preset, false);
  if (native) return { own: false, dialect: 'ollama-chat', rule: native };
  return { own: false, dialect: main, rule: { name: 'dialect.main', origin, value: main ?? provider.dialect } };
}

/** The dialect a provider is asked in where it does not offer the caller's. */
export function mainDialect(provider: Provider, preset: Preset | undefined): ProviderDialect | undefined {
  const own = MAIN[provider.dialect] ?? (preset && MAIN[presetDialect(preset)]);
  // Listed among the OpenAI look-alikes for its embeddings alone.
  return preset?.dialect === 'openai-embeddings' ? undefined : own;
}

/** What the owner says this provider speaks besides, where no preset can know: `--set dialects=openai-responses`. */
function says(provider: Provider, asked: CallerDialect): boolean {
  if (!(provider.settings.dialects ?? '').split(/[\s,]+/).includes(asked)) return false;
  // Another wire format has an address of its own, which no setting tells.
  return asked !== 'openai-completions' && FORMAT_OF[asked] === WIRE_FORMAT_OF[provider.dialect];
}

/** Whether the preset lists the dialect with an address that is this provider's too. */
function offers(provider: Provider, preset: Preset, asked: TranslatedDialect): boolean {
  const own = WIRE_FORMAT_OF[provider.dialect];
  const format = FORMAT_OF[asked];
  if (
    !preset.otherDialects.some(({ dialect, url, path }) => dialect === (asked satisfies PresetDialect) && (url || path))
  )
    return false;
  if (format === own) return true;
  // Behind a base URL of one's own stands a mirror or a test server, which is known to speak the main dialect only.
  return presetBase(preset, format) !== undefined && (isMakersHost(provider, preset) || preset.group === 'local');
}

const FORMAT_OF: Readonly<Record<TranslatedDialect, WireFormat>> = {
  'openai-chat': 'openai',
  'openai-responses': 'openai',
  'anthropic-messages': 'anthropic',
  'gemini-generate': 'gemini',
};

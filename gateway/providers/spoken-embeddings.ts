/**
 * In which dialect a provider is asked for embeddings: the caller's own where the provider offers its form, else its own
 * form of embeddings, by translation. Pure, like `spoken-dialect.ts`.
 */
import type { EmbeddingCaller, EmbeddingDialect } from '../dialects/canonical/embeddings.ts';
import type { EmbeddingFormat } from '../dialects/outbound.ts';
import type { Dialect, Rule, RuleOrigin } from '../exchange.ts';
import type { Provider } from '../store/schema.ts';
import { presetBase, WIRE_FORMAT_OF, type WireFormat } from './base-url.ts';
import type { Preset } from './preset-schema.ts';
import { isMakersHost } from './provider-base.ts';
import type { Spoken } from './spoken-dialect.ts';
import { nativeInstead, nativeRule } from './spoken-native.ts';
import { VERTEX } from './vertex.ts';

export interface SpokenEmbeddings extends Spoken<EmbeddingDialect> {
  /** Whose address it is asked at. */
  readonly format: EmbeddingFormat;
}

const FORMAT_OF: Readonly<Record<EmbeddingCaller, EmbeddingFormat>> = {
  'openai-embeddings': 'openai',
  'gemini-embed': 'gemini',
};

export function isEmbeddings(dialect: Dialect): dialect is EmbeddingCaller {
  return dialect in FORMAT_OF;
}

const NATIVE: Form = { format: 'ollama', dialect: 'ollama-embed' };

/** By provider record (a new one after every change), the caller's dialect and what the model makes of it. */
const remembered = new WeakMap<Provider, Map<string, SpokenEmbeddings>>();

export function spokenEmbeddings(
  provider: Provider,
  preset: Preset | undefined,
  asked: EmbeddingCaller,
  model: string,
  body: unknown,
): SpokenEmbeddings {
  const native = nativeRule(provider, preset, asked, body);
  if (native) return { own: false, ...NATIVE, rule: native };
  const main = mainForm(provider, preset, model);
  const name = `${asked} ${main?.dialect}`;
  const known = remembered.get(provider) ?? new Map<string, SpokenEmbeddings>();
  remembered.set(provider, known);
  const before = known.get(name);
  if (before) return before;
  const answer = decide(provider, preset, asked, main);
  known.set(name, answer);
  return answer;
}

interface Form {
  readonly format: EmbeddingFormat;
  readonly dialect: EmbeddingDialect;
}

function decide(
  provider: Provider,
  preset: Preset | undefined,
  asked: EmbeddingCaller,
  main: Form | undefined,
): SpokenEmbeddings {
  const origin: RuleOrigin = preset ? { from: 'preset', id: preset.id } : { from: 'provider', id: provider.id };
  const format = FORMAT_OF[asked];
  const rule = (name: string, value: string): Rule => ({ name, origin, value });
  const own = { own: true, format, dialect: asked };
  if (main?.format === format) return { ...own, rule: rule('dialect.own', asked) };
  if (preset && offers(provider, preset, format)) return { ...own, rule: rule('dialect.offered', asked) };
  const native = nativeInstead(provider, preset, true);
  if (native) return { own: false, ...NATIVE, rule: native };
  const dialect = main?.dialect;
  return {
    own: false,
    dialect,
    format: main?.format ?? format,
    rule: rule('dialect.main', dialect ?? provider.dialect),
  };
}

/** Behind a base URL of one's own stands a mirror or a test server, which is known to speak the main dialect only. */
function offers(provider: Provider, preset: Preset, format: WireFormat): boolean {
  if (preset.id === VERTEX || presetBase(preset, format) === undefined) return false;
  return isMakersHost(provider, preset) || preset.group === 'local';
}

const DIALECT_OF: Readonly<Partial<Record<WireFormat, EmbeddingDialect>>> = {
  openai: 'openai-embeddings',
  gemini: 'gemini-embed',
  cohere: 'cohere-embed',
  watsonx: 'watsonx-embed',
};

/** Look-alikes of OpenAI with names of their own for its fields. */
const LOOK_ALIKES: Readonly<Record<string, EmbeddingDialect>> = {
  voyage: 'voyage-embeddings',
  jina: 'jina-embeddings',
};

/** Anthropic has none, Vertex's have an address of their own, and Replicate's a form for each model. */
function mainForm(provider: Provider, preset: Preset | undefined, model: string): Form | undefined {
  const format = WIRE_FORMAT_OF[provider.dialect];
  if (preset?.id === VERTEX || format === undefined || format === 'anthropic' || format === 'replicate')
    return undefined;
  if (format === 'bedrock') {
    const dialect = bedrockDialect(model);
    return dialect && { format, dialect };
  }
  const dialect = LOOK_ALIKES[preset?.id ?? ''] ?? DIALECT_OF[format];
  return dialect && { format, dialect };
}

/** Each maker's models have their own form on Bedrock; profiles put a region before the name. */
function bedrockDialect(model: string): EmbeddingDialect | undefined {
  if (/(?:^|[./:])cohere\.embed/.test(model)) return 'cohere-embed';
  return /(?:^|[./:])amazon\.titan-embed-text/.test(model) ? 'titan-embed' : undefined;
}

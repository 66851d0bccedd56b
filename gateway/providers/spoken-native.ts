/**
 * When a provider is asked in a form of its own that knows more than the one it shares with others: Ollama's `/api/chat` and
 * `/api/embed` (docs/decisions/0017). Pure.
 */
import { nativeEmbedWish, nativeWish } from '../dialects/ollama-chat/wishes.ts';
import type { Dialect, Rule } from '../exchange.ts';
import type { Provider } from '../store/schema.ts';
import { presetBase } from './base-url.ts';
import { type Preset, presets } from './presets.ts';
import { isMakersHost } from './provider-base.ts';

/** Presets with such a form: asked before anything else, as nearly all providers have none. */
const WITH_NATIVE: ReadonlySet<string> = new Set(
  presets.filter((preset) => presetBase(preset, 'ollama') !== undefined).map(({ id }) => id),
);

/** `always`: the owner says so. `offered`: where the request wants it, or has to be translated anyway. */
type Use = 'always' | 'offered' | 'never';

/** By provider record: a new one after every change. */
const remembered = new WeakMap<Provider, Use>();

function nativeUse(provider: Provider, preset: Preset | undefined): Use {
  if (!preset || !WITH_NATIVE.has(preset.id)) return 'never';
  const known = remembered.get(provider);
  if (known) return known;
  const use = decide(provider, preset);
  remembered.set(provider, use);
  return use;
}

function decide(provider: Provider, preset: Preset): Use {
  const set = (provider.settings.dialects ?? '').split(/[\s,]+/);
  if (set.includes('ollama-chat')) return 'always';
  // Only `/v1` can be reached: a proxy before it, or another program in Ollama's place.
  if (set.includes('openai-chat')) return 'never';
  // Behind a base URL of one's own stands a mirror, of which the main dialect only is known; a local runtime's always is.
  return isMakersHost(provider, preset) || preset.group === 'local' ? 'offered' : 'never';
}

/**
 * Why this request goes in the provider's own form although the caller's dialect would do: a member of it (a JSON pointer)
 * that only the own form carries, or the owner's word. Undefined where neither is.
 */
export function nativeRule(
  provider: Provider,
  preset: Preset | undefined,
  asked: Dialect,
  body: unknown,
): Rule | undefined {
  const use = nativeUse(provider, preset);
  if (use === 'never') return undefined;
  const isEmbeddings = asked === 'openai-embeddings' || asked === 'gemini-embed';
  if (use === 'always') return settingRule(provider, isEmbeddings);
  const where = isEmbeddings ? nativeEmbedWish(body) : nativeWish(body, asked);
  return where === undefined
    ? undefined
    : { name: 'dialect.native', origin: { from: 'request', where }, value: nativeName(isEmbeddings) };
}

/** The rule for a request that has to be translated in any case; undefined where there is no such form. */
export function nativeInstead(provider: Provider, preset: Preset | undefined, isEmbeddings: boolean): Rule | undefined {
  if (nativeUse(provider, preset) === 'never' || !preset) return undefined;
  return { name: 'dialect.native', origin: { from: 'preset', id: preset.id }, value: nativeName(isEmbeddings) };
}

function settingRule({ id }: Provider, isEmbeddings: boolean): Rule {
  return { name: 'dialect.setting', origin: { from: 'provider', id }, value: nativeName(isEmbeddings) };
}

function nativeName(isEmbeddings: boolean): 'ollama-chat' | 'ollama-embed' {
  return isEmbeddings ? 'ollama-embed' : 'ollama-chat';
}

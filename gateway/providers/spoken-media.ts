/**
 * In which dialect a provider is asked for images and sound: Gemini in its own, by translation (docs/decisions/0020), all
 * others in the caller's. Pure, like `spoken-dialect.ts`.
 */
import type { Dialect, Rule } from '../exchange.ts';
import type { Provider } from '../store/schema.ts';
import type { Preset } from './preset-schema.ts';
import { mainDialect, type Spoken } from './spoken-dialect.ts';
import { VERTEX, vertexDialect } from './vertex.ts';

export function isMedia(dialect: Dialect): dialect is 'openai-images' | 'openai-audio' {
  return dialect === 'openai-images' || dialect === 'openai-audio';
}

/** Undefined where there is nothing to decide: the request goes as it came, or has no address there. */
export function spokenMedia(
  provider: Provider,
  preset: Preset | undefined,
  model: string,
): Spoken<'gemini-generate'> | undefined {
  const byModel = preset?.id === VERTEX;
  const dialect = byModel ? vertexDialect(model) : mainDialect(provider, preset);
  if (dialect !== 'gemini-generate') return undefined;
  const origin: Rule['origin'] = preset ? { from: 'preset', id: preset.id } : { from: 'provider', id: provider.id };
  return { own: false, dialect, rule: { name: byModel ? 'dialect.model' : 'dialect.main', origin, value: dialect } };
}

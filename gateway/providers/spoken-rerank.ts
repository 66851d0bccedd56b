/** In which form a provider is asked to rank documents: the callers' where it takes it, else its own. Pure. */
import type { RerankDialect } from '../dialects/canonical/rerank.ts';
import type { Rule, RuleOrigin } from '../exchange.ts';
import type { Provider } from '../store/schema.ts';
import { WIRE_FORMAT_OF } from './base-url.ts';
import type { Preset } from './preset-schema.ts';
import type { Spoken } from './spoken-dialect.ts';

/** By provider record (a new one after every change) and what the model makes of it. */
const remembered = new WeakMap<Provider, Map<string, Spoken<RerankDialect>>>();

export function spokenRerank(provider: Provider, preset: Preset | undefined, model: string): Spoken<RerankDialect> {
  const dialect = formOf(provider, preset, model);
  const known = remembered.get(provider) ?? new Map<string, Spoken<RerankDialect>>();
  remembered.set(provider, known);
  const before = known.get(`${dialect}`);
  if (before) return before;
  // Whoever is asked in OpenAI's form takes reranking in the form that Jina, Together, SiliconFlow, vLLM … share.
  const own = dialect === undefined && WIRE_FORMAT_OF[provider.dialect] === 'openai';
  const origin: RuleOrigin = preset ? { from: 'preset', id: preset.id } : { from: 'provider', id: provider.id };
  const rule: Rule = own
    ? { name: 'dialect.own', origin, value: 'openai-rerank' }
    : { name: 'dialect.main', origin, value: dialect ?? provider.dialect };
  const answer = { own, dialect, rule };
  known.set(`${dialect}`, answer);
  return answer;
}

function formOf(provider: Provider, preset: Preset | undefined, model: string): RerankDialect | undefined {
  if (preset?.id === 'voyage') return 'voyage-rerank';
  switch (WIRE_FORMAT_OF[provider.dialect]) {
    case 'cohere':
      return 'cohere-rerank';
    case 'bedrock':
      return /(?:^|[./:])cohere\.rerank/.test(model) ? 'bedrock-rerank' : undefined;
    default:
      return undefined;
  }
}

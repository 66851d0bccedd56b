/** Reranking from the callers' form to a provider's own and back: a line for each dialect. Pure. */
import { rerankCaller } from '../rerank/caller.ts';
import { bedrockRerank, cohereRerank, voyageRerank } from '../rerank/providers.ts';
import type { ProviderDialect } from './request.ts';
import type { RerankDialect, RerankProviderSide } from './rerank.ts';
import { type Talking, translateCall } from './translate-call.ts';
import type { CallTarget, TranslatedCall } from './way-back.ts';

const PROVIDERS: Readonly<Record<RerankDialect, Talking<RerankProviderSide, ProviderDialect>>> = {
  'cohere-rerank': { ...cohereRerank, talks: 'cohere-v2' },
  'bedrock-rerank': { ...bedrockRerank, talks: 'bedrock-converse' },
  'voyage-rerank': { ...voyageRerank, talks: 'openai-chat' },
};

/** Callers of this form read OpenAI's envelope of errors. */
const CALLER = { ...rerankCaller, talks: 'openai-chat' } as const;

export function translateRerank(to: RerankDialect, body: unknown, target: CallTarget): TranslatedCall {
  // A place that no document has would put another text in front of a reader, or none.
  return translateCall(CALLER, PROVIDERS[to], body, target, ({ results }, { documents: { length } }) => {
    const astray = results.find(({ index }) => !Number.isInteger(index) || index < 0 || index >= length);
    return astray && `The answer ranks document ${astray.index}, and ${length} were sent.`;
  });
}

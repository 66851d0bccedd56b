/** Reranking from the callers' form to a provider's own and back. Pure. */
import { rerankCaller } from '../rerank/caller.ts';
import { bedrockRerank, cohereRerank, voyageRerank } from '../rerank/providers.ts';
import { unusable } from './error.ts';
import { callerSideOf } from './registry.ts';
import type { ProviderDialect } from './request.ts';
import type { ParsedRerank, RerankDialect, RerankProviderSide } from './rerank.ts';
import { translateError } from './translate.ts';
import type { CallTarget, TranslatedCall } from './way-back.ts';

/** `talks`: the dialect of conversations that the same provider's failures are worded in. */
const PROVIDERS: Readonly<Record<RerankDialect, RerankProviderSide & { readonly talks: ProviderDialect }>> = {
  'cohere-rerank': { ...cohereRerank, talks: 'cohere-v2' },
  'bedrock-rerank': { ...bedrockRerank, talks: 'bedrock-converse' },
  'voyage-rerank': { ...voyageRerank, talks: 'openai-chat' },
};

/** Callers of this form read OpenAI's envelope of errors. */
const TALKS = 'openai-chat';

export function translateRerank(to: RerankDialect, body: unknown, target: CallTarget): TranslatedCall {
  const provider = PROVIDERS[to];
  const parsed = rerankCaller.parseRequest(body);
  if (parsed.refused !== undefined) return parsed;
  const request = parsed.value;
  const built = provider.buildRequest(request, target.model);
  if (built.refused !== undefined) return built;
  return {
    body: built.value,
    ledger: [...parsed.ledger, ...built.ledger],
    back: {
      whole: (answered) => {
        const read = readAnswer(provider, answered, request.documents.length);
        if (read.error !== undefined) return { error: read.error, ...callerSideOf(TALKS).buildError(read.error) };
        const { wire, ledger } = rerankCaller.buildAnswer(read.answer, request, target.shownModel);
        return { body: wire, ledger };
      },
      failed: (status, text, headers) => translateError(provider.talks, TALKS, status, text, headers),
    },
  };
}

/** A place that no document has would put another text in front of a reader, or none. */
function readAnswer(provider: RerankProviderSide, body: unknown, documents: number): ParsedRerank {
  const read = provider.parseAnswer(body);
  const astray = read.answer?.results.find(({ index }) => !Number.isInteger(index) || index < 0 || index >= documents);
  if (!astray) return read;
  return { error: unusable(`The answer ranks document ${astray.index}, and ${documents} were sent.`) };
}

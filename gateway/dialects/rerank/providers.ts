/**
 * Reranking as providers with a form of their own take it: Cohere's v2, the same model on Bedrock, and Voyage. Sources:
 * docs.cohere.com/reference/rerank, docs.aws.amazon.com/bedrock/latest/userguide/rerank-api.html (InvokeModel),
 * docs.voyageai.com/reference/reranker-api.
 */
import { unusable } from '../canonical/error.ts';
import { asNumber, asRecord, asRecords, asText, defined } from '../canonical/json.ts';
import { createLosses } from '../canonical/losses.ts';
import type { Fields } from '../canonical/request.ts';
import type { ParsedRerank, RankedDocument, RerankProviderSide, RerankRequest } from '../canonical/rerank.ts';

function readResults(body: unknown, list: 'results' | 'data'): readonly RankedDocument[] | undefined {
  const value = asRecord(body)?.[list];
  if (!Array.isArray(value)) return undefined;
  const results = asRecords(value).flatMap((result) => {
    const index = asNumber(result.index);
    const score = asNumber(result.relevance_score);
    return index === undefined || score === undefined ? [] : [{ index, score }];
  });
  return results.length === value.length ? results : undefined;
}

const NO_RANKS: ParsedRerank = { error: unusable('The answer holds no ranking.') };

function cohereFields({ query, documents, top }: RerankRequest): Fields {
  return defined({ query, documents, top_n: top });
}

/** Cohere's v2 repeats no documents: the answer gets them from the request. */
export const cohereRerank: RerankProviderSide = {
  buildRequest(request, model) {
    const max_tokens_per_doc = request.maxTokensPerDocument;
    return createLosses().close<Fields>(defined({ model, ...cohereFields(request), max_tokens_per_doc }));
  },
  parseAnswer(body) {
    const results = readResults(body, 'results');
    if (!results) return NO_RANKS;
    const answer = asRecord(body);
    const billed = asRecord(asRecord(answer?.meta)?.billed_units);
    return { answer: defined({ results, id: asText(answer?.id), searchUnits: asNumber(billed?.search_units) }) };
  },
};

export const bedrockRerank: RerankProviderSide = {
  buildRequest(request) {
    const losses = createLosses();
    if (request.maxTokensPerDocument !== undefined)
      losses.add('dropped', 'max_tokens_per_doc', 'Bedrock has no field for it.', request.maxTokensPerDocument);
    return losses.close<Fields>({ ...cohereFields(request), api_version: 2 });
  },
  parseAnswer: cohereRerank.parseAnswer,
};

export const voyageRerank: RerankProviderSide = {
  buildRequest({ query, documents, top, maxTokensPerDocument }, model) {
    const losses = createLosses();
    if (maxTokensPerDocument !== undefined)
      losses.add('dropped', 'max_tokens_per_doc', 'Voyage has no field for it.', maxTokensPerDocument);
    return losses.close<Fields>(defined({ model, query, documents, top_k: top }));
  },
  parseAnswer(body) {
    const results = readResults(body, 'data');
    if (!results) return NO_RANKS;
    const answer = asRecord(body);
    const totalTokens = asNumber(asRecord(answer?.usage)?.total_tokens);
    return { answer: defined({ results, model: asText(answer?.model), totalTokens }) };
  },
};

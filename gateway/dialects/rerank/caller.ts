/**
 * Reranking as callers ask for it: the form of Jina, of Cohere's v1 and of the servers that took it over. Sources:
 * api.jina.ai/redoc, docs.cohere.com/v1/reference/rerank, docs.vllm.ai (serving, rerank API).
 */
import { asBoolean, asNumber, asText, defined, isRecord, unknownFields } from '../canonical/json.ts';
import { createLosses, type Losses, NOT_AN_OBJECT } from '../canonical/losses.ts';
import type { RerankCallerSide } from '../canonical/rerank.ts';

const KNOWN: ReadonlySet<string> = new Set([
  'model',
  'query',
  'documents',
  'top_n',
  'return_documents',
  'max_tokens_per_doc',
]);

export const rerankCaller: RerankCallerSide = {
  parseRequest(body) {
    if (!isRecord(body)) return NOT_AN_OBJECT;
    const losses = createLosses();
    for (const [name, value] of Object.entries(unknownFields(body, KNOWN) ?? {})) {
      const told = typeof value === 'string' ? undefined : value;
      losses.add('dropped', name, 'Reranking has no such field elsewhere.', told);
    }
    const query = asText(body.query);
    if (query === undefined) losses.refuse('query', 'The query must be a text.');
    return losses.close(
      defined({
        query: query ?? '',
        documents: readDocuments(body.documents, losses),
        top: asNumber(body.top_n),
        returnDocuments: asBoolean(body.return_documents) ?? false,
        maxTokensPerDocument: asNumber(body.max_tokens_per_doc),
      }),
    );
  },
  buildAnswer({ id, model: named, results, totalTokens, searchUnits }, { documents, returnDocuments }, model) {
    const wire = defined({
      id,
      model: named ?? model,
      results: results.map(({ index, score }) => ({
        index,
        relevance_score: score,
        ...(returnDocuments ? { document: { text: documents[index] } } : {}),
      })),
      usage: totalTokens === undefined ? undefined : { total_tokens: totalTokens },
      meta: searchUnits === undefined ? undefined : { billed_units: { search_units: searchUnits } },
    });
    return { wire, ledger: [] };
  },
};

/** Texts, or objects with one. */
function readDocuments(value: unknown, losses: Losses): string[] {
  if (!Array.isArray(value) || value.length === 0) {
    losses.refuse('documents', 'The documents must be a list of texts.');
    return [];
  }
  return value.map((document, index) => {
    const text = asText(document) ?? (isRecord(document) ? asText(document.text) : undefined);
    if (text === undefined)
      losses.refuse(`documents[${index}]`, 'Only texts can be ranked by another provider; this document holds none.');
    else if (isRecord(document) && Object.keys(document).length > 1)
      losses.add('dropped', `documents[${index}]`, 'Only its text is ranked; its other fields stay behind.');
    return text ?? '';
  });
}

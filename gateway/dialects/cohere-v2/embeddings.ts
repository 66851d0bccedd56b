/** Cohere's embed v2. Source: docs.cohere.com/reference/embed. */
import {
  dropFields,
  type EmbeddingProviderSide,
  type EmbeddingRequest,
  type EmbeddingTask,
  fieldOf,
  readVectors,
  taskOf,
  textsOf,
} from '../canonical/embeddings.ts';
import { unusable } from '../canonical/error.ts';
import { asArray, asNumber, asRecord, defined } from '../canonical/json.ts';
import { createLosses, type Losses } from '../canonical/losses.ts';
import type { Fields } from '../canonical/request.ts';

const INPUT_TYPES: Readonly<Partial<Record<EmbeddingTask, string>>> = {
  query: 'search_query',
  'question-answering': 'search_query',
  'fact-verification': 'search_query',
  'code-query': 'search_query',
  document: 'search_document',
  classification: 'classification',
  clustering: 'clustering',
};

const DEFAULT = 'search_document';

/** Cohere's models want to be told what the vectors are for, and OpenAI's callers seldom say it. */
function inputType(request: EmbeddingRequest, losses: Losses): string {
  const task = taskOf(request, losses);
  const word = task && INPUT_TYPES[task];
  const path = fieldOf(request, 'task');
  if (word === undefined)
    losses.add('defaulted', path, 'Cohere wants an input_type; it is asked for documents to search in.', task, DEFAULT);
  else if (word !== task) losses.add('renamed', path, "Cohere's word for it.", task, word);
  return word ?? DEFAULT;
}

export const cohereEmbed: EmbeddingProviderSide = {
  buildRequest(request, model) {
    const losses = createLosses();
    dropFields(request, ['title', 'user'], 'Cohere', losses);
    return losses.close<Fields>(
      defined({
        model,
        texts: textsOf(request, 'Cohere', losses),
        input_type: inputType(request, losses),
        embedding_types: ['float'],
        output_dimension: request.dimensions,
      }),
    );
  },
  parseAnswer(body) {
    const answer = asRecord(body);
    const embeddings = asRecord(answer?.embeddings);
    const vectors = readVectors(asArray(embeddings?.float));
    if (!vectors) return { error: unusable('The answer holds no embeddings.') };
    const billed = asRecord(asRecord(answer?.meta)?.billed_units);
    return { answer: defined({ vectors, inputTokens: asNumber(billed?.input_tokens) }) };
  },
};

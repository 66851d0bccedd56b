/** watsonx.ai's embeddings. Source: cloud.ibm.com/apidocs/watsonx-ai#text-embeddings. */
import { dropFields, type EmbeddingProviderSide, readVector, textsOf } from '../canonical/embeddings.ts';
import { unusable } from '../canonical/error.ts';
import { asArray, asNumber, asRecord, asRecords, asText, defined } from '../canonical/json.ts';
import { createLosses } from '../canonical/losses.ts';
import type { Fields } from '../canonical/request.ts';

export const watsonxEmbeddings: EmbeddingProviderSide = {
  buildRequest(request, model) {
    const losses = createLosses();
    dropFields(request, ['dimensions', 'task', 'title', 'user'], 'watsonx.ai', losses);
    return losses.close<Fields>({ model_id: model, inputs: textsOf(request, 'watsonx.ai', losses) });
  },
  parseAnswer(body) {
    const answer = asRecord(body);
    const found = asArray(answer?.results);
    const vectors = asRecords(answer?.results).flatMap(({ embedding }) => {
      const vector = readVector(embedding);
      return vector ? [vector] : [];
    });
    if (found.length === 0 || vectors.length !== found.length)
      return { error: unusable('The answer holds no embeddings.') };
    return {
      answer: defined({
        vectors,
        model: asText(answer?.model_id),
        inputTokens: asNumber(answer?.input_token_count),
      }),
    };
  },
};

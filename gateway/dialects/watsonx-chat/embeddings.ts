/** watsonx.ai's embeddings. Source: cloud.ibm.com/apidocs/watsonx-ai#text-embeddings. */
import { dropFields, type EmbeddingProviderSide, readVectors, textsOf } from '../canonical/embeddings.ts';
import { unusable } from '../canonical/error.ts';
import { asArray, asNumber, asRecord, asText, defined } from '../canonical/json.ts';
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
    const vectors = readVectors(asArray(answer?.results).map((result) => asRecord(result)?.embedding));
    if (!vectors) return { error: unusable('The answer holds no embeddings.') };
    return {
      answer: defined({
        vectors,
        model: asText(answer?.model_id),
        inputTokens: asNumber(answer?.input_token_count),
      }),
    };
  },
};

/**
 * Amazon Titan's embeddings by Bedrock's InvokeModel: one text a call. Source:
 * docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-embed-text.html.
 */
import { dropFields, type EmbeddingProviderSide, readVector, textsOf } from '../canonical/embeddings.ts';
import { unusable } from '../canonical/error.ts';
import { asNumber, asRecord, defined } from '../canonical/json.ts';
import { createLosses } from '../canonical/losses.ts';
import type { Fields } from '../canonical/request.ts';

export const titanEmbeddings: EmbeddingProviderSide = {
  buildRequest(request) {
    const losses = createLosses();
    dropFields(request, ['task', 'title', 'user'], 'Titan', losses);
    const [text, ...others] = textsOf(request, 'Titan', losses);
    const [, second] = request.inputs;
    if (second && others.length > 0)
      losses.refuse(second.at, `Titan embeds one text a call, and this request has ${request.inputs.length}.`);
    return losses.close<Fields>(defined({ inputText: text, dimensions: request.dimensions }));
  },
  parseAnswer(body) {
    const answer = asRecord(body);
    const vector = readVector(answer?.embedding);
    if (vector === undefined) return { error: unusable('The answer holds no embedding.') };
    return { answer: defined({ vectors: [vector], inputTokens: asNumber(answer?.inputTextTokenCount) }) };
  },
};

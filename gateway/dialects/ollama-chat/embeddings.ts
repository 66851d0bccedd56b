/** Ollama's `/api/embed`. Source: github.com/ollama/ollama, docs/api.md (*Generate Embeddings*), `EmbedRequest` of api/types.go. */
import { dropFields, type EmbeddingProviderSide, readVectors, textsOf } from '../canonical/embeddings.ts';
import { unusable } from '../canonical/error.ts';
import { asArray, asNumber, asRecord, asText, defined } from '../canonical/json.ts';
import { createLosses } from '../canonical/losses.ts';
import type { Fields } from '../canonical/request.ts';
import { errorOfValue } from './parse-error.ts';
import { isEmbedWish } from './wishes.ts';

export const ollamaEmbed: EmbeddingProviderSide = {
  takes: isEmbedWish,
  buildRequest(request, model) {
    const losses = createLosses();
    dropFields(request, ['task', 'title', 'user'], 'Ollama', losses);
    const wishes = Object.entries(request.extra ?? {}).filter(([name, value]) => isEmbedWish(name, value));
    return losses.close<Fields>(
      defined({
        model,
        input: textsOf(request, 'Ollama', losses),
        dimensions: request.dimensions,
        ...Object.fromEntries(wishes),
      }),
    );
  },
  parseAnswer(body) {
    const answer = asRecord(body);
    if (answer?.error !== undefined && answer.error !== null)
      return { error: errorOfValue(undefined, answer, JSON.stringify(answer)) };
    const vectors = readVectors(asArray(answer?.embeddings));
    if (!vectors) return { error: unusable('The answer holds no embeddings.') };
    return {
      answer: defined({
        vectors,
        model: asText(answer?.model),
        inputTokens: asNumber(answer?.prompt_eval_count),
      }),
    };
  },
};

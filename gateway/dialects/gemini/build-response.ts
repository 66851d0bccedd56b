/** The canonical answer as a `GenerateContentResponse`. Source: ai.google.dev/api/generate-content. */
import type { AnswerContext, BuiltResponse } from '../canonical/adapter.ts';
import { defined } from '../canonical/json.ts';
import { createLosses } from '../canonical/losses.ts';
import type { CanonicalResponse } from '../canonical/response.ts';
import { buildParts } from './build-parts.ts';
import { buildFinish, buildUsage } from './usage.ts';

export function buildResponse(response: CanonicalResponse, context: AnswerContext): BuiltResponse {
  const losses = createLosses();
  if (response.logprobs !== undefined)
    losses.add('dropped', 'logprobs', 'Gemini writes log probabilities in another way.');
  const parts = buildParts(response.parts, 'content', { from: response.from, losses, answer: true });
  const candidate = {
    // Google's SDK drops answers without parts from its history.
    content: { parts: parts.length > 0 ? parts : [{ text: '' }], role: 'model' },
    ...buildFinish(response.finish),
    index: 0,
    ...(response.from === 'gemini-generate' ? response.extra : {}),
  };
  const wire = defined({
    candidates: [candidate],
    usageMetadata: response.usage === undefined ? undefined : buildUsage(response.usage),
    modelVersion: response.model ?? context.model,
    responseId: response.id ?? context.seed,
  });
  const built = losses.close(wire);
  return { wire, ledger: built.refused === undefined ? built.ledger : [] };
}

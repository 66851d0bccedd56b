/** The canonical answer as a message. Source: docs.claude.com/en/api/messages. */
import type { AnswerContext, BuiltResponse } from '../canonical/adapter.ts';
import { createLosses } from '../canonical/losses.ts';
import type { CanonicalResponse } from '../canonical/response.ts';
import { buildBlock } from './build-blocks.ts';
import { buildFinish, buildUsage } from './usage.ts';

export function buildResponse(response: CanonicalResponse, context: AnswerContext): BuiltResponse {
  const losses = createLosses();
  if (response.logprobs !== undefined)
    losses.add('dropped', 'logprobs', 'Anthropic messages hold no log probabilities.');
  const building = { from: response.from, losses, answer: true };
  const wire = {
    id: response.id ?? `msg_${context.seed}`,
    type: 'message',
    role: 'assistant',
    model: response.model ?? context.model,
    content: response.parts.flatMap((part, index) => buildBlock(part, `content[${index}]`, building)),
    ...buildFinish(response.finish),
    usage: buildUsage(response.usage),
  };
  const built = losses.close(wire);
  return { wire, ledger: built.refused === undefined ? built.ledger : [] };
}

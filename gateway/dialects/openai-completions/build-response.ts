/** The canonical answer as a legacy completion. Source: platform.openai.com/docs/api-reference/completions/object. */
import type { AnswerContext, BuiltResponse } from '../canonical/adapter.ts';
import { defined } from '../canonical/json.ts';
import { createLosses } from '../canonical/losses.ts';
import type { CanonicalResponse } from '../canonical/response.ts';
import { buildFinish, buildUsage } from '../openai-chat/usage.ts';

export function buildResponse(response: CanonicalResponse, context: AnswerContext): BuiltResponse {
  const losses = createLosses();
  let text = '';
  for (const part of response.parts) {
    if (part.type === 'text' || part.type === 'refusal') text += part.text;
    else losses.add('dropped', 'choices[0].text', cannotShow(part.type));
  }
  const wire = defined({
    id: response.id ?? `cmpl-${context.seed}`,
    object: 'text_completion',
    created: response.createdSeconds ?? context.nowSeconds,
    model: response.model ?? context.model,
    choices: [{ text, index: 0, logprobs: null, finish_reason: finishOf(buildFinish(response.finish)) }],
    usage: response.usage === undefined ? undefined : buildUsage(response.usage),
  });
  const built = losses.close(wire);
  return { wire, ledger: built.refused === undefined ? built.ledger : [] };
}

export function cannotShow(what: string): string {
  return `Completions of old hold text alone; no ${what}.`;
}

/** Completions of old know no calls. */
export function finishOf(reason: string): string {
  return reason === 'tool_calls' ? 'stop' : reason;
}

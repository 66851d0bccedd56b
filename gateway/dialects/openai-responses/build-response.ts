/** The canonical answer as a response. Source: platform.openai.com/docs/api-reference/responses/object. */
import type { AnswerContext, BuiltResponse } from '../canonical/adapter.ts';
import { createLosses, type Losses } from '../canonical/losses.ts';
import type { Fields, Part, TextPart } from '../canonical/request.ts';
import type { CanonicalResponse } from '../canonical/response.ts';
import {
  buildAnnotation,
  callItem,
  messageItem,
  reasoningItem,
  refusalPart,
  responseId,
  responseObject,
  textPart,
} from './build-output.ts';
import { buildStatus, buildUsage } from './usage.ts';

export function buildResponse(response: CanonicalResponse, context: AnswerContext): BuiltResponse {
  const losses = createLosses();
  const about = {
    id: responseId(context.seed),
    model: response.model ?? context.model,
    createdSeconds: response.createdSeconds ?? context.nowSeconds,
    stored: context.stored ?? false,
    earlier: context.earlier,
  };
  const wire = responseObject(about, {
    ...buildStatus(response.finish),
    output: buildOutput(response.parts, context.seed, losses),
    usage: response.usage === undefined ? null : buildUsage(response.usage),
  });
  if (response.logprobs !== undefined)
    losses.add('dropped', 'logprobs', 'Log probabilities of a translated answer are not carried.');
  const built = losses.close(wire);
  return { wire, ledger: built.refused === undefined ? built.ledger : [] };
}

/** Texts that follow one another are one message. */
function buildOutput(parts: readonly Part[], seed: string, losses: Losses): Fields[] {
  const items: Fields[] = [];
  let content: Fields[] = [];
  const flush = () => {
    if (content.length > 0) items.push(messageItem(`msg_${seed}_${items.length}`, content, 'completed'));
    content = [];
  };
  for (const part of parts) {
    if (part.type === 'text') content.push(textPart(part.text, annotationsOf(part, losses)));
    else if (part.type === 'refusal') content.push(refusalPart(part.text));
    else {
      flush();
      const item = buildItem(part, `${seed}_${items.length}`, losses);
      if (item) items.push(item);
    }
  }
  flush();
  return items;
}

function buildItem(part: Part, id: string, losses: Losses): Fields | undefined {
  switch (part.type) {
    case 'tool-call':
      return callItem(
        part.kind === 'custom' ? `ctc_${id}` : `fc_${id}`,
        part,
        part.argumentsText || (part.kind === 'custom' ? '' : '{}'),
        'completed',
      );
    case 'reasoning':
      return reasoningItem(part, `rs_${id}`);
    case 'opaque':
      if (part.from === 'openai-responses') return part.value;
      losses.add('dropped', 'output', `The Responses API cannot show ${part.name}.`);
      return undefined;
    default:
      losses.add('dropped', 'output', `The Responses API cannot show ${part.type} of another provider.`);
      return undefined;
  }
}

function annotationsOf(part: TextPart, losses: Losses): Fields[] {
  return (part.citations ?? []).flatMap((citation) => {
    const annotation = buildAnnotation(citation, part.text.length);
    if (!annotation)
      losses.add('dropped', 'output.annotations', 'The Responses API cites addresses and its own files only.');
    return annotation ? [annotation] : [];
  });
}

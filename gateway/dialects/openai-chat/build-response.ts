/** The canonical answer as a chat completion. Source: platform.openai.com/docs/api-reference/chat/object. */
import type { AnswerContext, BuiltResponse } from '../canonical/adapter.ts';
import { defined } from '../canonical/json.ts';
import { createLosses, type Losses } from '../canonical/losses.ts';
import type { Citation, Fields, Part, TextPart, TranslatedDialect } from '../canonical/request.ts';
import type { CanonicalResponse } from '../canonical/response.ts';
import { reasoningMembers } from './build-reasoning.ts';
import { buildFinish, buildUsage } from './usage.ts';

const OWN: TranslatedDialect = 'openai-chat';

export function buildResponse(response: CanonicalResponse, context: AnswerContext): BuiltResponse {
  const losses = createLosses();
  const wire = defined({
    id: response.id ?? `chatcmpl-${context.seed}`,
    object: 'chat.completion',
    created: response.createdSeconds ?? context.nowSeconds,
    model: response.model ?? context.model,
    choices: [
      {
        index: 0,
        message: buildMessage(response.parts, losses),
        logprobs: response.logprobs ?? null,
        finish_reason: buildFinish(response.finish),
      },
    ],
    usage: response.usage === undefined ? undefined : buildUsage(response.usage),
    service_tier: response.from === OWN ? response.serviceTier : undefined,
    ...(response.from === OWN ? response.extra : {}),
  });
  const built = losses.close(wire);
  // Nothing in an answer is ever refused: what has no place is listed.
  return built.refused === undefined ? { wire: built.value, ledger: built.ledger } : { wire, ledger: [] };
}

function buildMessage(parts: readonly Part[], losses: Losses): Fields {
  const texts = parts.filter((part) => part.type === 'text');
  const refusals = parts.filter((part) => part.type === 'refusal');
  const calls = parts.filter((part) => part.type === 'tool-call');
  const reasoning = parts.filter((part) => part.type === 'reasoning');
  const audio = parts.find((part) => part.type === 'audio');
  for (const part of parts)
    if (part.type === 'image' || part.type === 'document' || part.type === 'opaque' || part.type === 'tool-result') {
      losses.add(
        'dropped',
        'content',
        `Chat completions cannot show ${part.type === 'opaque' ? part.name : part.type}.`,
      );
    }
  const annotations = buildAnnotations(texts, losses);
  return defined({
    role: 'assistant',
    content: texts.length === 0 ? null : texts.map((part) => part.text).join(''),
    refusal: refusals.length > 0 ? refusals.map((part) => part.text).join('') : null,
    annotations: annotations.length > 0 ? annotations : undefined,
    audio: audio?.extra,
    tool_calls:
      calls.length === 0
        ? undefined
        : calls.map(({ id, name, argumentsText, kind }) =>
            kind === 'custom'
              ? { id, type: 'custom', custom: { name, input: argumentsText } }
              : { id, type: 'function', function: { name, arguments: argumentsText || '{}' } },
          ),
    ...reasoningMembers(reasoning),
  });
}

/** Places count from the beginning of the joined text. */
function buildAnnotations(texts: readonly TextPart[], losses: Losses): Fields[] {
  const annotations: Fields[] = [];
  let offset = 0;
  for (const part of texts) {
    for (const citation of part.citations ?? []) {
      const annotation = buildAnnotation(citation, offset, part.text.length);
      if (annotation) annotations.push(annotation);
      else losses.add('dropped', 'content.citations', 'Chat completions cite addresses only.');
    }
    offset += part.text.length;
  }
  return annotations;
}

export function buildAnnotation(citation: Citation, offset: number, length: number): Fields | undefined {
  if (citation.from === OWN) return citation.value;
  if (citation.url === undefined) return undefined;
  return {
    type: 'url_citation',
    url_citation: {
      url: citation.url,
      title: citation.title ?? '',
      start_index: offset + (citation.startIndex ?? 0),
      end_index: offset + (citation.endIndex ?? length),
    },
  };
}

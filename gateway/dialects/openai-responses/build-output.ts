/** Pieces of a response that the whole answer and the stream share. Source: platform.openai.com/docs/api-reference/responses/object. */
import type { Citation, Fields, ReasoningPart, TranslatedDialect } from '../canonical/request.ts';
import { sealSignature } from '../canonical/signature.ts';
import { buildReasoning } from './build-items.ts';

const OWN: TranslatedDialect = 'openai-responses';

export interface About {
  readonly id: string;
  readonly model: string;
  readonly createdSeconds: number;
  readonly stored: boolean;
  readonly earlier?: string;
}

/** By which later requests find the capture that the answer stands in; the provider's own id is there too. */
export function responseId(seed: string): string {
  return `resp_${seed}`;
}

/** What the object says of itself whatever the answer is. */
export function responseObject(about: About, rest: Fields): Fields {
  return {
    id: about.id,
    object: 'response',
    created_at: about.createdSeconds,
    status: 'in_progress',
    background: false,
    error: null,
    incomplete_details: null,
    instructions: null,
    max_output_tokens: null,
    metadata: {},
    model: about.model,
    output: [],
    parallel_tool_calls: true,
    previous_response_id: about.earlier ?? null,
    reasoning: { effort: null, summary: null },
    store: about.stored,
    temperature: null,
    text: { format: { type: 'text' } },
    tool_choice: 'auto',
    tools: [],
    top_p: null,
    truncation: 'disabled',
    usage: null,
    ...rest,
  };
}

export function messageItem(id: string, content: readonly Fields[], status: string): Fields {
  return { id, type: 'message', status, role: 'assistant', content };
}

export function textPart(text: string, annotations: readonly Fields[] = []): Fields {
  return { type: 'output_text', text, annotations, logprobs: [] };
}

export function refusalPart(refusal: string): Fields {
  return { type: 'refusal', refusal };
}

export function callItem(
  id: string,
  call: { readonly id: string; readonly name: string; readonly kind: 'function' | 'custom' },
  text: string,
  status: string,
): Fields {
  return call.kind === 'custom'
    ? { id, type: 'custom_tool_call', status, call_id: call.id, name: call.name, input: text }
    : { id, type: 'function_call', status, call_id: call.id, name: call.name, arguments: text };
}

/** Thinking of another dialect is sealed into the field that clients hand back unread. */
export function reasoningItem(part: ReasoningPart, id: string): Fields {
  const encrypted = part.from === OWN ? part.signature : sealSignature(part);
  return buildReasoning(part, encrypted, part.from === OWN ? (part.id ?? id) : id);
}

/** Undefined for what OpenAI's annotations cannot say. */
export function buildAnnotation(citation: Citation, length: number): Fields | undefined {
  if (citation.from === OWN) return citation.value;
  if (citation.url === undefined) return undefined;
  const { url, title = '', startIndex = 0, endIndex = length } = citation;
  return { type: 'url_citation', url, title, start_index: startIndex, end_index: endIndex };
}

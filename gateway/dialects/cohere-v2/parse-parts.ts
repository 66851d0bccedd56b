/** Pieces of an answer. Source: docs.cohere.com/reference/chat (`message`). */
import { asNumber, asRecord, asRecords, asText, defined } from '../canonical/json.ts';
import type { Citation, ToolCallPart } from '../canonical/request.ts';

export function parseCall(call: Record<string, unknown>): ToolCallPart {
  const named = asRecord(call.function);
  return {
    type: 'tool-call',
    id: asText(call.id) ?? '',
    name: asText(named?.name) ?? '',
    argumentsText: asText(named?.arguments) ?? '',
    kind: 'function',
  };
}

/** Places count characters of the text part that `content_index` names. */
export function parseCitation(value: Record<string, unknown>): Citation {
  const source = asRecord(asRecords(value.sources)[0]);
  const document = asRecord(source?.document);
  return defined({
    url: asText(document?.url),
    title: asText(document?.title) ?? asText(source?.id),
    citedText: asText(document?.text) ?? asText(document?.snippet),
    startIndex: asNumber(value.start),
    endIndex: asNumber(value.end),
    from: 'cohere-v2' as const,
    value,
  });
}

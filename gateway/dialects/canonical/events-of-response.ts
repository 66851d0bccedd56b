/**
 * A whole answer as the events of a stream: some servers answer in one piece where a stream was asked for, and their
 * caller still reads a stream. Pure.
 */
import type { Part } from './request.ts';
import type { CanonicalResponse } from './response.ts';
import type { CanonicalEvent, PartDelta, PartHead } from './stream.ts';

export function eventsOfResponse(response: CanonicalResponse): CanonicalEvent[] {
  const { id, model, createdSeconds, parts, finish, usage } = response;
  const events: CanonicalEvent[] = [{ type: 'start', id, model, createdSeconds }];
  let index = 0;
  for (const part of parts) {
    const head = headOf(part);
    if (!head) continue;
    events.push({ type: 'part-start', index, part: head });
    for (const delta of deltasOf(part)) events.push({ type: 'part-delta', index, delta });
    events.push({ type: 'part-end', index });
    index++;
  }
  events.push({ type: 'finish', finish });
  if (usage) events.push({ type: 'usage', usage });
  events.push({ type: 'end' });
  return events;
}

/** Undefined for what no answer holds. */
function headOf(part: Part): PartHead | undefined {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return { type: part.type };
    case 'reasoning':
      return { type: 'reasoning', from: part.from, redacted: part.redacted, id: part.id };
    case 'tool-call':
      return { type: 'tool-call', id: part.id, name: part.name, kind: part.kind };
    case 'opaque':
      return { type: 'opaque', from: part.from, name: part.name, value: part.value };
    case 'image':
    case 'audio':
    case 'document':
      return part.source.kind === 'base64'
        ? { type: 'media', mediaType: part.source.mediaType, data: part.source.data }
        : undefined;
    case 'tool-result':
      return undefined;
  }
}

function deltasOf(part: Part): PartDelta[] {
  switch (part.type) {
    case 'text':
      return [
        { type: 'text', text: part.text },
        ...(part.citations ?? []).map((citation) => ({ type: 'citation' as const, citation })),
      ];
    case 'refusal':
      return [{ type: 'text', text: part.text }];
    case 'reasoning':
      return [
        ...(part.text === '' ? [] : [{ type: 'text' as const, text: part.text }]),
        ...(part.signature === undefined ? [] : [{ type: 'signature' as const, value: part.signature }]),
      ];
    case 'tool-call':
      return part.argumentsText === '' ? [] : [{ type: 'arguments', text: part.argumentsText }];
    default:
      return [];
  }
}

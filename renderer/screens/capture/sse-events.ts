/** The events of a recorded `text/event-stream`, and when each arrived. Pure. */
import type { RecordedBody } from '../../../gateway/control/contract/index.ts';

export interface SseEvent {
  readonly type: string;
  readonly data: string;
  readonly id?: string;
  /** Offset from acceptance, ms; absent where bytes and times no longer match (redacted, left out, decoded). */
  readonly atMs?: number;
  /** The stream ended before the blank line that finishes an event. */
  readonly cut: boolean;
}

export function sseEvents(
  body: Pick<RecordedBody, 'text' | 'redactions' | 'chunkTimesMs' | 'chunkSizes' | 'decodedFrom'>,
): SseEvent[] {
  const text = body.text ?? '';
  const timed = body.redactions.length === 0 && !body.decodedFrom;
  const arrivedAt = timed ? arrivals(body.chunkTimesMs ?? [], body.chunkSizes ?? []) : () => undefined;
  const encoder = new TextEncoder();
  const events: SseEvent[] = [];
  let seenBytes = 0;
  for (const match of text.matchAll(/([\s\S]*?)(\r\n\r\n|\n\n|\r\r|$)/g)) {
    const [whole, block = '', end] = match;
    if (whole === '') break;
    seenBytes += encoder.encode(whole).length;
    const event = readBlock(block);
    const atMs = arrivedAt(seenBytes);
    if (event) events.push({ ...event, ...(atMs === undefined ? {} : { atMs }), cut: end === '' });
  }
  return events;
}

function readBlock(block: string): { type: string; data: string; id?: string } | undefined {
  let type = 'message';
  let id: string | undefined;
  const data: string[] = [];
  for (const line of block.split(/\r\n|\n|\r/)) {
    const [, field, value = ''] = /^([^:]*)(?:: ?([\s\S]*))?$/.exec(line) ?? [];
    if (field === 'data') data.push(value);
    else if (field === 'event') type = value;
    else if (field === 'id') id = value;
  }
  if (data.length === 0 && type === 'message') return undefined;
  return { type, data: data.join('\n'), ...(id === undefined ? {} : { id }) };
}

/** Time of the chunk that brought the byte before `offset`. */
function arrivals(times: readonly number[], sizes: readonly number[]): (offset: number) => number | undefined {
  const ends: number[] = [];
  let total = 0;
  for (const size of sizes) {
    total += size;
    ends.push(total);
  }
  return (offset) => {
    const index = ends.findIndex((end) => end >= offset);
    return index < 0 ? undefined : times[index];
  };
}

/** Whether a body is worth the view of events. */
export function looksLikeEvents(contentType: string | undefined, text: string | undefined): boolean {
  if (contentType?.includes('text/event-stream')) return true;
  return text !== undefined && /^(event|data|id|:)[: ]/.test(text) && /\n\n|\r\n\r\n/.test(text);
}

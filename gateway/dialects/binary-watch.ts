/**
 * Watches a streamed answer that is no text go by: the same questions as stream-watch.ts asks, answered by the dialect's
 * own reader and parser, as such a stream has no lines to look for.
 */
import type { TokenUsage } from '../exchange.ts';
import { createEventStreamReader } from './bedrock-converse/event-stream.ts';
import { parseStream } from './bedrock-converse/parse-stream.ts';
import { type EventReader, UnreadableStream } from './canonical/sse.ts';
import type { CanonicalEvent, WireEvent } from './canonical/stream.ts';

export interface BinaryWatch {
  take(chunk: Uint8Array): void;
  /** The bytes are over. */
  close(): void;
  readonly usage: TokenUsage | undefined;
  /** What broke it; undefined while it runs, and where it came to its own end. */
  readonly fault: StreamFault | undefined;
}

export type StreamFault =
  /** The provider said so; `text` in the form of its failed answers. */
  | { readonly kind: 'reported'; readonly text: string; readonly type: string }
  | { readonly kind: 'damaged' | 'cut'; readonly message: string };

/** Undefined: the answer is no stream of this kind. */
export function watchBinary(contentType: string): BinaryWatch | undefined {
  return /^application\/vnd\.amazon\.eventstream\b/i.test(contentType.trim()) ? createWatch() : undefined;
}

function createWatch(): BinaryWatch {
  const reader = createEventStreamReader();
  const parser = parseStream('');
  let state = parser.initial;
  let usage: TokenUsage | undefined;
  let fault: StreamFault | undefined;
  const note = (events: readonly CanonicalEvent[], data: string) => {
    for (const event of events) {
      if (event.type === 'usage') usage = { ...event.usage };
      if (event.type === 'error') {
        const { type, message } = event.error;
        // What the stream's own rules find wrong has no class of the provider's.
        fault ??= type === undefined ? { kind: 'damaged', message } : { kind: 'reported', text: data, type };
      }
    }
  };
  const step = (event: WireEvent) => {
    const [next, events] = parser.step(state, event);
    state = next;
    note(events, event.data);
  };
  const read = (from: (reader: EventReader) => readonly WireEvent[], kind: 'damaged' | 'cut') => {
    if (fault) return;
    try {
      for (const event of from(reader)) step(event);
    } catch (error) {
      if (!(error instanceof UnreadableStream)) throw error;
      for (const event of error.before) step(event);
      fault ??= { kind, message: error.message };
    }
  };
  return {
    take: (chunk) => read((from) => from.push(chunk), 'damaged'),
    close() {
      read((from) => from.end(), 'cut');
      if (fault || state.over) return;
      const [next, events] = parser.close(state);
      state = next;
      const broken = events.find((event) => event.type === 'error');
      if (broken?.type === 'error') fault = { kind: 'cut', message: broken.error.message };
    },
    get usage() {
      return usage;
    },
    get fault() {
      return fault;
    },
  };
}

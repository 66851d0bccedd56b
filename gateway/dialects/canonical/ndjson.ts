/**
 * Bytes of a stream of JSON lines as the events in it, one a line (github.com/ndjson/ndjson-spec). Characters and lines
 * may be cut anywhere; blank lines are passed over.
 */
import { type EventReader, MAX_EVENT_CHARACTERS, UnreadableStream } from './sse.ts';
import type { WireEvent } from './stream.ts';

export function createNdjsonReader(): EventReader {
  const decoder = new TextDecoder();
  /** Pieces of the line under way: joined once, or a long line would be copied for every chunk of it. */
  let pieces: string[] = [];
  let length = 0;
  const feed = (text: string): WireEvent[] => {
    const events: WireEvent[] = [];
    let start = 0;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
      pieces.push(text.slice(start, end));
      const line = pieces.join('').trim();
      pieces = [];
      length = 0;
      start = end + 1;
      if (line !== '') events.push({ data: line });
    }
    if (start < text.length) {
      pieces.push(text.slice(start));
      length += text.length - start;
    }
    if (length > MAX_EVENT_CHARACTERS)
      throw new UnreadableStream(`A line is longer than ${MAX_EVENT_CHARACTERS} characters.`, events);
    return events;
  };
  return {
    push: (bytes) => feed(decoder.decode(bytes, { stream: true })),
    end: () => {
      const events = feed(decoder.decode());
      const line = pieces.join('').trim();
      if (line === '') return events;
      // Whole but for its newline, or cut: a line is an object, and an object says where it ends.
      if (!isWhole(line)) throw new UnreadableStream('The stream ended in the middle of a line.', events);
      return [...events, { data: line }];
    },
  };
}

function isWhole(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

/**
 * Bytes of a streamed answer as the events in them. Characters and events may be cut anywhere; an event that is longer
 * than the bound ends the stream as damaged, since no provider sends one and memory must not follow whoever does.
 */
import { createParser } from 'eventsource-parser';
import type { WireEvent } from './stream.ts';

/** Room for an image inside an event. */
export const MAX_EVENT_CHARACTERS = 32 * 1024 * 1024;

export interface EventReader {
  /** The events that these bytes complete. Throws `UnreadableStream` for damage and once the bound is passed. */
  push(bytes: Uint8Array): readonly WireEvent[];
  /** At the end of the bytes: an event that lacks only its blank line counts. */
  end(): readonly WireEvent[];
}

/** Bytes that no events can be found in any more. */
export class UnreadableStream extends Error {
  /** Events of the same bytes that stood whole before the damage. */
  readonly before: readonly WireEvent[];
  constructor(message: string, before: readonly WireEvent[] = []) {
    super(message);
    this.before = before;
  }
}

/** Server-sent events (html.spec.whatwg.org/multipage/server-sent-events.html). */
export function createSseReader(): EventReader {
  const decoder = new TextDecoder();
  let events: WireEvent[] = [];
  let tooLong = false;
  const parser = createParser({
    maxBufferSize: MAX_EVENT_CHARACTERS,
    onEvent(event) {
      events.push(event.event === undefined ? { data: event.data } : { event: event.event, data: event.data });
    },
    onComment() {
      events.push({ data: '', comment: true });
    },
    onError(error) {
      if (error.type === 'max-buffer-size-exceeded') tooLong = true;
    },
  });
  const feed = (text: string): readonly WireEvent[] => {
    events = [];
    if (!tooLong) parser.feed(text);
    if (tooLong) throw new UnreadableStream(`An event is longer than ${MAX_EVENT_CHARACTERS} characters.`);
    return events;
  };
  return {
    push: (bytes) => feed(decoder.decode(bytes, { stream: true })),
    // A first blank line ends a line that was cut before its newline, the second dispatches the event.
    end: () => feed(`${decoder.decode()}\n\n`),
  };
}

/**
 * The elements of one JSON array, each as soon as it is whole: Gemini's other streaming form (ai.google.dev/api,
 * `streamGenerateContent` without `alt=sse`). An object outside an array is read as the only element.
 */
export function createJsonArrayReader(): EventReader {
  const decoder = new TextDecoder();
  let pieces: string[] = [];
  let length = 0;
  let depth = 0;
  let inText = false;
  let escaped = false;
  const feed = (text: string): WireEvent[] => {
    const events: WireEvent[] = [];
    let start = depth > 0 ? 0 : -1;
    for (let index = 0; index < text.length; index++) {
      const letter = text[index];
      if (inText) {
        if (escaped) escaped = false;
        else if (letter === '\\') escaped = true;
        else if (letter === '"') inText = false;
      } else if (letter === '"') inText = depth > 0;
      else if (letter === '{') {
        if (depth === 0) start = index;
        depth++;
      } else if (letter === '}' && depth > 0) {
        depth--;
        if (depth === 0) {
          events.push({ data: pieces.join('') + text.slice(start, index + 1) });
          pieces = [];
          length = 0;
          start = -1;
        }
      }
    }
    if (start !== -1) {
      pieces.push(text.slice(start));
      length += text.length - start;
    }
    if (length > MAX_EVENT_CHARACTERS)
      throw new UnreadableStream(`An element is longer than ${MAX_EVENT_CHARACTERS} characters.`);
    return events;
  };
  return {
    push: (bytes) => feed(decoder.decode(bytes, { stream: true })),
    end: () => {
      const events = feed(decoder.decode());
      // What is left of an element can never be whole: its reader hears of it as the damaged event it is.
      return depth > 0 ? [...events, { data: pieces.join('') }] : events;
    },
  };
}

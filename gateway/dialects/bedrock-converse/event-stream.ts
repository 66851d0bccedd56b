/**
 * `application/vnd.amazon.eventstream`: messages with a length, headers and two checksums
 * (smithy.io/2.0/aws/amazon-eventstream.html). Bytes may be cut anywhere; a checksum that does not fit, or an end inside
 * a message, is damage and never an end.
 */
import { EventStreamCodec } from '@smithy/eventstream-codec';
import { fromUtf8, toUtf8 } from '@smithy/util-utf8';
import { type EventReader, UnreadableStream } from '../canonical/sse.ts';
import type { WireEvent } from '../canonical/stream.ts';

/** "The payload … can be up to 24 MB"; a length beyond that and its headers is no length. */
const MAX_MESSAGE_BYTES = 24 * 1024 * 1024 + 128 * 1024;
/** Two lengths, their checksum, and the checksum of the whole. */
const LEAST_MESSAGE_BYTES = 16;

/** The name of an event that is an exception begins with this. */
export const EXCEPTION = 'exception:';

export function createEventStreamReader(): EventReader {
  const codec = new EventStreamCodec(toUtf8, fromUtf8);
  let pieces: Uint8Array[] = [];
  let sizeBytes = 0;
  /** Bytes that the message under way needs; known when its first four are there. */
  let wanted = 4;
  return {
    push(bytes) {
      pieces.push(bytes);
      sizeBytes += bytes.length;
      if (sizeBytes < wanted) return [];
      let whole = pieces.length === 1 ? bytes : Buffer.concat(pieces);
      const events: WireEvent[] = [];
      wanted = 4;
      while (whole.length >= 4) {
        const length = Buffer.from(whole.buffer, whole.byteOffset, 4).readUInt32BE(0);
        if (length < LEAST_MESSAGE_BYTES || length > MAX_MESSAGE_BYTES) {
          throw new UnreadableStream('The stream is damaged: a message begins with an impossible length.', events);
        }
        if (whole.length < length) {
          wanted = length;
          break;
        }
        events.push(readMessage(codec, whole.subarray(0, length), events));
        whole = whole.subarray(length);
      }
      // A copy, so that a small rest does not keep a large chunk alive.
      pieces = whole.length === 0 ? [] : [Uint8Array.from(whole)];
      sizeBytes = whole.length;
      return events;
    },
    end() {
      if (sizeBytes > 0) throw new UnreadableStream('The stream ended inside a message.');
      return [];
    },
  };
}

function readMessage(codec: EventStreamCodec, bytes: Uint8Array, before: readonly WireEvent[]): WireEvent {
  let message: ReturnType<EventStreamCodec['decode']>;
  try {
    message = codec.decode(bytes);
  } catch {
    throw new UnreadableStream('The stream is damaged: the checksum of a message does not fit.', before);
  }
  const header = (name: string): string | undefined => {
    const value = message.headers[name]?.value;
    return typeof value === 'string' ? value : undefined;
  };
  const data = Buffer.from(message.body).toString('utf8');
  switch (header(':message-type')) {
    case 'exception':
      return { event: `${EXCEPTION}${header(':exception-type') ?? 'unknown'}`, data };
    case 'error':
      // An error that the service did not foresee has no body: its words stand in headers.
      return {
        event: `${EXCEPTION}${header(':error-code') ?? 'unknown'}`,
        data: data || JSON.stringify({ message: header(':error-message') ?? '' }),
      };
    default:
      return { event: header(':event-type') ?? '', data };
  }
}

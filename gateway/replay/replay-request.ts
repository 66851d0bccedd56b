/** The request of a capture, ready to be sent through the stages again, and what keeps it from that. Pure. */
import type { Capture } from '../captures/capture.ts';
import type { TappedBody } from '../exchange.ts';
import { emptyTap, tapWhole } from '../stages/tap.ts';
import { lacksFile } from '../transfer/form-body.ts';
import { recordedBytes } from './recorded-bytes.ts';
import { LEFT_OUT } from './recorded-upstream.ts';
import type { ReplayRefusal } from './replay-problem.ts';

export interface ReplayRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: readonly (readonly [string, string])[];
  /** Undefined: not kept. */
  readonly body: Buffer | undefined;
  readonly bodyEdited: boolean;
}

export function requestOf(capture: Capture): ReplayRequest {
  const { method, url, headers, body } = capture.request;
  const whole = body.leftOut === undefined && (body.complete || (body.sizeBytes === 0 && !announcesBody(headers)));
  const bytes = whole ? recordedBytes(body) : undefined;
  return { method, url, headers, body: bytes, bodyEdited: false };
}

/** A request may have been answered before its body was read. */
function announcesBody(headers: ReplayRequest['headers']): boolean {
  const value = (name: string) => headers.find(([own]) => own.toLowerCase() === name)?.[1];
  return Number(value('content-length') ?? 0) > 0 || value('transfer-encoding') !== undefined;
}

/** What no edit can mend. */
export function unreplayable(capture: Capture): ReplayRefusal | undefined {
  if (capture.state === 'running') {
    return { sentence: 'This request is still under way.', next: 'Wait until it has ended.' };
  }
  if (capture.endpoint === 'realtime' || isUpgrade(capture)) {
    return {
      sentence: 'A WebSocket cannot be replayed: what went through it is not recorded.',
      next: 'Look at its steps with the mode explain.',
    };
  }
  if (capture.origin?.kind === 'probe' || capture.origin?.kind === 'check') {
    return {
      sentence: 'This is a check that Keyward made itself; it did not come through the gateway.',
      next: 'Run the check again (keyward keys test).',
    };
  }
  if (capture.method === '?') {
    return {
      sentence: 'What arrived was not a request that could be read, so there is nothing to send again.',
      next: 'Look at its steps with the mode explain.',
    };
  }
  return undefined;
}

/** Why the body is not there. */
export function bodyMissing(capture: Capture): ReplayRefusal {
  const { leftOut, complete, sizeBytes, text } = capture.request.body;
  if (lacksFile(text)) {
    return {
      sentence: 'A file in the form of this request was not part of what was imported.',
      next: 'Send the request through the gateway once; that capture holds it whole.',
    };
  }
  const why = leftOut
    ? LEFT_OUT[leftOut]
    : complete || sizeBytes === 0
      ? 'not recorded'
      : 'cut off before it was whole';
  return {
    sentence: `The body of the request was ${why}.`,
    next: 'Give one with the edit body, or send the request again and replay that.',
  };
}

/** The body as the recorder counts it: unedited, its sizes are those of the recording, whatever redaction did to them. */
export function tapOf(capture: Capture, request: ReplayRequest, atMs: number): TappedBody {
  const bytes = request.body ?? Buffer.alloc(0);
  if (request.bodyEdited) return tapWhole(bytes, Number.POSITIVE_INFINITY, atMs);
  const { sizeBytes, complete, chunkSizes = [], chunkTimesMs = [] } = capture.request.body;
  return {
    ...emptyTap(),
    chunks: bytes.length === 0 ? [] : [bytes],
    keptBytes: bytes.length,
    sizeBytes,
    chunkSizes: [...chunkSizes],
    chunkTimesMs: [...chunkTimesMs],
    complete,
  };
}

function isUpgrade(capture: Capture): boolean {
  return capture.request.headers.some(
    ([name, value]) => name.toLowerCase() === 'upgrade' && value.toLowerCase() === 'websocket',
  );
}

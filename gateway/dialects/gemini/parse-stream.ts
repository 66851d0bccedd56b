/**
 * Streamed `GenerateContentResponse`s, as server-sent events or as elements of one array. Source:
 * ai.google.dev/api/generate-content#method:-models.streamgeneratecontent. There is no last event: the finish reason is it.
 */
import { unusable } from '../canonical/error.ts';
import { asRecord, asRecords, asText, defined, isRecord, parseJson } from '../canonical/json.ts';
import type { Part } from '../canonical/request.ts';
import type { Finish } from '../canonical/response.ts';
import type { CanonicalEvent, StreamParser, WireEvent } from '../canonical/stream.ts';
import { member } from './member.ts';
import { errorOfValue } from './parse-error.ts';
import { MADE_ID, parsePart } from './parse-parts.ts';
import { citationsOf } from './parse-response.ts';
import { parseBlocked, parseFinish, parseUsage } from './usage.ts';

export interface ParseState {
  readonly started: boolean;
  readonly finished: boolean;
  readonly over: boolean;
  readonly called: boolean;
  readonly open?: { readonly kind: 'text' | 'reasoning'; readonly index: number };
  readonly nextIndex: number;
  readonly seed: string;
}

type Step = readonly [ParseState, readonly CanonicalEvent[]];

export function parseStream(seed: string): StreamParser<ParseState> {
  return { initial: { started: false, finished: false, over: false, called: false, nextIndex: 0, seed }, step, close };
}

function step(state: ParseState, event: WireEvent): Step {
  if (state.over) return [state, []];
  const chunk = parseJson(event.data);
  if (!isRecord(chunk)) return fail(state, [], 'A chunk of the stream is no JSON object.');
  if (chunk.error !== undefined && chunk.error !== null) {
    return [{ ...state, over: true }, [{ type: 'error', error: errorOfValue(undefined, chunk, event.data) }]];
  }
  const events: CanonicalEvent[] = [];
  let next = state;
  if (!next.started) {
    events.push(
      defined({
        type: 'start' as const,
        id: asText(member(chunk, 'responseId')),
        model: asText(member(chunk, 'modelVersion')),
      }),
    );
    next = { ...next, started: true };
  }
  const usage = parseUsage(member(chunk, 'usageMetadata'));
  if (usage) events.push({ type: 'usage', usage });
  const candidate = asRecords(chunk.candidates)[0];
  if (next.finished) return [next, events];
  if (!candidate) {
    const blocked = parseBlocked(chunk);
    return blocked ? finish(next, blocked, events) : [next, events];
  }
  for (const part of asRecords(asRecord(candidate.content)?.parts)) {
    for (const read of parsePart(part, idsOf(next))) next = writePart(next, read, events);
  }
  for (const citation of next.open?.kind === 'text' ? citationsOf(candidate) : []) {
    events.push({ type: 'part-delta', index: next.open?.index ?? 0, delta: { type: 'citation', citation } });
  }
  const ended = parseFinish(candidate, next.called);
  if (ended?.broken !== undefined) return fail(next, events, ended.broken);
  return ended ? finish(next, ended.finish, events) : [next, events];
}

/** A call without an id gets one from its place, so that no memory of earlier ones is needed. */
function idsOf(state: ParseState) {
  const made = () => `${MADE_ID}${state.seed}_${state.nextIndex}`;
  return {
    called: (_name: string, id: string | undefined) => id ?? made(),
    answered: (_name: string, id: string | undefined) => id ?? made(),
  };
}

function writePart(state: ParseState, part: Part, events: CanonicalEvent[]): ParseState {
  if (part.type === 'text' || part.type === 'reasoning') return writeText(state, part, events);
  const closed = closeOpen(state, events);
  const index = closed.nextIndex;
  switch (part.type) {
    case 'tool-call':
      events.push(
        { type: 'part-start', index, part: { type: 'tool-call', id: part.id, name: part.name, kind: 'function' } },
        { type: 'part-delta', index, delta: { type: 'arguments', text: part.argumentsText } },
      );
      break;
    case 'image':
    case 'audio':
    case 'document':
      if (part.source.kind !== 'base64') return closed;
      events.push({
        type: 'part-start',
        index,
        part: { type: 'media', mediaType: part.source.mediaType, data: part.source.data },
      });
      break;
    case 'opaque':
      events.push({
        type: 'part-start',
        index,
        part: { type: 'opaque', from: part.from, name: part.name, value: part.value },
      });
      break;
    default:
      return closed;
  }
  events.push({ type: 'part-end', index });
  return { ...closed, nextIndex: index + 1, called: closed.called || part.type === 'tool-call' };
}

function writeText(
  state: ParseState,
  part: Extract<Part, { type: 'text' | 'reasoning' }>,
  events: CanonicalEvent[],
): ParseState {
  const kind = part.type;
  let next = state;
  // A signature of its own (no text) is a piece of its own: it belongs to what follows.
  const alone = part.type === 'reasoning' && part.text === '';
  if (part.text === '' && !alone) return next;
  if (next.open?.kind !== kind || alone) {
    next = closeOpen(next, events);
    const index = next.nextIndex;
    const head =
      part.type === 'reasoning'
        ? defined({ type: part.type, from: part.from, redacted: part.redacted })
        : { type: part.type };
    events.push({ type: 'part-start', index, part: head });
    next = { ...next, open: { kind, index }, nextIndex: index + 1 };
  }
  const index = next.open?.index ?? 0;
  if (part.text !== '') events.push({ type: 'part-delta', index, delta: { type: 'text', text: part.text } });
  if (part.type !== 'reasoning' || part.signature === undefined) return next;
  events.push({ type: 'part-delta', index, delta: { type: 'signature', value: part.signature } });
  return closeOpen(next, events);
}

function closeOpen(state: ParseState, events: CanonicalEvent[]): ParseState {
  if (!state.open) return state;
  events.push({ type: 'part-end', index: state.open.index });
  const { open: _, ...rest } = state;
  return rest;
}

function finish(state: ParseState, how: Finish, events: CanonicalEvent[]): Step {
  const closed = closeOpen(state, events);
  events.push({ type: 'finish', finish: how });
  return [{ ...closed, finished: true }, events];
}

function close(state: ParseState): Step {
  if (state.over) return [state, []];
  if (!state.finished) return fail(state, [], 'The stream ended without a finish reason.');
  return [{ ...state, over: true }, [{ type: 'end' }]];
}

function fail(state: ParseState, events: CanonicalEvent[], message: string): Step {
  return [{ ...state, over: true }, [...events, { type: 'error', error: unusable(message) }]];
}

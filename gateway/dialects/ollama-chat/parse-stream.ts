/**
 * The lines of a streamed answer as canonical events. Source: github.com/ollama/ollama, docs/api.md (*Chat request (Streaming)*,
 * *… with tools*), docs/capabilities/thinking.mdx, docs/api/errors.mdx. Every line is an answer with a piece of the message;
 * calls come whole; the last says `done`.
 */
import { unusable } from '../canonical/error.ts';
import { asArray, asRecord, asRecords, asText, defined, isRecord, parseJson } from '../canonical/json.ts';
import type { CanonicalEvent, PartHead, StreamParser, WireEvent } from '../canonical/stream.ts';
import { createdSeconds, parseCall, parseFinish, parseUsage } from './parse-answer.ts';
import { errorOfValue } from './parse-error.ts';

export interface ParseState {
  readonly started: boolean;
  readonly over: boolean;
  /** The part that pieces are being written into. */
  readonly open?: { readonly kind: 'text' | 'reasoning'; readonly index: number };
  readonly next: number;
  readonly calls: number;
  readonly seed: string;
}

type Step = readonly [ParseState, readonly CanonicalEvent[]];

export function parseStream(seed: string): StreamParser<ParseState> {
  return { initial: { started: false, over: false, next: 0, calls: 0, seed }, step, close };
}

function step(state: ParseState, event: WireEvent): Step {
  if (state.over) return [state, []];
  const line = parseJson(event.data);
  if (!isRecord(line)) return fail(state, 'A line of the stream is no JSON object.');
  if (line.error !== undefined && line.error !== null)
    return [{ ...state, over: true }, [{ type: 'error', error: errorOfValue(undefined, line, event.data) }]];
  const events: CanonicalEvent[] = [];
  let next = state;
  if (!next.started) {
    next = { ...next, started: true };
    events.push(defined({ type: 'start' as const, model: asText(line.model), createdSeconds: createdSeconds(line) }));
  }
  next = readMessage(next, line, events);
  return [line.done === true ? finish(next, line, events) : next, events];
}

function readMessage(state: ParseState, line: Record<string, unknown>, events: CanonicalEvent[]): ParseState {
  const message = asRecord(line.message) ?? {};
  let next = piece(state, { type: 'reasoning', from: 'ollama-chat' }, asText(message.thinking), events);
  next = piece(next, { type: 'text' }, asText(message.content), events);
  if (next.open?.kind === 'text' && asArray(line.logprobs).length > 0) {
    const value = { content: line.logprobs };
    events.push({ type: 'part-delta', index: next.open.index, delta: { type: 'logprobs', value } });
  }
  for (const raw of asRecords(message.tool_calls)) {
    next = closeOpen(next, events);
    const { id, name, argumentsText } = parseCall(raw, next.seed, next.calls);
    const index = next.next;
    events.push(
      { type: 'part-start', index, part: { type: 'tool-call', id, name, kind: 'function' } },
      { type: 'part-delta', index, delta: { type: 'arguments', text: argumentsText } },
      { type: 'part-end', index },
    );
    next = { ...next, next: index + 1, calls: next.calls + 1 };
  }
  return next;
}

/** A piece of a part, which begins with it where it is not open. */
function piece(
  state: ParseState,
  head: PartHead & { readonly type: 'text' | 'reasoning' },
  text: string | undefined,
  events: CanonicalEvent[],
): ParseState {
  if (!text) return state;
  let next = state;
  if (next.open?.kind !== head.type) {
    next = closeOpen(next, events);
    const index = next.next;
    events.push({ type: 'part-start', index, part: head });
    next = { ...next, open: { kind: head.type, index }, next: index + 1 };
  }
  events.push({ type: 'part-delta', index: next.open?.index ?? 0, delta: { type: 'text', text } });
  return next;
}

function closeOpen(state: ParseState, events: CanonicalEvent[]): ParseState {
  if (!state.open) return state;
  events.push({ type: 'part-end', index: state.open.index });
  const { open: _, ...rest } = state;
  return rest;
}

function finish(state: ParseState, line: Record<string, unknown>, events: CanonicalEvent[]): ParseState {
  const closed = closeOpen(state, events);
  const usage = parseUsage(line);
  if (usage) events.push({ type: 'usage', usage });
  events.push({ type: 'finish', finish: parseFinish(line.done_reason, closed.calls > 0) }, { type: 'end' });
  return { ...closed, over: true };
}

function close(state: ParseState): Step {
  return state.over ? [state, []] : fail(state, 'The stream ended before its last line (done: true).');
}

function fail(state: ParseState, message: string): Step {
  return [{ ...state, over: true }, [{ type: 'error', error: unusable(message) }]];
}

/**
 * Chunks of a chat completion as canonical events. Source: platform.openai.com/docs/api-reference/chat-streaming. Calls
 * are told apart by `index`; look-alikes leave it out, or give every parallel call the index 0 and an id of its own.
 */
import { unusable } from '../canonical/error.ts';
import { asNumber, asRecord, asRecords, asText, defined, isRecord, parseJson } from '../canonical/json.ts';
import type { ProviderDialect } from '../canonical/request.ts';
import type { CanonicalEvent, StreamParser, WireEvent } from '../canonical/stream.ts';
import { errorOfValue } from './parse-error.ts';
import { parseReasoning } from './parse-reasoning.ts';
import { parseAnnotation } from './parse-response.ts';
import { brokeOff, parseFinish, parseUsage } from './usage.ts';

interface OpenCall {
  readonly index: number;
  readonly id: string;
}

export interface ParseState {
  readonly started: boolean;
  readonly over: boolean;
  readonly finished: boolean;
  /** The part that text or reasoning is being written into. */
  readonly open?: { readonly kind: 'text' | 'refusal' | 'reasoning'; readonly index: number };
  /** Open calls by the wire's index. A model makes a handful, so this stays small. */
  readonly calls: Readonly<Record<string, OpenCall>>;
  readonly nextIndex: number;
  readonly seed: string;
}

type Step = readonly [ParseState, readonly CanonicalEvent[]];

export function parseStream(seed: string): StreamParser<ParseState> {
  return {
    initial: { started: false, over: false, finished: false, calls: {}, nextIndex: 0, seed },
    step,
    close,
  };
}

function step(state: ParseState, event: WireEvent): Step {
  if (state.over) return [state, []];
  if (event.data.trim() === '[DONE]') return end(state);
  const chunk = parseJson(event.data);
  if (!isRecord(chunk)) return fail(state, 'A chunk of the stream is no JSON object.');
  if (chunk.error !== undefined && chunk.error !== null) {
    return [{ ...state, over: true }, [{ type: 'error', error: errorOfValue(undefined, chunk, event.data) }]];
  }
  const events: CanonicalEvent[] = [];
  let next = state;
  if (!next.started) {
    next = { ...next, started: true };
    events.push(
      defined({
        type: 'start' as const,
        id: asText(chunk.id) || undefined,
        model: asText(chunk.model) || undefined,
        createdSeconds: asNumber(chunk.created),
      }),
    );
  }
  const choice = asRecords(chunk.choices).find((item) => (asNumber(item.index) ?? 0) === 0);
  if (brokeOff(choice?.finish_reason)) return fail(state, 'The provider broke its answer off (network_error).');
  if (choice && !next.finished) next = readChoice(next, choice, events);
  const usage = parseUsage(chunk.usage);
  if (usage) events.push({ type: 'usage', usage });
  return [next, events];
}

function readChoice(state: ParseState, choice: Record<string, unknown>, events: CanonicalEvent[]): ParseState {
  const delta = asRecord(choice.delta) ?? {};
  let next = state;
  for (const part of parseReasoning(delta)) {
    next = openPart(next, 'reasoning', events, part.from);
    const index = next.open?.index ?? 0;
    if (part.text !== '') events.push({ type: 'part-delta', index, delta: { type: 'text', text: part.text } });
    if (part.signature !== undefined)
      events.push({ type: 'part-delta', index, delta: { type: 'signature', value: part.signature } });
  }
  for (const [kind, value] of [
    ['text', textOf(delta.content)],
    ['refusal', delta.refusal],
  ] as const) {
    const text = asText(value);
    if (!text) continue;
    next = openPart(next, kind, events);
    events.push({ type: 'part-delta', index: next.open?.index ?? 0, delta: { type: 'text', text } });
  }
  if (next.open?.kind === 'text') noteExtras(next.open.index, choice, delta, events);
  const legacy = asRecord(delta.function_call);
  const calls = legacy ? [{ index: 0, function: legacy }] : asRecords(delta.tool_calls);
  for (const [position, call] of calls.entries()) next = readCall(next, call, position, events);
  const reason = asText(choice.finish_reason);
  if (reason === undefined) return next;
  const called = Object.keys(next.calls).length > 0;
  next = closeAll(next, events);
  events.push({ type: 'finish', finish: called && reason === 'stop' ? { reason: 'tool-calls' } : parseFinish(reason) });
  return { ...next, finished: true };
}

/** Mistral's reasoning models stream parts, of which those with text are said and the others thought. */
function textOf(content: unknown): string | undefined {
  if (!Array.isArray(content)) return asText(content);
  return asRecords(content)
    .map(({ type, text }) => (type === 'text' ? (asText(text) ?? '') : ''))
    .join('');
}

function noteExtras(
  index: number,
  choice: Record<string, unknown>,
  delta: Record<string, unknown>,
  events: CanonicalEvent[],
): void {
  for (const citation of asRecords(delta.annotations).flatMap(parseAnnotation)) {
    events.push({ type: 'part-delta', index, delta: { type: 'citation', citation } });
  }
  const value = asRecord(choice.logprobs);
  if (value) events.push({ type: 'part-delta', index, delta: { type: 'logprobs', value } });
}

function readCall(
  state: ParseState,
  call: Record<string, unknown>,
  position: number,
  events: CanonicalEvent[],
): ParseState {
  const custom = call.type === 'custom';
  const body = asRecord(custom ? call.custom : call.function) ?? {};
  const name = asText(body.name);
  const id = asText(call.id);
  const key = String(asNumber(call.index) ?? position);
  const open = state.calls[key];
  const text = asText(custom ? body.input : (body.arguments ?? body.input)) ?? '';
  let next = state;
  let index = open?.index;
  if (open === undefined || (id && name && id !== open.id)) {
    if (open === undefined) next = closeOpen(next, events);
    // Another call under the index of an open one: that one is over.
    else events.push({ type: 'part-end', index: open.index });
    index = next.nextIndex;
    const callId = id || `call_${next.seed}_${index}`;
    events.push({
      type: 'part-start',
      index,
      part: { type: 'tool-call', id: callId, name: name ?? '', kind: custom ? 'custom' : 'function' },
    });
    next = { ...next, nextIndex: index + 1, calls: { ...next.calls, [key]: { index, id: callId } } };
  }
  if (text !== '' && index !== undefined)
    events.push({ type: 'part-delta', index, delta: { type: 'arguments', text } });
  return next;
}

function openPart(
  state: ParseState,
  kind: 'text' | 'refusal' | 'reasoning',
  events: CanonicalEvent[],
  from: ProviderDialect = 'openai-chat',
): ParseState {
  if (state.open?.kind === kind) return state;
  const closed = closeOpen(state, events);
  const index = closed.nextIndex;
  events.push({ type: 'part-start', index, part: kind === 'reasoning' ? { type: kind, from } : { type: kind } });
  return { ...closed, open: { kind, index }, nextIndex: index + 1 };
}

function closeOpen(state: ParseState, events: CanonicalEvent[]): ParseState {
  if (!state.open) return state;
  events.push({ type: 'part-end', index: state.open.index });
  const { open: _, ...rest } = state;
  return rest;
}

function closeAll(state: ParseState, events: CanonicalEvent[]): ParseState {
  const closed = closeOpen(state, events);
  for (const call of Object.values(closed.calls)) events.push({ type: 'part-end', index: call.index });
  return { ...closed, calls: {} };
}

/** Many servers close after the finish reason without `[DONE]`; a `[DONE]` without a finish reason ends nothing whole. */
function end(state: ParseState): Step {
  if (!state.finished) return fail(state, 'The stream ended without a finish reason.');
  return [{ ...state, over: true }, [{ type: 'end' }]];
}

function close(state: ParseState): Step {
  return state.over ? [state, []] : end(state);
}

function fail(state: ParseState, message: string): Step {
  return [{ ...state, over: true }, [{ type: 'error', error: unusable(message) }]];
}

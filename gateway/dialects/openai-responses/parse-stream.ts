/**
 * Events of a response as canonical events. Source: platform.openai.com/docs/api-reference/responses-streaming. Parts are
 * found by output and content index; the texts that `…done` events repeat are not read again.
 */
import { unusable } from '../canonical/error.ts';
import { asNumber, asRecord, asText, defined, isRecord, nameOf, parseJson } from '../canonical/json.ts';
import type { CanonicalEvent, PartDelta, PartHead, StreamParser, WireEvent } from '../canonical/stream.ts';
import { parseAnnotation } from './parse-content.ts';
import { errorOfValue } from './parse-error.ts';
import { parseOutputItem, parseReasoning } from './parse-items.ts';
import { parseFinish, parseUsage } from './usage.ts';

interface OpenPart {
  readonly index: number;
  readonly wrote: boolean;
}

export interface ParseState {
  readonly started: boolean;
  readonly over: boolean;
  readonly called: boolean;
  /** Open parts by `output:content` of the wire, items without content by `output`. */
  readonly open: Readonly<Record<string, OpenPart>>;
  readonly nextIndex: number;
  /** The last message part that was opened, so that its `…done` is not said again. */
  readonly lastPart?: string;
}

type Json = Record<string, unknown>;
type Step = readonly [ParseState, readonly CanonicalEvent[]];

export function parseStream(_seed: string): StreamParser<ParseState> {
  return { initial: { started: false, over: false, called: false, open: {}, nextIndex: 0 }, step, close };
}

function step(state: ParseState, event: WireEvent): Step {
  if (state.over || event.data.trim() === '[DONE]') return [state, []];
  const value = parseJson(event.data);
  if (!isRecord(value)) return fail(state, [], 'An event of the stream is no JSON object.');
  const events: CanonicalEvent[] = [];
  switch (value.type) {
    case 'error':
      return failWith(state, errorOfValue(undefined, value, event.data));
    case 'response.failed':
      return failWith(state, errorOfValue(undefined, asRecord(value.response), event.data));
    case 'response.created':
    case 'response.in_progress':
    case 'response.queued':
      return [start(state, asRecord(value.response) ?? {}, events), events];
    case 'response.completed':
    case 'response.incomplete':
      return finish(state, asRecord(value.response) ?? {});
    default:
      if (typeof value.type !== 'string' && value.error !== undefined)
        return failWith(state, errorOfValue(undefined, value, event.data));
      return [inside(state.started ? state : start(state, {}, events), value, events), events];
  }
}

function start(state: ParseState, response: Json, events: CanonicalEvent[]): ParseState {
  if (state.started) return state;
  events.push(
    defined({
      type: 'start' as const,
      id: asText(response.id),
      model: asText(response.model),
      createdSeconds: asNumber(response.created_at),
    }),
  );
  return { ...state, started: true };
}

function inside(state: ParseState, value: Json, events: CanonicalEvent[]): ParseState {
  const item = String(asNumber(value.output_index) ?? 0);
  const part = `${item}:${asNumber(value.content_index) ?? 0}`;
  const text = asText(value.delta) ?? '';
  switch (value.type) {
    case 'response.output_item.added':
      return addItem(state, item, asRecord(value.item) ?? {}, events);
    case 'response.output_item.done':
      return endItem(state, item, asRecord(value.item) ?? {}, events);
    case 'response.content_part.added': {
      const kind = asRecord(value.part)?.type;
      if (kind === 'reasoning_text') return state;
      return openPart(state, part, { type: kind === 'refusal' ? 'refusal' : 'text' }, events);
    }
    case 'response.content_part.done':
      return closePart(state, part, events);
    case 'response.output_text.delta':
      return write(state, part, { type: 'text' }, { type: 'text', text }, events);
    case 'response.refusal.delta':
      return write(state, part, { type: 'refusal' }, { type: 'text', text }, events);
    case 'response.output_text.annotation.added': {
      const citation = parseAnnotation(asRecord(value.annotation) ?? {});
      return write(state, part, { type: 'text' }, { type: 'citation', citation }, events);
    }
    case 'response.reasoning_summary_part.added':
      // Paragraphs of one summary.
      if ((asNumber(value.summary_index) ?? 0) === 0 || !state.open[item]?.wrote) return state;
      return write(state, item, REASONING, { type: 'text', text: '\n\n' }, events);
    case 'response.reasoning_summary_text.delta':
    case 'response.reasoning_text.delta':
      return write(state, item, REASONING, { type: 'text', text }, events);
    case 'response.function_call_arguments.delta':
    case 'response.custom_tool_call_input.delta':
      return state.open[item] ? write(state, item, undefined, { type: 'arguments', text }, events) : state;
    default:
      // Events of the provider's own tools; their items are kept whole when they are done.
      return state;
  }
}

const REASONING = { type: 'reasoning', from: 'openai-responses' } as const;

function addItem(state: ParseState, key: string, item: Json, events: CanonicalEvent[]): ParseState {
  if (item.type === 'reasoning')
    return openPart(state, key, { ...REASONING, ...defined({ id: asText(item.id) }) }, events);
  if (item.type !== 'function_call' && item.type !== 'custom_tool_call') return state;
  const call = parseOutputItem(item);
  if (call.type !== 'tool-call') return state;
  const head: PartHead = { type: 'tool-call', id: call.id, name: call.name, kind: call.kind };
  const opened = { ...openPart(state, key, head, events), called: true };
  if (call.argumentsText === '') return opened;
  return write(opened, key, undefined, { type: 'arguments', text: call.argumentsText }, events);
}

/** What came in no piece before is said now: servers that look like OpenAI send whole items only. */
function endItem(state: ParseState, key: string, item: Json, events: CanonicalEvent[]): ParseState {
  let next = state;
  switch (item.type) {
    case 'message':
      for (const [index, part] of (Array.isArray(item.content) ? item.content : []).entries()) {
        next = endMessagePart(next, `${key}:${index}`, asRecord(part) ?? {}, events);
      }
      return next;
    case 'reasoning': {
      const whole = parseReasoning(item);
      if (!next.open[key])
        next = openPart(
          next,
          key,
          defined({ type: 'reasoning' as const, from: whole.from, redacted: whole.redacted, id: whole.id }),
          events,
        );
      if (!next.open[key]?.wrote && whole.text !== '')
        next = write(next, key, undefined, { type: 'text', text: whole.text }, events);
      if (whole.signature !== undefined)
        next = write(next, key, undefined, { type: 'signature', value: whole.signature }, events);
      return closePart(next, key, events);
    }
    case 'function_call':
    case 'custom_tool_call': {
      const call = parseOutputItem(item);
      if (!next.open[key]) next = addItem(next, key, item, events);
      else if (!next.open[key]?.wrote && call.type === 'tool-call' && call.argumentsText !== '') {
        next = write(next, key, undefined, { type: 'arguments', text: call.argumentsText }, events);
      }
      return closePart(next, key, events);
    }
    default: {
      const head: PartHead = { type: 'opaque', from: 'openai-responses', name: nameOf(item.type), value: item };
      return closePart(openPart(next, key, head, events), key, events);
    }
  }
}

/** Parts close at `content_part.done`; one that is still open is closed, one that never began is said whole. */
function endMessagePart(state: ParseState, key: string, part: Json, events: CanonicalEvent[]): ParseState {
  if (state.open[key]) return closePart(state, key, events);
  const text = asText(part.type === 'refusal' ? part.refusal : part.text) ?? '';
  if (text === '' || !comesAfter(key, state.lastPart)) return state;
  const head: PartHead = { type: part.type === 'refusal' ? 'refusal' : 'text' };
  return closePart(write(state, key, head, { type: 'text', text }, events), key, events);
}

/** Whether the place `key` lies behind `last` (both `output:content`). */
function comesAfter(key: string, last: string | undefined): boolean {
  if (last === undefined) return true;
  const [output = 0, content = 0] = key.split(':').map(Number);
  const [lastOutput = 0, lastContent = 0] = last.split(':').map(Number);
  return output > lastOutput || (output === lastOutput && content > lastContent);
}

function openPart(state: ParseState, key: string, head: PartHead, events: CanonicalEvent[]): ParseState {
  if (state.open[key]) return state;
  const index = state.nextIndex;
  events.push({ type: 'part-start', index, part: head });
  const lastPart = key.includes(':') ? key : state.lastPart;
  return { ...state, open: { ...state.open, [key]: { index, wrote: false } }, nextIndex: index + 1, lastPart };
}

function write(
  state: ParseState,
  key: string,
  head: PartHead | undefined,
  delta: PartDelta,
  events: CanonicalEvent[],
): ParseState {
  const opened = head === undefined ? state : openPart(state, key, head, events);
  const part = opened.open[key];
  if (!part) return opened;
  events.push({ type: 'part-delta', index: part.index, delta });
  return part.wrote ? opened : { ...opened, open: { ...opened.open, [key]: { ...part, wrote: true } } };
}

function closePart(state: ParseState, key: string, events: CanonicalEvent[]): ParseState {
  const part = state.open[key];
  if (!part) return state;
  events.push({ type: 'part-end', index: part.index });
  const { [key]: _, ...open } = state.open;
  return { ...state, open };
}

function finish(state: ParseState, response: Json): Step {
  const events: CanonicalEvent[] = [];
  const started = start(state, response, events);
  for (const part of Object.values(started.open)) events.push({ type: 'part-end', index: part.index });
  const usage = parseUsage(response.usage);
  if (usage) events.push({ type: 'usage', usage });
  events.push({ type: 'finish', finish: parseFinish(response, started.called) }, { type: 'end' });
  return [{ ...started, open: {}, over: true }, events];
}

function close(state: ParseState): Step {
  return state.over ? [state, []] : fail(state, [], 'The stream ended before its last event (response.completed).');
}

function fail(state: ParseState, events: CanonicalEvent[], message: string): Step {
  return [{ ...state, over: true }, [...events, { type: 'error', error: unusable(message) }]];
}

function failWith(state: ParseState, error: Extract<CanonicalEvent, { type: 'error' }>['error']): Step {
  return [{ ...state, over: true }, [{ type: 'error', error }]];
}

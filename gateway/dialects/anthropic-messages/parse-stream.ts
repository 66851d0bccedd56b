/** Anthropic's stream as canonical events. Source: docs.claude.com/en/docs/build-with-claude/streaming. */
import { unusable } from '../canonical/error.ts';
import { asNumber, asRecord, asText, defined, isRecord, nameOf, parseJson } from '../canonical/json.ts';
import { createLosses } from '../canonical/losses.ts';
import type { CanonicalEvent, PartDelta, PartHead, StreamParser, WireEvent } from '../canonical/stream.ts';
import { parseBlock, parseCitation } from './parse-blocks.ts';
import { errorOfValue } from './parse-error.ts';
import { parseFinish, parseUsage } from './usage.ts';

export interface ParseState {
  readonly started: boolean;
  readonly finished: boolean;
  readonly over: boolean;
  /** Kinds of the blocks that are open, by the wire's index. */
  readonly open: Readonly<Record<string, PartHead['type']>>;
}

type Step = readonly [ParseState, readonly CanonicalEvent[]];

export function parseStream(_seed: string): StreamParser<ParseState> {
  return { initial: { started: false, finished: false, over: false, open: {} }, step, close };
}

function step(state: ParseState, event: WireEvent): Step {
  if (state.over) return [state, []];
  const value = parseJson(event.data);
  if (!isRecord(value)) return fail(state, 'An event of the stream is no JSON object.');
  switch (value.type) {
    case 'error':
      return [{ ...state, over: true }, [{ type: 'error', error: errorOfValue(undefined, value, event.data) }]];
    case 'ping':
      return [state, [{ type: 'ping' }]];
    case 'message_start':
      return start(state, asRecord(value.message) ?? {});
    default:
      if (!state.started) return fail(state, 'The stream does not begin with message_start.');
      return stepInside(state, value);
  }
}

function stepInside(state: ParseState, value: Record<string, unknown>): Step {
  const index = asNumber(value.index) ?? -1;
  switch (value.type) {
    case 'content_block_start': {
      const block = asRecord(value.content_block);
      if (!block || index < 0) return fail(state, 'A content block begins without its kind or place.');
      const { head, deltas } = readStart(block);
      const events: CanonicalEvent[] = [{ type: 'part-start', index, part: head }];
      for (const delta of deltas) events.push({ type: 'part-delta', index, delta });
      return [{ ...state, open: { ...state.open, [index]: head.type } }, events];
    }
    case 'content_block_delta': {
      const kind = state.open[index];
      if (kind === undefined) return fail(state, 'A piece came for a content block that is not open.');
      const delta = readDelta(asRecord(value.delta) ?? {});
      return [state, delta ? [{ type: 'part-delta', index, delta }] : []];
    }
    case 'content_block_stop': {
      if (state.open[index] === undefined) return fail(state, 'A content block ended that is not open.');
      const { [index]: _, ...open } = state.open;
      return [{ ...state, open }, [{ type: 'part-end', index }]];
    }
    case 'message_delta':
      return finish(state, value);
    case 'message_stop':
      if (!state.finished) return fail(state, 'The stream ended without a stop reason.');
      return [{ ...state, over: true }, [{ type: 'end' }]];
    default:
      // "new event types may be added": clients are to pass over what they do not know.
      return [state, []];
  }
}

function start(state: ParseState, message: Record<string, unknown>): Step {
  const events: CanonicalEvent[] = [
    defined({ type: 'start' as const, id: asText(message.id), model: asText(message.model) }),
  ];
  const usage = parseUsage(message.usage);
  if (usage) events.push({ type: 'usage', usage });
  return [{ ...state, started: true }, events];
}

function finish(state: ParseState, value: Record<string, unknown>): Step {
  const events: CanonicalEvent[] = [];
  const usage = readLastUsage(value.usage);
  if (usage) events.push({ type: 'usage', usage });
  const delta = asRecord(value.delta) ?? {};
  if (asText(delta.stop_reason) === undefined) return [state, events];
  for (const index of Object.keys(state.open)) events.push({ type: 'part-end', index: Number(index) });
  events.push({ type: 'finish', finish: parseFinish(delta) });
  return [{ ...state, open: {}, finished: true }, events];
}

/** `message_delta` counts the output; where it leaves the input out, the count of `message_start` stands. */
function readLastUsage(value: unknown) {
  const usage = parseUsage(value);
  if (usage?.inputTokens !== undefined || !usage) return usage;
  const { cachedInputTokens: _, cacheWriteTokens: __, ...rest } = usage;
  return rest;
}

/** A block's beginning; servers that look like Anthropic put its first piece into it. */
function readStart(block: Record<string, unknown>): { head: PartHead; deltas: PartDelta[] } {
  const part = parseBlock(block, 'content', createLosses());
  switch (part.type) {
    case 'text':
      return { head: { type: 'text' }, deltas: part.text === '' ? [] : [{ type: 'text', text: part.text }] };
    case 'reasoning': {
      const head = defined({ type: 'reasoning' as const, from: part.from, redacted: part.redacted });
      const deltas: PartDelta[] = part.text === '' ? [] : [{ type: 'text', text: part.text }];
      return { head, deltas: part.signature ? [...deltas, { type: 'signature', value: part.signature }] : deltas };
    }
    case 'tool-call': {
      const head = { type: 'tool-call' as const, id: part.id, name: part.name, kind: part.kind };
      return { head, deltas: part.argumentsText === '{}' ? [] : [{ type: 'arguments', text: part.argumentsText }] };
    }
    default:
      return {
        head: { type: 'opaque', from: 'anthropic-messages', name: nameOf(block.type), value: block },
        deltas: [],
      };
  }
}

function readDelta(delta: Record<string, unknown>): PartDelta | undefined {
  switch (delta.type) {
    case 'text_delta':
      return { type: 'text', text: asText(delta.text) ?? '' };
    case 'thinking_delta':
      return { type: 'text', text: asText(delta.thinking) ?? '' };
    case 'input_json_delta':
      return { type: 'arguments', text: asText(delta.partial_json) ?? '' };
    case 'signature_delta':
      return { type: 'signature', value: asText(delta.signature) ?? '' };
    case 'citations_delta':
      return { type: 'citation', citation: parseCitation(asRecord(delta.citation) ?? {}) };
    default:
      return undefined;
  }
}

function close(state: ParseState): Step {
  return state.over ? [state, []] : fail(state, 'The stream ended before its last event (message_stop).');
}

function fail(state: ParseState, message: string): Step {
  return [{ ...state, over: true }, [{ type: 'error', error: unusable(message) }]];
}

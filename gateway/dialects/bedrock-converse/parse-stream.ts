/**
 * ConverseStream's events as canonical ones. Source: docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html.
 * Blocks of text and thinking begin with their first piece, only tool calls are announced; the usage (`metadata`) is the
 * last event.
 */
import { unusable } from '../canonical/error.ts';
import { asRecord, asText, isRecord, parseJson } from '../canonical/json.ts';
import type { CanonicalEvent, PartDelta, PartHead, StreamParser, WireEvent } from '../canonical/stream.ts';
import { EXCEPTION } from './event-stream.ts';
import { blockIndex, parseCitation } from './parse-blocks.ts';
import { errorOfException } from './parse-error.ts';
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
  const name = event.event ?? '';
  if (name.startsWith(EXCEPTION)) {
    const error = errorOfException(name.slice(EXCEPTION.length), event.data);
    return [{ ...state, over: true }, [{ type: 'error', error }]];
  }
  const value = parseJson(event.data);
  if (!isRecord(value)) return fail(state, 'An event of the stream is no JSON object.');
  if (name === 'messageStart') return [{ ...state, started: true }, state.started ? [] : [{ type: 'start' }]];
  if (!state.started) return fail(state, 'The stream does not begin with messageStart.');
  switch (name) {
    case 'contentBlockStart':
      return startBlock(state, value);
    case 'contentBlockDelta':
      return readDelta(state, value);
    case 'contentBlockStop': {
      const index = blockIndex(value) ?? -1;
      // A block without any piece was never opened.
      if (state.open[index] === undefined) return [state, []];
      const { [index]: _, ...open } = state.open;
      return [{ ...state, open }, [{ type: 'part-end', index }]];
    }
    case 'messageStop': {
      const events: CanonicalEvent[] = Object.keys(state.open).map((index) => ({
        type: 'part-end',
        index: Number(index),
      }));
      events.push({
        type: 'finish',
        finish: parseFinish(value.stopReason, value.additionalModelResponseFields, undefined),
      });
      return [{ ...state, open: {}, finished: true }, events];
    }
    case 'metadata': {
      const usage = parseUsage(value.usage);
      const events: CanonicalEvent[] = usage ? [{ type: 'usage', usage }] : [];
      if (!state.finished) return [state, events];
      return [{ ...state, over: true }, [...events, { type: 'end' }]];
    }
    default:
      // Newer events are passed over, as AWS's own clients do.
      return [state, []];
  }
}

function startBlock(state: ParseState, value: Record<string, unknown>): Step {
  const index = blockIndex(value);
  if (index === undefined) return fail(state, 'A content block begins without its place.');
  const call = asRecord(asRecord(value.start)?.toolUse);
  // What begins otherwise is known by its first piece.
  if (!call) return [state, []];
  const part: PartHead = {
    type: 'tool-call',
    id: asText(call.toolUseId) ?? '',
    name: asText(call.name) ?? '',
    kind: 'function',
  };
  return [opened(state, index, part), [{ type: 'part-start', index, part }]];
}

function readDelta(state: ParseState, value: Record<string, unknown>): Step {
  const index = blockIndex(value);
  const read = readPiece(asRecord(value.delta) ?? {});
  if (index === undefined) return fail(state, 'A piece came without the place of its block.');
  if (!read) return [state, []];
  const kind = state.open[index];
  const { head, delta } = read;
  if (kind === undefined && head === undefined) return fail(state, 'A piece of a tool call came before its beginning.');
  const events: CanonicalEvent[] = [];
  let next = state;
  if (kind === undefined && head) {
    events.push({ type: 'part-start', index, part: head });
    next = opened(state, index, head);
  }
  if (delta) events.push({ type: 'part-delta', index, delta });
  return [next, events];
}

/** What a piece is, and the head of the block that it would begin. */
function readPiece(delta: Record<string, unknown>): { head?: PartHead; delta?: PartDelta } | undefined {
  if (typeof delta.text === 'string') return { head: { type: 'text' }, delta: { type: 'text', text: delta.text } };
  const call = asRecord(delta.toolUse);
  if (call) return { delta: { type: 'arguments', text: asText(call.input) ?? '' } };
  const reasoning = asRecord(delta.reasoningContent);
  if (reasoning) {
    const head: PartHead = { type: 'reasoning', from: 'bedrock-converse' };
    if (typeof reasoning.text === 'string') return { head, delta: { type: 'text', text: reasoning.text } };
    if (typeof reasoning.signature === 'string')
      return { head, delta: { type: 'signature', value: reasoning.signature } };
    const redacted = asText(reasoning.redactedContent);
    return redacted === undefined ? undefined : { head: { ...head, redacted } };
  }
  const citation = asRecord(delta.citation);
  return citation && { head: { type: 'text' }, delta: { type: 'citation', citation: parseCitation(citation) } };
}

function opened(state: ParseState, index: number, head: PartHead): ParseState {
  return { ...state, open: { ...state.open, [index]: head.type } };
}

/** A stream whose stop reason came is whole, though its count is missing. */
function close(state: ParseState): Step {
  if (state.over) return [state, []];
  if (state.finished) return [{ ...state, over: true }, [{ type: 'end' }]];
  return fail(state, 'The stream ended before its last event (messageStop).');
}

function fail(state: ParseState, message: string): Step {
  return [{ ...state, over: true }, [{ type: 'error', error: unusable(message) }]];
}

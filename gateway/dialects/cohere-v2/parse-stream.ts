/** Chat v2's stream as canonical events. Source: docs.cohere.com/v2/docs/streaming, …/tool-use-streaming. */
import { statusOfKind, unusable } from '../canonical/error.ts';
import { asNumber, asRecord, asText, defined, isRecord, parseJson } from '../canonical/json.ts';
import type { CanonicalEvent, PartHead, StreamParser, WireEvent } from '../canonical/stream.ts';
import { parseCall, parseCitation } from './parse-parts.ts';
import { failureOf, parseFinish, parseUsage } from './usage.ts';

export interface ParseState {
  readonly started: boolean;
  readonly over: boolean;
  /** Texts and calls count from 0 each on the wire; here they share one row. Open ones only. */
  readonly open: Readonly<Record<string, number>>;
  readonly next: number;
  /** The last text: citations come after it has ended as well, and are then told no more. */
  readonly text?: string;
}

type Step = readonly [ParseState, readonly CanonicalEvent[]];

export function parseStream(_seed: string): StreamParser<ParseState> {
  return { initial: { started: false, over: false, open: {}, next: 0 }, step, close };
}

const PLAN = 'plan';

function step(state: ParseState, event: WireEvent): Step {
  if (state.over || event.data === '[DONE]') return [state, []];
  const value = parseJson(event.data);
  if (!isRecord(value)) return fail(state, 'An event of the stream is no JSON object.');
  if (value.type === 'message-start')
    return [{ ...state, started: true }, [defined({ type: 'start' as const, id: asText(value.id) })]];
  // A failure before the beginning is an error's body as an event.
  if (!state.started && typeof value.message === 'string') {
    return [{ ...state, over: true }, [{ type: 'error', error: unusable(value.message) }]];
  }
  if (!state.started) return fail(state, 'The stream does not begin with message-start.');
  const delta = asRecord(value.delta) ?? {};
  const message = asRecord(delta.message) ?? {};
  const index = asNumber(value.index) ?? 0;
  switch (value.type) {
    case 'content-start':
    case 'content-delta':
      return readContent(state, `content ${index}`, asRecord(message.content) ?? {});
    case 'content-end':
      return ended(state, `content ${index}`);
    case 'tool-plan-delta':
      return piece(state, PLAN, { type: 'text' }, asText(message.tool_plan) ?? '');
    case 'tool-call-start': {
      const [planned, events] = ended(state, PLAN);
      const call = parseCall(asRecord(message.tool_calls) ?? {});
      const head: PartHead = { type: 'tool-call', id: call.id, name: call.name, kind: 'function' };
      const [next, begun] = begin(planned, `call ${index}`, head);
      const place = next.open[`call ${index}`] ?? 0;
      const first: CanonicalEvent[] =
        call.argumentsText === ''
          ? []
          : [{ type: 'part-delta', index: place, delta: { type: 'arguments', text: call.argumentsText } }];
      return [next, [...events, ...begun, ...first]];
    }
    case 'tool-call-delta': {
      const place = state.open[`call ${index}`];
      if (place === undefined) return fail(state, 'A piece of a tool call came before its beginning.');
      const text = asText(asRecord(asRecord(message.tool_calls)?.function)?.arguments) ?? '';
      return [state, [{ type: 'part-delta', index: place, delta: { type: 'arguments', text } }]];
    }
    case 'tool-call-end':
      return ended(state, `call ${index}`);
    case 'citation-start': {
      const citation = asRecord(message.citations);
      const place = state.text === undefined ? undefined : state.open[state.text];
      if (!citation || place === undefined || citation.type === 'PLAN') return [state, []];
      return [
        state,
        [{ type: 'part-delta', index: place, delta: { type: 'citation', citation: parseCitation(citation) } }],
      ];
    }
    case 'message-end':
      return finish(state, delta);
    default:
      return [state, []];
  }
}

function readContent(state: ParseState, key: string, content: Record<string, unknown>): Step {
  const thought = asText(content.thinking);
  if (thought !== undefined) return piece(state, key, { type: 'reasoning', from: 'cohere-v2' }, thought);
  const said = asText(content.text);
  if (said === undefined) return [state, []];
  const [next, events] = piece(state, key, { type: 'text' }, said);
  return [{ ...next, text: key }, events];
}

/** A piece of a part that begins with it where it is not open yet. */
function piece(state: ParseState, key: string, head: PartHead, text: string): Step {
  const [next, events] = state.open[key] === undefined ? begin(state, key, head) : ([state, []] as const);
  if (text === '') return [next, events];
  return [next, [...events, { type: 'part-delta', index: next.open[key] ?? 0, delta: { type: 'text', text } }]];
}

function begin(state: ParseState, key: string, part: PartHead): Step {
  const index = state.next;
  return [{ ...state, open: { ...state.open, [key]: index }, next: index + 1 }, [{ type: 'part-start', index, part }]];
}

function ended(state: ParseState, key: string): Step {
  const { [key]: index, ...open } = state.open;
  return index === undefined ? [state, []] : [{ ...state, open }, [{ type: 'part-end', index }]];
}

function finish(state: ParseState, delta: Record<string, unknown>): Step {
  const events: CanonicalEvent[] = [];
  const usage = parseUsage(delta.usage);
  if (usage) events.push({ type: 'usage', usage });
  const over = { ...state, open: {}, over: true };
  const kind = failureOf(delta.finish_reason);
  if (kind) {
    const sentence = kind === 'timeout' ? 'Cohere gave up: the answer took too long.' : 'Cohere broke the answer off.';
    return [
      over,
      [
        ...events,
        { type: 'error', error: { kind, status: statusOfKind(kind), message: asText(delta.error) ?? sentence } },
      ],
    ];
  }
  const ends = Object.values(state.open).map((index): CanonicalEvent => ({ type: 'part-end', index }));
  return [over, [...ends, ...events, { type: 'finish', finish: parseFinish(delta.finish_reason) }, { type: 'end' }]];
}

function close(state: ParseState): Step {
  return state.over ? [state, []] : fail(state, 'The stream ended before its last event (message-end).');
}

function fail(state: ParseState, message: string): Step {
  return [{ ...state, over: true }, [{ type: 'error', error: unusable(message) }]];
}

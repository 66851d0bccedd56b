/**
 * The stream of a run: `output` is plain text, `error` and `done` are JSON (replicate.com/docs/topics/predictions/streaming).
 * `prediction` is what the run came to, which is read when its stream is over and put behind it (upstreams/runs.ts).
 */
import { unusable } from '../canonical/error.ts';
import { asText, isRecord, parseJson } from '../canonical/json.ts';
import type { CanonicalEvent, StreamParser, WireEvent } from '../canonical/stream.ts';
import { errorOfRun } from './parse-error.ts';
import { parseUsage } from './parse-response.ts';

export interface ParseState {
  readonly started: boolean;
  readonly speaking: boolean;
  /** The run has said that it is over. */
  readonly done: boolean;
  readonly over: boolean;
}

type Step = readonly [ParseState, readonly CanonicalEvent[]];

export function parseStream(_seed: string): StreamParser<ParseState> {
  return { initial: { started: false, speaking: false, done: false, over: false }, step, close };
}

function step(state: ParseState, event: WireEvent): Step {
  if (state.over) return [state, []];
  switch (event.event) {
    case 'output':
      return speak(state, event.data);
    case 'error': {
      const value = parseJson(event.data);
      return failed(state, 'failed', isRecord(value) ? (asText(value.detail) ?? asText(value.error)) : event.data);
    }
    case 'done': {
      const value = parseJson(event.data);
      const reason = isRecord(value) ? asText(value.reason) : undefined;
      if (reason === 'canceled' || reason === 'error')
        return failed(state, reason === 'error' ? 'failed' : reason, undefined);
      return [{ ...state, done: true }, []];
    }
    case 'prediction':
      return told(state, parseJson(event.data));
    default:
      return [state, []];
  }
}

function begun(state: ParseState): CanonicalEvent[] {
  return state.started ? [] : [{ type: 'start' }];
}

function speak(state: ParseState, text: string): Step {
  const events = begun(state);
  if (!state.speaking) events.push({ type: 'part-start', index: 0, part: { type: 'text' } });
  if (text !== '') events.push({ type: 'part-delta', index: 0, delta: { type: 'text', text } });
  return [{ ...state, started: true, speaking: true }, events];
}

/** What it was used up, and whether it failed after all. */
function told(state: ParseState, prediction: unknown): Step {
  if (!isRecord(prediction)) return [state, []];
  const { status } = prediction;
  if (status === 'failed' || status === 'canceled' || status === 'aborted')
    return failed(state, status, asText(prediction.error));
  const usage = parseUsage(prediction);
  return usage ? [{ ...state, started: true }, [...begun(state), { type: 'usage', usage }]] : [state, []];
}

function close(state: ParseState): Step {
  if (state.over) return [state, []];
  const over = { ...state, over: true };
  if (!state.done)
    return [over, [{ type: 'error', error: unusable('The stream ended before its last event (done).') }]];
  const ends: CanonicalEvent[] = state.speaking ? [{ type: 'part-end', index: 0 }] : [];
  return [over, [...begun(state), ...ends, { type: 'finish', finish: { reason: 'stop' } }, { type: 'end' }]];
}

function failed(state: ParseState, status: string, message: string | undefined): Step {
  return [{ ...state, over: true }, [{ type: 'error', error: errorOfRun(status, message) }]];
}

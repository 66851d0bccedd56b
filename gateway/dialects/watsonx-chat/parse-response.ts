/**
 * Answers and streams of text chat. Chunks are OpenAI's; they come as `event: message`, a failure as `event: error`, the
 * stream closes without `[DONE]`. Source: github.com/IBM/watsonx-ai-java-sdk (ChatServiceStreamingTest, FinishReason).
 */
import type { ParsedResponse } from '../canonical/adapter.ts';
import { statusOfKind, unusable } from '../canonical/error.ts';
import { asRecord, asRecords, asText, isRecord, parseJson } from '../canonical/json.ts';
import type { CanonicalEvent, StreamParser, WireEvent } from '../canonical/stream.ts';
import { openaiChat } from '../openai-chat/adapter.ts';
import { errorOfValue } from './parse-error.ts';

export function parseResponse(body: unknown, seed: string): ParsedResponse {
  if (isRecord(body) && Array.isArray(body.errors)) return { error: errorOfValue(undefined, body, '') };
  const failed = failureOf(body);
  return failed ? { error: failed } : openaiChat.parseResponse(inOpenaiWords(body), seed);
}

/** The parser's own state, and whether an error has ended it. */
interface State {
  readonly inner: unknown;
  readonly failed: boolean;
}

export function parseStream(seed: string): StreamParser<State> {
  const inner = openaiChat.parseStream(seed);
  const taken = ([state, events]: readonly [unknown, readonly CanonicalEvent[]]) =>
    [{ inner: state, failed: false }, events] as const;
  return {
    initial: { inner: inner.initial, failed: false },
    step(state, event) {
      if (state.failed || event.event === 'close') return [state, []];
      const error = errorOf(event);
      if (error) return [{ ...state, failed: true }, [{ type: 'error', error }]];
      const chunk = parseJson(event.data);
      const data = isRecord(chunk) ? JSON.stringify(inOpenaiWords(chunk)) : event.data;
      return taken(inner.step(state.inner, { ...event, data }));
    },
    close: (state) => (state.failed ? [state, []] : taken(inner.close(state.inner))),
  };
}

function errorOf({ event, data }: WireEvent) {
  const value = parseJson(data);
  const holds = isRecord(value) && Array.isArray(value.errors);
  if (event !== 'error' && !holds) return failureOf(value);
  const error = errorOfValue(undefined, isRecord(value) ? value : undefined, data);
  return { ...error, status: error.status ?? statusOfKind(error.kind) };
}

/** Reasons that are failures: the answer stopped because something broke. */
function failureOf(body: unknown) {
  const reason = asText(asRecords(asRecord(body)?.choices)[0]?.finish_reason);
  return reason === 'error' || reason === 'cancelled'
    ? unusable(`watsonx.ai broke the answer off (finish_reason ${reason}).`)
    : undefined;
}

/** An answer that ran out of time is one cut short, as one that ran out of tokens is. */
function inOpenaiWords(body: unknown): unknown {
  const choices = asRecords(asRecord(body)?.choices);
  if (!choices.some(({ finish_reason }) => finish_reason === 'time_limit')) return body;
  return {
    ...asRecord(body),
    choices: choices.map((choice) =>
      choice.finish_reason === 'time_limit' ? { ...choice, finish_reason: 'length' } : choice,
    ),
  };
}

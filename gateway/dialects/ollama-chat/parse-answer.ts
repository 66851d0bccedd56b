/** What whole answers and lines of a stream have in common. Source: github.com/ollama/ollama, `ChatResponse` of api/types.go. */
import { asNumber, asRecord, asText, defined } from '../canonical/json.ts';
import type { ToolCallPart } from '../canonical/request.ts';
import type { CanonicalUsage, Finish } from '../canonical/response.ts';

/** Arguments are an object here; ids came with newer versions, so one is made where there is none: the same in every replay. */
export function parseCall(call: Record<string, unknown>, seed: string, number: number): ToolCallPart {
  const named = asRecord(call.function);
  const given = named?.arguments;
  return {
    type: 'tool-call',
    id: asText(call.id) || `call_${seed}_${number}`,
    name: asText(named?.name) ?? '',
    argumentsText: typeof given === 'string' ? given : JSON.stringify(given ?? {}),
    kind: 'function',
  };
}

/** Counts of nothing are left out on the wire: a prompt that was kept from the last turn. */
export function parseUsage(answer: Record<string, unknown>): CanonicalUsage | undefined {
  const usage: CanonicalUsage = defined({
    inputTokens: asNumber(answer.prompt_eval_count),
    outputTokens: asNumber(answer.eval_count),
  });
  return Object.keys(usage).length > 0 ? usage : undefined;
}

/** `stop`, `length`; also `load` and `unload` for requests without messages. */
export function parseFinish(reason: unknown, called: boolean): Finish {
  if (reason === 'length') return { reason: 'length' };
  return { reason: called ? 'tool-calls' : 'stop' };
}

/** `created_at` is a time of Go's, nanoseconds and zone included. */
export function createdSeconds(answer: Record<string, unknown>): number | undefined {
  const ms = Date.parse(asText(answer.created_at) ?? '');
  return Number.isFinite(ms) ? Math.floor(ms / 1000) : undefined;
}

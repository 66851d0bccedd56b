/** Usage and stop reasons. Source: docs.claude.com/en/api/messages, …/build-with-claude/handling-stop-reasons. */
import { asNumber, asRecord, asText, defined } from '../canonical/json.ts';
import type { Fields } from '../canonical/request.ts';
import type { CanonicalUsage, Finish, FinishReason } from '../canonical/response.ts';

/** `input_tokens` counts neither what was read from the cache nor what was written to it. */
export function parseUsage(value: unknown): CanonicalUsage | undefined {
  const usage = asRecord(value);
  if (!usage) return undefined;
  const input = asNumber(usage.input_tokens);
  const read = asNumber(usage.cache_read_input_tokens);
  const written = asNumber(usage.cache_creation_input_tokens);
  return defined({
    inputTokens: input === undefined ? undefined : input + (read ?? 0) + (written ?? 0),
    cachedInputTokens: read,
    cacheWriteTokens: written,
    outputTokens: asNumber(usage.output_tokens),
    reasoningTokens: asNumber(asRecord(usage.output_tokens_details)?.thinking_tokens),
  });
}

export function buildUsage(usage: CanonicalUsage | undefined): Fields {
  const read = usage?.cachedInputTokens ?? 0;
  const written = usage?.cacheWriteTokens ?? 0;
  return defined({
    input_tokens: Math.max(0, (usage?.inputTokens ?? 0) - read - written),
    cache_creation_input_tokens: written,
    cache_read_input_tokens: read,
    output_tokens: usage?.outputTokens ?? 0,
    output_tokens_details:
      usage?.reasoningTokens === undefined ? undefined : { thinking_tokens: usage.reasoningTokens },
  });
}

const REASONS: Readonly<Record<string, FinishReason>> = {
  end_turn: 'stop',
  max_tokens: 'length',
  stop_sequence: 'stop-sequence',
  tool_use: 'tool-calls',
  pause_turn: 'pause',
  refusal: 'refusal',
  model_context_window_exceeded: 'context-length',
};

/** From a message or the delta of `message_delta`; an unknown word is an ordinary stop. */
export function parseFinish(holder: Record<string, unknown>): Finish {
  const details = asRecord(holder.stop_details);
  return defined({
    reason: REASONS[asText(holder.stop_reason) ?? ''] ?? 'stop',
    stopSequence: asText(holder.stop_sequence),
    explanation: asText(details?.explanation),
    details,
  });
}

const WORDS: Readonly<Record<FinishReason, string>> = {
  stop: 'end_turn',
  length: 'max_tokens',
  'stop-sequence': 'stop_sequence',
  'tool-calls': 'tool_use',
  pause: 'pause_turn',
  refusal: 'refusal',
  'content-filter': 'refusal',
  'context-length': 'model_context_window_exceeded',
};

export function buildFinish(finish: Finish): Fields {
  return { stop_reason: WORDS[finish.reason], stop_sequence: finish.stopSequence ?? null };
}

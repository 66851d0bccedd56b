/** Usage and stop reasons. Source: docs.aws.amazon.com/bedrock/latest/APIReference (TokenUsage, Converse `stopReason`). */
import { asNumber, asRecord, asText, defined } from '../canonical/json.ts';
import type { CanonicalUsage, Finish, FinishReason } from '../canonical/response.ts';

/** `inputTokens` counts neither what was read from the cache nor what was written to it (userguide, prompt caching). */
export function parseUsage(value: unknown): CanonicalUsage | undefined {
  const usage = asRecord(value);
  if (!usage) return undefined;
  const input = asNumber(usage.inputTokens);
  const read = asNumber(usage.cacheReadInputTokens);
  const written = asNumber(usage.cacheWriteInputTokens);
  return defined({
    inputTokens: input === undefined ? undefined : input + (read ?? 0) + (written ?? 0),
    cachedInputTokens: read,
    cacheWriteTokens: written,
    outputTokens: asNumber(usage.outputTokens),
  });
}

const REASONS: Readonly<Record<string, FinishReason>> = {
  end_turn: 'stop',
  tool_use: 'tool-calls',
  max_tokens: 'length',
  stop_sequence: 'stop-sequence',
  guardrail_intervened: 'content-filter',
  content_filtered: 'content-filter',
  model_context_window_exceeded: 'context-length',
};

const EXPLANATIONS: Readonly<Record<string, string>> = {
  guardrail_intervened: 'A guardrail of Amazon Bedrock stepped in.',
  content_filtered: "Amazon Bedrock's content filter stepped in.",
  malformed_tool_use: 'The model wrote a tool call that Amazon Bedrock could not read.',
  malformed_model_output: 'The model wrote an answer that Amazon Bedrock could not read.',
};

/** `trace` holds what a guardrail found; an unknown reason is an ordinary stop. */
export function parseFinish(reason: unknown, fields: unknown, trace: unknown): Finish {
  const word = asText(reason) ?? '';
  return defined({
    reason: REASONS[word] ?? 'stop',
    stopSequence: asText(asRecord(fields)?.stop_sequence),
    explanation: EXPLANATIONS[word],
    details: asRecord(trace)?.guardrail,
  });
}

/** Usage and finish reasons. Source: docs.cohere.com/reference/chat (`usage`, `finish_reason`). */
import { asNumber, asRecord, asText, defined } from '../canonical/json.ts';
import type { CanonicalUsage, Finish, FinishReason } from '../canonical/response.ts';

/** `tokens` counts all that the model read and wrote, `billed_units` only what is charged. */
export function parseUsage(value: unknown): CanonicalUsage | undefined {
  const usage = asRecord(value);
  const counted = asRecord(usage?.tokens) ?? asRecord(usage?.billed_units);
  if (!counted) return undefined;
  return defined({
    inputTokens: asNumber(counted.input_tokens),
    cachedInputTokens: asNumber(usage?.cached_tokens),
    outputTokens: asNumber(counted.output_tokens),
  });
}

const REASONS: Readonly<Record<string, FinishReason>> = {
  COMPLETE: 'stop',
  STOP_SEQUENCE: 'stop-sequence',
  MAX_TOKENS: 'length',
  TOOL_CALL: 'tool-calls',
};

export function parseFinish(reason: unknown): Finish {
  return { reason: REASONS[asText(reason)?.toUpperCase() ?? ''] ?? 'stop' };
}

/** Reasons that are failures: the answer stopped because something broke. */
export function failureOf(reason: unknown): 'server' | 'timeout' | undefined {
  const word = asText(reason)?.toUpperCase();
  if (word === 'TIMEOUT') return 'timeout';
  return word === 'ERROR' ? 'server' : undefined;
}

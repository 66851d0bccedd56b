/** Usage and status. Source: platform.openai.com/docs/api-reference/responses/object. */
import { asNumber, asRecord, asText, defined } from '../canonical/json.ts';
import type { Fields } from '../canonical/request.ts';
import type { CanonicalUsage, Finish } from '../canonical/response.ts';

export function parseUsage(value: unknown): CanonicalUsage | undefined {
  const usage = asRecord(value);
  if (!usage) return undefined;
  const input = asRecord(usage.input_tokens_details);
  return defined({
    inputTokens: asNumber(usage.input_tokens),
    cachedInputTokens: asNumber(input?.cached_tokens),
    cacheWriteTokens: asNumber(input?.cache_write_tokens),
    outputTokens: asNumber(usage.output_tokens),
    reasoningTokens: asNumber(asRecord(usage.output_tokens_details)?.reasoning_tokens),
  });
}

/** The details are required members of the API's object. */
export function buildUsage(usage: CanonicalUsage): Fields {
  const input = usage.inputTokens ?? 0;
  const output = usage.outputTokens ?? 0;
  return {
    input_tokens: input,
    input_tokens_details: {
      cached_tokens: usage.cachedInputTokens ?? 0,
      cache_write_tokens: usage.cacheWriteTokens ?? 0,
    },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: usage.reasoningTokens ?? 0 },
    total_tokens: input + output,
  };
}

/** A completed response that holds calls waits for their results. */
export function parseFinish(response: Record<string, unknown>, called: boolean): Finish {
  if (response.status !== 'incomplete') return { reason: called ? 'tool-calls' : 'stop' };
  const reason = asText(asRecord(response.incomplete_details)?.reason);
  return { reason: reason === 'content_filter' ? 'content-filter' : 'length' };
}

export function buildStatus(finish: Finish): Fields {
  switch (finish.reason) {
    case 'length':
    case 'context-length':
      return { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } };
    case 'content-filter':
    case 'refusal':
      return { status: 'incomplete', incomplete_details: { reason: 'content_filter' } };
    default:
      return { status: 'completed', incomplete_details: null };
  }
}

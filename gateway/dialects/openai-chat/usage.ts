/** Usage and finish reasons of chat completions. Source: platform.openai.com/docs/api-reference/chat/object. */
import { asNumber, asRecord, defined } from '../canonical/json.ts';
import type { Fields } from '../canonical/request.ts';
import type { CanonicalUsage, Finish, FinishReason } from '../canonical/response.ts';

/** `prompt_tokens` includes cached ones, `completion_tokens` reasoning. */
export function parseUsage(value: unknown): CanonicalUsage | undefined {
  const usage = asRecord(value);
  if (!usage) return undefined;
  const prompt = asRecord(usage.prompt_tokens_details);
  return defined({
    inputTokens: asNumber(usage.prompt_tokens),
    // DeepSeek says it beside the details (api-docs.deepseek.com/guides/kv_cache).
    cachedInputTokens: asNumber(prompt?.cached_tokens) ?? asNumber(usage.prompt_cache_hit_tokens),
    cacheWriteTokens: asNumber(prompt?.cache_write_tokens),
    outputTokens: asNumber(usage.completion_tokens),
    reasoningTokens: asNumber(asRecord(usage.completion_tokens_details)?.reasoning_tokens),
  });
}

export function buildUsage(usage: CanonicalUsage): Fields {
  const input = usage.inputTokens ?? 0;
  const output = usage.outputTokens ?? 0;
  const prompt = defined({ cached_tokens: usage.cachedInputTokens, cache_write_tokens: usage.cacheWriteTokens });
  const completion = defined({ reasoning_tokens: usage.reasoningTokens });
  return {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
    ...(Object.keys(prompt).length > 0 ? { prompt_tokens_details: prompt } : {}),
    ...(Object.keys(completion).length > 0 ? { completion_tokens_details: completion } : {}),
  };
}

/**
 * `function_call` is the reason of old for a call; `sensitive` and `model_context_window_exceeded` are Zhipu's
 * (docs.bigmodel.cn/api-reference); an unknown word is an ordinary stop.
 */
export function parseFinish(reason: string): Finish {
  switch (reason) {
    case 'length':
      return { reason: 'length' };
    case 'tool_calls':
    case 'function_call':
      return { reason: 'tool-calls' };
    case 'content_filter':
    case 'sensitive':
      return { reason: 'content-filter' };
    case 'model_context_window_exceeded':
      return { reason: 'context-length' };
    default:
      return { reason: 'stop' };
  }
}

/** Zhipu's word for an answer that broke off on its side: no end at all. */
export function brokeOff(reason: unknown): boolean {
  return reason === 'network_error';
}

const REASONS: Readonly<Record<FinishReason, string>> = {
  stop: 'stop',
  'stop-sequence': 'stop',
  pause: 'stop',
  length: 'length',
  'context-length': 'length',
  'tool-calls': 'tool_calls',
  'content-filter': 'content_filter',
  refusal: 'content_filter',
};

export function buildFinish(finish: Finish): string {
  return REASONS[finish.reason];
}

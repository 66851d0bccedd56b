/**
 * Fields in the caller's spelling. Builders name what they alter by common names (OpenAI's, mostly); a ledger and a
 * refusal speak of what the caller wrote. Pure.
 */
import type { CallerDialect } from './request.ts';

type Spelling = Readonly<Record<string, string>>;

const FORMAT = 'response_format.json_schema';

/** Common name → the dialect's own, the longest first where one begins another. */
const SPELLINGS: Readonly<Record<CallerDialect, Spelling>> = {
  'openai-chat': {
    'thinking.budget_tokens': 'reasoning_effort',
    thinking_budget: 'reasoning_effort',
    thinking: 'reasoning_effort',
    reasoning: 'reasoning_effort',
  },
  'openai-completions': { messages: 'prompt' },
  'openai-responses': {
    [`${FORMAT}.schema`]: 'text.format.schema',
    [`${FORMAT}.name`]: 'text.format.name',
    response_format: 'text.format',
    max_tokens: 'max_output_tokens',
    reasoning_effort: 'reasoning.effort',
    thinking: 'reasoning',
    thinking_budget: 'reasoning',
    verbosity: 'text.verbosity',
    messages: 'input',
    system: 'instructions',
  },
  'anthropic-messages': {
    [`${FORMAT}.schema`]: 'output_config.format.schema',
    response_format: 'output_config.format',
    stop: 'stop_sequences',
    reasoning_effort: 'output_config.effort',
    thinking_budget: 'thinking.budget_tokens',
    reasoning: 'thinking',
    parallel_tool_calls: 'tool_choice.disable_parallel_tool_use',
    user: 'metadata.user_id',
  },
  'gemini-generate': {
    [`${FORMAT}.schema`]: 'generationConfig.responseSchema',
    response_format: 'generationConfig.responseMimeType',
    max_tokens: 'generationConfig.maxOutputTokens',
    temperature: 'generationConfig.temperature',
    top_p: 'generationConfig.topP',
    top_k: 'generationConfig.topK',
    frequency_penalty: 'generationConfig.frequencyPenalty',
    presence_penalty: 'generationConfig.presencePenalty',
    seed: 'generationConfig.seed',
    n: 'generationConfig.candidateCount',
    stop: 'generationConfig.stopSequences',
    logprobs: 'generationConfig.responseLogprobs',
    top_logprobs: 'generationConfig.logprobs',
    'thinking.budget_tokens': 'generationConfig.thinkingConfig.thinkingBudget',
    thinking_budget: 'generationConfig.thinkingConfig.thinkingBudget',
    reasoning_effort: 'generationConfig.thinkingConfig.thinkingLevel',
    thinking: 'generationConfig.thinkingConfig',
    reasoning: 'generationConfig.thinkingConfig',
    tool_choice: 'toolConfig.functionCallingConfig',
    service_tier: 'serviceTier',
    messages: 'contents',
    system: 'systemInstruction',
  },
};

/** `path` as the caller of `dialect` would write it. */
export function callerPath(dialect: CallerDialect, path: string): string {
  const spelling = SPELLINGS[dialect];
  const whole = spelling[path];
  if (whole !== undefined) return whole;
  const names = Object.keys(spelling).filter((name) => path.startsWith(`${name}.`) || path.startsWith(`${name}[`));
  const longest = names.sort((one, other) => other.length - one.length)[0];
  return longest === undefined ? path : `${spelling[longest]}${path.slice(longest.length)}`;
}

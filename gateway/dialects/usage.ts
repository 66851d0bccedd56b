/**
 * Tokens as providers count them, read from the text of an answer. Names: OpenAI `prompt_tokens`/`completion_tokens`
 * (chat) and `input_tokens`/`output_tokens` (responses), Anthropic `input_tokens`/`output_tokens`/
 * `cache_read_input_tokens`, Gemini `promptTokenCount`/`candidatesTokenCount`/`thoughtsTokenCount`.
 */
import type { TokenUsage } from '../exchange.ts';

const INPUT = /"(?:prompt_tokens|input_tokens|promptTokenCount)"\s*:\s*(\d+)/;
const OUTPUT = /"(?:completion_tokens|output_tokens|candidatesTokenCount)"\s*:\s*(\d+)/;
const CACHED = /"(?:cached_tokens|cache_read_input_tokens|cachedContentTokenCount)"\s*:\s*(\d+)/;
const REASONING = /"(?:reasoning_tokens|thoughtsTokenCount)"\s*:\s*(\d+)/;

/** The counts in `text`; later ones replace earlier ones (a stream's last count is the whole). Undefined where none. */
export function readUsage(text: string, earlier?: TokenUsage): TokenUsage | undefined {
  const input = INPUT.exec(text)?.[1];
  const output = OUTPUT.exec(text)?.[1];
  const cached = CACHED.exec(text)?.[1];
  const reasoning = REASONING.exec(text)?.[1];
  if (input === undefined && output === undefined && cached === undefined && reasoning === undefined) return earlier;
  const usage: TokenUsage = { ...earlier };
  if (input !== undefined) usage.inputTokens = Number(input);
  if (output !== undefined) usage.outputTokens = Number(output);
  if (cached !== undefined) usage.cachedInputTokens = Number(cached);
  if (reasoning !== undefined) usage.reasoningTokens = Number(reasoning);
  return usage;
}

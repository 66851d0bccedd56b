/** What sending a request may cost, from list prices, the length of its body and the answer it allows. Pure. */
import type { ModelLists } from '../models/listed.ts';
import { modelFacts } from '../models/merged-models.ts';
import type { Provider } from '../store/schema.ts';

/** English text has about four characters a token; an estimate may be too high rather than too low. */
const CHARACTERS_PER_TOKEN = 3;
/** Where the request names no bound: longer answers to what failed before are rare. */
const USUAL_ANSWER_TOKENS = 2_000;
const PRICED_TOKENS = 1_000_000;

/** In dollars; null where the model or its price is not known. */
export function estimateCost(
  provider: Pick<Provider, 'id' | 'preset'>,
  model: string,
  body: string | null,
  lists: Pick<ModelLists, 'find'>,
): number | null {
  const known = modelFacts(provider, model, lists);
  const { input, output } = known?.prices ?? {};
  if (input === null || input === undefined || output === null || output === undefined) return null;
  const inputTokens = Math.ceil((body?.length ?? 0) / CHARACTERS_PER_TOKEN);
  const outputTokens = known?.kind === 'chat' ? (answerBound(body) ?? USUAL_ANSWER_TOKENS) : 0;
  return (inputTokens * input + outputTokens * output) / PRICED_TOKENS;
}

/** OpenAI's, Anthropic's and Gemini's words for it. */
function answerBound(body: string | null): number | undefined {
  try {
    const value = JSON.parse(body ?? '') as Record<string, unknown> | null;
    const config = (value?.generationConfig ?? {}) as Record<string, unknown>;
    const bounds = [value?.max_completion_tokens, value?.max_output_tokens, value?.max_tokens, config.maxOutputTokens];
    return bounds.find((bound): bound is number => typeof bound === 'number' && bound > 0);
  } catch {
    return undefined; // no JSON: no bound is named
  }
}

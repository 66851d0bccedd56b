/**
 * Tokens as providers count them, read from the envelope of an answer or of a stream's event. Every dialect's counts come
 * out in one meaning: `inputTokens` and `outputTokens` are the whole, the other counts are parts of them.
 *
 * Who counts how (platform.openai.com/docs/api-reference, docs.claude.com/en/api/messages, ai.google.dev/api,
 * docs.aws.amazon.com/bedrock/latest/APIReference, docs.cohere.com/reference, docs.x.ai, api-docs.deepseek.com):
 * OpenAI counts cached tokens in its input and reasoning in its output; Anthropic and Bedrock count what was read from and
 * written to a cache beside their input; Gemini counts thoughts beside candidates, and tools' prompts beside the prompt;
 * xAI, and Gemini in OpenAI's form, leave reasoning to the total.
 */
import type { TokenUsage } from '../exchange.ts';
import { envelopeMember } from './envelope-member.ts';

/** Counts as they were written, gathered over the events of an answer; `usageFrom` gives them their meaning. */
export interface UsageCounts {
  readonly input?: number;
  readonly output?: number;
  readonly total?: number;
  readonly cached?: number;
  readonly cacheWrite?: number;
  /** Of `cacheWrite`: kept for an hour instead of five minutes, which costs more. */
  readonly longCacheWrite?: number;
  readonly reasoning?: number;
  readonly toolInput?: number;
  /** Sound, pictures and film: charged by other prices than text. */
  readonly otherKinds?: number;
  /** True where cached and written tokens are counted beside the input. */
  readonly cacheBeside?: boolean;
  /** True where reasoning is counted beside the output. */
  readonly reasoningBeside?: boolean;
  readonly serviceTier?: string;
  readonly statedCostUsd?: number;
}

/** The usage of an answer in one piece, whole or without its beginning; undefined where it states none. */
export function readUsage(text: string): TokenUsage | undefined {
  return usageFrom(readCounts(text));
}

/**
 * Counts in the text of one answer or event, added to those of earlier events: the last count is the whole, but one of
 * nothing takes none back (streams begin or end with events that leave it out).
 */
export function readCounts(text: string, earlier?: UsageCounts): UsageCounts | undefined {
  const counts = text.includes('okens') || text.includes('TokenCount') ? countsIn(text) : undefined;
  if (counts === undefined) return merged(earlier, text.includes('_count') ? countsOfRuns(text) : undefined);
  return merged(earlier, counts);
}

/** The last counts of Gemini's array of answers, of which `tail` is the end. */
export function readArrayCounts(tail: string): UsageCounts | undefined {
  return countsOf(envelopeMember(tail, 'usageMetadata', 2));
}

/** Undefined where nothing was counted. */
export function usageFrom(counts: UsageCounts | undefined): TokenUsage | undefined {
  if (counts === undefined) return undefined;
  const { cached, cacheWrite, longCacheWrite, reasoning, otherKinds, serviceTier, statedCostUsd } = counts;
  const usage: TokenUsage = {};
  const input = wholeInput(counts);
  const output = wholeOutput(counts);
  if (input !== undefined) usage.inputTokens = input;
  if (output !== undefined) usage.outputTokens = output;
  if (cached !== undefined) usage.cachedInputTokens = cached;
  if (cacheWrite) usage.cacheWriteTokens = cacheWrite;
  if (longCacheWrite) usage.longCacheWriteTokens = longCacheWrite;
  if (reasoning !== undefined) usage.reasoningTokens = reasoning;
  if (otherKinds) usage.otherKindsTokens = otherKinds;
  if (serviceTier !== undefined) usage.serviceTier = serviceTier;
  if (statedCostUsd !== undefined) usage.statedCostUsd = statedCostUsd;
  return usage;
}

function wholeInput({ input, toolInput = 0, cached = 0, cacheWrite = 0, cacheBeside }: UsageCounts) {
  if (input === undefined) return undefined;
  // A part is never larger than its whole: then it was counted beside it.
  const beside = cacheBeside === true || cached + cacheWrite > input;
  return input + toolInput + (beside ? cached + cacheWrite : 0);
}

function wholeOutput({ input = 0, output, total, reasoning, reasoningBeside }: UsageCounts) {
  if (reasoningBeside)
    return output === undefined && reasoning === undefined ? undefined : (output ?? 0) + (reasoning ?? 0);
  if (output === undefined || total === undefined) return output;
  const rest = total - input - output;
  return rest > 0 && (reasoning === undefined || rest === reasoning) ? output + rest : output;
}

function merged(earlier: UsageCounts | undefined, later: UsageCounts | undefined): UsageCounts | undefined {
  if (earlier === undefined || later === undefined) return later ?? earlier;
  const counts: Record<string, unknown> = { ...earlier };
  for (const [name, value] of Object.entries(later)) if (value || counts[name] === undefined) counts[name] = value;
  return counts;
}

function countsIn(text: string): UsageCounts | undefined {
  const own = envelopeMember(text, 'usage') ?? envelopeMember(text, 'usageMetadata');
  if (own !== undefined) {
    const counts = countsOf(own);
    // OpenAI writes beside its usage how fast, and so for how much, it answered.
    const serviceTier = word(envelopeMember(text, 'service_tier'));
    return counts && serviceTier !== undefined ? { ...counts, serviceTier } : counts;
  }
  // Anthropic's first event and the last one of OpenAI's responses carry a whole answer; Cohere's older form, `meta`.
  if (USAGE_OBJECT.test(text)) {
    const answer = carriedAnswer(text);
    const counts = answer && countsOf(answer.usage);
    const serviceTier = word(answer?.service_tier);
    return counts && serviceTier !== undefined ? { ...counts, serviceTier } : counts;
  }
  if (text.includes('billed_units')) return countsOf(envelopeMember(text, 'meta'));
  return text.includes(TITAN) ? defined({ input: count(envelopeMember(text, TITAN)) }) : undefined;
}

/** Titan's embeddings count at the top of their answer. */
const TITAN = 'inputTextTokenCount';

/** OpenAI's responses say `"usage":null` in events as long as their instructions, which are not worth a parser's time. */
const USAGE_OBJECT = /"usage"\s*:\s*\{/;

/** An event too long to be read as one whose beginning is gone is believed by its end. */
function carriedAnswer(text: string): Fields | undefined {
  const start = text.indexOf('{');
  if (start !== -1) {
    try {
      const event = fields(JSON.parse(text.slice(start)));
      return fields(event?.message) ?? fields(event?.response) ?? fields(event?.delta);
    } catch {
      // Its beginning is gone.
    }
  }
  const usage = envelopeMember(text, 'usage', 2);
  return usage === undefined ? undefined : { usage };
}

type Fields = Readonly<Record<string, unknown>>;

/** What one usage object says, whosever it is. */
function countsOf(value: unknown): UsageCounts | undefined {
  const usage = fields(value);
  if (!usage) return undefined;
  if ('prompt_tokens' in usage || 'completion_tokens' in usage) return countsOfChat(usage);
  if ('input_tokens' in usage || 'output_tokens' in usage) return countsOfMessages(usage);
  if ('promptTokenCount' in usage || 'candidatesTokenCount' in usage) return countsOfGemini(usage);
  if ('inputTokens' in usage || 'outputTokens' in usage) return countsOfBedrock(usage);
  const billed = fields(usage.billed_units);
  if (billed) return defined({ input: count(billed.input_tokens), output: count(billed.output_tokens) });
  // Voyage's and Jina's embeddings and rankings have an input and nothing else.
  return defined({ input: count(usage.total_tokens) });
}

function countsOfChat(usage: Fields): UsageCounts | undefined {
  const input = fields(usage.prompt_tokens_details);
  const output = fields(usage.completion_tokens_details);
  return defined({
    input: count(usage.prompt_tokens),
    output: count(usage.completion_tokens),
    total: count(usage.total_tokens),
    cached:
      count(input?.cached_tokens) ??
      count(usage.prompt_cache_hit_tokens) ??
      count(usage.cached_tokens) ??
      count(usage.cache_read_input_tokens),
    cacheWrite: count(input?.cache_write_tokens) ?? count(usage.cache_creation_input_tokens),
    reasoning: count(output?.reasoning_tokens) ?? count(usage.reasoning_tokens),
    otherKinds: sum(input?.audio_tokens, output?.audio_tokens, output?.image_tokens),
    serviceTier: word(usage.service_tier),
    statedCostUsd: amount(usage.cost) ?? amount(fields(usage.cost)?.total_cost),
  });
}

function countsOfMessages(usage: Fields): UsageCounts | undefined {
  const input = fields(usage.input_tokens_details) ?? fields(usage.input_token_details);
  const output = fields(usage.output_tokens_details) ?? fields(usage.output_token_details);
  const written = fields(usage.cache_creation);
  const beside = 'cache_read_input_tokens' in usage || 'cache_creation_input_tokens' in usage || written !== undefined;
  return defined({
    input: count(usage.input_tokens),
    output: count(usage.output_tokens),
    cached: count(usage.cache_read_input_tokens) ?? count(input?.cached_tokens),
    cacheWrite:
      count(usage.cache_creation_input_tokens) ??
      sum(written?.ephemeral_5m_input_tokens, written?.ephemeral_1h_input_tokens) ??
      count(input?.cache_write_tokens),
    longCacheWrite: count(written?.ephemeral_1h_input_tokens),
    reasoning: count(output?.reasoning_tokens),
    otherKinds: sum(input?.audio_tokens, input?.image_tokens, output?.audio_tokens),
    cacheBeside: (beside && input === undefined) || undefined,
    serviceTier: word(usage.service_tier),
    statedCostUsd: amount(usage.cost),
  });
}

function countsOfGemini(usage: Fields): UsageCounts | undefined {
  return defined({
    input: count(usage.promptTokenCount),
    output: count(usage.candidatesTokenCount),
    total: count(usage.totalTokenCount),
    cached: count(usage.cachedContentTokenCount),
    reasoning: count(usage.thoughtsTokenCount),
    toolInput: count(usage.toolUsePromptTokenCount),
    otherKinds: sum(...ofKinds(usage.promptTokensDetails, IN), ...ofKinds(usage.candidatesTokensDetails, OUT)),
    reasoningBeside: true,
    serviceTier: usage.trafficType === 'PROVISIONED_THROUGHPUT' ? 'provisioned' : undefined,
  });
}

/** Pictures and film that go in cost what text does, sound does not, and of what comes out nothing does (ai.google.dev/gemini-api/docs/pricing). */
const IN: readonly unknown[] = ['AUDIO'];
const OUT: readonly unknown[] = ['AUDIO', 'IMAGE', 'VIDEO'];

function ofKinds(details: unknown, kinds: readonly unknown[]): unknown[] {
  if (!Array.isArray(details)) return [];
  return details.map(fields).flatMap((one) => (kinds.includes(one?.modality) ? [one?.tokenCount] : []));
}

function countsOfBedrock(usage: Fields): UsageCounts | undefined {
  return defined({
    input: count(usage.inputTokens),
    output: count(usage.outputTokens),
    cached: count(usage.cacheReadInputTokens) ?? count(usage.cacheReadInputTokenCount),
    cacheWrite: count(usage.cacheWriteInputTokens) ?? count(usage.cacheWriteInputTokenCount),
    cacheBeside: true,
  });
}

/**
 * Counts at the top of an answer: Ollama's own form (github.com/ollama/ollama, docs/api.md), watsonx.ai's embeddings
 * (cloud.ibm.com/apidocs/watsonx-ai#text-embeddings); and in the metrics of a run of Replicate's (cog.run, *Metrics*).
 */
function countsOfRuns(text: string): UsageCounts | undefined {
  if (text.includes('_eval_count')) {
    return defined({
      input: count(envelopeMember(text, 'prompt_eval_count')),
      output: count(envelopeMember(text, 'eval_count')),
    });
  }
  if (!text.includes('_token_count')) return undefined;
  const metrics = fields(envelopeMember(text, 'metrics'));
  return defined({
    input: count(metrics?.input_token_count) ?? count(envelopeMember(text, 'input_token_count')),
    output: count(metrics?.output_token_count),
  });
}

/** Undefined where nothing was counted. */
function defined(counts: UsageCounts): UsageCounts | undefined {
  return counts.input === undefined && counts.output === undefined && counts.reasoning === undefined
    ? undefined
    : counts;
}

function fields(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

function count(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

function amount(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}

function word(value: unknown): string | undefined {
  return typeof value === 'string' && value.length <= 40 ? value : undefined;
}

function sum(...values: unknown[]): number | undefined {
  let all: number | undefined;
  for (const value of values) {
    const one = count(value);
    if (one !== undefined) all = (all ?? 0) + one;
  }
  return all;
}

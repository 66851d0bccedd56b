/**
 * What an exchange cost: by the provider's own word where it gives one, else from the tokens it counted and its list
 * prices. Unknown is undefined, never nothing: what cannot be priced in full is not priced in part. Pure.
 */
import type { Cost, TokenUsage } from '../exchange.ts';
import { priceSourceDate } from '../providers/catalogue.ts';
import type { KnownModel, TokenPrices } from '../providers/known-model.ts';
import type { Provider } from '../store/schema.ts';
import type { ModelLists } from './listed.ts';
import { modelFacts } from './merged-models.ts';

/** Presets whose `usage.cost` is what was charged, in dollars (openrouter.ai/docs, docs.perplexity.ai). */
const STATES_COST: ReadonlySet<string> = new Set(['openrouter', 'perplexity']);

/** Names of the speed that list prices are for; any other (flex, priority, batch, reserved) has prices of its own. */
const STANDARD: ReadonlySet<string> = new Set(['default', 'standard', 'auto', 'on_demand', 'unspecified']);

/** An hour in Anthropic's cache costs twice the plain input (docs.claude.com/en/docs/build-with-claude/prompt-caching). */
const LONG_CACHE_WRITE_RATIO = 2;

const PER = 1_000_000;

/**
 * Undefined where tokens or a price are not known. `models`: names to look for at the provider, the likeliest first; the
 * first one that has a price decides.
 */
export function costOf(
  usage: TokenUsage | undefined,
  provider: Pick<Provider, 'id' | 'preset'> | undefined,
  models: Iterable<string | undefined>,
  lists?: Pick<ModelLists, 'find'>,
): Cost | undefined {
  if (!usage || !provider) return undefined;
  if (usage.statedCostUsd !== undefined && STATES_COST.has(provider.preset ?? '')) {
    return { usd: usage.statedCostUsd, by: 'stated' };
  }
  for (const name of models) {
    const model = name === undefined ? undefined : modelFacts(provider, name, lists);
    if (model && model.prices.input !== null) return listCost(usage, model);
  }
  return undefined;
}

/** By one model's list prices; undefined where one that is needed is missing. */
function listCost(usage: TokenUsage, model: KnownModel): Cost | undefined {
  const { inputTokens, outputTokens, serviceTier } = usage;
  if (inputTokens === undefined && outputTokens === undefined) return undefined;
  if (serviceTier !== undefined && !STANDARD.has(serviceTier.toLowerCase())) return undefined;
  const prices = pricesFor(model, inputTokens ?? 0);
  const isFree = prices.input === 0 && (prices.output === 0 || prices.output === null);
  if (usage.otherKindsTokens && !isFree) return undefined;
  const usd = sumOf(usage, prices);
  if (usd === undefined) return undefined;
  return {
    usd,
    by: 'list',
    model: `${model.preset}/${model.id}`,
    prices,
    pricesOf:
      model.pricesListedOn ?? (model.priceSource === undefined ? undefined : priceSourceDate(model.priceSource)),
  };
}

/** A request above a tier's bound pays that tier's prices for all of it. */
function pricesFor(model: KnownModel, inputTokens: number): TokenPrices {
  const { input, output, cachedInput, cacheWrite } =
    model.tiers.findLast(({ above }) => inputTokens > above) ?? model.prices;
  return { input, output, cachedInput, cacheWrite };
}

function sumOf(usage: TokenUsage, prices: TokenPrices): number | undefined {
  const { inputTokens = 0, outputTokens = 0, cachedInputTokens: cached = 0, cacheWriteTokens: written = 0 } = usage;
  const long = Math.min(usage.longCacheWriteTokens ?? 0, written);
  const plain = Math.max(0, inputTokens - cached - written);
  // No listed discount is no discount: cached tokens then cost what others do. Writing is never cheaper than reading
  // anew, so that its price cannot be guessed so.
  const cachedInput = prices.cachedInput ?? prices.input;
  const longWrite = prices.cacheWrite === null || prices.input === null ? null : prices.input * LONG_CACHE_WRITE_RATIO;
  const parts = [
    [plain, prices.input],
    [cached, cachedInput],
    [written - long, prices.cacheWrite],
    [long, longWrite],
    [outputTokens, prices.output],
  ] as const;
  let total = 0;
  for (const [tokens, price] of parts) {
    if (tokens === 0) continue;
    if (price === null) return undefined;
    total += tokens * price;
  }
  // To a billionth of a dollar: less than any token costs, and free of what binary fractions leave behind.
  return Math.round((total / PER) * 1e9) / 1e9;
}

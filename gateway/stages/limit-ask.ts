/**
 * What an exchange asks of its limits, and what it used of them in the end. Before it is sent, tokens are an estimate of
 * the input plus the most output it wishes for; how many it was is known when the provider has counted. Pure.
 */
import type { Dialect, Exchange } from '../exchange.ts';
import { ofApp, ofGatewayKey, ofProviderKey, ofRoute } from '../limits/limited-subjects.ts';
import type { LimitAsk, LimitSubject } from '../limits/limiter.ts';
import { type Limits, nanosOf } from '../limits/reading.ts';
import { costOf } from '../models/cost.ts';
import { estimateTokens } from '../models/estimate-tokens.ts';
import type { ProviderKey } from '../store/schema.ts';
import { resolveAsked } from './resolve-asked.ts';
import { PRACTICE, type ResolvedTarget } from './resolve-target.ts';
import type { StageContext } from './stage.ts';

type Facts = Pick<StageContext, 'config' | 'lists'>;

/** Undefined where no limit is set on anybody this exchange belongs to: the usual case, which costs three look-ups. */
export function askOfCaller(exchange: Exchange, { config, lists }: Facts): LimitAsk | undefined {
  const { caller, askedModel } = exchange;
  const key = config.gatewayKeys.get(caller?.gatewayKeyId ?? '');
  const app = config.apps.get(caller?.appId ?? '');
  const route = askedModel === undefined ? undefined : config.routes.get(askedModel);
  const ofKey = key && ofGatewayKey(key);
  const ofItsApp = app && ofApp(app);
  const ofItsRoute = route && ofRoute(route);
  if (!ofKey && !ofItsApp && !ofItsRoute) return undefined;
  const subjects = [ofKey, ofItsApp, ofItsRoute].filter((subject) => subject !== undefined);
  return askFor(subjects, exchange, { config, lists }, undefined);
}

/** The limits of the provider key that was chosen; asked once it is known, before each attempt. */
export function askOfKey(
  exchange: Exchange,
  context: Facts,
  target: ResolvedTarget & { readonly key?: ProviderKey },
): LimitAsk | undefined {
  const subject = target.key && ofProviderKey(target.key);
  return subject && askFor([subject], exchange, context, target);
}

function askFor(
  subjects: LimitSubject[],
  exchange: Exchange,
  { config, lists }: Facts,
  known: ResolvedTarget | undefined,
): LimitAsk {
  const some = (...names: (keyof Limits)[]) =>
    subjects.some(({ limits }) => names.some((name) => limits[name] !== undefined));
  const money = some('budgetDayUsd', 'budgetMonthUsd');
  if (!money && !some('tpm')) return { subjects, tokens: 0, costNanos: 0, spends: true };
  const { assumedOutputTokens } = config.settings.limits;
  const estimate = estimateUse(exchange, assumedOutputTokens, smallest(subjects));
  const tokens = estimate.inputTokens + estimate.outputTokens;
  if (!money) return { subjects, tokens, costNanos: 0, spends: true };
  const target = known ?? targetOf(exchange, { config, lists });
  if (target?.providerId === PRACTICE) return { subjects, tokens, costNanos: 0, spends: false };
  const cost = target && costOf(estimate, target.provider, [target.model], lists);
  return { subjects, tokens, costNanos: cost ? nanosOf(cost.usd) : 0, spends: true };
}

function targetOf(exchange: Exchange, { config, lists }: Facts): ResolvedTarget | undefined {
  if (exchange.endpoint?.dialect === 'openai-models' || exchange.endpoint?.name === 'raw') return undefined;
  const resolution = resolveAsked(exchange, config, lists);
  return resolution.ok ? resolution.target : undefined;
}

function smallest(subjects: readonly LimitSubject[]): number {
  return Math.min(...subjects.map(({ limits }) => limits.tpm ?? Number.POSITIVE_INFINITY));
}

/** Kinds that write an answer of tokens. */
const GENERATES: ReadonlySet<Dialect> = new Set([
  'openai-chat',
  'openai-completions',
  'openai-responses',
  'anthropic-messages',
  'gemini-generate',
]);

/** Kinds that use none, whatever numbers their answers hold. */
const USES_NONE: ReadonlySet<Dialect> = new Set(['openai-models', 'anthropic-count-tokens', 'gemini-count-tokens']);

/**
 * Without a wish for output, what most answers stay below is assumed; of a limit that is smaller than that, what the input
 * leaves. A wish is taken at its word.
 */
function estimateUse(
  exchange: Exchange,
  assumedOutputTokens: number,
  limit: number,
): { inputTokens: number; outputTokens: number } {
  const dialect = exchange.endpoint?.dialect ?? 'raw';
  if (USES_NONE.has(dialect)) return { inputTokens: 0, outputTokens: 0 };
  const inputTokens = estimateInput(exchange.json);
  if (!GENERATES.has(dialect)) return { inputTokens, outputTokens: 0 };
  const wish = outputWish(exchange.json);
  return { inputTokens, outputTokens: wish ?? Math.max(0, Math.min(assumedOutputTokens, limit - inputTokens)) };
}

/** Tokens counted for a picture or file that stands in the body as text; near the middle of what providers count. */
const FILE_TOKENS = 1_000;
const FILE_CHARACTERS = 2_000;

function estimateInput(value: unknown): number {
  if (typeof value === 'string') return isFile(value) ? FILE_TOKENS : estimateTokens(value);
  if (typeof value !== 'object' || value === null) return 0;
  let tokens = 0;
  for (const name in value) tokens += estimateInput((value as Record<string, unknown>)[name]);
  return tokens;
}

function isFile(text: string): boolean {
  return text.length > FILE_CHARACTERS && (text.startsWith('data:') || /^[\w+/=-]{500}/.test(text));
}

const WISHES = ['max_completion_tokens', 'max_output_tokens', 'max_tokens'] as const;

function outputWish(json: unknown): number | undefined {
  const body = (json ?? {}) as Record<string, unknown>;
  const config = (body.generationConfig ?? body.generation_config ?? {}) as Record<string, unknown>;
  const wish =
    WISHES.map((name) => body[name]).find(isCount) ?? [config.maxOutputTokens, config.max_output_tokens].find(isCount);
  if (wish === undefined) return undefined;
  const answers = [body.n, config.candidateCount, config.candidate_count].find(isCount) ?? 1;
  return wish * Math.max(1, answers);
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 && value < 1e9;
}

/**
 * What it used in the end, as the provider counted it; nothing where no answer came; where one came and was not counted
 * (a stream without usage, an app that left), what was held for it.
 */
export function tokensUsed(exchange: Exchange, ask: LimitAsk): number {
  const { endpoint, usage, attempts, verdict } = exchange;
  const attempt = attempts.at(-1);
  if (!attempt || USES_NONE.has(endpoint?.dialect ?? 'raw')) return 0;
  const counted = (usage?.inputTokens ?? 0) + (usage?.outputTokens ?? 0);
  // The counts at a stream's beginning are not those of its end.
  if (verdict?.clientGone) return Math.max(counted, ask.tokens);
  if (usage) return counted;
  return attempt.status !== undefined && attempt.status < 400 ? ask.tokens : 0;
}

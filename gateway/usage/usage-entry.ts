/**
 * What an exchange adds to the statistics: once as an exchange (what the app saw), once for each attempt (what the
 * provider saw). Pure; no content and no secret, only who, where, how much, how long and how it ended.
 */
import type { Cause } from '../causes.ts';
import type { Attempt, Exchange, Refusal, Verdict } from '../exchange.ts';
import type { SparseHistogram } from './histogram.ts';

/** Whose doing it was. Only `app` is spend of the apps; nothing that practice answers costs anything. */
export const USAGE_KINDS = ['app', 'practice', 'replay', 'probe', 'check'] as const;
export type UsageKind = (typeof USAGE_KINDS)[number];

/** What a number is counted by. A value that does not apply, or is not known, is the empty text. */
export const DIMENSIONS = ['scope', 'kind', 'app', 'gatewayKey', 'provider', 'model', 'providerKey', 'cause'] as const;
export type Dimension = (typeof DIMENSIONS)[number];
export type Dimensions = Readonly<Record<Dimension, string>>;

/** All whole numbers, so that sums do not depend on their order: money in billionths of a dollar, durations in µs. */
export const COUNTERS = [
  'requests',
  'failures',
  /** Neither answered nor failed: the app hung up. */
  'clientGone',
  'streams',
  'cacheHits',
  'attempts',
  'inputTokens',
  'outputTokens',
  'cachedInputTokens',
  'cacheWriteTokens',
  'reasoningTokens',
  'costNano',
  /** Of `costNano`: by the provider's own word, not by list prices. */
  'statedNano',
  'savedNano',
  /** Requests whose tokens were counted and whose cost is not known. */
  'unpriced',
  'durationUs',
  'firstByteUs',
] as const;
export type Counter = (typeof COUNTERS)[number];
export type Counts = Record<Counter, number>;

/** Where each counter stands where counters are a list: as they are counted, as they travel. */
export const AT = Object.fromEntries(COUNTERS.map((name, at) => [name, at])) as Readonly<Record<Counter, number>>;

/** What one stretch of time adds to one series; flat, since it is copied from thread to thread. */
export interface UsageEntry {
  /** Epoch milliseconds, a whole minute. */
  readonly minuteMs: number;
  /** `seriesText` of its dimensions. */
  readonly series: string;
  /** In the order of `COUNTERS`. */
  readonly counts: readonly number[];
  readonly durations: SparseHistogram;
  readonly firstBytes: SparseHistogram;
  /** What ids were called then, for when they are gone. */
  readonly app: string | undefined;
  readonly gatewayKey: string | undefined;
}

type CountedAttempt = Pick<Attempt, 'provider' | 'model' | 'key' | 'timings' | 'outcome'>;

/** As much of an exchange as counting wants; a capture that was read back will do. */
export type Countable = Pick<
  Exchange,
  'receivedAt' | 'caller' | 'routeName' | 'stream' | 'usage' | 'cost' | 'cache' | 'origin'
> & {
  readonly verdict?: Pick<Verdict, 'ok' | 'cause' | 'clientGone'> & { readonly endMs?: number };
  readonly endpoint?: { readonly provider?: string };
  readonly answer?: { readonly firstByteMs?: number };
  readonly refusal?: Pick<Refusal, 'stage' | 'rule'>;
  readonly attempts: readonly CountedAttempt[];
};

/** Where counts go. */
export interface CountSink {
  /** The series of these values, for what belongs to this minute. */
  series(
    minuteMs: number,
    scope: string,
    kind: string,
    app: string,
    gatewayKey: string,
    provider: string,
    model: string,
    providerKey: string,
    cause: string,
  ): CountedSeries;
}

export interface CountedSeries {
  /** In the order of `COUNTERS`; to be added to. */
  readonly counts: Float64Array;
  took(durationMs: number | undefined, firstByteMs: number | undefined): void;
  called(app: string, gatewayKey: string | undefined): void;
}

const MINUTE_MS = 60_000;
const NANO = 1e9;
const LONGEST_MODEL = 120;

export function minuteOf(ms: number): number {
  return Math.floor(ms / MINUTE_MS) * MINUTE_MS;
}

/** Undefined: it is not counted (an import, or a replay that sent nothing). */
export function kindOf({ origin, attempts, cache, endpoint }: Countable): UsageKind | undefined {
  if (origin) {
    if (origin.kind === 'import' || origin.nothingSent) return undefined;
    return attempts.at(-1)?.provider === PRACTICE ? 'practice' : origin.kind;
  }
  return (attempts.at(-1)?.provider ?? cache?.provider ?? endpoint?.provider) === PRACTICE ? 'practice' : 'app';
}

const PRACTICE = 'practice';

/** Adds the exchange itself, then its attempts; nothing for what is not counted. Makes no objects: it runs for each. */
export function countInto(sink: CountSink, exchange: Countable): void {
  const kind = kindOf(exchange);
  if (kind === undefined) return;
  const minuteMs = minuteOf(exchange.receivedAt);
  countExchange(sink, minuteMs, exchange, kind);
  for (const attempt of exchange.attempts) countAttempt(sink, minuteMs, exchange, attempt, kind);
}

function countExchange(sink: CountSink, minuteMs: number, exchange: Countable, kind: UsageKind): void {
  const { verdict, usage, cost, caller, attempts } = exchange;
  const last = attempts.at(-1);
  const hit = exchange.cache?.state === 'hit' ? exchange.cache : undefined;
  const failed = verdict !== undefined && !verdict.ok;
  const series = sink.series(
    minuteMs,
    'exchange',
    kind,
    caller?.appId ?? '',
    caller?.gatewayKeyId ?? '',
    last?.provider ?? hit?.provider ?? exchange.endpoint?.provider ?? '',
    // A name that nobody was asked for is anybody's invention; a route's is this home's.
    modelOf(last ?? hit) || (exchange.routeName ?? ''),
    last?.key?.id ?? '',
    causeOf(failed, verdict?.cause),
  );
  const { counts } = series;
  add(counts, AT.requests, 1);
  if (failed) add(counts, AT.failures, 1);
  if (verdict?.clientGone) add(counts, AT.clientGone, 1);
  if (exchange.stream) add(counts, AT.streams, 1);
  add(counts, AT.attempts, attempts.length);
  if (hit) {
    add(counts, AT.cacheHits, 1);
    add(counts, AT.savedNano, Math.round((hit.saved?.costUsd ?? 0) * NANO));
  }
  if (usage) {
    add(counts, AT.inputTokens, usage.inputTokens ?? 0);
    add(counts, AT.outputTokens, usage.outputTokens ?? 0);
    add(counts, AT.cachedInputTokens, usage.cachedInputTokens ?? 0);
    add(counts, AT.cacheWriteTokens, usage.cacheWriteTokens ?? 0);
    add(counts, AT.reasoningTokens, usage.reasoningTokens ?? 0);
    const counted = usage.inputTokens !== undefined || usage.outputTokens !== undefined;
    if (counted && !hit && cost === undefined && kind !== PRACTICE) add(counts, AT.unpriced, 1);
  }
  if (cost !== undefined) {
    const nano = Math.round(cost.usd * NANO);
    add(counts, AT.costNano, nano);
    if (cost.by === 'stated') add(counts, AT.statedNano, nano);
  }
  series.took(verdict?.endMs, exchange.answer?.firstByteMs);
  if (caller) series.called(caller.appName, caller.label);
}

function countAttempt(
  sink: CountSink,
  minuteMs: number,
  exchange: Countable,
  attempt: CountedAttempt,
  kind: UsageKind,
): void {
  const { outcome, timings } = attempt;
  // Nobody waited for it: the app hung up, or this process ended.
  const gone =
    outcome === undefined || (!outcome.ok && outcome.cause === undefined && exchange.verdict?.clientGone === true);
  const failed = !gone && !outcome.ok;
  const { caller } = exchange;
  const series = sink.series(
    minuteMs,
    'attempt',
    kind,
    caller?.appId ?? '',
    '',
    attempt.provider,
    '',
    attempt.key?.id ?? '',
    causeOf(failed, outcome?.cause),
  );
  const { counts } = series;
  add(counts, AT.requests, 1);
  if (failed) add(counts, AT.failures, 1);
  if (gone) add(counts, AT.clientGone, 1);
  series.took(since(timings.startMs, timings.endMs), since(timings.startMs, timings.firstByteMs));
  if (caller) series.called(caller.appName, undefined);
}

function add(counts: Float64Array, at: number, more: number): void {
  counts[at] = (counts[at] as number) + more;
}

function since(startMs: number, ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.max(0, ms - startMs);
}

function causeOf(failed: boolean, cause: Cause | null | undefined): string {
  return failed ? (cause ?? 'other') : '';
}

/** Bounded, fit for a label; a practice model without its parameters, of which there is no end. */
function modelOf(attempt: { readonly provider?: string; readonly model?: string } | undefined): string {
  const model = attempt?.model ?? '';
  if (attempt?.provider === PRACTICE) return model.split(':', 1)[0] as string;
  const short = model.length > LONGEST_MODEL ? model.slice(0, LONGEST_MODEL) : model;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly these would end a line where the name is printed
  return /[\u0000-\u001f\u007f]/.test(short) ? short.replace(/[\u0000-\u001f\u007f]/g, '?') : short;
}

export function noCounts(): Counts {
  return Object.fromEntries(COUNTERS.map((name) => [name, 0])) as Counts;
}

export function namedCounts(counts: ArrayLike<number>): Counts {
  return Object.fromEntries(COUNTERS.map((name, at) => [name, counts[at] ?? 0])) as Counts;
}

export function addCounts(to: Counts, more: Readonly<Partial<Counts>>): void {
  for (const name in more) to[name as Counter] += more[name as Counter] ?? 0;
}

/** One text for one series; no value holds the separator. */
export function seriesText(dimensions: Dimensions): string {
  const { scope, kind, app, gatewayKey, provider, model, providerKey, cause } = dimensions;
  return `${scope}\n${kind}\n${app}\n${gatewayKey}\n${provider}\n${model}\n${providerKey}\n${cause}`;
}

export function dimensionsOf(text: string): Dimensions {
  const values = text.split('\n');
  return Object.fromEntries(DIMENSIONS.map((name, at) => [name, values[at] ?? ''])) as Record<Dimension, string>;
}

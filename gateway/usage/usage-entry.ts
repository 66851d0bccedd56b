/**
 * What an exchange adds to the statistics: once as an exchange (what the app saw), once for each attempt (what the
 * provider saw). Pure; no content and no secret, only who, where, how much, how long and how it ended.
 */
import type { Cause } from '../causes.ts';
import type { Attempt, Exchange, Verdict } from '../exchange.ts';
import { binOf, histogramOf, type SparseHistogram } from './histogram.ts';

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

/** What one stretch of time adds to one series. */
export interface UsageEntry {
  /** Epoch milliseconds, a whole minute. */
  readonly minuteMs: number;
  readonly dimensions: Dimensions;
  readonly counts: Counts;
  readonly durations: SparseHistogram;
  readonly firstBytes: SparseHistogram;
  /** What ids were called then, for when they are gone. */
  readonly names: { readonly app?: string; readonly gatewayKey?: string };
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
  readonly attempts: readonly CountedAttempt[];
};

/** Takes what is counted; `add` of the meter and `collect` below are the two there are. */
export interface Count {
  dimensions: Dimensions;
  counts: Partial<Counts>;
  durationMs: number | undefined;
  firstByteMs: number | undefined;
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

/** The exchange itself, then its attempts; empty for what is not counted. */
export function countsOf(exchange: Countable): Count[] {
  const kind = kindOf(exchange);
  if (kind === undefined) return [];
  return [
    countOfExchange(exchange, kind),
    ...exchange.attempts.map((attempt) => countOfAttempt(exchange, attempt, kind)),
  ];
}

function countOfExchange(exchange: Countable, kind: UsageKind): Count {
  const { verdict, usage, cost, caller, attempts } = exchange;
  const last = attempts.at(-1);
  const hit = exchange.cache?.state === 'hit' ? exchange.cache : undefined;
  const failed = verdict !== undefined && !verdict.ok;
  const nano = cost === undefined ? 0 : Math.round(cost.usd * NANO);
  const counted = usage?.inputTokens !== undefined || usage?.outputTokens !== undefined;
  return {
    dimensions: {
      scope: 'exchange',
      kind,
      app: caller?.appId ?? '',
      gatewayKey: caller?.gatewayKeyId ?? '',
      provider: last?.provider ?? hit?.provider ?? exchange.endpoint?.provider ?? '',
      // A name that nobody was asked for is anybody's invention; a route's is this home's.
      model: modelOf(last ?? hit) || (exchange.routeName ?? ''),
      providerKey: last?.key?.id ?? '',
      cause: causeOf(failed, verdict?.cause),
    },
    counts: {
      requests: 1,
      failures: failed ? 1 : 0,
      clientGone: verdict?.clientGone ? 1 : 0,
      streams: exchange.stream ? 1 : 0,
      cacheHits: hit ? 1 : 0,
      savedNano: Math.round((hit?.saved?.costUsd ?? 0) * NANO),
      attempts: attempts.length,
      inputTokens: usage?.inputTokens ?? 0,
      outputTokens: usage?.outputTokens ?? 0,
      cachedInputTokens: usage?.cachedInputTokens ?? 0,
      cacheWriteTokens: usage?.cacheWriteTokens ?? 0,
      reasoningTokens: usage?.reasoningTokens ?? 0,
      costNano: nano,
      statedNano: cost?.by === 'stated' ? nano : 0,
      unpriced: counted && !hit && cost === undefined && kind !== PRACTICE ? 1 : 0,
    },
    durationMs: verdict?.endMs,
    firstByteMs: exchange.answer?.firstByteMs,
  };
}

function countOfAttempt(exchange: Countable, attempt: CountedAttempt, kind: UsageKind): Count {
  const { outcome, timings } = attempt;
  // Nobody waited for it: the app hung up, or this process ended.
  const gone =
    outcome === undefined || (!outcome.ok && outcome.cause === undefined && exchange.verdict?.clientGone === true);
  const failed = !gone && !outcome.ok;
  return {
    dimensions: {
      scope: 'attempt',
      kind,
      app: exchange.caller?.appId ?? '',
      gatewayKey: '',
      provider: attempt.provider,
      model: '',
      providerKey: attempt.key?.id ?? '',
      cause: causeOf(failed, outcome?.cause),
    },
    counts: { requests: 1, failures: failed ? 1 : 0, clientGone: gone ? 1 : 0 },
    durationMs: since(timings.startMs, timings.endMs),
    firstByteMs: since(timings.startMs, timings.firstByteMs),
  };
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

export function addCounts(to: Counts, more: Readonly<Partial<Counts>>): void {
  for (const name in more) to[name as Counter] += more[name as Counter] ?? 0;
}

/** Sums up one stretch of time of one series. */
export class OpenEntry {
  readonly minuteMs: number;
  readonly dimensions: Dimensions;
  readonly counts = noCounts();
  readonly names: { app?: string; gatewayKey?: string } = {};
  private readonly durations: number[] = [];
  private readonly firstBytes: number[] = [];

  constructor(minuteMs: number, dimensions: Dimensions) {
    this.minuteMs = minuteMs;
    this.dimensions = dimensions;
  }

  add({ counts, durationMs, firstByteMs }: Count, exchange: Countable): void {
    addCounts(this.counts, counts);
    if (durationMs !== undefined) {
      this.durations.push(binOf(durationMs));
      this.counts.durationUs += Math.round(durationMs * 1000);
    }
    if (firstByteMs !== undefined) {
      this.firstBytes.push(binOf(firstByteMs));
      this.counts.firstByteUs += Math.round(firstByteMs * 1000);
    }
    const { caller } = exchange;
    if (!caller || this.names.app !== undefined) return;
    this.names.app = caller.appName;
    if (this.dimensions.gatewayKey !== '') this.names.gatewayKey = caller.label;
  }

  close(): UsageEntry {
    const { minuteMs, dimensions, counts, names } = this;
    const durations = histogramOf(this.durations);
    return { minuteMs, dimensions, counts, names, durations, firstBytes: histogramOf(this.firstBytes) };
  }
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

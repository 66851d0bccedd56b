/**
 * Provider weather: how each provider, and each of its keys, did lately for the apps of this home, so that "your key
 * died" is told from "the provider is down". From the counts of attempts alone. Pure.
 */
import type { Cause } from '../causes.ts';
import { sideOf } from './cause-side.ts';
import { mergeHistograms, percentile, type SparseHistogram } from './histogram.ts';

export const WEATHER_WINDOWS = ['15m', '1h', '24h'] as const;
export type WeatherWindow = (typeof WEATHER_WINDOWS)[number];

const MINUTE_MS = 60_000;
const WINDOW_MS: Readonly<Record<WeatherWindow, number>> = {
  '15m': 15 * MINUTE_MS,
  '1h': 60 * MINUTE_MS,
  '24h': 24 * 60 * MINUTE_MS,
};
export const WEATHER_SPAN_MS = WINDOW_MS['24h'];

/** One minute of attempts of an app at a provider with a key, that ended alike. */
export interface WeatherSum {
  readonly minuteMs: number;
  readonly provider: string;
  /** Empty where none was sent. */
  readonly providerKey: string;
  readonly app: string;
  /** Empty: answered, or nobody waited for it. */
  readonly cause: Cause | '';
  readonly requests: number;
  readonly clientGone: number;
  readonly durations: SparseHistogram;
  readonly firstBytes: SparseHistogram;
}

export interface WindowWeather {
  readonly window: WeatherWindow;
  /** Attempts whose end somebody waited for. */
  readonly requests: number;
  readonly failures: number;
  /** Of the failures: those that are trouble with the provider, the way there, or the key. */
  readonly troubled: number;
  /** Without trouble, 0..1; undefined of none. */
  readonly share: number | undefined;
  /** Most frequent first. */
  readonly causes: readonly { readonly cause: Cause; readonly count: number }[];
  readonly p50Ms: number | undefined;
  readonly p95Ms: number | undefined;
  readonly firstByteP50Ms: number | undefined;
  readonly firstByteP95Ms: number | undefined;
}

export const WEATHER_STATES = ['good', 'troubled', 'failing', 'quiet'] as const;
export type WeatherState = (typeof WEATHER_STATES)[number];

export interface Weather {
  readonly provider: string;
  /** Undefined: all keys of the provider together. */
  readonly providerKey: string | undefined;
  readonly state: WeatherState;
  /** Since when nothing came back without trouble; epoch ms of a minute. Undefined where the last one did. */
  readonly failingSinceMs: number | undefined;
  /** Apps (ids) that had trouble since then. */
  readonly failingApps: readonly string[];
  readonly windows: readonly WindowWeather[];
}

/** Fewer answers than this without trouble are bad weather. */
const GOOD_SHARE = 0.95;
const FAILING_SHARE = 0.5;

/** Providers as they come in the counts, each with its keys behind it. */
export function weatherOf(sums: readonly WeatherSum[], nowMs: number): Weather[] {
  const found: Weather[] = [];
  for (const [provider, ofProvider] of grouped(sums, (sum) => sum.provider)) {
    found.push(weatherOfOne(provider, undefined, ofProvider, nowMs));
    const keys = grouped(
      ofProvider.filter((sum) => sum.providerKey !== ''),
      (sum) => sum.providerKey,
    );
    for (const [key, ofKey] of keys) found.push(weatherOfOne(provider, key, ofKey, nowMs));
  }
  return found;
}

function weatherOfOne(
  provider: string,
  providerKey: string | undefined,
  sums: readonly WeatherSum[],
  nowMs: number,
): Weather {
  const windows = WEATHER_WINDOWS.map((window) => windowOf(window, sums, nowMs));
  const failing = failingSince(sums);
  // The shortest window with traffic is what it is like now.
  const share = windows.find((window) => window.requests > 0)?.share;
  return {
    provider,
    providerKey,
    state: share === undefined ? 'quiet' : share < FAILING_SHARE ? 'failing' : share < GOOD_SHARE ? 'troubled' : 'good',
    failingSinceMs: failing.sinceMs,
    failingApps: failing.apps,
    windows,
  };
}

function windowOf(window: WeatherWindow, sums: readonly WeatherSum[], nowMs: number): WindowWeather {
  const sinceMs = nowMs - WINDOW_MS[window];
  let requests = 0;
  let failures = 0;
  let troubled = 0;
  let durations: SparseHistogram = [];
  let firstBytes: SparseHistogram = [];
  const causes = new Map<Cause, number>();
  for (const sum of sums) {
    // A minute counts when its end lies within the window.
    if (sum.minuteMs + MINUTE_MS <= sinceMs) continue;
    requests += sum.requests - sum.clientGone;
    durations = mergeHistograms(durations, sum.durations);
    firstBytes = mergeHistograms(firstBytes, sum.firstBytes);
    if (sum.cause === '') continue;
    failures += sum.requests;
    if (isTrouble(sum.cause)) troubled += sum.requests;
    causes.set(sum.cause, (causes.get(sum.cause) ?? 0) + sum.requests);
  }
  return {
    window,
    requests,
    failures,
    troubled,
    share: requests === 0 ? undefined : (requests - troubled) / requests,
    causes: [...causes].map(([cause, count]) => ({ cause, count })).sort((one, other) => other.count - one.count),
    p50Ms: percentile(durations, 0.5),
    p95Ms: percentile(durations, 0.95),
    firstByteP50Ms: percentile(firstBytes, 0.5),
    firstByteP95Ms: percentile(firstBytes, 0.95),
  };
}

/** The run of trouble that lasts until now: it begins behind the last minute in which something came back well. */
function failingSince(sums: readonly WeatherSum[]): { sinceMs: number | undefined; apps: string[] } {
  let lastGoodMs = Number.NEGATIVE_INFINITY;
  for (const { minuteMs, cause, requests, clientGone } of sums) {
    const good = cause === '' ? requests > clientGone : !isTrouble(cause);
    if (good) lastGoodMs = Math.max(lastGoodMs, minuteMs);
  }
  const after = sums.filter(({ minuteMs, cause }) => minuteMs > lastGoodMs && cause !== '' && isTrouble(cause));
  if (after.length === 0) return { sinceMs: undefined, apps: [] };
  return {
    sinceMs: Math.min(...after.map(({ minuteMs }) => minuteMs)),
    apps: [...new Set(after.map(({ app }) => app).filter((app) => app !== ''))],
  };
}

function isTrouble(cause: Cause): boolean {
  return sideOf(cause) !== 'request';
}

function grouped<T>(all: readonly T[], keyOf: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const group = groups.get(keyOf(one));
    if (group) group.push(one);
    else groups.set(keyOf(one), [one]);
  }
  return groups;
}

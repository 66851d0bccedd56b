/** A week of traffic, made up: enough for every part of the usage screen to show something. */
import type { Usage, UsageNumbers, UsageStep, WeatherRow } from '../../../gateway/control/contract/index.ts';
import { nextStart, startOf } from '../../../gateway/usage/calendar.ts';

const HOUR_MS = 3_600_000;
const SPANS: Readonly<Record<string, [number, UsageStep]>> = {
  '1h': [HOUR_MS, 'minute'],
  '24h': [24 * HOUR_MS, 'hour'],
  '7d': [168 * HOUR_MS, 'day'],
  '30d': [720 * HOUR_MS, 'day'],
  '365d': [8760 * HOUR_MS, 'week'],
};

export function sampleUsage(home: 'empty' | 'full', since: string, nowMs: number): Usage {
  const [spanMs, step] = SPANS[since] ?? [24 * HOUR_MS, 'hour'];
  const from = startOf(step, nowMs - spanMs);
  const buckets: Usage['buckets'] = [];
  for (let start = from, nth = 0; start < nowMs; start = nextStart(step, start), nth++) {
    buckets.push({ ...numbers(home === 'full' ? 20 + ((nth * 37) % 61) : 0), start: new Date(start).toISOString() });
  }
  const rows = home === 'full' ? ['Cursor', 'Night batch', 'Claude Code', 'not identified'] : [];
  return {
    since: new Date(from).toISOString(),
    until: new Date(nowMs).toISOString(),
    step,
    total: numbers(buckets.reduce((sum, { requests }) => sum + requests, 0)),
    buckets,
    rows: rows.map((name, nth) => ({
      ...numbers(400 >> nth),
      id: name === 'not identified' ? '' : `app_${nth}`,
      name,
      practice: false,
    })),
    causes:
      home === 'full'
        ? [
            { cause: 'rate_limited', count: 31 },
            { cause: 'key_expired', count: 12 },
            { cause: 'provider_overloaded', count: 4 },
          ]
        : [],
    practiceRequests: home === 'full' ? 7 : 0,
    own: home === 'full' ? { requests: 9, costUsd: 0.0123 } : { requests: 0, costUsd: 0 },
  };
}

export function sampleWeather(home: 'empty' | 'full', nowMs: number): WeatherRow[] {
  if (home === 'empty') return [];
  const windows = (troubled: number): WeatherRow['windows'] =>
    (['15m', '1h', '24h'] as const).map((window, nth) => ({
      window,
      requests: 20 << nth,
      failures: troubled,
      troubled,
      share: (20 - troubled / 2 ** nth) / 20,
      causes: troubled > 0 ? [{ cause: 'provider_overloaded', count: troubled }] : [],
      p50Ms: 640 + nth * 13,
      p95Ms: 2100 + nth * 400,
      firstByteP50Ms: 310,
      firstByteP95Ms: 900,
    }));
  const row = (provider: string, name: string, more: Partial<WeatherRow>): WeatherRow => ({
    provider,
    name,
    key: null,
    state: 'good',
    sentence: 'All 20 requests of the last 15 minutes came back without trouble.',
    failingSince: null,
    failingApps: [],
    windows: windows(0),
    ...more,
  });
  const failing: Partial<WeatherRow> = {
    state: 'failing',
    sentence: '14 of 20 requests had trouble in the last 15 minutes, mostly provider overloaded.',
    failingSince: new Date(nowMs - 9 * 60_000).toISOString(),
    failingApps: [{ id: 'app_0', name: 'Cursor' }],
    windows: windows(14),
  };
  return [
    row('openai', 'OpenAI', {}),
    row('openai', 'OpenAI', { key: { id: 'pk_openai1', label: 'mine', lastFour: '4f2a' } }),
    row('anthropic', 'Anthropic', failing),
    row('anthropic', 'Anthropic', { ...failing, key: { id: 'pk_anthropic', label: 'work', lastFour: 'a91c' } }),
    row('groq', 'Groq', { state: 'quiet', sentence: 'No requests in the last day.', windows: [] }),
  ];
}

function numbers(requests: number): UsageNumbers {
  const spread = requests === 0 ? null : { p50: 640, p95: 2300, p99: 4100, mean: 870 };
  return {
    requests,
    failures: Math.floor(requests / 11),
    clientGone: requests > 30 ? 1 : 0,
    streams: Math.floor(requests / 2),
    cacheHits: Math.floor(requests / 9),
    attempts: requests,
    tokens: {
      input: requests * 1210,
      output: requests * 340,
      cachedInput: requests * 400,
      cacheWrite: 0,
      reasoning: requests * 90,
    },
    costUsd: requests * 0.0042,
    estimatedUsd: requests * 0.0031,
    savedUsd: requests * 0.0004,
    unpriced: requests > 60 ? 2 : 0,
    durationMs: spread,
    firstByteMs: spread && { p50: 310, p95: 900, p99: 1700, mean: 380 },
  };
}

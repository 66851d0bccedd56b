/** Provider weather with names and words, for the screens, the CLI, the doctor and explanations. */
import type { Cause } from '../causes.ts';
import { localClock } from '../local-time.ts';
import { WEATHER_SPAN_MS, type Weather, type WeatherSum, type WindowWeather, weatherOf } from '../usage/weather.ts';
import type { WeatherRow } from './contract/usage.ts';
import type { ControlDeps } from './services.ts';

type Deps = Pick<ControlDeps, 'recorder' | 'store' | 'now'>;

const WINDOW_WORDS = { '15m': 'the last 15 minutes', '1h': 'the last hour', '24h': 'the last day' } as const;

/** All providers that are set up, and those that had traffic; each followed by its keys that had any. */
export async function currentWeather(deps: Deps): Promise<WeatherRow[]> {
  const { document } = deps.store.snapshot;
  const all = await weatherNow(deps);
  const known = document.providers.filter(({ enabled }) => enabled).map(({ id }) => id);
  const ids = [...new Set([...known, ...all.map(({ provider }) => provider)])];
  return ids.flatMap((id) => {
    const found = all.filter(({ provider }) => provider === id);
    return found.length > 0 ? found.map((one) => rowOf(deps, one)) : [quietRow(deps, id)];
  });
}

export async function weatherNow({ recorder, now }: Pick<Deps, 'recorder' | 'now'>): Promise<Weather[]> {
  const nowMs = now();
  const sums = await recorder.usage({
    sinceMs: nowMs - WEATHER_SPAN_MS,
    step: 'minute',
    by: ['provider', 'providerKey', 'app', 'cause'],
    only: { scope: ['attempt'], kind: ['app'] },
  });
  return weatherOf(
    sums.map(
      ({ startMs, dimensions, counts, durations, firstBytes }): WeatherSum => ({
        minuteMs: startMs as number,
        provider: dimensions.provider ?? '',
        providerKey: dimensions.providerKey ?? '',
        app: dimensions.app ?? '',
        cause: (dimensions.cause ?? '') as Cause | '',
        requests: counts.requests,
        clientGone: counts.clientGone,
        durations,
        firstBytes,
      }),
    ),
    nowMs,
  );
}

function rowOf({ store }: Deps, weather: Weather): WeatherRow {
  const { providers, providerKeys, apps } = store.snapshot;
  const { provider, providerKey, state, failingSinceMs, failingApps, windows } = weather;
  const name = providers.get(provider)?.name ?? provider;
  const key = providerKeys.get(providerKey ?? '');
  return {
    provider,
    name,
    key:
      providerKey === undefined
        ? null
        : { id: providerKey, label: key?.label ?? 'removed key', lastFour: key?.lastFour ?? '' },
    state,
    sentence: weatherSentence(weather),
    failingSince: failingSinceMs === undefined ? null : new Date(failingSinceMs).toISOString(),
    failingApps: failingApps.map((id) => ({ id, name: apps.get(id)?.name ?? id })),
    windows: windows.map((window) => ({
      window: window.window,
      requests: window.requests,
      failures: window.failures,
      troubled: window.troubled,
      share: window.share ?? null,
      causes: [...window.causes],
      p50Ms: window.p50Ms ?? null,
      p95Ms: window.p95Ms ?? null,
      firstByteP50Ms: window.firstByteP50Ms ?? null,
      firstByteP95Ms: window.firstByteP95Ms ?? null,
    })),
  };
}

function quietRow({ store }: Deps, provider: string): WeatherRow {
  return {
    provider,
    name: store.snapshot.providers.get(provider)?.name ?? provider,
    key: null,
    state: 'quiet',
    sentence: 'No requests in the last day.',
    failingSince: null,
    failingApps: [],
    windows: [],
  };
}

/** What it is like now, in the shortest window that has traffic. */
function weatherSentence({ windows, state, failingSinceMs, failingApps }: Weather): string {
  const window = windows.find(({ requests }) => requests > 0);
  if (!window) return 'No requests in the last day.';
  const when = WINDOW_WORDS[window.window];
  if (window.troubled === 0) {
    return `${window.requests === 1 ? 'The one request' : `All ${window.requests} requests`} of ${when} came back without trouble.`;
  }
  const trouble = `${window.troubled} of ${window.requests} ${window.requests === 1 ? 'request' : 'requests'} had trouble in ${when}${mostly(window)}.`;
  if (failingSinceMs === undefined || state === 'good') return trouble;
  const apps = failingApps.length > 1 ? `, for ${failingApps.length} apps` : '';
  return `${trouble} Nothing came back well since ${localClock(failingSinceMs)}${apps}.`;
}

function mostly({ causes }: WindowWeather): string {
  const [first] = causes;
  return first ? `, mostly ${first.cause.replaceAll('_', ' ')}` : '';
}

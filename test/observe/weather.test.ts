import { describe, expect, it } from 'vitest';
import { weatherEvidence } from '../../gateway/diagnosis/weather-evidence.ts';
import { sideOf } from '../../gateway/usage/cause-side.ts';
import { type WeatherSum, weatherOf } from '../../gateway/usage/weather.ts';
import { capture as capturedFor } from './captured.ts';

const MINUTE = 60_000;
const NOW = Date.UTC(2026, 10, 24, 14, 30);

function sum(minutesAgo: number, more: Partial<WeatherSum> = {}): WeatherSum {
  return {
    minuteMs: NOW - minutesAgo * MINUTE,
    provider: 'openai',
    providerKey: 'pk_1',
    app: 'app_1',
    cause: '',
    requests: 1,
    clientGone: 0,
    durations: [40, more.requests ?? 1],
    firstBytes: [],
    ...more,
  };
}

const providerOf = (sums: readonly WeatherSum[]) => weatherOf(sums, NOW).find((one) => one.providerKey === undefined);

describe('provider weather', () => {
  it('is failing where nothing comes back, and knows since when and for whom', () => {
    const weather = providerOf([
      sum(40, { requests: 30 }),
      sum(9, { cause: 'provider_outage', requests: 4 }),
      sum(6, { cause: 'provider_overloaded', requests: 2, app: 'app_2' }),
    ]);
    expect(weather).toMatchObject({
      state: 'failing',
      failingSinceMs: NOW - 9 * MINUTE,
      failingApps: ['app_1', 'app_2'],
    });
    expect(weather?.windows.map(({ requests, troubled }) => [requests, troubled])).toEqual([
      [6, 6],
      [36, 6],
      [36, 6],
    ]);
  });

  it('is fine again with the first answer, and remembers the rest', () => {
    const weather = providerOf([sum(9, { cause: 'provider_outage' }), sum(2, { requests: 60 })]);
    expect(weather).toMatchObject({ state: 'good', failingSinceMs: undefined });
    expect(weather?.windows[0]?.causes).toEqual([{ cause: 'provider_outage', count: 1 }]);
  });

  it('is not made worse by requests that were wrong, nor by apps that hung up', () => {
    const weather = providerOf([
      sum(3, { cause: 'bad_request_parameter', requests: 9 }),
      sum(3, { requests: 5, clientGone: 5 }),
    ]);
    expect(weather).toMatchObject({ state: 'good', failingSinceMs: undefined });
    expect(weather?.windows[0]).toMatchObject({ requests: 9, failures: 9, troubled: 0, share: 1 });
  });

  it('tells a dead key from the provider', () => {
    const all = weatherOf(
      [
        sum(5, { requests: 20 }),
        sum(4, { providerKey: 'pk_2', app: 'app_2', cause: 'key_revoked', requests: 3 }),
        sum(1, { requests: 20 }),
      ],
      NOW,
    );
    const state = (key: string | undefined) => all.find((one) => one.providerKey === key)?.state;
    expect([state(undefined), state('pk_1'), state('pk_2')]).toEqual(['troubled', 'good', 'failing']);
    const failed = capturedFor({ keyId: 'pk_2', appId: 'app_2', time: NOW - 4 * MINUTE });
    expect(weatherEvidence(failed, all, NOW).map(({ what }) => what)).toEqual([
      'how the provider did for all apps',
      'this key fails while another key of the provider works',
    ]);
  });

  it('is evidence that others fail too, while it is fresh', () => {
    const all = weatherOf(
      [sum(9, { cause: 'provider_outage' }), sum(7, { cause: 'provider_outage', app: 'app_2' })],
      NOW,
    );
    const failed = capturedFor({ keyId: 'pk_1', appId: 'app_1', time: NOW - 9 * MINUTE });
    expect(weatherEvidence(failed, all, NOW)[0]).toMatchObject({
      what: 'other apps have trouble with this provider too',
      value: expect.stringMatching(/^1 other app, and nothing came back well since \d\d:21$/),
    });
    expect(weatherEvidence(failed, all, NOW + 3 * 60 * MINUTE)).toEqual([]);
  });

  it('of a provider without traffic is quiet', () => {
    expect(weatherOf([], NOW)).toEqual([]);
    expect(providerOf([sum(0, { requests: 2, clientGone: 2 })])?.state).toBe('quiet');
    expect(sideOf('quota_exhausted')).toBe('key');
  });
});

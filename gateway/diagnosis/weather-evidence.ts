/** How the provider did for others while this request failed: tells "your key died" from "the provider is down". Pure. */
import type { Capture } from '../captures/capture.ts';
import type { Evidence } from '../exchange.ts';
import { localClock } from '../local-time.ts';
import type { Weather } from '../usage/weather.ts';

const WHERE = 'provider weather, attempts of all apps';
const WINDOW_WORDS = { '15m': 'the last 15 minutes', '1h': 'the last hour', '24h': 'the last day' } as const;
/** Weather of now says nothing about a failure of long ago. */
const LATELY_MS = 60 * 60_000;

/** Empty where nothing is known about the provider at that time. */
export function weatherEvidence(capture: Capture, weather: readonly Weather[], nowMs: number): Evidence[] {
  const { provider, keyId, appId } = capture;
  if (capture.origin !== null || capture.practice || provider === null) return [];
  if (nowMs - Date.parse(capture.time) > LATELY_MS) return [];
  const here = weather.find((one) => one.provider === provider && one.providerKey === undefined);
  if (!here) return [];
  const evidence: Evidence[] = [];
  const others = here.failingApps.filter((id) => id !== appId);
  if (here.failingSinceMs !== undefined && others.length > 0) {
    evidence.push({
      what: 'other apps have trouble with this provider too',
      where: WHERE,
      value: `${others.length} other ${others.length === 1 ? 'app' : 'apps'}, and nothing came back well since ${localClock(here.failingSinceMs)}`,
    });
  }
  const window = here.windows.find(({ requests }) => requests > 1);
  if (window) {
    evidence.push({
      what: 'how the provider did for all apps',
      where: WHERE,
      value: `${window.requests - window.troubled} of ${window.requests} requests without trouble in ${WINDOW_WORDS[window.window]}`,
    });
  }
  const ofKey = weather.find((one) => one.provider === provider && one.providerKey === keyId);
  const keys = weather.filter((one) => one.provider === provider && one.providerKey !== undefined);
  if (ofKey?.failingSinceMs !== undefined && keys.some((one) => one !== ofKey && one.state === 'good')) {
    evidence.push({
      what: 'this key fails while another key of the provider works',
      where: WHERE,
      value: `since ${localClock(ofKey.failingSinceMs)}`,
    });
  }
  return evidence;
}

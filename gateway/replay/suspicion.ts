/** How well a change would explain a failure: by what it touches, and by what failed where. Pure; the weights are data. */
import type { Capture } from '../captures/capture.ts';
import type { Cause } from '../causes.ts';
import type { Change } from '../control/contract/replay.ts';
import type { FoundChange } from './found-change.ts';

type What = Change['what'];

/** What kind of thing a cause is about, as far as changes go. */
type Concern = 'app-side' | 'key' | 'model' | 'request' | 'limit' | 'network' | 'provider';

const WEIGHTS: Readonly<Record<Concern, Readonly<Record<What, number>>>> = {
  'app-side': {
    'gateway-key': 0.95,
    configuration: 0.7,
    header: 0.5,
    model: 0.4,
    parameter: 0.3,
    'body-shape': 0.2,
    key: 0.1,
    'key-version': 0.1,
    'base-url': 0.1,
    'network-path': 0.05,
  },
  key: {
    key: 0.95,
    'key-version': 0.95,
    'base-url': 0.7,
    configuration: 0.6,
    header: 0.4,
    model: 0.3,
    'gateway-key': 0.1,
    parameter: 0.1,
    'body-shape': 0.05,
    'network-path': 0.2,
  },
  model: {
    model: 0.95,
    key: 0.7,
    'key-version': 0.7,
    configuration: 0.6,
    'base-url': 0.5,
    header: 0.3,
    parameter: 0.2,
    'gateway-key': 0.1,
    'body-shape': 0.05,
    'network-path': 0.1,
  },
  request: {
    parameter: 0.9,
    'body-shape': 0.8,
    model: 0.7,
    header: 0.5,
    'base-url': 0.5,
    configuration: 0.4,
    key: 0.2,
    'key-version': 0.2,
    'gateway-key': 0.1,
    'network-path': 0.05,
  },
  limit: {
    key: 0.7,
    'key-version': 0.7,
    model: 0.6,
    parameter: 0.4,
    'body-shape': 0.4,
    configuration: 0.4,
    'base-url': 0.3,
    header: 0.2,
    'gateway-key': 0.1,
    'network-path': 0.05,
  },
  network: {
    'base-url': 0.9,
    'network-path': 0.8,
    configuration: 0.7,
    model: 0.3,
    parameter: 0.2,
    'body-shape': 0.2,
    header: 0.2,
    key: 0.1,
    'key-version': 0.1,
    'gateway-key': 0.05,
  },
  provider: {
    model: 0.4,
    'base-url': 0.5,
    'network-path': 0.4,
    configuration: 0.3,
    parameter: 0.3,
    'body-shape': 0.3,
    header: 0.2,
    key: 0.2,
    'key-version': 0.2,
    'gateway-key': 0.05,
  },
};

/** Headers that say in whose name, or by which rules, a request is made. */
const TELLING_HEADER =
  /^header\.(?:openai-organization|openai-project|x-goog-user-project|anthropic-version|anthropic-beta|openai-beta|content-type|x-keyward-user|authorization|x-api-key|api-key|x-goog-api-key)$/;
/** Members of records that decide whether a request may pass or where it goes. */
const DECIDING_MEMBER =
  /\/(?:revokedAt|expiresAt|disabledAt|enabled|scope|users|baseUrl|targets|hash|previous|headers|settings|preset|dialect)$|^routes\/|^gatewayKeys\/[^/]+$|^providerKeys\/[^/]+$|^providers\/[^/]+$/;

/** What a cause points at by name: the setting that drew the line, the size that crossed it. */
const POINTED: Readonly<Partial<Record<Cause, RegExp>>> = {
  context_too_long: /^body\/size$|max_(?:completion_|output_)?tokens|maxOutputTokens/,
  payload_too_large: /^body\/size$|^settings\/maxBodyBytes/,
  upstream_timeout: /^settings\/timeouts|^body\/size$/,
  proxy_interference: /^settings\/proxyUrl/,
  network_refused: /^settings\/proxyUrl/,
  network_dns: /^settings\/proxyUrl/,
  network_tls: /^settings\/proxyUrl/,
  rate_limited: /^gatewayKeys\/[^/]+\/limits|^body\/size$/,
  quota_exhausted: /^gatewayKeys\/[^/]+\/limits/,
};
const POINTED_AT = 0.97;
/** A size that nothing points at tells little. */
const SIZE_ALONE = 0.3;

export function suspicionOf(change: FoundChange, capture: Capture): number {
  const { cause } = capture;
  if (cause !== null && POINTED[cause]?.test(change.path)) return POINTED_AT;
  if (change.path === 'body/size') return SIZE_ALONE;
  if (isNamed(change, capture)) return POINTED_AT;
  const weight = WEIGHTS[concernOf(capture)][change.what];
  return Math.round(adjusted(weight, change) * 100) / 100;
}

/** The provider's own words name the parameter or the header that it will not have. */
function isNamed({ what, path }: FoundChange, capture: Capture): boolean {
  if ((what !== 'parameter' && what !== 'header') || concernOf(capture) !== 'request') return false;
  const name = path.replace(/^header\.|^\//, '').split('/')[0] ?? '';
  if (name.length < 3) return false;
  const said = `${capture.attemptList.at(-1)?.responseBody?.text ?? ''} ${capture.verdict?.message ?? ''}`.slice(
    0,
    8_000,
  );
  const at = said.toLowerCase().indexOf(name.toLowerCase());
  return at !== -1 && !/\w/.test(said[at - 1] ?? ' ') && !/\w/.test(said[at + name.length] ?? ' ');
}

function adjusted(weight: number, { what, path }: FoundChange): number {
  if (what === 'header') return TELLING_HEADER.test(path) ? Math.min(0.9, weight * 1.7) : weight * 0.4;
  if (what === 'configuration' || (what === 'gateway-key' && path.includes('/'))) {
    return DECIDING_MEMBER.test(path) || path.includes('/previous/') ? weight : weight * 0.3;
  }
  return weight;
}

function concernOf({ stage, cause }: Capture): Concern {
  if (stage === 'receive') return 'request';
  if (stage === 'identify' || stage === 'authorize') return 'app-side';
  return cause === null ? 'provider' : CONCERN[cause];
}

const CONCERN: Readonly<Record<Cause, Concern>> = {
  key_missing: 'key',
  key_malformed: 'key',
  key_wrong_provider: 'key',
  key_invalid_unknown: 'key',
  key_expired: 'key',
  key_revoked: 'key',
  key_mismatch: 'key',
  permission_missing: 'key',
  model_not_found: 'model',
  model_no_access: 'model',
  region_blocked: 'network',
  account_disabled: 'key',
  rate_limited: 'limit',
  quota_exhausted: 'limit',
  bad_request_parameter: 'request',
  context_too_long: 'request',
  payload_too_large: 'request',
  content_blocked: 'request',
  wrong_endpoint: 'network',
  provider_outage: 'provider',
  provider_overloaded: 'provider',
  upstream_timeout: 'network',
  network_dns: 'network',
  network_refused: 'network',
  network_tls: 'network',
  network_reset_or_truncated: 'network',
  proxy_interference: 'network',
  clock_skew: 'network',
  gateway_config: 'app-side',
  response_format: 'provider',
  other: 'provider',
};

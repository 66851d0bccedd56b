/**
 * The configuration under which a conversation from elsewhere would have gone through a gateway just as it went: its
 * provider at its own address, one key, one app. An imported capture keeps it, and can be replayed anywhere. Pure.
 */
import { createHash } from 'node:crypto';
import { matchEndpoint } from '../dialects/endpoints.ts';
import type { Endpoint } from '../exchange.ts';
import { findPreset, type Preset, presetDialect, presets } from '../providers/presets.ts';
import {
  type App,
  type Document,
  type GatewayKey,
  type Provider,
  type ProviderKey,
  routeSchema,
  SCHEMA_VERSION,
  settingsSchema,
} from '../store/schema.ts';
import type { Conversation } from './conversation.ts';

export interface Destination {
  readonly provider: Provider;
  /** Path and query under which the API's clients would ask this gateway; null where it has no such path. */
  readonly apiUrl: string | null;
  /** The same request as raw access: every request has one. */
  readonly rawUrl: string;
}

/** Stand-ins that name what the gateway did not take part in. */
const IMPORTED_KEY = 'imported';
const IMPORTED_APP = 'app_imported';
/** The address that attempts at the practice provider carry. */
const PRACTICE_HOST = 'practice.invalid';
const EPOCH = new Date(0).toISOString();

/** Where a conversation went. `here` are the providers of this home, so that one that is known keeps its id. */
export function destinationOf(
  { method, url }: Conversation,
  here: Iterable<Provider>,
  preset: Preset | undefined,
): Destination {
  const api = apiPath(method, url);
  const known = [...here].find((provider) =>
    preset ? provider.preset === preset.id : provider.baseUrl !== undefined && hostOf(provider.baseUrl) === url.host,
  );
  const id = url.host === PRACTICE_HOST ? 'practice' : (known?.id ?? preset?.id ?? idOfHost(url.host));
  const presetBase = preset?.baseUrls.map((one) => one.url).find((base) => isBelow(url, base));
  const base = api?.base ?? presetBase ?? url.origin;
  const provider: Provider = {
    id,
    preset: preset?.id ?? null,
    name: known?.name ?? preset?.name ?? url.host,
    dialect: dialectOf(preset, api?.endpoint),
    baseUrl: base,
    settings: {},
    headers: {},
    enabled: true,
    createdAt: EPOCH,
  };
  const rest = url.href.slice(base.replace(/\/$/, '').length).replace(/#.*$/, '');
  return {
    provider,
    apiUrl: api ? `${api.path}${url.search}` : null,
    rawUrl: `/p/${id}${rest.startsWith('/') || rest === '' ? rest : `/${rest}`}`,
  };
}

/** `model` is the name that was asked for: a route of that name leads to the provider, whatever else is called so. */
export function importConfig(provider: Provider, model: string | undefined): Document {
  const route = routeSchema.safeParse({ name: model, targets: [{ provider: provider.id, model }] });
  return {
    schema: SCHEMA_VERSION,
    homeId: '',
    version: 1,
    changedAt: EPOCH,
    settings: settingsSchema.parse({}),
    vault: { salt: '', check: null, wraps: [] },
    providers: [provider],
    providerKeys: [providerKey(provider.id)],
    apps: [IMPORTED],
    gatewayKeys: [GATEWAY_KEY],
    routes: route.success && !model?.startsWith(`${provider.id}/`) ? [route.data] : [],
  };
}

/** For a request that was meant for this gateway: nothing but the one who asks is a stand-in. */
export function ownImportConfig(here: Document): Document {
  return { ...here, apps: [IMPORTED], gatewayKeys: [GATEWAY_KEY] };
}

const IMPORTED: App = { id: IMPORTED_APP, name: 'imported', owner: null, recording: null, createdAt: EPOCH };

const GATEWAY_KEY: GatewayKey = {
  id: IMPORTED_KEY,
  app: IMPORTED_APP,
  label: 'stands in for the key of an imported request',
  // In a configuration from elsewhere the fingerprint of the hash stands here (portable-config.ts).
  hash: IMPORTED_KEY,
  lastFour: '',
  createdAt: EPOCH,
  expiresAt: null,
  revokedAt: null,
  scope: {},
  limits: {},
  users: [],
  previous: null,
};

/** Facts of the stand-in as `identify` wants them. */
export const IMPORTED_CREDENTIAL = {
  place: 'header authorization',
  scheme: 'bearer',
  length: 0,
  form: 'gateway-key',
  id: IMPORTED_KEY,
  whole: true,
  generation: IMPORTED_KEY,
} as const;

function providerKey(provider: string): ProviderKey {
  return {
    id: `pk_${createHash('sha256').update(provider).digest('hex').slice(0, 8)}`,
    provider,
    label: 'the key it was sent with',
    sealed: '',
    version: 1,
    lastFour: '',
    fingerprint: '',
    createdAt: EPOCH,
    replacedAt: null,
    expiresAt: null,
    disabledAt: null,
    health: {
      state: 'never_checked',
      sentence: '',
      cause: null,
      checkedAt: null,
      source: 'none',
      status: null,
      since: null,
    },
    history: [],
  };
}

/** The end of the path that is one of an API's own, and the base URL before it. */
function apiPath(method: string, url: URL): { path: string; base: string; endpoint: Endpoint } | undefined {
  const { pathname, origin } = url;
  for (let at = 0; at !== -1 && at < pathname.length; at = pathname.indexOf('/', at + 1)) {
    const rest = pathname.slice(at);
    if (rest.startsWith('/p/')) continue;
    for (const path of [rest, `/v1${rest}`]) {
      const match = matchEndpoint(method, path);
      if (match.kind !== 'endpoint' || match.endpoint.modelIn === 'none') continue;
      // What stands before `/chat/completions`, with its version where it has one.
      const version = path === rest ? (/^\/v1(?:beta)?(?=\/)/.exec(rest)?.[0] ?? '') : '';
      return { path, base: `${origin}${pathname.slice(0, at)}${version}`, endpoint: match.endpoint };
    }
  }
  return undefined;
}

function dialectOf(preset: Preset | undefined, endpoint: Endpoint | undefined): Provider['dialect'] {
  if (preset) return presetDialect(preset);
  switch (endpoint?.family) {
    case 'anthropic':
      return 'anthropic-messages';
    case 'gemini':
      return 'gemini';
    case 'openai':
      return 'openai-chat';
    default:
      return 'other';
  }
}

/** The preset whose own address the host is, or that the answer names (another Keyward's). */
export function presetOf(url: URL, named: string | undefined): Preset | undefined {
  return (
    findPreset(named) ??
    presets.find((preset) => preset.group !== 'local' && preset.baseUrls.some((one) => hostFits(one.url, url)))
  );
}

/** `{place}`s of a base URL stand for one label of the name. */
function hostFits(base: string, url: URL): boolean {
  const host = /^https?:\/\/([^/]+)/.exec(base)?.[1];
  if (host === undefined || /^\{[^}]*\}(?::|$)/.test(host)) return false;
  const pattern = host.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{[^}]*\}/g, '[^.]+');
  return new RegExp(`^${pattern}$`, 'i').test(url.host);
}

function isBelow(url: URL, base: string): boolean {
  const bare = base.replace(/\/$/, '');
  return url.href === bare || url.href.startsWith(`${bare}/`) || url.href.startsWith(`${bare}?`);
}

function hostOf(base: string): string | undefined {
  return URL.canParse(base) ? new URL(base).host : undefined;
}

function idOfHost(host: string): string {
  const id = host
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+/, '');
  return id.slice(0, 64) || 'imported';
}

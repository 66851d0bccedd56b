/**
 * A configuration that may leave the house: enough to run the stages over a capture again, nothing that opens anything.
 * Provider keys come without their seals, gateway keys with the fingerprint of their hash in its place (which is what a
 * capture's own facts name), other apps and their keys not at all. Pure.
 */
import { headerSort } from '../captures/credential-names.ts';
import type { Document, GatewayKey, Provider, ProviderKey, Route } from '../store/schema.ts';

export interface PortableFor {
  readonly appId: string | null;
  /** Those that the capture names, whether they were accepted or not. */
  readonly gatewayKeyIds: ReadonlySet<string>;
  readonly providerKeyIds: ReadonlySet<string>;
  /** The routes that it went through: their edits are in what was sent, those of others are nobody's business. */
  readonly routeNames: ReadonlySet<string>;
  readonly fingerprint: (text: string) => string;
}

export function portableConfig(
  document: Document,
  { appId, gatewayKeyIds, providerKeyIds, routeNames, fingerprint }: PortableFor,
): Document {
  const gatewayKeys = document.gatewayKeys.filter((key) => gatewayKeyIds.has(key.id));
  const apps = new Set([appId, ...gatewayKeys.map((key) => key.app)]);
  return {
    ...document,
    homeId: '',
    vault: { salt: '', check: null, wraps: [] },
    settings: { ...document.settings, proxyUrl: null, allowedHosts: [], allowedOrigins: [] },
    providers: document.providers.map(withoutCredentials),
    providerKeys: document.providerKeys.map((key) => portableKey(key, providerKeyIds.has(key.id))),
    apps: document.apps.filter((app) => apps.has(app.id)).map((app) => ({ ...app, owner: null })),
    routes: document.routes.map((route) => (routeNames.has(route.name) ? route : withoutEdits(route))),
    gatewayKeys: gatewayKeys.map((key) => withGeneration(key, fingerprint)),
  };
}

/** Extra headers may carry credentials; that one was sent is known, its value is not. */
function withoutCredentials(provider: Provider): Provider {
  const headers = Object.entries(provider.headers).map(([name, value]) => [
    name,
    headerSort(name) === 'plain' ? value : '',
  ]);
  return { ...provider, headers: Object.fromEntries(headers) };
}

function withoutEdits({ transform: _edits, ...route }: Route): Route {
  return route;
}

function portableKey(key: ProviderKey, named: boolean): ProviderKey {
  return {
    ...key,
    sealed: '',
    history: [],
    ...(named ? {} : { label: '', lastFour: '', fingerprint: '' }),
  };
}

function withGeneration(key: GatewayKey, fingerprint: (text: string) => string): GatewayKey {
  return {
    ...key,
    hash: fingerprint(key.hash),
    previous: key.previous && { ...key.previous, hash: fingerprint(key.previous.hash) },
  };
}

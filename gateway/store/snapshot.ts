/**
 * The configuration as stages see it: immutable, indexed once per change so that a request pays a few Map look-ups.
 * A replay "then" builds one from a kept version of the document.
 */
import type { App, Document, GatewayKey, Provider, ProviderKey, Route, Settings } from './schema.ts';

export interface ConfigSnapshot {
  readonly version: number;
  readonly document: Document;
  readonly settings: Settings;
  readonly providers: ReadonlyMap<string, Provider>;
  /** Keys of a provider in the order they were added; disabled ones included. */
  readonly keysByProvider: ReadonlyMap<string, readonly ProviderKey[]>;
  readonly providerKeys: ReadonlyMap<string, ProviderKey>;
  readonly apps: ReadonlyMap<string, App>;
  readonly gatewayKeys: ReadonlyMap<string, GatewayKey>;
  readonly routes: ReadonlyMap<string, Route>;
}

export function createSnapshot(document: Document): ConfigSnapshot {
  const keysByProvider = new Map<string, ProviderKey[]>();
  for (const key of document.providerKeys) {
    const keys = keysByProvider.get(key.provider);
    if (keys) keys.push(key);
    else keysByProvider.set(key.provider, [key]);
  }
  return {
    version: document.version,
    document,
    settings: document.settings,
    providers: byId(document.providers),
    keysByProvider,
    providerKeys: byId(document.providerKeys),
    apps: byId(document.apps),
    gatewayKeys: byId(document.gatewayKeys),
    routes: new Map(document.routes.map((route) => [route.name, route])),
  };
}

function byId<T extends { readonly id: string }>(items: readonly T[]): ReadonlyMap<string, T> {
  return new Map(items.map((item) => [item.id, item]));
}

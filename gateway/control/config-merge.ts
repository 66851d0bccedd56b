/**
 * Puts a configuration file of this Keyward's own form into the document: what the file names becomes as it says, the rest
 * stays. Preview and import run this very code; only the document differs (a copy, or the draft of a change).
 */
import { createHash } from 'node:crypto';
import { findPreset } from '../providers/presets.ts';
import { ownHosts } from '../providers/resolve.ts';
import { newRecordId } from '../store/ids.ts';
import type { App, Document, GatewayKey, Provider, ProviderKey, Settings } from '../store/schema.ts';
import type { ConfigFile } from '../transfer/config/config-file.ts';
import { neverChecked } from './check-key.ts';
import type { ConfigItem } from './contract/config.ts';
import { nextLabel } from './keys.ts';
import { findApp, findProviderRecord, sameName } from './names.ts';
import { takeSecret } from './paste-secret.ts';
import { Problem } from './problem.ts';
import {
  cleanBaseUrl,
  cleanHeaders,
  cleanSettings,
  PRACTICE_ID,
  resolvedBaseUrl,
  unknownPreset,
} from './provider-record.ts';
import { resolveTargets } from './routes.ts';
import type { ControlDeps } from './services.ts';
import { cleanChange } from './settings.ts';
import { checkTransform } from './transforms.ts';

export interface MergeDeps extends Pick<ControlDeps, 'store' | 'vault' | 'random'> {
  /** ISO time. */
  readonly now: string;
  /** Seals a secret for a record; a preview has none. */
  readonly seal: (id: string, secret: string) => string;
}

/** Changes `document`; throws a Problem where the file asks for what cannot be, and then `document` is of no use. */
export function mergeConfig(deps: MergeDeps, document: Document, file: ConfigFile): ConfigItem[] {
  return [
    ...mergeSettings(document, file.settings ?? {}),
    ...file.providers.map((provider) => mergeProvider(deps, document, provider)),
    ...file.providerKeys.map((key) => mergeKey(deps, document, key)),
    ...file.apps.map((app) => mergeApp(deps, document, app)),
    ...file.gatewayKeys.map((key) => mergeGatewayKey(deps, document, key)),
    ...file.routes.map((route) => mergeRoute(document, route)),
  ];
}

function mergeSettings(document: Document, asked: NonNullable<ConfigFile['settings']>): ConfigItem[] {
  const change = cleanChange(asked as Partial<Settings>) as Record<string, unknown>;
  const items: ConfigItem[] = [];
  const settings = document.settings as unknown as Record<string, unknown>;
  for (const [name, value] of Object.entries(change)) {
    if (value === undefined) continue;
    const now = settings[name];
    const next = isGroup(now) && isGroup(value) ? { ...now, ...withoutUndefined(value) } : value;
    if (same(now, next)) continue;
    settings[name] = next;
    items.push({
      what: 'setting',
      name,
      action: 'change',
      sentence: `Set to ${shown(next)}; was ${shown(now)}.`,
    });
  }
  return items;
}

function mergeProvider(deps: MergeDeps, document: Document, asked: ConfigFile['providers'][number]): ConfigItem {
  if (asked.id === PRACTICE_ID) {
    throw new Problem('CONFLICT', 'The practice provider is built in.', 'Take it out of the file.');
  }
  const preset = asked.preset === null ? undefined : findPreset(asked.preset);
  if (asked.preset !== null && !preset) throw unknownPreset(asked.preset);
  if (!preset && asked.baseUrl === undefined) {
    throw new Problem(
      'INVALID',
      `The provider "${asked.id}" has neither a preset nor a base URL.`,
      'Give it one of the two.',
    );
  }
  const { baseUrl, ...rest } = asked;
  const at = document.providers.findIndex(({ id }) => id === asked.id);
  const old = document.providers[at];
  const provider: Provider = {
    ...rest,
    preset: preset?.id ?? null,
    ...(baseUrl === undefined ? {} : { baseUrl: cleanBaseUrl(baseUrl) }),
    settings: cleanSettings(asked.settings, preset),
    headers: cleanHeaders(asked.headers),
    createdAt: asked.createdAt ?? old?.createdAt ?? deps.now,
  };
  const address = resolvedBaseUrl(provider);
  if (!old) {
    document.providers.push(provider);
    return { what: 'provider', name: provider.id, action: 'add', sentence: `${provider.name} at ${address}.` };
  }
  const keys = document.providerKeys.filter((key) => key.provider === provider.id).length;
  if (keys > 0 && (resolvedBaseUrl(old) !== address || sendsElsewhere(old, provider))) {
    const sentence = `Stays at ${resolvedBaseUrl(old)}: ${keys === 1 ? 'a key is' : `${keys} keys are`} stored for it, and a file cannot send ${keys === 1 ? 'it' : 'them'} to another address. Change the provider itself, or remove it first.`;
    return { what: 'provider', name: provider.id, action: 'skip', sentence };
  }
  document.providers[at] = provider;
  return { what: 'provider', name: provider.id, ...changed(old, provider, differences(old, provider)) };
}

/** Where a key is exchanged for a token is an address as well. */
function sendsElsewhere(old: Provider, next: Provider): boolean {
  const known = ownHosts(old, findPreset(old.preset));
  return [...ownHosts(next, findPreset(next.preset))].some((host) => !known.has(host));
}

function mergeKey(deps: MergeDeps, document: Document, asked: ConfigFile['providerKeys'][number]): ConfigItem {
  const { secret: pasted, id: _id, label: _label, ...rest } = asked;
  const provider = findProviderRecord(document, asked.provider);
  const secret = pasted === undefined ? undefined : takeSecret(deps, pasted, provider);
  const at = document.providerKeys.findIndex(
    (key) => key.id === asked.id || (secret && key.provider === provider.id && key.fingerprint === secret.fingerprint),
  );
  const old = document.providerKeys[at];
  if (old && old.provider !== provider.id) {
    throw new Problem(
      'CONFLICT',
      `The key ${old.id} belongs to ${old.provider} here, not to ${provider.id}.`,
      'Give the key in the file another id, or leave the id out.',
    );
  }
  const id = old?.id ?? asked.id ?? newRecordId('pk', deps.random);
  const news = secret !== undefined && secret.fingerprint !== old?.fingerprint ? secret : undefined;
  const key: ProviderKey = {
    ...rest,
    id,
    provider: provider.id,
    label: asked.label?.trim() || old?.label || nextLabel(document, provider),
    sealed: news ? deps.seal(id, news.text) : (old?.sealed ?? ''),
    version: old ? old.version + (news ? 1 : 0) : 1,
    lastFour: secret?.lastFour ?? old?.lastFour ?? asked.lastFour ?? '',
    fingerprint: secret?.fingerprint ?? old?.fingerprint ?? '',
    createdAt: asked.createdAt ?? old?.createdAt ?? deps.now,
    health: old && !news ? old.health : news ? neverChecked() : withoutSecret(),
    history: old?.history ?? [],
  };
  if (old && news && old.sealed !== '') {
    const { version, fingerprint, lastFour } = old;
    key.history = [{ version, fingerprint, lastFour, until: deps.now }, ...old.history].slice(0, 20);
  }
  if (old) document.providerKeys[at] = key;
  else document.providerKeys.push(key);
  const told = secret ? { lastFour: secret.lastFour, fingerprint: secret.fingerprint } : { lastFour: key.lastFour };
  const about = `"${key.label}" of ${provider.name}`;
  if (old)
    return {
      what: 'provider-key',
      name: id,
      ...changed(old, key, news ? `${about} gets another secret.` : differences(old, key)),
      ...told,
    };
  const sentence =
    key.sealed === '' && !news
      ? `${about}, without its secret, which is not in the file: put it in with \`keyward keys replace ${id}\`.`
      : `${about}.`;
  return { what: 'provider-key', name: id, action: 'add', sentence, ...told };
}

function withoutSecret(): ProviderKey['health'] {
  return {
    ...neverChecked(),
    sentence: 'Its secret was not in the file that was imported; replace the key to put it in',
  };
}

function mergeApp(deps: MergeDeps, document: Document, asked: ConfigFile['apps'][number]): ConfigItem {
  if (asked.transform) checkTransform(asked.transform);
  const at = document.apps.findIndex(
    (app) => app.id === asked.id || (sameName(app.name, asked.name) && (app.owner ?? '') === (asked.owner ?? '')),
  );
  const old = document.apps[at];
  const app: App = {
    ...asked,
    id: old?.id ?? asked.id ?? newRecordId('app', deps.random),
    createdAt: asked.createdAt ?? old?.createdAt ?? deps.now,
  };
  if (!old) {
    document.apps.push(app);
    return { what: 'app', name: app.name, action: 'add', sentence: 'A new app.' };
  }
  document.apps[at] = app;
  return { what: 'app', name: app.name, ...changed(old, app, differences(old, app)) };
}

function mergeGatewayKey(deps: MergeDeps, document: Document, asked: ConfigFile['gatewayKeys'][number]): ConfigItem {
  const at = document.gatewayKeys.findIndex(({ id }) => id === asked.id);
  const old = document.gatewayKeys[at];
  const key: GatewayKey = {
    ...asked,
    app: findApp(document, asked.app).id,
    // Of random bytes that nobody keeps: such a key exists, and no text is it.
    hash: asked.hash ?? old?.hash ?? createHash('sha256').update(deps.random(32)).digest('hex'),
    lastFour: (asked.hash ? asked.lastFour : old?.lastFour) ?? asked.lastFour ?? '',
    createdAt: asked.createdAt ?? old?.createdAt ?? deps.now,
    previous: asked.previous ?? (asked.hash ? null : (old?.previous ?? null)),
  };
  if (old) {
    document.gatewayKeys[at] = key;
    return { what: 'gateway-key', name: key.id, ...changed(old, key, differences(old, key)) };
  }
  document.gatewayKeys.push(key);
  const sentence = asked.hash
    ? 'Good here as it was there.'
    : `Its secret is not in the file, so nothing opens with it yet: \`keyward gateway-keys rotate ${key.id}\` gives it a new one.`;
  return { what: 'gateway-key', name: key.id, action: 'add', sentence };
}

function mergeRoute(document: Document, asked: ConfigFile['routes'][number]): ConfigItem {
  if (asked.transform) checkTransform(asked.transform);
  const route = resolveTargets(asked, document);
  const at = document.routes.findIndex(({ name }) => name === route.name);
  const old = document.routes[at];
  if (old) {
    document.routes[at] = route;
    return { what: 'route', name: route.name, ...changed(old, route, differences(old, route)) };
  }
  document.routes.push(route);
  const targets = route.targets.map(({ provider, model }) => `${provider}/${model}`).join(', ');
  return { what: 'route', name: route.name, action: 'add', sentence: `${route.strategy}: ${targets}.` };
}

function changed(old: object, next: object, sentence: string): Pick<ConfigItem, 'action' | 'sentence'> {
  return same(old, next)
    ? { action: 'keep', sentence: 'Is here already, as the file says.' }
    : { action: 'change', sentence };
}

/** By name only: values of some fields are nobody's to read. */
function differences(old: object, next: object): string {
  const was = old as Record<string, unknown>;
  const is = next as Record<string, unknown>;
  const names = [...new Set([...Object.keys(was), ...Object.keys(is)])].filter((name) => !same(was[name], is[name]));
  return `Becomes as the file says: ${names.join(', ')}.`;
}

/** Whatever the order of the fields. */
function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isGroup(value)) return value;
  const names = Object.keys(value).filter((name) => value[name] !== undefined);
  return Object.fromEntries(names.sort().map((name) => [name, sorted(value[name])]));
}

function isGroup(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function withoutUndefined(group: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(group).filter(([, value]) => value !== undefined));
}

/** Without what an address can hold of passwords. */
function shown(value: unknown): string {
  const text = JSON.stringify(value)
    .replace(/(:\/\/)[^/?#@\s"]+@/g, '$1')
    .replace(/(:\/\/[^?"]*)\?[^"]*/g, '$1');
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

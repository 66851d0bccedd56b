/**
 * What a model name means here: a route, `provider/model`, or a bare id that the catalogue knows. Pure; `authorize` asks
 * it to check scopes, `route` to decide, and both get the same answer.
 */
import type { Exchange, MissingModel, Rule } from '../exchange.ts';
import { findServed } from '../models/find-served.ts';
import type { ModelLists, ServedModel } from '../models/listed.ts';
import { modelsOfPreset, nearestNames, providersOfModel } from '../providers/catalogue.ts';
import { findPreset } from '../providers/presets.ts';
import type { GatewayKey, Provider, Route } from '../store/schema.ts';
import type { ConfigSnapshot } from '../store/snapshot.ts';

export const PRACTICE = 'practice';

export interface ResolvedTarget {
  readonly providerId: string;
  /** Undefined for the practice provider, which is built in. */
  readonly provider?: Provider;
  readonly model?: string;
  /** Provider key that a route names. */
  readonly keyId?: string;
  readonly routeName?: string;
  readonly weight?: number;
  readonly rule: Rule;
}

export type Resolution =
  | { readonly ok: true; readonly target: ResolvedTarget }
  | {
      readonly ok: false;
      readonly cause: 'model_not_found' | 'gateway_config';
      readonly message: string;
      readonly nearest: readonly string[];
      readonly rule?: Rule;
      /** What the providers' lists say of it. */
      readonly missing?: MissingModel;
    };

/** What the lists say of a name, and where what they said is kept for the rest of the exchange. */
export interface Listing {
  readonly lists?: ModelLists;
  readonly exchange?: Pick<Exchange, 'listed'>;
  /** Of who asks: what others have pulled or tuned is not told to a key that may not use it. */
  readonly scope?: GatewayKey['scope'];
}

export function resolveModel(asked: string, config: ConfigSnapshot, listing: Listing = {}): Resolution {
  const route = config.routes.get(asked);
  if (route) {
    const { found, missing } = targetsOfRoute(asked, config);
    const [first] = found;
    if (first) return { ok: true, target: first };
    return gatewayConfig(
      `Route "${asked}" leads to provider "${missing[0]?.provider}", which is not set up here.`,
      missing[0] && routeRule(asked, missing[0]),
    );
  }
  const slash = asked.indexOf('/');
  if (slash > 0) {
    const prefix = asked.slice(0, slash);
    const found = findProvider(prefix, config);
    if (found) {
      const model = asked.slice(slash + 1);
      const rule: Rule = { name: 'model.provider-prefix', origin: { from: 'request', where: 'model' }, value: prefix };
      if (model === '') {
        return {
          ok: false,
          cause: 'model_not_found',
          message: `"${asked}" names a provider but no model.`,
          nearest: [],
        };
      }
      return { ok: true, target: { ...found, model, rule } };
    }
  }
  return resolveBare(asked, config, listing);
}

type RouteTarget = Route['targets'][number];

/** The targets of a route in its order, and those of them whose provider is not set up. */
export function targetsOfRoute(
  name: string,
  config: ConfigSnapshot,
): { readonly found: readonly ResolvedTarget[]; readonly missing: readonly RouteTarget[] } {
  const targets = config.routes.get(name)?.targets ?? [];
  const found: ResolvedTarget[] = [];
  const missing: RouteTarget[] = [];
  for (const target of targets) {
    const { provider, model, key, weight } = target;
    const known = findProvider(provider, config);
    if (!known) missing.push(target);
    else found.push({ ...known, model, keyId: key, weight, routeName: name, rule: routeRule(name, target) });
  }
  return { found, missing };
}

function routeRule(name: string, { provider, model }: RouteTarget): Rule {
  return { name: 'route', origin: { from: 'route', name }, value: `${provider}/${model}` };
}

/** A provider by its id here or by an alias of its preset (`gemini/…` for `google-gemini`). */
export function findProvider(
  name: string,
  config: ConfigSnapshot,
): { readonly providerId: string; readonly provider?: Provider } | undefined {
  if (name === PRACTICE) return { providerId: PRACTICE };
  const provider = config.providers.get(name) ?? config.providers.get(findPreset(name)?.id ?? '');
  return provider ? { providerId: provider.id, provider } : undefined;
}

function resolveBare(asked: string, config: ConfigSnapshot, listing: Listing): Resolution {
  const served = servedBy(asked, config, listing);
  if (served) {
    const { provider, model, byList } = served;
    const rule: Rule = {
      name: byList ? 'model.list' : 'model.catalogue',
      origin: { from: 'default', name: byList ? 'models that providers list' : 'model catalogue' },
      value: provider.id,
    };
    return { ok: true, target: { providerId: provider.id, provider, model, rule } };
  }
  const slash = asked.indexOf('/');
  const preset = slash > 0 ? findPreset(asked.slice(0, slash)) : undefined;
  if (preset) {
    return gatewayConfig(
      `Provider "${preset.name}" is not set up in this gateway: add it with its key, then ask again.`,
    );
  }
  const presets = providersOfModel(asked);
  const here = [...config.providers.values()].some(({ preset: one }) => one !== null && presets.includes(one));
  // A runtime that is set up and does not have it is no reason to set up another.
  if (presets.length > 0 && !here) {
    const names = presets.slice(0, 3).map((id) => findPreset(id)?.name ?? id);
    return gatewayConfig(
      `Model "${asked}" is served by ${names.join(', ')}, none of which is set up in this gateway: add one with its key.`,
    );
  }
  const missing = missingFrom(asked, config, listing);
  const nearest = nearestNames(asked, new Set([...knownNames(config), ...(missing?.nearest ?? [])]));
  const hint = nearest.length > 0 ? ` Did you mean ${nearest.map((name) => `"${name}"`).join(' or ')}?` : '';
  return {
    ok: false,
    cause: 'model_not_found',
    message: `No model, route or provider here is called "${clip(asked)}".${hint}`,
    nearest,
    ...(missing && missing.lists.length > 0 ? { missing } : {}),
  };
}

/** The same for all stages of an exchange, whatever is listed meanwhile: what `authorize` let pass is where it goes. */
function servedBy(asked: string, { providers }: ConfigSnapshot, { lists, exchange }: Listing): ServedModel | undefined {
  const before = exchange?.listed?.asked === asked ? exchange.listed : undefined;
  if (before) {
    const provider = 'missing' in before ? undefined : providers.get(before.provider);
    return provider && 'model' in before ? { provider, model: before.model, byList: true } : undefined;
  }
  const served = lists ? lists.served(asked, providers.values()) : findServed(asked, providers.values());
  if (served?.byList && exchange) exchange.listed = { asked, provider: served.provider.id, model: served.model };
  return served;
}

function missingFrom(asked: string, { providers }: ConfigSnapshot, { lists, exchange, scope = {} }: Listing) {
  const before = exchange?.listed;
  if (before?.asked === asked) return 'missing' in before ? before.missing : undefined;
  const open = [...providers.values()].filter(({ id }) => !scope.providers || scope.providers.includes(id));
  const told = lists?.missing(asked, open);
  const missing = told && scope.models ? { ...told, nearest: [] } : told;
  if (missing && missing.lists.length > 0 && exchange) exchange.listed = { asked, missing };
  return missing;
}

/** Every name that could be asked for: routes, and the catalogue's models of the providers that are set up. */
function* knownNames(config: ConfigSnapshot): Iterable<string> {
  yield* config.routes.keys();
  yield 'practice/ok';
  yield 'practice/echo';
  for (const provider of config.providers.values()) {
    if (provider.preset === null) continue;
    for (const model of modelsOfPreset(provider.preset)) {
      yield model;
      yield `${provider.id}/${model}`;
    }
  }
}

function gatewayConfig(message: string, rule?: Rule): Resolution {
  return { ok: false, cause: 'gateway_config', message, nearest: [], rule };
}

function clip(text: string): string {
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}

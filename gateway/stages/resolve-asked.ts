/**
 * Where an exchange's own request leads, by its caller: among several providers that serve a bare model id, one that the
 * gateway key may use and that has a key in order goes before one that does not; a request of a kind that has a usual model
 * may leave the model to its provider. Pure; `authorize` and `route` ask the same question and get the same answer.
 */
import type { Endpoint, Exchange } from '../exchange.ts';
import type { ModelLists } from '../models/listed.ts';
import type { Provider } from '../store/schema.ts';
import type { ConfigSnapshot } from '../store/snapshot.ts';
import { needsKeyHere } from './needs-key.ts';
import { type Resolution, type ResolvedTarget, resolveModel } from './resolve-target.ts';

/** Kinds of request that OpenAI's clients send without a model (platform.openai.com/docs/api-reference). */
const HAS_USUAL_MODEL: ReadonlySet<Endpoint['dialect']> = new Set([
  'openai-moderations',
  'openai-images',
  'openai-audio',
]);

export function mayOmitModel(endpoint: Endpoint): boolean {
  return HAS_USUAL_MODEL.has(endpoint.dialect);
}

export function resolveAsked(exchange: Exchange, config: ConfigSnapshot, lists: ModelLists | undefined): Resolution {
  const gatewayKeyId = exchange.caller?.gatewayKeyId ?? '';
  const preferring = preferred(config, gatewayKeyId);
  if (exchange.askedModel === undefined && exchange.endpoint && mayOmitModel(exchange.endpoint)) {
    return usualProvider(preferring);
  }
  return resolveModel(exchange.askedModel ?? '', preferring, {
    lists,
    exchange,
    scope: config.gatewayKeys.get(gatewayKeyId)?.scope,
  });
}

/** The first provider that speaks OpenAI's dialect and can be used; OpenAI itself, whose default models these are, before others. */
function usualProvider(config: ConfigSnapshot): Resolution {
  const candidates = [...config.providers.values()].filter(
    (provider) => provider.enabled && provider.dialect === 'openai-chat' && isUsable(provider, config),
  );
  const provider = candidates.find(({ preset }) => preset === 'openai') ?? candidates[0];
  if (!provider) {
    return {
      ok: false,
      cause: 'gateway_config',
      message: 'The request names no model, and no provider with a key is set up here that could choose one.',
      nearest: [],
    };
  }
  const target: ResolvedTarget = {
    providerId: provider.id,
    provider,
    rule: {
      name: 'model.left-to-provider',
      origin: { from: 'default', name: 'first provider of this dialect' },
      value: provider.id,
    },
  };
  return { ok: true, target };
}

function isUsable(provider: Provider, config: ConfigSnapshot): boolean {
  const keys = config.keysByProvider.get(provider.id) ?? [];
  if (keys.some(({ disabledAt }) => disabledAt === null)) return true;
  return !needsKeyHere({
    providerId: provider.id,
    provider,
    rule: { name: 'model', origin: { from: 'request', where: 'model' } },
  });
}

/** Once for each gateway key and configuration; most requests repeat an earlier one's answer. */
const remembered = new WeakMap<ConfigSnapshot, Map<string, ConfigSnapshot>>();
const REMEMBERED_KEYS = 256;

/** The same configuration with its providers in this caller's order. */
function preferred(config: ConfigSnapshot, gatewayKeyId: string): ConfigSnapshot {
  if (config.providers.size < 2) return config;
  const known = remembered.get(config) ?? new Map<string, ConfigSnapshot>();
  remembered.set(config, known);
  const before = known.get(gatewayKeyId);
  if (before) return before;
  const allowed = config.gatewayKeys.get(gatewayKeyId)?.scope.providers;
  const rank = (provider: Provider) =>
    (allowed && !allowed.includes(provider.id) ? 2 : 0) + (isUsable(provider, config) ? 0 : 1);
  const ordered = [...config.providers].sort(([, a], [, b]) => rank(a) - rank(b));
  const view = { ...config, providers: new Map(ordered) };
  if (known.size < REMEMBERED_KEYS) known.set(gatewayKeyId, view);
  return view;
}

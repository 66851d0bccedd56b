/** Chooses the target: provider, model and provider key; says by which rule, and what is missing when it cannot. */
import type { Exchange } from '../exchange.ts';
import { nearestNames } from '../providers/catalogue.ts';
import { parsePracticeModel, type UnknownPractice } from '../providers/practice/practice-model.ts';
import type { ProviderKey } from '../store/schema.ts';
import type { ConfigSnapshot } from '../store/snapshot.ts';
import { resolveAsked } from './resolve-asked.ts';
import { findProvider, PRACTICE, type ResolvedTarget } from './resolve-target.ts';
import { refuse, type StageContext, type StageOutcome } from './stage.ts';

/** A target with the key chosen; what `forward` works on. */
export interface ChosenTarget extends ResolvedTarget {
  readonly key?: ProviderKey;
}

export interface RouteResult {
  readonly outcome: StageOutcome;
  readonly target?: ChosenTarget;
}

/** `needsKey` tells whether a provider of this preset can be used without one (local runtimes can). */
export function route(
  exchange: Exchange,
  context: StageContext,
  needsKey: (target: ResolvedTarget) => boolean,
): RouteResult {
  const resolved = resolve(exchange, context.config);
  if (!resolved.target) return { outcome: resolved.outcome as StageOutcome };
  const { target } = resolved;
  exchange.routeName = target.routeName;
  if (target.providerId === PRACTICE) {
    const parsed = target.model === undefined ? undefined : parsePracticeModel(target.model);
    if (parsed && !parsed.ok) return { outcome: noSuchPractice(parsed, target) };
    return {
      target,
      outcome: passed(target, 'The practice provider answers: built in, no key, nothing leaves this machine.'),
    };
  }
  if (!target.provider?.enabled) {
    return {
      outcome: refuse({
        cause: 'gateway_config',
        message: `Provider "${target.providerId}" is switched off in this gateway.`,
        rule: { name: 'provider.enabled', origin: { from: 'provider', id: target.providerId }, value: false },
      }),
    };
  }
  const key = chooseKey(target, context);
  if (!key && needsKey(target)) return { outcome: noKey(target, context.config) };
  const chosen = { ...target, key };
  const keyWords = key ? `, with key "${key.label}" (…${key.lastFour})` : ', without a key';
  return { target: chosen, outcome: passed(chosen, `${describe(target)}${keyWords}.`) };
}

function resolve(exchange: Exchange, config: ConfigSnapshot): { target?: ResolvedTarget; outcome?: StageOutcome } {
  const { endpoint, askedModel } = exchange;
  if (endpoint?.name === 'raw') {
    const name = endpoint.provider ?? '';
    const found = findProvider(name, config);
    if (found)
      return { target: { ...found, rule: { name: 'raw', origin: { from: 'request', where: 'path' }, value: name } } };
    const nearest = nearestNames(name, config.providers.keys());
    const hint = nearest.length > 0 ? ` Did you mean /p/${nearest[0]}/…?` : '';
    return {
      outcome: refuse({
        cause: 'gateway_config',
        message: `No provider called "${name.slice(0, 120)}" is set up in this gateway.${hint}`,
        evidence: [{ what: 'provider asked for', where: 'path', value: name.slice(0, 120) }],
      }),
    };
  }
  const resolution = resolveAsked(exchange, config);
  if (resolution.ok) return { target: resolution.target };
  return {
    outcome: refuse({
      cause: resolution.cause,
      message: resolution.message,
      param: 'model',
      rule: resolution.rule,
      evidence: [
        { what: 'model asked for', where: '/model', value: (askedModel ?? '').slice(0, 120) },
        ...resolution.nearest.map((name) => ({ what: 'nearest name here', where: 'model catalogue', value: name })),
      ],
    }),
  };
}

/**
 * The key that a route names, else the provider's first one that is switched on; one whose noted expiry has passed only
 * where there is no other (the note may be wrong; the provider decides).
 */
function chooseKey(target: ResolvedTarget, context: StageContext): ProviderKey | undefined {
  if (target.keyId) {
    const named = context.config.providerKeys.get(target.keyId);
    return named?.disabledAt ? undefined : named;
  }
  const keys = context.config.keysByProvider.get(target.providerId) ?? [];
  let fallback: ProviderKey | undefined;
  for (const key of keys) {
    if (key.disabledAt !== null) continue;
    if (key.expiresAt === null || Date.parse(key.expiresAt) > context.now()) return key;
    fallback ??= key;
  }
  return fallback;
}

/** A name or parameter that the practice provider does not know, found before anything is acted out. */
function noSuchPractice(parsed: UnknownPractice, target: ResolvedTarget): StageOutcome {
  return refuse({
    cause: parsed.cause,
    message: parsed.message,
    param: 'model',
    rule: target.rule,
    evidence: [{ what: 'practice model asked for', where: '/model', value: (target.model ?? '').slice(0, 120) }],
  });
}

function noKey(target: ResolvedTarget, config: ConfigSnapshot): StageOutcome {
  const keys = config.keysByProvider.get(target.providerId) ?? [];
  const name = target.provider?.name ?? target.providerId;
  return refuse({
    cause: 'gateway_config',
    message:
      keys.length === 0
        ? `No key for ${name} is stored in this gateway: add one, then ask again.`
        : `Every key for ${name} in this gateway is switched off: switch one on, then ask again.`,
    rule: { name: 'provider.keys', origin: { from: 'provider', id: target.providerId }, value: keys.length },
    evidence: [
      { what: 'provider keys stored', where: `provider ${target.providerId}`, value: String(keys.length) },
      ...keys.map((key) => ({
        what: 'switched off',
        where: `provider key ${key.id}`,
        value: `${key.label} …${key.lastFour}`,
      })),
    ],
  });
}

function describe(target: ResolvedTarget): string {
  const to =
    target.model === undefined ? target.providerId : `${target.providerId}, model ${target.model.slice(0, 120)}`;
  return target.routeName === undefined ? `Goes to ${to}` : `Route "${target.routeName}" leads to ${to}`;
}

function passed(target: ChosenTarget, summary: string): StageOutcome {
  return {
    decision: 'passed',
    summary,
    rule: target.rule,
    output: { provider: target.providerId, model: target.model, key: target.key?.id, keyVersion: target.key?.version },
  };
}

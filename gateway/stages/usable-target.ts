/** Whether one target can be asked at all, with which keys; a refusal that says what is missing where it cannot. */
import { parsePracticeModel, type UnknownPractice } from '../providers/practice/practice-model.ts';
import type { RoutingFacts } from '../routing/routing-facts.ts';
import type { ProviderKey } from '../store/schema.ts';
import type { ConfigSnapshot } from '../store/snapshot.ts';
import { type ChosenKey, chooseKeys } from './choose-keys.ts';
import { needsKeyHere } from './needs-key.ts';
import { PRACTICE, type ResolvedTarget } from './resolve-target.ts';
import { refuse, type StageOutcome } from './stage.ts';

/** A target with the key chosen; what `forward` works on. */
export interface ChosenTarget extends ResolvedTarget {
  readonly key?: ProviderKey;
}

export type UsableTarget =
  | { readonly ok: true; readonly target: ResolvedTarget; readonly keys: readonly ChosenKey[] }
  | { readonly ok: false; readonly outcome: StageOutcome };

export function usableTarget(
  target: ResolvedTarget,
  config: ConfigSnapshot,
  facts: RoutingFacts,
  nowMs: number,
): UsableTarget {
  if (target.providerId === PRACTICE) {
    const parsed = target.model === undefined ? undefined : parsePracticeModel(target.model);
    return parsed && !parsed.ok
      ? { ok: false, outcome: noSuchPractice(parsed, target) }
      : { ok: true, target, keys: [] };
  }
  if (!target.provider?.enabled) {
    const outcome = refuse({
      cause: 'gateway_config',
      message: `Provider "${target.providerId}" is switched off in this gateway.`,
      rule: { name: 'provider.enabled', origin: { from: 'provider', id: target.providerId }, value: false },
    });
    return { ok: false, outcome };
  }
  const keys = chooseKeys(target, config, facts, nowMs);
  if (keys.length === 0 && needsKeyHere(target)) return { ok: false, outcome: noKey(target, config) };
  return { ok: true, target, keys };
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

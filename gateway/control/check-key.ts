import { findPreset } from '../providers/presets.ts';
import { judgeProbe, probePlan } from '../providers/probe.ts';
import type { KeyHealth, ProviderKey } from '../store/schema.ts';
import type { KeyCheck } from './contract/index.ts';
import { findProviderKey, findProviderRecord } from './names.ts';
import type { ControlDeps } from './services.ts';

const CHECK_TIMEOUT_MS = 15_000;

/**
 * Asks the provider about a stored key with a call that spends nothing, and records the key's health. Where no such call
 * can be made, the health says why. Throws while the vault is locked and for an id that is not there.
 */
export async function checkKey(deps: ControlDeps, keyId: string): Promise<KeyCheck> {
  const { store, vault } = deps;
  const key = findProviderKey(store.snapshot.document, keyId);
  const provider = findProviderRecord(store.snapshot.document, key.provider);
  const preset = findPreset(provider.preset);
  const secret = vault.open(key.id, key.sealed);
  const plan = probePlan(provider, preset, secret);
  if (!plan.ok) {
    const sentence = `Not checked: ${plan.message} ${plan.next}`;
    const health: KeyHealth = { ...key.health, sentence, checkedAt: key.health.checkedAt };
    await recordHealth(deps, key, health);
    return { key: key.id, provider: provider.id, health, capture: null };
  }
  const answer = await deps.probe({
    provider: provider.id,
    keyId: key.id,
    method: plan.method,
    url: plan.url,
    headers: plan.headers,
    body: plan.body,
    origin: { kind: 'check' },
    timeoutMs: CHECK_TIMEOUT_MS,
  });
  const { failsOnPurpose, provesKey } = plan;
  const judged = judgeProbe(preset, answer, { name: provider.name, failsOnPurpose, provesKey, read: answer.cause });
  const checkedAt = new Date(deps.now()).toISOString();
  const since = judged.state === key.health.state ? key.health.since : checkedAt;
  const health: KeyHealth = { ...judged, checkedAt, source: 'probe', since };
  await recordHealth(deps, key, health);
  if (judged.state === 'valid') deps.lists.refreshSoon(provider.id);
  return { key: key.id, provider: provider.id, health, capture: answer.capture };
}

/** Of this version of the key only: one that was replaced during the check must not inherit the old one's verdict. */
async function recordHealth({ store }: ControlDeps, key: ProviderKey, health: KeyHealth): Promise<void> {
  await store.update({ actor: 'gateway', action: 'provider-key.check', subject: key.id }, (draft) => {
    const record = draft.providerKeys.find(({ id, version }) => id === key.id && version === key.version);
    if (record) record.health = health;
  });
}

/** What is known of a key that was never tried. */
export function neverChecked(): KeyHealth {
  return {
    state: 'never_checked',
    sentence: 'Not checked yet.',
    cause: null,
    checkedAt: null,
    source: 'none',
    status: null,
    since: null,
  };
}

/** What experiments are about: a capture that failed at a provider, and what this gateway has at hand to try with. Pure. */
import type { Capture, CaptureRow, RecordedAttempt } from '../captures/capture.ts';
import type { ModelLists } from '../models/listed.ts';
import { findPreset, type Preset } from '../providers/presets.ts';
import type { Provider, ProviderKey } from '../store/schema.ts';
import type { ConfigSnapshot } from '../store/snapshot.ts';

export interface Subject {
  readonly capture: Capture;
  /** The attempt that decided; undefined where nothing was sent. */
  readonly attempt: RecordedAttempt | undefined;
  readonly practice: boolean;
  readonly provider: Provider | undefined;
  readonly preset: Preset | undefined;
  readonly providerName: string;
  /** The key that was used, as it is now. */
  readonly key: ProviderKey | undefined;
  /** False when another secret is stored in its place by now: what is tried then is another key. */
  readonly sameSecret: boolean;
  /** Further keys of the provider that are switched on, those known to work first. */
  readonly otherKeys: readonly ProviderKey[];
  readonly snapshot: ConfigSnapshot;
  /** Recent exchanges with the same provider, newest first. */
  readonly company: readonly CaptureRow[];
  /** Models that the provider itself listed when an experiment asked; empty where none did yet. */
  readonly listed: readonly string[];
  /** Models that it listed when it was last asked for them; undefined where it has no list. */
  readonly kept: readonly string[] | undefined;
}

export function subjectOf(
  capture: Capture,
  snapshot: ConfigSnapshot,
  company: readonly CaptureRow[],
  lists?: Pick<ModelLists, 'idsOf'>,
): Subject {
  const attempt = capture.attemptList.at(-1);
  const provider = attempt && snapshot.providers.get(attempt.provider);
  const preset = findPreset(provider?.preset);
  const key = attempt?.key && snapshot.providerKeys.get(attempt.key.id);
  return {
    capture,
    attempt,
    practice: attempt?.provider === 'practice',
    provider,
    preset,
    providerName: provider?.name ?? preset?.name ?? attempt?.provider ?? 'the provider',
    key,
    sameSecret: key !== undefined && key.fingerprint === attempt?.key?.fingerprint,
    otherKeys: provider ? othersOf(snapshot.keysByProvider.get(provider.id) ?? [], attempt) : [],
    snapshot,
    company,
    listed: [],
    kept: provider && lists?.idsOf(provider.id),
  };
}

function othersOf(keys: readonly ProviderKey[], attempt: RecordedAttempt | undefined): ProviderKey[] {
  return keys
    .filter(({ disabledAt, fingerprint }) => disabledAt === null && fingerprint !== attempt?.key?.fingerprint)
    .sort((a, b) => rank(a) - rank(b));
}

const RANK: Partial<Record<ProviderKey['health']['state'], number>> = { valid: 0, never_checked: 1, unreachable: 1 };

function rank(key: ProviderKey): number {
  return RANK[key.health.state] ?? 2;
}

/** True where nobody sends a bill: the practice provider, and runtimes on this machine that no cloud preset stands for. */
export function costsNothing({ practice, preset, attempt }: Subject): boolean {
  if (practice) return true;
  if (preset) return preset.group === 'local';
  const host = attempt && URL.canParse(attempt.url) ? new URL(attempt.url).hostname : '';
  return /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(host);
}

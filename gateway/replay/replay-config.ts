/** Which configuration a replay decides by: that of the capture's time or today's, with what the edits change in it. */
import type { Capture } from '../captures/capture.ts';
import { findPreset } from '../providers/presets.ts';
import { ownHosts } from '../providers/resolve.ts';
import type { Plan } from '../stages/plan.ts';
import { type Document, documentSchema, type Provider, type ProviderKey } from '../store/schema.ts';
import { type ConfigSnapshot, createSnapshot } from '../store/snapshot.ts';
import type { ReplayDeps } from './replay-deps.ts';
import { ReplayProblem, type ReplayRefusal } from './replay-problem.ts';

/** A configuration, and how the generations of its gateway keys are told. */
export interface ReplayConfig {
  readonly snapshot: ConfigSnapshot;
  /** Fingerprint of a gateway key's hash: what the facts of a credential name as its generation. */
  readonly generationOf: (hash: string) => string;
  readonly imported: boolean;
}

type Deps = Pick<ReplayDeps, 'store' | 'recorder' | 'replay'>;

/** The configuration of the capture's time; null when it is no longer kept, or did not come along. */
export async function configThen(deps: Deps, capture: Capture): Promise<ReplayConfig | null> {
  const own = await importedConfig(deps, capture.id);
  if (own !== undefined) return own;
  const origin = capture.origin?.kind === 'replay' ? capture.origin.of : undefined;
  const elsewhere = origin === undefined ? undefined : await importedConfig(deps, origin);
  // A replay of what came from elsewhere was decided by that one's configuration, or by one of ours beside it.
  if (elsewhere?.snapshot.version === capture.configVersion) return elsewhere;
  const snapshot = await deps.store.versionAt(capture.configVersion);
  if (!snapshot) return null;
  return elsewhere
    ? { ...beside(snapshot, elsewhere, deps), imported: true }
    : { snapshot, generationOf: deps.replay.fingerprint, imported: false };
}

/** Today's configuration; for a capture from elsewhere, with what it brought along. */
export function configNow(deps: Deps, then: ReplayConfig | null): ReplayConfig {
  const { snapshot } = deps.store;
  return then?.imported
    ? beside(snapshot, then, deps)
    : { snapshot, generationOf: deps.replay.fingerprint, imported: false };
}

/**
 * A capture from elsewhere keeps its own gateway key, app and routes where there are none of that name here: this gateway
 * never issued that key, and what is asked is what the providers would answer.
 */
function beside(snapshot: ConfigSnapshot, elsewhere: ReplayConfig, deps: Deps): ReplayConfig {
  const ours = new Set([...snapshot.gatewayKeys.values()].flatMap((key) => [key.hash, key.previous?.hash]));
  const routes = [...elsewhere.snapshot.routes].filter(([, route]) =>
    snapshot.providers.has(route.targets[0]?.provider ?? ''),
  );
  return {
    snapshot: {
      ...snapshot,
      apps: new Map([...elsewhere.snapshot.apps, ...snapshot.apps]),
      gatewayKeys: new Map([...elsewhere.snapshot.gatewayKeys, ...snapshot.gatewayKeys]),
      routes: new Map([...routes, ...snapshot.routes]),
    },
    // In a configuration from elsewhere the generation stands in the place of the hash.
    generationOf: (hash) => (ours.has(hash) ? deps.replay.fingerprint(hash) : hash),
    imported: false,
  };
}

/** Undefined for a capture that was made here; null where one from elsewhere came without its configuration. */
async function importedConfig(deps: Deps, id: string): Promise<ReplayConfig | null | undefined> {
  const found = await deps.recorder.importedConfig(id);
  if (!found) return undefined;
  const document = documentOf(found.document);
  return document ? { snapshot: createSnapshot(document), generationOf: (hash) => hash, imported: true } : null;
}

function documentOf(text: string | null): Document | undefined {
  if (text === null) return undefined;
  const parsed = documentSchema.safeParse(JSON.parse(text));
  return parsed.success ? parsed.data : undefined;
}

export function noConfigThen(capture: Capture): ReplayRefusal {
  return {
    sentence:
      capture.origin?.kind === 'import'
        ? 'This capture came from elsewhere, without the configuration of its time.'
        : `The configuration of that time (version ${capture.configVersion}) is no longer kept.`,
    next: 'Replay it with today’s configuration (config now).',
  };
}

/** Sends with this provider key wherever its provider is the target. Throws ReplayProblem for a key that is not there. */
export function withKey(config: ConfigSnapshot, keyId: string): ConfigSnapshot {
  const key = config.providerKeys.get(keyId);
  if (!key) {
    throw new ReplayProblem(
      'invalid',
      `There is no provider key "${keyId.slice(0, 60)}" in this configuration.`,
      '`keyward keys list` shows those that are stored, with their ids.',
    );
  }
  const routes = [...config.routes].map(([name, route]) => {
    const targets = route.targets.map((target) =>
      target.provider === key.provider ? { ...target, key: key.id } : target,
    );
    return [name, { ...route, targets }] as const;
  });
  return {
    ...config,
    keysByProvider: new Map([...config.keysByProvider, [key.provider, [key]]]),
    routes: new Map(routes),
  };
}

export function checkGatewayKey(config: ConfigSnapshot, id: string) {
  const record = config.gatewayKeys.get(id);
  if (record) return record;
  throw new ReplayProblem(
    'invalid',
    `There is no gateway key "${id.slice(0, 60)}" in this configuration.`,
    '`keyward gateway-keys list` shows those that were issued, with their ids.',
  );
}

/** One address is tried, and no other in its place. */
export function planWithBaseUrl(plan: Plan, baseUrl: string): Plan {
  const [target] = plan.entries;
  return { ...plan, entries: [target.provider ? { ...target, provider: { ...target.provider, baseUrl } } : target] };
}

/** A provider key goes to its own provider's hosts only, whatever an edit says. */
export function foreignHost(url: URL, provider: Provider, key: ProviderKey | undefined): ReplayRefusal | undefined {
  if (!key) return undefined;
  const preset = findPreset(provider.preset);
  const { baseUrl: _own, ...asPreset } = provider;
  if (ownHosts(provider, preset).has(url.host) || (preset && ownHosts(asPreset, preset).has(url.host)))
    return undefined;
  return {
    sentence: `The key of ${provider.name} is not sent to ${url.host}: that is not an address of this provider.`,
    next: 'If the address is right, change the base URL of the provider itself, then replay.',
  };
}

/** Whether the key of a chosen target is the one that can be opened today. */
export function keyGone(key: ProviderKey, today: ConfigSnapshot): ReplayRefusal | undefined {
  const now = today.providerKeys.get(key.id);
  const was = `The key that was used then ("${key.label}", …${key.lastFour}, version ${key.version})`;
  if (!now) return { sentence: `${was} is no longer stored here.`, next: NOW };
  if (now.version === key.version) return undefined;
  return {
    sentence: `${was} has been replaced since (now version ${now.version}, …${now.lastFour}); its secret is not kept.`,
    next: NOW,
  };
}

const NOW = 'Replay with today’s configuration (config now), or name a key with the edit key.';

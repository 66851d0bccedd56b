/** The captures that a suite pins, out of its bundle, and how they are served to replays beside those of the home. */
import type { Capture } from '../captures/capture.ts';
import type { ReplayDeps } from '../replay/replay-deps.ts';
import { checkBundle, readBundle } from '../transfer/read-bundle.ts';
import type { BundleEntry } from '../transfer/write-bundle.ts';

export type PinnedCaptures = ReadonlyMap<string, { readonly capture: Capture; readonly config: string | null }>;

/** Rejects with a TransferError where the bundle is not whole. */
export async function pinnedIn(bundle: Buffer | null): Promise<PinnedCaptures> {
  const pinned = new Map<string, { capture: Capture; config: string | null }>();
  if (!bundle) return pinned;
  await checkBundle(bundle);
  const configs = new Map<string, string>();
  for await (const item of readBundle(bundle)) {
    if (item.kind === 'config') configs.set(item.digest, item.text);
    else
      pinned.set(item.capture.id, {
        capture: item.capture,
        config: item.config === null ? null : (configs.get(item.config) ?? null),
      });
  }
  return pinned;
}

export async function* entriesOf(pinned: PinnedCaptures): AsyncGenerator<BundleEntry> {
  for (const { capture, config } of pinned.values()) yield { capture, explanation: null, config, linked: false };
}

/**
 * What replays run on, with the pinned captures behind those of the home: what retention took away, or what was never
 * here, comes with the configuration it was made under.
 */
export function withPinned(deps: ReplayDeps, pinned: PinnedCaptures): ReplayDeps {
  const { recorder, store } = deps;
  return {
    ...deps,
    recorder: {
      get: async (id) => (await recorder.get(id)) ?? pinned.get(id)?.capture ?? null,
      importedConfig: async (id) => {
        const imported = await recorder.importedConfig(id);
        const kept = pinned.get(id);
        if (imported || !kept) return imported;
        const here = await recorder.get(id);
        const known = here !== null && (await store.versionAt(here.configVersion)) !== null;
        return known ? null : { document: kept.config };
      },
    },
  };
}

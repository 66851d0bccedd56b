/** Everything the control interface needs from the rest of the gateway; nothing here is made by it. */
import type { ResponseCache } from '../cache/response-cache.ts';
import type { Recorder } from '../captures/recorder.ts';
import type { KeptLists } from '../model-lists.ts';
import type { ReplayPipeline } from '../replay/replay-deps.ts';
import type { RoutingMemory } from '../routing/routing-memory.ts';
import type { Notice } from '../store/notice.ts';
import type { Store } from '../store/store.ts';
import type { Vault } from '../store/vault.ts';
import type { ProbeAnswer, ProbeRequest } from '../upstream.ts';

export interface ControlDeps {
  readonly version: string;
  readonly mode: 'desktop' | 'headless';
  readonly pid: number;
  /** ISO time. */
  readonly startedAt: string;
  readonly store: Store;
  readonly vault: Vault;
  readonly cache: Pick<ResponseCache, 'status' | 'clear'>;
  readonly recorder: Pick<
    Recorder,
    | 'list'
    | 'import'
    | 'get'
    | 'importedConfig'
    | 'count'
    | 'prune'
    | 'lastUsed'
    | 'subscribe'
    | 'spend'
    | 'notices'
    | 'usage'
  >;
  /** What else a person should know. */
  readonly moreNotices?: () => readonly Notice[];
  /** Sends one request of the gateway's own to a provider; never rejects for what the network does. */
  readonly probe: (request: ProbeRequest) => Promise<ProbeAnswer>;
  /** How targets and keys did lately. */
  readonly routing: RoutingMemory;
  /** What the providers listed of their models. */
  readonly lists: KeptLists;
  /** What replays run on: the parts of the data plane. */
  readonly replay: ReplayPipeline;
  /** Where the gateway listens just now, or why it does not. Both null: it was never asked to. */
  readonly listener: () => ListenerFacts;
  /** Begins an orderly end; resolves at once, so that the answer still goes out. */
  readonly stop: () => void;
  /** A fault of ours, for the log. */
  readonly onFault: (error: unknown) => void;
  /** Calls back when the listener's state changes; returns what ends it. */
  readonly onStatusChange?: (listener: () => void) => () => void;
  /** A new one-time sign-in URL; absent where nothing serves one. */
  readonly signInUrl?: () => string | null;
  /** Wall clock, milliseconds since the epoch. */
  readonly now: () => number;
  /** Random bytes, for ids and keys. */
  readonly random: (size: number) => Buffer;
}

export interface ListenerFacts {
  /** `http://127.0.0.1:4141`, without a slash at its end. */
  readonly url: string | null;
  readonly problem: { readonly sentence: string; readonly next: string } | null;
}

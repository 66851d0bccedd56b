/**
 * Everything that belongs to one home, opened and wired: store, vault, captures, connections, the data plane's pipeline
 * and checks of providers. Without a listener: the CLI works on a home that is not served with exactly this.
 */
import { randomBytes } from 'node:crypto';
import { createAskedBy } from './cache/question-digest.ts';
import { ResponseCache } from './cache/response-cache.ts';
import { createCaptureIds } from './captures/capture-id.ts';
import { deriveKeyPatterns } from './captures/key-patterns.ts';
import { createRecorder, type Recorder } from './captures/recorder.ts';
import { createRedactor, type KnownSecret, type Redactor } from './captures/redact.ts';
import { startCaptureThreadEarly } from './captures/worker-thread.ts';
import { classifyAnswer } from './classify-answer.ts';
import { createHealthWatch } from './key-health.ts';
import { MemoryLimiter } from './limits/limiter.ts';
import { openSharedLimiter } from './limits/shared-limiter.ts';
import { type KeptLists, openModelLists } from './model-lists.ts';
import { createTokenCounter } from './models/token-counter.ts';
import { createTracing, type Tracing } from './observe/tracing.ts';
import { createPipeline, type Pipeline } from './pipeline.ts';
import { probeProvider } from './probe-provider.ts';
import { createPracticeUpstream } from './providers/practice/practice-upstream.ts';
import { presets } from './providers/presets.ts';
import type { ReplayPipeline } from './replay/replay-deps.ts';
import { RoutingMemory } from './routing/routing-memory.ts';
import type { PipelineOptions } from './run-exchange.ts';
import { type ExchangeCache, shapeNow } from './stages/cache.ts';
import { homePaths } from './store/home.ts';
import type { Notice } from './store/notice.ts';
import type { ProviderKey } from './store/schema.ts';
import { openStore, type Store } from './store/store.ts';
import { type Keychain, openVault, type Vault } from './store/vault.ts';
import type { ProbeAnswer, ProbeRequest } from './upstream.ts';
import { createAccessTokens } from './upstreams/access-tokens.ts';
import { type Connections, createConnections } from './upstreams/connections.ts';
import { createDispatcherUpstream } from './upstreams/dispatcher.ts';
import { createForwarder } from './upstreams/forwarder.ts';
import { createRunUpstream } from './upstreams/runs.ts';
import { createSigningUpstream } from './upstreams/signing.ts';
import { createWebSocketForwarder } from './upstreams/web-socket.ts';
import { UsageMeter } from './usage/usage-meter.ts';

export interface ServicesOptions {
  readonly home: string;
  /** Given by the desktop app; its absence means headless. */
  readonly keychain?: Keychain;
  readonly keyFile?: string;
  /** Collector that traces are sent to, whatever the settings say. */
  readonly otlpUrl?: string;
  readonly version?: string;
  readonly passphrase?: string;
  /** The operating system's proxy, where the shell knows it better than the environment does. */
  readonly systemProxy?: string | null;
  /** Wall clock, milliseconds since the epoch. */
  readonly now?: () => number;
  /** Where several gateways share the counters of their limits; may hold a password, which is shown nowhere. */
  readonly redisUrl?: string;
  /** A fault of ours, for the log. */
  readonly onFault?: (error: unknown) => void;
}

export interface Services {
  readonly store: Store;
  readonly vault: Vault;
  readonly recorder: Recorder;
  /** What was counted since the start. */
  readonly meter: UsageMeter;
  readonly tracing: Tracing;
  readonly redactor: Redactor;
  readonly pipeline: Pipeline;
  /** Answers kept in memory. */
  readonly cache: ResponseCache;
  /** How targets and keys did lately. */
  readonly routing: RoutingMemory;
  /** What the providers listed of their models. */
  readonly lists: KeptLists;
  /** What a replay runs on: the same parts as the data plane. */
  readonly replay: ReplayPipeline;
  /** What is amiss with the counters that several gateways share. */
  readonly limitNotices: () => readonly Notice[];
  /** Address that explanations are linked under; set once the gateway listens. */
  publicUrl: string;
  readonly newCaptureId: () => string;
  readonly probe: (request: ProbeRequest) => Promise<ProbeAnswer>;
  readonly now: () => number;
  readonly random: (size: number) => Buffer;
  /** Further secrets that must never be recorded (session tokens), asked for at each refresh. */
  addSecrets(source: () => readonly string[]): void;
  refreshSecrets(): void;
  close(): Promise<void>;
}

export async function openServices(options: ServicesOptions): Promise<Services> {
  startCaptureThreadEarly();
  const now = options.now ?? Date.now;
  const store = await openStore({ home: options.home, clock: now });
  try {
    return await wire(options, store, now);
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function wire(options: ServicesOptions, store: Store, now: () => number): Promise<Services> {
  const { keychain, keyFile, passphrase } = options;
  const vault = await openVault({ store, keychain, keyFile, passphrase });
  const sources: (() => readonly string[])[] = [];
  const redactor = createRedactor({
    fingerprint: vault.fingerprint.bind(vault),
    secrets: () => allSecrets(vault, sources),
    patterns: deriveKeyPatterns(presets),
  });
  redactor.refresh();
  const ids = createCaptureIds(now);
  const meter = new UsageMeter();
  const recorder = await createRecorder({
    file: homePaths(store.home).captures,
    redactor,
    ids,
    meter,
    clock: now,
    settings: () => store.snapshot.settings,
    onFault: options.onFault,
  });
  const cache = new ResponseCache(cacheBytes(store));
  const tracing = await createTracing({
    store,
    redactor,
    version: options.version ?? '0.0.0',
    url: options.otlpUrl,
    onFault: (error) => options.onFault?.(error),
  });
  let connections = connect(store, options);
  let connectedAs = connectionFacts(store);
  const unsubscribe = store.subscribe(() => {
    redactor.refresh();
    cache.resize(cacheBytes(store));
    cache.dropChanged((shape) => shapeNow(shape, store.snapshot));
    const facts = connectionFacts(store);
    if (facts === connectedAs) return;
    connectedAs = facts;
    // What is in flight keeps the connections it has; they end with it.
    connections = connect(store, options);
  });
  // Asked on every request, so worked out when it changes.
  let locked = lockedBecause(vault);
  const lists = await openModelLists({
    store,
    file: homePaths(store.home).modelLists,
    probe: (request) => probeProvider(request, pipelineOptions),
    lockedBecause: () => locked,
    redactor,
    now,
    onFault: (error) => options.onFault?.(error),
  });
  const unwatch = vault.subscribe(() => {
    locked = lockedBecause(vault);
    redactor.refresh();
    if (!locked) lists.refreshOld();
  });
  const limiter = new MemoryLimiter({ spend: recorder.spend, now });
  const shared =
    options.redisUrl === undefined ? undefined : await shareLimits(options.redisUrl, store, limiter, recorder, now);
  if (options.redisUrl !== undefined) {
    const password = passwordOf(options.redisUrl);
    sources.push(() => password);
    redactor.refresh();
  }
  const counter = createTokenCounter();
  const health = createHealthWatch(store, now, (error) => options.onFault?.(error));
  const routing = new RoutingMemory();
  const plain = createDispatcherUpstream(() => connections);
  const tokens = createAccessTokens(plain, now, () => redactor.refresh());
  sources.push(tokens.minted);
  const pipelineOptions: PipelineOptions = {
    config: () => store.snapshot,
    now,
    newCaptureId: () => ids.next(),
    recorder: {
      begin: (exchange) => recorder.begin(exchange),
      finish: (exchange) => {
        health.note(exchange);
        recorder.finish(exchange);
        tracing.note(exchange);
      },
    },
    openKey: (key) => openKey(vault, key),
    lockedBecause: () => locked,
    takeLimits: shared ? (ask) => shared.take(ask) : (ask) => limiter.take(ask),
    takeLimitsNow: shared ? (ask) => shared.takeNow(ask) : (ask) => limiter.take(ask),
    dispatcher: createRunUpstream(createSigningUpstream(plain, tokens)),
    forwarder: createForwarder(() => connections),
    practice: createPracticeUpstream(),
    routing,
    lists,
    fingerprint: rememberFingerprints((text) => vault.fingerprint(text)),
    classify: classifyAnswer,
    cache: exchangeCache(cache, vault),
    countTexts: counter.count,
    findCapture: (id) => recorder.get(id),
    onFault: (error) => options.onFault?.(error),
    explainUrl: (id) => `${services.publicUrl}/ui/requests/${id}`,
  };
  const services: Services = {
    store,
    vault,
    recorder,
    meter,
    tracing,
    redactor,
    cache,
    pipeline: createPipeline({ ...pipelineOptions, webSocket: createWebSocketForwarder(() => connections) }),
    routing,
    lists,
    limitNotices: () => shared?.notices ?? [],
    replay: { ...pipelineOptions, redactor, lookLimits: (ask) => (shared ?? limiter).look(ask) },
    publicUrl: `http://127.0.0.1:${store.snapshot.settings.port}`,
    newCaptureId: () => ids.next(),
    probe: (request) => probeProvider(request, pipelineOptions),
    now,
    random: randomBytes,
    addSecrets: (source) => {
      sources.push(source);
      redactor.refresh();
    },
    refreshSecrets: () => redactor.refresh(),
    close: async () => {
      unsubscribe();
      unwatch();
      shared?.close();
      await counter.close();
      await lists.close();
      await connections.close();
      await recorder.close();
      await tracing.close();
      vault.close();
      await store.close();
    },
  };
  return services;
}

function cacheBytes(store: Store): number {
  return Math.round(store.snapshot.settings.cache.maxMb * 1024 * 1024);
}

function exchangeCache(cache: ResponseCache, vault: Vault): ExchangeCache {
  return {
    asked: createAskedBy((text) => vault.fingerprint(text)),
    find: (...question) => cache.find(...question),
    keep: (...answer) => cache.keep(...answer),
    get largestBytes() {
      return cache.largestBytes;
    },
  };
}

function shareLimits(url: string, store: Store, memory: MemoryLimiter, { spend }: Recorder, now: () => number) {
  const refusesWhenGone = () => store.snapshot.settings.limits.redisGone === 'refuse';
  return openSharedLimiter({ url, memory, spend, now, home: store.snapshot.document.homeId, refusesWhenGone });
}

/** As it may stand in a text: as it was given, and decoded. */
function passwordOf(url: string): string[] {
  const { password } = new URL(url);
  return password === '' ? [] : [password, decodeURIComponent(password)];
}

function allSecrets(vault: Vault, sources: readonly (() => readonly string[])[]): KnownSecret[] {
  const kept = vault.knownSecrets().map(({ kind, text }) => ({ kind, secret: text }));
  const sessions = sources.flatMap((source) => source()).map((secret) => ({ kind: 'session-token', secret }));
  return [...kept, ...sessions];
}

const REMEMBERED_FINGERPRINTS = 1000;

/** The same few gateway keys come with every request. */
function rememberFingerprints(fingerprint: (text: string) => string): (text: string) => string {
  const known = new Map<string, string>();
  return (text) => {
    let found = known.get(text);
    if (found === undefined) {
      found = fingerprint(text);
      if (known.size >= REMEMBERED_FINGERPRINTS) known.clear();
      known.set(text, found);
    }
    return found;
  };
}

/** A stored secret that is one JSON object holds several parts; the one called `apiKey` (or `key`) is sent. */
function openKey(vault: Vault, key: ProviderKey): string {
  const text = vault.open(key.id, key.sealed);
  if (!text.startsWith('{')) return text;
  try {
    const parts = JSON.parse(text) as Record<string, unknown>;
    const value = parts.apiKey ?? parts.api_key ?? parts.key ?? parts.token;
    return typeof value === 'string' ? value : text;
  } catch {
    return text;
  }
}

/**
 * While the stored secrets cannot be opened they cannot be recognised either, so nothing is forwarded: a capture could
 * otherwise keep one that was echoed.
 */
function lockedBecause(vault: Vault): string | undefined {
  const status = vault.status();
  if (status.state !== 'locked' && status.state !== 'damaged') return undefined;
  return status.next ? `${status.sentence} ${status.next}` : status.sentence;
}

function connect(store: Store, options: ServicesOptions): Connections {
  const { timeouts, proxyUrl } = store.snapshot.settings;
  return createConnections({ connectMs: timeouts.connectMs, proxyUrl: proxyUrl ?? options.systemProxy ?? null });
}

function connectionFacts(store: Store): string {
  const { timeouts, proxyUrl } = store.snapshot.settings;
  return `${timeouts.connectMs} ${proxyUrl}`;
}

/**
 * Keeps what the providers list of their models: asks them (never in the way of a request), remembers what they said over
 * restarts, and what failed. When each is asked, and why then: docs/decisions/0019-models-that-providers-list.md.
 */
import { createHash } from 'node:crypto';
import type { Redactor } from './captures/redact.ts';
import { readListFile, writeListFile } from './models/list-file.ts';
import type { ListFailure, ListRecord, ModelLists } from './models/listed.ts';
import { listsEverything, ProviderLists } from './models/provider-lists.ts';
import { readListPage } from './models/read-list.ts';
import { headerValue } from './providers/headers.ts';
import { judgeProbe } from './providers/judge-probe.ts';
import { type ListCall, listCall } from './providers/list-call.ts';
import { idOfRow, modelRow, type RowFacts, rowsOf, rowsText } from './providers/model-rows.ts';
import { findPreset, needsKey } from './providers/presets.ts';
import type { Provider, ProviderKey } from './store/schema.ts';
import type { Store } from './store/store.ts';
import type { ProbeAnswer, ProbeRequest } from './upstream.ts';

/** Longest list that is read, all pages together. */
const MOST_BYTES = 10 * 1024 * 1024;
const MOST_PAGES = 50;
/** Models that are kept of one provider; the largest list of any is a few thousand. */
const MOST_MODELS = 20_000;
/** Keys of one provider whose lists are put together. */
const MOST_KEYS = 4;
const CALL_TIMEOUT_MS = 15_000;
/** All calls for one provider together. */
const WHOLE_TIMEOUT_MS = 45_000;
const AT_ONCE = 3;

/** After the start: what a person waits for then comes first. */
const FIRST_PASS_MS = 1_500;
const PASS_EVERY_MS = 60 * 60_000;
/** After a failure; a little less than the time between two passes, so that each of them is a try. */
const RETRY_MS = 50 * 60_000;
/** A list that is older is asked for anew. */
const OLD_MS = 12 * 60 * 60_000;
/** The same of a runtime on this machine, whose models come and go, once somebody looks at the lists. */
const OLD_LOCAL_MS = 60_000;
/** For a name that nobody has, local runtimes are asked once more, no oftener than this and no longer than that. */
const LOOK_EVERY_MS = 30_000;
const LOOK_MS = 1_000;

/** Keys that were refused are not shown to their provider again without anybody's asking: some lock an account for it. */
const REFUSED: ReadonlySet<ProviderKey['health']['state']> = new Set(['rejected', 'expired', 'revoked']);

export interface ModelListsOptions {
  readonly store: Store;
  readonly file: string;
  readonly probe: (request: ProbeRequest) => Promise<ProbeAnswer>;
  /** Why keys cannot be opened just now. */
  readonly lockedBecause: () => string | undefined;
  readonly redactor: Pick<Redactor, 'redactText'>;
  /** Wall clock, milliseconds since the epoch. */
  readonly now: () => number;
  readonly onFault: (error: unknown) => void;
}

export interface KeptLists extends ModelLists {
  /** From now on lists are asked for without being told to. */
  begin(): void;
  /** Asks these providers (all that are switched on) for their lists and waits for what they say. `wished`: a person asks, so that refused keys are tried as well. */
  refresh(providerIds?: readonly string[], wished?: boolean): Promise<void>;
  /** The same later, where lists are asked for at all: a provider or a key of it is new, or was found to work. */
  refreshSoon(providerId: string): void;
  /** Asks for what is old; once the keys can be opened that is everything that could not be asked before. */
  refreshOld(): void;
  close(): Promise<void>;
}

export async function openModelLists(options: ModelListsOptions): Promise<KeptLists> {
  const lists = new Keeper(options);
  await lists.load();
  return lists;
}

class Keeper extends ProviderLists implements KeptLists {
  readonly #options: ModelListsOptions;
  readonly #asking = new Map<string, Promise<void>>();
  readonly #end = new AbortController();
  #begun = false;
  #first: NodeJS.Timeout | undefined;
  #pass: NodeJS.Timeout | undefined;
  #lookedAtMs = Number.NEGATIVE_INFINITY;
  #looking: Promise<void> | undefined;
  #unsubscribe: () => void = () => {};
  #saving: Promise<void> = Promise.resolve();
  #unsaved = false;

  constructor(options: ModelListsOptions) {
    super(options.now);
    this.#options = options;
  }

  async load(): Promise<void> {
    const { file, onFault, store } = this.#options;
    for (const record of await readListFile(file, onFault)) this.put(record);
    this.#forget();
    this.#unsubscribe = store.subscribe(() => this.#forget());
  }

  begin(): void {
    if (this.#begun || this.#end.signal.aborted) return;
    this.#begun = true;
    this.#first = setTimeout(() => {
      this.refreshOld();
      this.noteLook();
    }, FIRST_PASS_MS);
    this.#pass = setInterval(() => this.refreshOld(), PASS_EVERY_MS);
    this.#first.unref();
    this.#pass.unref();
  }

  async refresh(providerIds?: readonly string[], wished = false): Promise<void> {
    const { providers } = this.#options.store.snapshot;
    const asked = [...providers.values()].filter(({ id, enabled }) =>
      providerIds ? providerIds.includes(id) : enabled,
    );
    await this.#askAll(asked, wished);
    await this.#saving;
  }

  refreshSoon(providerId: string): void {
    if (this.#begun) this.#later([providerId]);
  }

  noteLook(): void {
    if (!this.#begun) return;
    const old = this.#local().filter(({ id }) => this.#triedMsAgo(id) > OLD_LOCAL_MS);
    this.#later(old.map(({ id }) => id));
  }

  lookAgain(): Promise<void> | undefined {
    if (this.#looking) return this.#looking;
    if (!this.#begun || Math.abs(this.#options.now() - this.#lookedAtMs) < LOOK_EVERY_MS) return undefined;
    const local = this.#local();
    if (local.length === 0) return undefined;
    this.#lookedAtMs = this.#options.now();
    this.#looking = Promise.race([this.#askAll(local), sleep(LOOK_MS)]).finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async close(): Promise<void> {
    this.#unsubscribe();
    clearTimeout(this.#first);
    clearInterval(this.#pass);
    this.#begun = false;
    this.#end.abort();
    await Promise.allSettled(this.#asking.values());
    await this.#saving;
  }

  #local(): Provider[] {
    const { providers } = this.#options.store.snapshot;
    return [...providers.values()].filter((provider) => provider.enabled && listsEverything(provider));
  }

  #triedMsAgo(providerId: string): number {
    return this.#options.now() - (this.recordOf(providerId)?.triedAtMs ?? Number.NEGATIVE_INFINITY);
  }

  refreshOld(): void {
    if (!this.#begun) return;
    const now = this.#options.now();
    const old = [...this.#options.store.snapshot.providers.values()].filter((provider) => {
      const { triedAtMs = Number.NEGATIVE_INFINITY, failure = null } = this.recordOf(provider.id) ?? {};
      const sinceMs = now - triedAtMs;
      // Tried in the future: the clock was set back.
      return provider.enabled && (sinceMs > (failure ? RETRY_MS : OLD_MS) || sinceMs < 0);
    });
    this.#later(old.map(({ id }) => id));
  }

  #later(providerIds: readonly string[]): void {
    if (providerIds.length > 0) this.refresh(providerIds).catch(this.#options.onFault);
  }

  /** Lists of providers that are gone, or are another's now. */
  #forget(): void {
    const { providers } = this.#options.store.snapshot;
    for (const { provider: id, of } of this.records()) {
      const provider = providers.get(id);
      if (provider && subjectOf(provider) === of) continue;
      this.remove(id);
      this.#save();
      if (provider?.enabled) this.refreshSoon(id);
    }
  }

  async #askAll(providers: readonly Provider[], wished = false): Promise<void> {
    const waiting = [...providers];
    const work = async () => {
      for (let next = waiting.shift(); next; next = waiting.shift()) await this.#ask(next, wished);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  }

  /** One question at a time to each; who asks meanwhile is given the same answer. */
  #ask(provider: Provider, wished: boolean): Promise<void> {
    const before = this.#asking.get(provider.id);
    if (before) return before;
    const asking = this.#askOne(provider, wished).finally(() => this.#asking.delete(provider.id));
    this.#asking.set(provider.id, asking);
    return asking;
  }

  async #askOne(provider: Provider, wished: boolean): Promise<void> {
    const { store, now } = this.#options;
    const of = subjectOf(provider);
    const told = await this.#listOf(provider, wished).catch((error) =>
      nothing(error instanceof Error ? error.message : 'unknown reason'),
    );
    if (!told || this.#end.signal.aborted) return;
    const still = store.snapshot.providers.get(provider.id);
    if (!still || subjectOf(still) !== of) return;
    const before = this.recordOf(provider.id);
    const kept = told.models
      ? this.#kept(told, before)
      : { listedAtMs: null, count: 0, leftOut: 0, keys: 0, rows: '', ...(before?.of === of ? listIn(before) : {}) };
    this.put({ provider: provider.id, of, triedAtMs: now(), failure: told.failure, ...kept });
    this.#save();
  }

  #kept(
    { models = new Map(), keys, leftOut, failure }: Told,
    before: ListRecord | undefined,
  ): ReturnType<typeof listIn> {
    const fresh = this.#withoutSecrets([...models.values()].map(modelRow));
    // What one key of several could not be asked for now is as it was.
    const earlier = failure && before ? rowsOf(before.rows).filter((row) => !models.has(idOfRow(row))) : [];
    const rows = [...fresh, ...earlier].slice(0, MOST_MODELS);
    return {
      listedAtMs: this.#options.now(),
      count: rows.length,
      leftOut: leftOut + models.size - fresh.length,
      keys,
      rows: rowsText(rows),
    };
  }

  /** A provider that gives its caller's key back as the name of a model must not have it kept. */
  #withoutSecrets(rows: readonly string[]): readonly string[] {
    const { redactor } = this.#options;
    const text = rowsText(rows);
    if (redactor.redactText(text, 'model list').text === text) return rowsOf(text);
    return rows.filter((row) => redactor.redactText(row, 'model list').text === row);
  }

  /** Of all its keys that are in order: one may see what another does not. Undefined where it cannot be asked yet. */
  async #listOf(provider: Provider, wished: boolean): Promise<Told | undefined> {
    const preset = findPreset(provider.preset);
    const call = listCall(provider, preset);
    if (!call.ok) return nothing(`${call.message} ${call.next}`);
    const all = this.#options.store.snapshot.keysByProvider.get(provider.id) ?? [];
    const on = all.filter(({ disabledAt }) => disabledAt === null);
    const keys = on.filter(({ health }) => wished || !REFUSED.has(health.state)).slice(0, MOST_KEYS);
    // Not tried at all, so that it is tried as soon as that changes.
    if (on.length > 0 && this.#options.lockedBecause()) return undefined;
    if (keys.length === 0 && on.length > 0) {
      return nothing(`${provider.name} refused every key that is stored for it, so it is not asked.`);
    }
    if (keys.length === 0 && needsKey(preset)) return nothing(`No key is stored for ${provider.name}.`);
    const told: Told = { models: undefined, keys: 0, leftOut: 0, failure: null };
    // A runtime that is switched off would leave a failed call in the list of requests at each start and every hour.
    const before = this.recordOf(provider.id)?.failure;
    const away = !wished && before?.away ? before.capture : undefined;
    const deadline = AbortSignal.any([this.#end.signal, AbortSignal.timeout(WHOLE_TIMEOUT_MS)]);
    for (const key of keys.length === 0 ? [undefined] : keys) {
      let failed = false;
      for (const url of call.urls) {
        const failure = await this.#readPages(provider, call, url, key, told, deadline, away);
        if (!failure) continue;
        told.failure ??= failure;
        failed = true;
      }
      if (key && !failed) told.keys += 1;
    }
    return told;
  }

  /** Adds what all pages of one list hold; resolves with why the list could not be had whole. `away`: the capture of a failure that stands already. */
  async #readPages(
    provider: Provider,
    { headers, nextParameter }: ListCall,
    first: URL,
    key: ProviderKey | undefined,
    told: Told,
    signal: AbortSignal,
    away: string | undefined,
  ): Promise<ListFailure | undefined> {
    const seen = new Set<string>();
    let url = first;
    let bytesLeft = MOST_BYTES;
    for (let page = 1; ; page += 1) {
      if (signal.aborted) return { sentence: `${provider.name} took too long to list its models.` };
      const answer = await this.#options.probe({
        provider: provider.id,
        ...(key ? { keyId: key.id } : {}),
        method: 'GET',
        url,
        headers,
        body: null,
        origin: { kind: 'check' },
        timeoutMs: CALL_TIMEOUT_MS,
        maxBytes: bytesLeft,
        leavesOutGoodBody: true,
        knownAway: away !== undefined,
        signal,
      });
      const failure = failureOf(provider, answer);
      if (failure) {
        const silent = answer.status === null;
        const capture = silent ? (away ?? answer.capture) : answer.capture;
        return { sentence: failure, capture, ...(silent ? { away: true } : {}) };
      }
      const read = readListPage(answer.body, provider.preset);
      if (!read.ok) {
        return { sentence: `${provider.name} ${read.why} when it was asked for its models.`, capture: answer.capture };
      }
      addTo(told, read.models, read.unusable);
      if (read.next === undefined || nextParameter === undefined) return undefined;
      bytesLeft -= Buffer.byteLength(answer.body);
      // A list that goes round in circles, or on for ever, is taken as far as it got.
      if (seen.has(read.next) || page >= MOST_PAGES || bytesLeft <= 0) {
        return {
          sentence: `${provider.name}’s list of models has no end; the first ${told.models?.size ?? 0} are kept.`,
          capture: answer.capture,
        };
      }
      seen.add(read.next);
      url = new URL(first);
      url.searchParams.set(nextParameter, read.next);
    }
  }

  #save(): void {
    if (this.#unsaved) return;
    this.#unsaved = true;
    this.#saving = this.#saving
      .then(() => {
        this.#unsaved = false;
        return writeListFile(this.#options.file, this.records());
      })
      .catch(this.#options.onFault);
  }
}

/** What a provider said, gathered over keys and pages. */
interface Told {
  /** By id; undefined where no list was answered at all. */
  models: Map<string, RowFacts> | undefined;
  keys: number;
  leftOut: number;
  failure: ListFailure | null;
}

function nothing(sentence: string): Told {
  return { models: undefined, keys: 0, leftOut: 0, failure: { sentence } };
}

function addTo(told: Told, models: readonly RowFacts[], unusable: number): void {
  told.models ??= new Map();
  told.leftOut += unusable;
  for (const model of models) {
    if (told.models.has(model.id)) continue;
    if (told.models.size < MOST_MODELS) told.models.set(model.id, model);
    else told.leftOut += 1;
  }
}

function listIn({ listedAtMs, count, leftOut, keys, rows }: ListRecord) {
  return { listedAtMs, count, leftOut, keys, rows };
}

function failureOf(provider: Provider, answer: ProbeAnswer): string | undefined {
  const { name } = provider;
  if (answer.cut) return `${name}’s list of models is longer than ${MOST_BYTES / 1024 / 1024} MB and was not read.`;
  const { status, error } = answer;
  if (error === null && status !== null && status >= 200 && status < 300) {
    const type = headerValue(answer.headers, 'content-type') ?? '';
    return /text\/html/i.test(type)
      ? `A web page answered in place of ${name}: a proxy, a sign-in page or a wrong base URL is in the way.`
      : undefined;
  }
  if (error?.code === 'NOT_SENT') return error.message;
  if (status === 404 || status === 405) {
    return `${name} has no list of models at its address (status ${status}).`;
  }
  const { sentence } = judgeProbe(findPreset(provider.preset), answer, { name, read: answer.cause });
  return sentence.replace(/^Not checked: /, '').replace(/^./, (letter) => letter.toUpperCase());
}

/** Whose list it is: another address, dialect or preset has other models, and so may have other settings. */
function subjectOf({ preset, dialect, baseUrl, settings }: Provider): string {
  const text = JSON.stringify([preset, dialect, baseUrl ?? null, Object.entries(settings).sort()]);
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}

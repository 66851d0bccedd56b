/**
 * The store: the one owner of `keyward.json` and its only writer. Everything else reads immutable snapshots and asks for
 * changes, which are made one after the other; a change is acknowledged once it is on the disk, and seen only then.
 */
import path from 'node:path';
import { Low } from 'lowdb';
import { type AuditRow, AuditTrail, readAuditRows } from './audit-trail.ts';
import { claimHome } from './claim-home.ts';
import { describeChange } from './describe-change.ts';
import { DocumentFile } from './document-file.ts';
import { type HomePaths, homePaths, prepareHome } from './home.ts';
import { Listeners } from './listeners.ts';
import { type Loaded, loadDocument } from './load-document.ts';
import type { HomeLock } from './lock.ts';
import type { Notice } from './notice.ts';
import { checkDocument } from './parse-document.ts';
import type { Document } from './schema.ts';
import { type ConfigSnapshot, createSnapshot } from './snapshot.ts';
import { explainWriteError, StoreError } from './store-error.ts';
import { VersionHistory } from './version-history.ts';

export interface ChangeAuthor {
  /** `cli`, `screen`, `desktop`, `gateway`, `import` … */
  readonly actor: string;
  /** `provider-key.add`, `settings.set` … */
  readonly action: string;
  /** The record it is about. */
  readonly subject: string;
}

export interface Store {
  /** Absolute path of the home. */
  readonly home: string;
  readonly snapshot: ConfigSnapshot;
  readonly notices: readonly Notice[];
  /** True while no change can be made; a notice says why, unless it was asked for. */
  readonly readOnly: boolean;
  /** Calls `fn` after every change of the configuration or of the notices; returns what ends it. */
  subscribe(fn: (snapshot: ConfigSnapshot) => void): () => void;
  /**
   * Changes the configuration: `change` edits a draft, and may return something to the caller. Resolves once the new
   * version is on the disk; without any difference nothing is written. Rejects with a StoreError (or what `change`
   * threw) and then nothing has changed, neither here nor on the disk.
   */
  update<T>(by: ChangeAuthor, change: (draft: Document) => T): Promise<T>;
  /** The configuration as it was at that version; null when it is no longer kept. Older ones come without seals. */
  versionAt(version: number): Promise<ConfigSnapshot | null>;
  /** The newest `limit` rows of the audit trail, newest first. */
  audit(limit: number): Promise<AuditRow[]>;
  /** Waits for changes under way and lets go of the home. */
  close(): Promise<void>;
}

export interface StoreOptions {
  readonly home: string;
  /** Wall clock, milliseconds since the epoch. */
  readonly clock?: () => number;
  /** Opens without lock and without writing anything. */
  readonly readOnly?: boolean;
  /** How long to wait for a short command that holds the home. */
  readonly waitMs?: number;
}

/**
 * Opens a home, making it if need be. Throws HomeBusy when another process writes to it, StoreError where it cannot be
 * had at all. A damaged, edited or newer file is no reason to throw: see `notices`.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const paths = homePaths(path.resolve(options.home));
  const notices = options.readOnly ? [] : await prepareHome(paths.home);
  const { lock, refusal } = options.readOnly
    ? { lock: undefined, refusal: askedReadOnly() }
    : await claimHome(paths, options.waitMs);
  if (refusal && !options.readOnly) notices.push(readOnlyNotice(refusal));
  const store = new FileStore(paths, options.clock ?? Date.now, lock, refusal);
  try {
    await store.load(notices);
    return store;
  } catch (error) {
    await store.close();
    throw error;
  }
}

function askedReadOnly(): StoreError {
  return new StoreError('read-only', 'The home was opened for reading only.', null);
}

function readOnlyNotice(refusal: StoreError): Notice {
  return { id: 'home-read-only', level: 'warning', sentence: refusal.message, next: refusal.next };
}

class FileStore implements Store {
  readonly home: string;
  readonly #paths: HomePaths;
  readonly #clock: () => number;
  readonly #lock: HomeLock | undefined;
  readonly #history: VersionHistory;
  readonly #audit: AuditTrail;
  readonly #file: DocumentFile;
  readonly #listeners = new Listeners<ConfigSnapshot>();
  #low!: Low<Document>;
  #snapshot!: ConfigSnapshot;
  #notices: readonly Notice[] = [];
  #refusal: StoreError | undefined;
  /** What was loaded and could not be written yet; the next change begins with it. */
  #unsettled: Loaded | undefined;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(paths: HomePaths, clock: () => number, lock: HomeLock | undefined, refusal: StoreError | undefined) {
    this.home = paths.home;
    this.#paths = paths;
    this.#clock = clock;
    this.#lock = lock;
    this.#refusal = refusal;
    this.#history = new VersionHistory(paths.versions);
    this.#audit = new AuditTrail(paths.audit);
    this.#file = new DocumentFile(paths.config);
  }

  get snapshot() {
    return this.#snapshot;
  }

  get notices() {
    return this.#notices;
  }

  get readOnly() {
    return this.#refusal !== undefined;
  }

  async load(notices: readonly Notice[]): Promise<void> {
    const mayWrite = this.#refusal === undefined;
    const loaded = await loadDocument({
      file: this.#file,
      history: this.#history,
      mayWrite,
      nowMs: this.#clock(),
    });
    this.#notices = [...notices, ...loaded.notices];
    if (!loaded.notices.some(({ id }) => id === 'config-recovered')) await this.#recallDamage();
    this.#low = new Low(this.#file, loaded.document);
    this.#show(loaded.document);
    if (loaded.refusal) this.#refusal ??= loaded.refusal;
    if (this.#refusal) return;
    try {
      await this.#settle(loaded);
    } catch (error) {
      const explained = this.#explain(error, 'The configuration');
      if (loaded.change?.action === 'home.create') throw explained;
      this.#unsettled = loaded;
      this.#notify({ id: 'config-write', level: 'error', sentence: explained.message, next: explained.next });
    }
  }

  subscribe(fn: (snapshot: ConfigSnapshot) => void) {
    return this.#listeners.add(fn);
  }

  update<T>(by: ChangeAuthor, change: (draft: Document) => T): Promise<T> {
    const done = this.#queue.then(() => this.#update(by, change));
    this.#queue = done.catch(() => undefined); // the caller gets the error; the next change does not care
    return done;
  }

  async versionAt(version: number): Promise<ConfigSnapshot | null> {
    if (version === this.#snapshot.version) return this.#snapshot;
    const document = await this.#history.read(version);
    return document && version < this.#snapshot.version ? createSnapshot(freeze(document)) : null;
  }

  audit(limit: number): Promise<AuditRow[]> {
    return readAuditRows(this.#paths.audit, limit, this.#snapshot.version);
  }

  async close(): Promise<void> {
    this.#refusal = new StoreError(
      'closed',
      'Keyward is shutting down; the change was not made.',
      'Start it and try again.',
    );
    await this.#queue;
    await this.#audit.close();
    this.#lock?.release();
  }

  async #update<T>(by: ChangeAuthor, change: (draft: Document) => T): Promise<T> {
    if (this.#refusal) throw this.#refusal;
    if (this.#unsettled) await this.#settleNow(this.#unsettled);
    const current = this.#snapshot.document;
    const draft = structuredClone(current);
    const result = change(draft);
    if (typeof (result as { then?: unknown } | null | undefined)?.then === 'function') {
      throw new TypeError('a change must be made synchronously: the draft is written as soon as it returns');
    }
    if (JSON.stringify(draft) === JSON.stringify(current)) return result;
    // Not the change's to choose.
    draft.schema = current.schema;
    draft.homeId = current.homeId;
    const checked = checkDocument({ ...draft, version: current.version + 1, changedAt: this.#now() });
    if (!checked.ok) {
      throw new StoreError(
        'invalid',
        `The change does not fit the configuration: ${checked.fault}.`,
        'Correct it and try again.',
      );
    }
    await this.#commit(by, current, checked.document);
    return result;
  }

  /** Audit row first, then the file; either both stand or none. Only then is the new version seen. */
  async #commit(by: ChangeAuthor, before: Document, next: Document): Promise<void> {
    try {
      await this.#rescueForeignEdits();
      await this.#audit.append({ time: next.changedAt, ...by, version: next.version, ...describeChange(before, next) });
      await this.#write(next);
    } catch (error) {
      const explained = this.#explain(error, 'The change');
      this.#notify({ id: 'config-write', level: 'error', sentence: explained.message, next: explained.next });
      throw explained;
    }
    this.#show(next);
    this.#dismiss('config-write');
    await this.#keepVersion(next);
    this.#listeners.tell(this.#snapshot);
  }

  async #write(next: Document): Promise<void> {
    const previous = this.#low.data;
    this.#low.data = next;
    try {
      await this.#low.write();
    } catch (error) {
      this.#low.data = previous;
      await this.#audit.withdraw();
      throw error;
    }
    await this.#audit.keep();
  }

  /** The change is on the disk already; a missing copy costs a replay's "then", so it is told but fails nothing. */
  async #keepVersion(document: Document): Promise<void> {
    try {
      await this.#history.keep(document);
      this.#dismiss('config-history');
    } catch (error) {
      const explained = explainWriteError(
        error,
        `The copy of configuration version ${document.version}`,
        this.#paths.versions,
      );
      this.#notify({
        id: 'config-history',
        level: 'warning',
        sentence: explained.message,
        next: 'Your settings are saved; free some space so that their history is, too.',
      });
    }
  }

  /** An editor that saves the file while Keyward runs would otherwise lose its work without a word. */
  async #rescueForeignEdits(): Promise<void> {
    const touched = await this.#file.touchedByOthers();
    if (touched === 'no') return;
    const aside = touched === 'changed' ? await this.#file.copyAside('edited', this.#clock()) : undefined;
    this.#notify({
      id: 'config-foreign-edit',
      level: 'warning',
      sentence: aside
        ? `${this.#paths.config} was edited while Keyward was running; the edit was not taken over.`
        : `${this.#paths.config} was removed while Keyward was running; it was written anew.`,
      next: aside
        ? `It is kept as ${aside}. To use it, stop Keyward and put it in place of keyward.json.`
        : 'Stop Keyward before changing its files.',
    });
  }

  /** A recovery in a run that nobody watched must not pass unseen. */
  async #recallDamage(): Promise<void> {
    const kept = await this.#file.setAside('damaged');
    if (kept.length === 0) return;
    this.#notices = [
      ...this.#notices,
      {
        id: 'config-damaged-kept',
        level: 'info',
        sentence: `The configuration was damaged once and was put back from its history; the damaged file is kept as ${kept.at(-1)}.`,
        next: 'Delete it when you no longer need it.',
      },
    ];
  }

  async #settleNow(loaded: Loaded): Promise<void> {
    try {
      await this.#settle(loaded);
      this.#unsettled = undefined;
    } catch (error) {
      throw this.#explain(error, 'The change');
    }
  }

  #explain(error: unknown, what: string): StoreError {
    return explainWriteError(error, what, this.#paths.config);
  }

  /** After loading: makes the disk agree with what was loaded. */
  async #settle(loaded: Loaded): Promise<void> {
    const [newestKept = 0] = await this.#history.list();
    const known = Math.max(loaded.document.version, newestKept);
    if (!loaded.change) {
      await this.#audit.open(known);
      if (newestKept < loaded.document.version) await this.#keepVersion(loaded.document);
      return;
    }
    const created = loaded.change.action === 'home.create';
    // A recovered file may be older than what the trail has seen: its numbers must not be given out twice.
    const [lastRow] = await readAuditRows(this.#paths.audit, 1, Number.POSITIVE_INFINITY);
    const last = Math.max(created ? 0 : known, lastRow?.version ?? 0);
    const next: Document = { ...loaded.document, version: last + 1, changedAt: this.#now() };
    await this.#audit.open(last);
    await this.#audit.append({
      time: next.changedAt,
      ...loaded.change,
      version: next.version,
      ...describeChange(loaded.basis, next),
    });
    await this.#write(next);
    this.#show(next);
    await this.#keepVersion(next);
  }

  #show(document: Document): void {
    this.#snapshot = createSnapshot(freeze(document));
  }

  #notify(notice: Notice): void {
    this.#notices = [...this.#notices.filter(({ id }) => id !== notice.id), notice];
    this.#listeners.tell(this.#snapshot);
  }

  #dismiss(id: string): void {
    if (this.#notices.some((notice) => notice.id === id))
      this.#notices = this.#notices.filter((notice) => notice.id !== id);
  }

  #now(): string {
    return new Date(this.#clock()).toISOString();
  }
}

/** Snapshots are shared by every request in flight; a stray write to one must throw, not spread. */
function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const item of Object.values(value)) freeze(item);
  }
  return value;
}

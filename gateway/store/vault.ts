/**
 * The vault: provider keys, sealed under one master key that lives in memory only and lies on the disk wrapped in one or
 * several ways (key file, passphrase, keychain), any of which opens it. Whatever goes wrong with them is a state that a
 * person can see and mend; nothing here throws secrets away unless `reset` is asked for.
 */
import { randomBytes } from 'node:crypto';
import { unlink } from 'node:fs/promises';
import { homePaths } from './home.ts';
import { createKeyFile, type KeyFile, readKeyFile, setKeyFileAside } from './key-file.ts';
import { type KnownSecret, secretsOfDocument, secretsOfProviderKey } from './known-secrets.ts';
import type { Notice } from './notice.ts';
import type { ConfigSnapshot } from './snapshot.ts';
import type { Store } from './store.ts';
import { errorCode, explainWriteError, isMissing, StoreError } from './store-error.ts';
import { fingerprintOf, KEY_BYTES, openText, type ScryptCost, sealText } from './vault-cipher.ts';
import {
  isAvailable,
  type Keychain,
  unwrapMaster,
  type Wrap,
  type WrapContext,
  wrapWithKeychain,
  wrapWithKeyFile,
  wrapWithPassphrase,
} from './vault-ways.ts';
import {
  nameOf,
  type VaultStatus,
  type Way,
  type WayFailure,
  wordDamaged,
  wordEmpty,
  wordLocked,
  wordUnlocked,
} from './vault-words.ts';

export type { KnownSecret } from './known-secrets.ts';
export type { Keychain } from './vault-ways.ts';
export type { VaultStatus } from './vault-words.ts';

export interface Vault {
  status(): VaultStatus;
  readonly notices: readonly Notice[];
  /** Seals a secret for this record. Throws StoreError `vault-empty`, `vault-locked` or `vault-damaged`. */
  seal(recordId: string, text: string): string;
  /** The secret of this record. Synchronous and cached. Throws like `seal`, or `secret-unreadable`. */
  open(recordId: string, sealed: string): string;
  /** Keyed with this home's salt: 16 hex characters, equal for equal texts in this home only. Works while locked. */
  fingerprint(text: string): string;
  /** Throws StoreError `wrong-passphrase`, or `invalid` where no passphrase was set. */
  unlockWithPassphrase(passphrase: string): Promise<VaultStatus>;
  /** Sets, changes or (null) takes away the passphrase; `last-way-in` where nothing else would open the vault. */
  setPassphrase(passphrase: string | null, actor?: string): Promise<VaultStatus>;
  /** Takes one way in away; `last-way-in` as above. Our own key file is deleted with its way. */
  removeWay(way: Way, actor?: string): Promise<VaultStatus>;
  /** Adds the keychain as a way in; `no-keychain`, or `weak-keychain` where it does not really protect. */
  addKeychain(actor?: string): Promise<VaultStatus>;
  /** Adds it though it is weak, by the user's word. */
  acceptWeak(actor?: string): Promise<VaultStatus>;
  /** Adds a key file as a way in: this path's, made if it is not there (default `HOME/master.key`). */
  addKeyFile(file?: string, actor?: string): Promise<VaultStatus>;
  /**
   * A new master key; all provider keys are dropped, everything else stays. Opens by the key file and keychain that are at
   * hand, and by `passphrase` if given.
   */
  reset(options?: { readonly passphrase?: string; readonly actor?: string }): Promise<VaultStatus>;
  /** Every secret that must never leave: the current ones, and those opened since the start. */
  knownSecrets(): readonly KnownSecret[];
  /** Calls `fn` after every change of the state; returns what ends it. */
  subscribe(fn: (status: VaultStatus) => void): () => void;
  /** Forgets the master key and all opened secrets. */
  close(): void;
}

export interface VaultOptions {
  readonly store: Store;
  /** Given by the desktop app, also where it turns out to be unavailable; its absence means headless. */
  readonly keychain?: Keychain;
  /** In place of `HOME/master.key`. */
  readonly keyFile?: string;
  readonly passphrase?: string;
  /** Of new passphrases. */
  readonly scryptCost?: ScryptCost;
}

/** Opens the vault with whatever is at hand; on a new home, makes it. Where it stays closed, `status()` says why. */
export async function openVault(options: VaultOptions): Promise<Vault> {
  const vault = new StoreVault(options);
  await vault.begin();
  return vault;
}

const SHORTEST_PASSPHRASE = 8;
const CHECK_TEXT = 'keyward vault';
const MOST_REMEMBERED = 10_000;

type State =
  | { readonly state: 'unlocked'; readonly master: Buffer }
  | { readonly state: 'locked'; readonly failures: readonly WayFailure[] }
  | { readonly state: 'empty'; readonly why: 'no-keychain' | 'weak-keychain' | 'read-only' }
  | { readonly state: 'damaged'; readonly why: 'no-way-in' | 'check' };

class StoreVault implements Vault {
  readonly #store: Store;
  readonly #options: VaultOptions;
  readonly #salt: Buffer;
  readonly #subscribers = new Set<(status: VaultStatus) => void>();
  readonly #opened = new Map<string, { readonly sealed: string; readonly text: string }>();
  /** By text; also of keys that were replaced or removed since: an exchange in flight may still carry them. */
  readonly #remembered = new Map<string, KnownSecret>();
  #known: { readonly of: ConfigSnapshot; readonly secrets: readonly KnownSecret[] } | undefined;
  #state: State = { state: 'locked', failures: [] };
  #keychain: VaultStatus['keychain'] = null;
  #queue: Promise<unknown> = Promise.resolve();
  notices: readonly Notice[] = [];

  constructor(options: VaultOptions) {
    this.#store = options.store;
    this.#options = options;
    this.#salt = Buffer.from(options.store.snapshot.document.vault.salt, 'base64');
  }

  async begin(): Promise<void> {
    const { keychain, passphrase } = this.#options;
    const available = await isAvailable(keychain);
    this.#keychain = keychain && available ? { backend: keychain.backend, weak: keychain.weak } : null;
    const { wraps } = this.#document.vault;
    if (wraps.length > 0) await this.#unlock(passphrase);
    else if (this.#document.providerKeys.some((key) => key.sealed !== '')) {
      this.#state = { state: 'damaged', why: 'no-way-in' };
    } else await this.#beginEmpty();
  }

  status(): VaultStatus {
    const state = this.#state;
    const ways = [...new Set(this.#document.vault.wraps.map((wrap) => wrap.kind))];
    const words = () => {
      switch (state.state) {
        case 'unlocked':
          return wordUnlocked(ways, ways.every((way) => way === 'keychain') && this.#keychain?.weak === true);
        case 'locked':
          return wordLocked(state.failures);
        case 'empty':
          return wordEmpty(state.why, this.#keychain?.backend);
        case 'damaged':
          return wordDamaged(state.why);
      }
    };
    return { state: state.state, ways, ...words(), keychain: this.#keychain };
  }

  seal(recordId: string, text: string): string {
    const sealed = sealText(this.#master(), this.#sealContext(recordId), text);
    this.#remember(recordId, sealed, text);
    return sealed;
  }

  open(recordId: string, sealed: string): string {
    const cached = this.#opened.get(recordId);
    if (cached && cached.sealed === sealed) return cached.text;
    const text = openText(this.#master(), this.#sealContext(recordId), sealed);
    if (text === undefined) {
      throw new StoreError(
        'secret-unreadable',
        `The secret of ${recordId} is damaged or belongs to another record or home.`,
        'Replace the key: paste it again.',
      );
    }
    this.#remember(recordId, sealed, text);
    return text;
  }

  fingerprint(text: string): string {
    return fingerprintOf(text, this.#salt);
  }

  unlockWithPassphrase(passphrase: string): Promise<VaultStatus> {
    return this.#serially(async () => {
      if (this.#state.state === 'unlocked') return;
      if (!this.#document.vault.wraps.some((wrap) => wrap.kind === 'passphrase')) {
        throw new StoreError('invalid', 'This vault has no passphrase.', this.status().next);
      }
      await this.#unlock(passphrase);
      const state = this.#state as State;
      if (state.state === 'locked') {
        throw new StoreError(
          'wrong-passphrase',
          'That passphrase does not open the vault.',
          wordLocked(state.failures).next,
        );
      }
    });
  }

  setPassphrase(passphrase: string | null, actor = 'gateway'): Promise<VaultStatus> {
    if (passphrase === null) return this.removeWay('passphrase', actor);
    return this.#serially(async () => {
      checkPassphrase(passphrase);
      await this.#addWay(actor, (master) => this.#wrapPassphrase(master, passphrase));
    });
  }

  addKeychain(actor = 'gateway'): Promise<VaultStatus> {
    return this.#serially(() => this.#addKeychain(actor, false));
  }

  acceptWeak(actor = 'gateway'): Promise<VaultStatus> {
    return this.#serially(() => this.#addKeychain(actor, true));
  }

  addKeyFile(file?: string, actor = 'gateway'): Promise<VaultStatus> {
    return this.#serially(async () => {
      const path = file ?? this.#defaultKeyFile;
      await this.#addWay(actor, async (master) => this.#wrapKeyFile(master, await this.#obtainKeyFile(path)));
    });
  }

  removeWay(way: Way, actor = 'gateway'): Promise<VaultStatus> {
    return this.#serially(async () => {
      this.#master();
      const { wraps } = this.#document.vault;
      if (!wraps.some((wrap) => wrap.kind === way)) return;
      const rest = wraps.filter((wrap) => wrap.kind !== way);
      if (!(await this.#anyOpens(rest))) {
        throw new StoreError(
          'last-way-in',
          `Without ${nameOf(way)} nothing would open the vault any more.`,
          'Add another way in first: a passphrase, a key file or the keychain.',
        );
      }
      await this.#store.update({ actor, action: 'vault.way.remove', subject: way }, (draft) => {
        draft.vault.wraps = rest;
      });
      if (way === 'key-file') await this.#deleteOwnKeyFile();
    });
  }

  reset(options: { readonly passphrase?: string; readonly actor?: string } = {}): Promise<VaultStatus> {
    return this.#serially(async () => {
      const { passphrase, actor = 'gateway' } = options;
      if (passphrase !== undefined) checkPassphrase(passphrase);
      const master = randomBytes(KEY_BYTES);
      const wraps = await this.#wrapsForReset(master, passphrase);
      await this.#store.update({ actor, action: 'vault.reset', subject: 'vault' }, (draft) => {
        draft.vault.wraps = wraps;
        draft.vault.check = wraps.length === 0 ? null : this.#checkOf(master);
        draft.providerKeys = [];
        for (const route of draft.routes) for (const target of route.targets) delete target.key;
      });
      this.#opened.clear();
      this.#state = wraps.length > 0 ? { state: 'unlocked', master } : { state: 'empty', why: this.#whyEmpty() };
    });
  }

  knownSecrets(): readonly KnownSecret[] {
    const snapshot = this.#store.snapshot;
    if (this.#known?.of === snapshot) return this.#known.secrets;
    if (this.#state.state === 'unlocked') {
      for (const key of snapshot.document.providerKeys) {
        try {
          this.open(key.id, key.sealed);
        } catch (error) {
          if (!(error instanceof StoreError)) throw error; // a damaged seal hides nothing that could leak
        }
      }
    }
    const secrets = new Map(this.#remembered);
    for (const secret of secretsOfDocument(snapshot.document)) secrets.set(secret.text, secret);
    this.#known = { of: snapshot, secrets: [...secrets.values()] };
    return this.#known.secrets;
  }

  subscribe(fn: (status: VaultStatus) => void) {
    this.#subscribers.add(fn);
    return () => {
      this.#subscribers.delete(fn);
    };
  }

  close(): void {
    if (this.#state.state === 'unlocked') this.#state.master.fill(0);
    this.#state = { state: 'locked', failures: [] };
    this.#opened.clear();
    this.#remembered.clear();
    this.#known = undefined;
  }

  get #document() {
    return this.#store.snapshot.document;
  }

  get #wrapContext(): WrapContext {
    return { homeId: this.#document.homeId, salt: this.#salt };
  }

  get #defaultKeyFile(): string {
    return homePaths(this.#store.home).masterKey;
  }

  #sealContext(recordId: string): string[] {
    return ['seal', this.#document.homeId, recordId];
  }

  #checkOf(master: Buffer): string {
    return sealText(master, this.#sealContext('vault/check'), CHECK_TEXT);
  }

  /** The master key, or the error that says why there is none. */
  #master(): Buffer {
    if (this.#state.state === 'unlocked') return this.#state.master;
    const { state, sentence, next } = this.status();
    throw new StoreError(`vault-${state as 'locked' | 'empty' | 'damaged'}`, sentence, next);
  }

  #serially(work: () => Promise<void>): Promise<VaultStatus> {
    const done = this.#queue.then(async () => {
      await work();
      this.#known = undefined;
      const status = this.status();
      for (const fn of [...this.#subscribers]) fn(status);
      return status;
    });
    this.#queue = done.catch(() => undefined); // the caller gets the error
    return done;
  }

  #remember(recordId: string, sealed: string, text: string): void {
    this.#opened.set(recordId, { sealed, text });
    for (const secret of secretsOfProviderKey(recordId, text)) {
      if (this.#remembered.has(secret.text)) continue;
      if (this.#remembered.size >= MOST_REMEMBERED) {
        const [oldest] = this.#remembered.keys();
        if (oldest !== undefined) this.#remembered.delete(oldest);
      }
      this.#remembered.set(secret.text, secret);
      this.#known = undefined;
    }
  }

  async #unlock(passphrase: string | undefined): Promise<void> {
    const { vault } = this.#document;
    const asked = this.#options.keyFile;
    const keyFiles = new Set([
      asked,
      ...vault.wraps.map((wrap) => (wrap.kind === 'key-file' ? (wrap.path ?? this.#defaultKeyFile) : undefined)),
    ]);
    const given = {
      keyFiles: [...keyFiles].filter((file) => file !== undefined),
      passphrase,
      keychain: this.#options.keychain,
    };
    const unwrapped = await unwrapMaster(vault.wraps, given, this.#wrapContext);
    if (!unwrapped.master) {
      this.#state = { state: 'locked', failures: unwrapped.failures };
      return;
    }
    const { master } = unwrapped;
    if (vault.check !== null && openText(master, this.#sealContext('vault/check'), vault.check) !== CHECK_TEXT) {
      this.#state = { state: 'damaged', why: 'check' };
      return;
    }
    this.#state = { state: 'unlocked', master };
    this.#noticeFailures(unwrapped.failures);
    if (unwrapped.keyFile?.openToOthers) this.#noticeOpenKeyFile(unwrapped.keyFile.path);
  }

  /** A new home: makes the way in that suits where it runs, or leaves it for the first seal to ask. */
  async #beginEmpty(): Promise<void> {
    const { keychain, keyFile, passphrase } = this.#options;
    if (this.#store.readOnly) {
      this.#state = { state: 'empty', why: 'read-only' };
      return;
    }
    const actor = 'gateway';
    this.#state = { state: 'empty', why: this.#whyEmpty() };
    if (passphrase !== undefined) {
      checkPassphrase(passphrase);
      await this.#addWay(actor, (master) => this.#wrapPassphrase(master, passphrase));
    }
    if (keyFile !== undefined || (!keychain && passphrase === undefined)) await this.#beginWithKeyFile(actor);
    else if (keychain && this.#keychain && !this.#keychain.weak) await this.#addKeychain(actor, false);
  }

  async #beginWithKeyFile(actor: string): Promise<void> {
    const path = this.#options.keyFile ?? this.#defaultKeyFile;
    const before = await readKeyFile(path);
    await this.#addWay(actor, async (master) => this.#wrapKeyFile(master, await this.#obtainKeyFile(path)));
    if (before.state === 'good') return;
    this.#notice({
      id: 'vault-key-file',
      level: 'info',
      sentence: `A key file was made that opens the vault: ${path}. Whoever can read it can read the provider keys.`,
      next: 'Keep a copy in a safe place: without it the stored provider keys are lost. Or set a passphrase with `keyward vault passphrase`.',
    });
  }

  #whyEmpty(): 'no-keychain' | 'weak-keychain' {
    return this.#keychain?.weak ? 'weak-keychain' : 'no-keychain';
  }

  /** Wraps the master key (a new one in an empty vault) one more way; a way of the same kind is replaced. */
  async #addWay(actor: string, wrapMaster: (master: Buffer) => Promise<Wrap>): Promise<void> {
    const fresh = this.#state.state === 'empty';
    const master = fresh ? randomBytes(KEY_BYTES) : this.#master();
    const wrap = await wrapMaster(master);
    await this.#store.update({ actor, action: 'vault.way.add', subject: wrap.kind }, (draft) => {
      draft.vault.wraps = [...draft.vault.wraps.filter((other) => other.kind !== wrap.kind), wrap];
      if (fresh || draft.vault.check === null) draft.vault.check = this.#checkOf(master);
    });
    this.#state = { state: 'unlocked', master };
  }

  async #addKeychain(actor: string, weakAccepted: boolean): Promise<void> {
    const { keychain } = this.#options;
    if (!keychain || !(await isAvailable(keychain))) {
      throw new StoreError(
        'no-keychain',
        'There is no keychain on this computer to ask.',
        'Choose a passphrase instead.',
      );
    }
    if (keychain.weak && !weakAccepted) {
      throw new StoreError(
        'weak-keychain',
        `This computer's keychain (${keychain.backend}) only hides secrets, it does not protect them.`,
        'Choose a passphrase, or accept the weak protection.',
      );
    }
    await this.#addWay(actor, (master) => wrapWithKeychain(master, keychain, this.#wrapContext));
  }

  #wrapPassphrase(master: Buffer, passphrase: string): Promise<Wrap> {
    return wrapWithPassphrase(master, passphrase, this.#wrapContext, this.#options.scryptCost);
  }

  #wrapKeyFile(master: Buffer, file: KeyFile & { state: 'good' }): Wrap {
    const own = file.path === this.#defaultKeyFile;
    return wrapWithKeyFile(master, file, own ? undefined : file.path, this.#wrapContext);
  }

  /** The key file of that path as it is, or a new one; what cannot be a key is set aside, not overwritten. */
  async #obtainKeyFile(path: string): Promise<KeyFile & { state: 'good' }> {
    const file = await readKeyFile(path);
    if (file.state === 'good') return file;
    try {
      if (file.state === 'unusable') {
        if (path !== this.#defaultKeyFile) {
          throw new StoreError(
            'invalid',
            `${path} ${file.reason}.`,
            'Name another key file, or one that does not exist yet to have it made.',
          );
        }
        await setKeyFileAside(path, Date.now());
      }
      return await createKeyFile(path);
    } catch (error) {
      throw explainWriteError(error, 'The key file', path);
    }
  }

  async #wrapsForReset(master: Buffer, passphrase: string | undefined): Promise<Wrap[]> {
    const { keychain, keyFile } = this.#options;
    const old = this.#document.vault.wraps;
    const wraps: Wrap[] = [];
    if (passphrase !== undefined) wraps.push(await this.#wrapPassphrase(master, passphrase));
    const oldFile = old.find((wrap) => wrap.kind === 'key-file');
    if (keyFile !== undefined || oldFile || (!keychain && passphrase === undefined)) {
      const path = keyFile ?? (oldFile?.kind === 'key-file' ? oldFile.path : undefined) ?? this.#defaultKeyFile;
      wraps.push(this.#wrapKeyFile(master, await this.#obtainKeyFile(path)));
    }
    // A weak keychain was accepted before if it is a way in already.
    const accepted = this.#keychain && (!this.#keychain.weak || old.some((wrap) => wrap.kind === 'keychain'));
    if (keychain && accepted) wraps.push(await wrapWithKeychain(master, keychain, this.#wrapContext));
    return wraps;
  }

  /** A passphrase counts by itself; key file and keychain must prove themselves now. */
  async #anyOpens(wraps: readonly Wrap[]): Promise<boolean> {
    if (wraps.some((wrap) => wrap.kind === 'passphrase')) return true;
    const files = wraps.map((wrap) => (wrap.kind === 'key-file' ? (wrap.path ?? this.#defaultKeyFile) : undefined));
    const given = { keyFiles: files.filter((file) => file !== undefined), keychain: this.#options.keychain };
    return (await unwrapMaster(wraps, given, this.#wrapContext)).master !== undefined;
  }

  async #deleteOwnKeyFile(): Promise<void> {
    await unlink(this.#defaultKeyFile).catch((error: unknown) => {
      if (isMissing(error)) return;
      throw new StoreError(
        'disk',
        `The key file ${this.#defaultKeyFile} no longer opens the vault, but could not be deleted (${errorCode(error)}).`,
        'Delete it by hand.',
        error,
      );
    });
  }

  #noticeFailures(failures: readonly WayFailure[]): void {
    const broken = failures.filter((failure) => failure.reason !== 'not-given' && failure.reason !== 'not-here');
    if (broken.length === 0) return;
    const { sentence } = wordLocked(broken);
    this.#notice({
      id: 'vault-way-broken',
      level: 'warning',
      sentence: `The vault is open, but one way in failed:${sentence.slice(sentence.indexOf(':') + 1)}`,
      next: 'Mend that way in, or take it away, while another still opens the vault.',
    });
  }

  #noticeOpenKeyFile(path: string): void {
    this.#notice({
      id: 'vault-key-file-open',
      level: 'warning',
      sentence: `Other users of this computer can read the key file ${path}.`,
      next: `Close it to them: chmod 600 ${path}`,
    });
  }

  #notice(notice: Notice): void {
    this.notices = [...this.notices.filter(({ id }) => id !== notice.id), notice];
  }
}

function checkPassphrase(passphrase: string): void {
  if ([...passphrase].length >= SHORTEST_PASSPHRASE) return;
  throw new StoreError(
    'invalid',
    `A passphrase needs at least ${SHORTEST_PASSPHRASE} characters.`,
    'Choose a longer one; several words are easy to remember.',
  );
}

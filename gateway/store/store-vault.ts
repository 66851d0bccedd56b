/** The vault over a store: holds the state, decides which way in to try and when; see vault.ts for what it promises. */
import { randomBytes } from 'node:crypto';
import { homePaths } from './home.ts';
import { deleteKeyFile, type GoodKeyFile, obtainKeyFile, readKeyFile } from './key-file.ts';
import type { KnownSecret } from './known-secrets.ts';
import { Listeners } from './listeners.ts';
import type { Notice } from './notice.ts';
import { OpenedSecrets } from './opened-secrets.ts';
import type { Store } from './store.ts';
import { StoreError } from './store-error.ts';
import { fingerprintOf, KEY_BYTES, openText, sealText } from './vault-cipher.ts';
import type { Vault, VaultOptions } from './vault-types.ts';
import {
  isAvailable,
  unwrapMaster,
  type Wrap,
  type WrapContext,
  wrapWithKeychain,
  wrapWithKeyFile,
  wrapWithPassphrase,
} from './vault-ways.ts';
import {
  type ClosedState,
  nameOf,
  type VaultStatus,
  type Way,
  type WayFailure,
  wordClosed,
  wordLocked,
  wordUnlocked,
} from './vault-words.ts';

const SHORTEST_PASSPHRASE = 8;
const CHECK_TEXT = 'keyward vault';

/** With the key where it is open; `words` know the rest. */
type State = { readonly state: 'unlocked'; readonly master: Buffer } | ClosedState;

export class StoreVault implements Vault {
  readonly #store: Store;
  readonly #options: VaultOptions;
  readonly #salt: Buffer;
  readonly #listeners = new Listeners<VaultStatus>();
  readonly #secrets = new OpenedSecrets();
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
    const words = state.state === 'unlocked' ? wordUnlocked(ways, this.#keychain) : wordClosed(state, this.#keychain);
    return { state: state.state, ways, ...words, keychain: this.#keychain };
  }

  seal(recordId: string, text: string): string {
    const sealed = sealText(this.#master(), this.#sealContext(recordId), text);
    this.#secrets.put(recordId, sealed, text);
    return sealed;
  }

  open(recordId: string, sealed: string): string {
    const known = this.#secrets.get(recordId, sealed);
    if (known !== undefined) return known;
    const text = openText(this.#master(), this.#sealContext(recordId), sealed);
    if (text === undefined) {
      throw new StoreError(
        'secret-unreadable',
        `The secret of ${recordId} is damaged or belongs to another record or home.`,
        'Replace the key: paste it again.',
      );
    }
    this.#secrets.put(recordId, sealed, text);
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
      if (way === 'key-file') await deleteKeyFile(this.#defaultKeyFile);
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
      this.#secrets.forgetSeals();
      this.#state = wraps.length > 0 ? { state: 'unlocked', master } : { state: 'empty', why: this.#whyEmpty() };
    });
  }

  knownSecrets(): readonly KnownSecret[] {
    return this.#secrets.list(this.#document, () => {
      if (this.#state.state !== 'unlocked') return;
      for (const key of this.#document.providerKeys) {
        try {
          this.open(key.id, key.sealed);
        } catch (error) {
          if (!(error instanceof StoreError)) throw error; // a damaged seal hides nothing that could leak
        }
      }
    });
  }

  subscribe(fn: (status: VaultStatus) => void) {
    return this.#listeners.add(fn);
  }

  close(): void {
    if (this.#state.state === 'unlocked') this.#state.master.fill(0);
    this.#state = { state: 'locked', failures: [] };
    this.#secrets.forgetAll();
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
      this.#secrets.refresh();
      const status = this.status();
      this.#listeners.tell(status);
      return status;
    });
    this.#queue = done.catch(() => undefined); // the caller gets the error
    return done;
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
    if (this.#store.readOnly) {
      this.#state = { state: 'empty', why: 'read-only' };
      return;
    }
    this.#state = { state: 'empty', why: this.#whyEmpty() };
    try {
      await this.#makeFirstWays('gateway');
    } catch (error) {
      // A full disk, a passphrase that is too short: said in the status, and the next attempt may succeed.
      if (!(error instanceof StoreError)) throw error;
      if (this.#state.state === 'empty')
        this.#state = { state: 'empty', why: 'failed', sentence: error.message, next: error.next };
    }
  }

  async #makeFirstWays(actor: string): Promise<void> {
    const { keychain, keyFile, passphrase } = this.#options;
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

  #wrapKeyFile(master: Buffer, file: GoodKeyFile): Wrap {
    const own = file.path === this.#defaultKeyFile;
    return wrapWithKeyFile(master, file, own ? undefined : file.path, this.#wrapContext);
  }

  #obtainKeyFile(path: string): Promise<GoodKeyFile> {
    return obtainKeyFile(path, path === this.#defaultKeyFile);
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

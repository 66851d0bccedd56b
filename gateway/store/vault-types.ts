/** What the vault promises; see vault.ts for what it is. */
import type { KnownSecret } from './known-secrets.ts';
import type { Notice } from './notice.ts';
import type { Store } from './store.ts';
import type { ScryptCost } from './vault-cipher.ts';
import type { Keychain } from './vault-ways.ts';
import type { VaultStatus, Way } from './vault-words.ts';

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

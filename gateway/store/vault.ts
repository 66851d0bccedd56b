/**
 * The vault: provider keys, sealed under one master key that lives in memory only and lies on the disk wrapped in one or
 * several ways (key file, passphrase, keychain), any of which opens it. Whatever goes wrong with them is a state that a
 * person can see and mend; nothing here throws secrets away unless `reset` is asked for.
 */
import { StoreVault } from './store-vault.ts';
import type { Vault, VaultOptions } from './vault-types.ts';

export type { Vault, VaultOptions } from './vault-types.ts';
export type { Keychain } from './vault-ways.ts';
export type { VaultStatus } from './vault-words.ts';

/** Opens the vault with whatever is at hand; on a new home, makes it. Where it stays closed, `status()` says why. */
export async function openVault(options: VaultOptions): Promise<Vault> {
  const vault = new StoreVault(options);
  await vault.begin();
  return vault;
}

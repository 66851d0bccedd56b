/** A vault in a home, opened for the time of a visit or of the test. */
import { openStore, type Store } from '../../gateway/store/store.ts';
import { openVault, type Vault, type VaultOptions } from '../../gateway/store/vault.ts';
import { providerKey, storeIn } from './temporary-home.ts';

export const SECRET = 'sk-proj-CANARY-7f3a9d2e51b84c06';
export const PASSPHRASE = 'correct horse battery staple';
/** Quick, because how slow scrypt is has a test of its own. */
const QUICK = { n: 1024, r: 8, p: 1 };

type Given = Omit<VaultOptions, 'store'>;

/** Opens store and vault, lets `work` use them, closes both. */
export async function visit<T>(
  home: string,
  given: Given,
  work: (vault: Vault, store: Store) => T | Promise<T>,
): Promise<T> {
  const store = await openStore({ home });
  const vault = await openVault({ store, scryptCost: QUICK, ...given });
  try {
    return await work(vault, store);
  } finally {
    vault.close();
    await store.close();
  }
}

export async function vaultIn(home: string, given: Given = {}): Promise<{ vault: Vault; store: Store }> {
  const store = await storeIn(home);
  return { store, vault: await openVault({ store, scryptCost: QUICK, ...given }) };
}

export async function addKey(vault: Vault, store: Store, id: string, secret: string): Promise<void> {
  const sealed = vault.seal(id, secret);
  await store.update({ actor: 'test', action: 'provider-key.add', subject: id }, (draft) => {
    draft.providerKeys.push(providerKey(id, sealed));
  });
}

export const openKey = (vault: Vault, store: Store, id: string) =>
  vault.open(id, store.snapshot.providerKeys.get(id)?.sealed ?? '');

import { describe, expect, it } from 'vitest';
import { type SafeStorageLike, safeStorageKeychain } from '../../electron/keychain.ts';

/** Electron's own rules in small: the stand-in is refused until plain text was allowed in so many words. */
function systemStorage(backend: 'basic_text' | 'gnome_libsecret', generation: 'both' | 'older'): SafeStorageLike {
  let plainTextAllowed = false;
  const available = () => backend !== 'basic_text' || plainTextAllowed;
  const encryptString = (text: string) => {
    if (!available()) throw new Error('Encryption is not available.');
    return Buffer.from(`v11${text}`).reverse();
  };
  const decryptString = (buffer: Buffer) => {
    const text = Buffer.from(buffer).reverse().toString();
    if (!available() || !text.startsWith('v11')) throw new Error('Error while decrypting the ciphertext.');
    return text.slice(3);
  };
  const older: SafeStorageLike = {
    isEncryptionAvailable: available,
    encryptString,
    decryptString,
    getSelectedStorageBackend: () => backend,
    setUsePlainTextEncryption: (allowed) => {
      plainTextAllowed = allowed;
    },
  };
  if (generation === 'older') return older;
  const refuse = () => {
    throw new Error('the older half must not be used where the newer is there');
  };
  return {
    ...older,
    isEncryptionAvailable: refuse,
    encryptString: refuse,
    decryptString: refuse,
    isAsyncEncryptionAvailable: async () => available(),
    encryptStringAsync: async (text) => encryptString(text),
    decryptStringAsync: async (buffer) => ({ result: decryptString(buffer), shouldReEncrypt: false }),
  };
}

describe.each(['both', 'older'] as const)('the keychain, over %s halves of safeStorage', (generation) => {
  it('keeps a text and gives it back', async () => {
    const keychain = safeStorageKeychain(systemStorage('gnome_libsecret', generation), 'linux');
    expect([keychain.backend, keychain.weak, await keychain.available()]).toEqual(['gnome_libsecret', false, true]);
    const sealed = await keychain.encrypt('master key');
    expect(sealed.toString()).not.toContain('master key');
    expect(await keychain.decrypt(sealed)).toBe('master key');
  });

  it('reports the stand-in as weak, never silently, and can use it by the user’s word', async () => {
    const keychain = safeStorageKeychain(systemStorage('basic_text', generation), 'linux');
    expect([keychain.backend, keychain.weak, await keychain.available()]).toEqual(['basic_text', true, true]);
    expect(await keychain.decrypt(await keychain.encrypt('x'))).toBe('x');
  });

  it('rejects what another keychain sealed', async () => {
    const keychain = safeStorageKeychain(systemStorage('gnome_libsecret', generation), 'linux');
    await expect(keychain.decrypt(Buffer.from('foreign'))).rejects.toThrow('decrypting');
  });

  it('names the systems that have no choice of keychain', () => {
    const storage = systemStorage('gnome_libsecret', generation);
    expect(safeStorageKeychain(storage, 'darwin')).toMatchObject({ backend: 'keychain', weak: false });
    expect(safeStorageKeychain(storage, 'win32')).toMatchObject({ backend: 'dpapi', weak: false });
  });
});

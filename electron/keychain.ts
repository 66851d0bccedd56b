import type { SafeStorage } from 'electron';
import type { Keychain } from '../gateway/store/vault.ts';

/** What we use of Electron's safeStorage. The asynchronous half came late; where it lacks, the older half does. */
export type SafeStorageLike = Pick<SafeStorage, 'isEncryptionAvailable' | 'encryptString' | 'decryptString'> &
  Partial<
    Pick<
      SafeStorage,
      | 'isAsyncEncryptionAvailable'
      | 'encryptStringAsync'
      | 'decryptStringAsync'
      | 'getSelectedStorageBackend'
      | 'setUsePlainTextEncryption'
    >
  >;

/**
 * The operating system's keychain for the vault. Call once the app is ready: before that Linux does not know which one it has.
 *
 * `basic_text` is Chromium's stand-in on a Linux without a keychain: a password that is the same on every machine. It is
 * reported as weak, and the vault uses a weak keychain by the user's word only, so that nobody believes to be protected
 * who is not.
 */
export function safeStorageKeychain(safeStorage: SafeStorageLike, platform: NodeJS.Platform): Keychain {
  const backend = backendName(safeStorage, platform);
  const weak = backend === 'basic_text';
  return {
    backend,
    weak,
    async available() {
      // Electron counts the stand-in as available only after this word; it encrypts nothing by itself.
      if (weak) safeStorage.setUsePlainTextEncryption?.(true);
      return safeStorage.isAsyncEncryptionAvailable
        ? safeStorage.isAsyncEncryptionAvailable()
        : safeStorage.isEncryptionAvailable();
    },
    async encrypt(text) {
      return safeStorage.encryptStringAsync ? safeStorage.encryptStringAsync(text) : safeStorage.encryptString(text);
    },
    async decrypt(buffer) {
      if (!safeStorage.decryptStringAsync) return safeStorage.decryptString(buffer);
      return (await safeStorage.decryptStringAsync(buffer)).result;
    },
  };
}

function backendName(safeStorage: SafeStorageLike, platform: NodeJS.Platform): string {
  if (platform === 'darwin') return 'keychain';
  if (platform === 'win32') return 'dpapi';
  return safeStorage.getSelectedStorageBackend?.() ?? 'unknown';
}

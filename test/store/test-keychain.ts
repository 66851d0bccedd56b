/** A keychain as an operating system has one: its key never leaves it, and another computer's has another key. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Keychain } from '../../gateway/store/vault.ts';

export class TestKeychain implements Keychain {
  readonly backend: string;
  readonly weak: boolean;
  state: 'available' | 'unavailable' | 'throws';
  /** What it was given to encrypt. */
  readonly seen: string[] = [];
  #key = randomBytes(32);

  constructor(options: { backend?: string; weak?: boolean; available?: boolean | 'throws' } = {}) {
    this.backend = options.backend ?? 'test';
    this.weak = options.weak ?? false;
    this.state = options.available === 'throws' ? 'throws' : options.available === false ? 'unavailable' : 'available';
  }

  /** As after a reinstalled system. */
  forget(): void {
    this.#key = randomBytes(32);
  }

  async available(): Promise<boolean> {
    if (this.state === 'throws') throw new Error('org.freedesktop.DBus.Error.NoReply');
    return this.state === 'available';
  }

  async encrypt(text: string): Promise<Buffer> {
    this.seen.push(text);
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce);
    return Buffer.concat([nonce, cipher.update(text), cipher.final(), cipher.getAuthTag()]);
  }

  async decrypt(buffer: Buffer): Promise<string> {
    const decipher = createDecipheriv('aes-256-gcm', this.#key, buffer.subarray(0, 12));
    decipher.setAuthTag(buffer.subarray(-16));
    return decipher.update(buffer.subarray(12, -16), undefined, 'utf8') + decipher.final('utf8');
  }
}

/** The vault's cryptography: AES-256-GCM seals, and the keys that wrap the master key. Pure, but for randomness. */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes, scrypt } from 'node:crypto';

const FORMAT = 'v1.';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
export const KEY_BYTES = 32;

/**
 * Seals `text` so that only `key` opens it and only for the same `context` (home and record): a seal moved to another
 * record or home does not open there.
 */
export function sealText(key: Buffer, context: readonly string[], text: string): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(contextBytes(context));
  const sealed = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return FORMAT + sealed.toString('base64url');
}

/** The sealed text, or undefined when key, context or seal do not fit together. */
export function openText(key: Buffer, context: readonly string[], sealed: string): string | undefined {
  if (!sealed.startsWith(FORMAT)) return undefined;
  const bytes = Buffer.from(sealed.slice(FORMAT.length), 'base64url');
  if (bytes.length < NONCE_BYTES + TAG_BYTES) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAAD(contextBytes(context));
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    const text = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES));
    return Buffer.concat([text, decipher.final()]).toString('utf8');
  } catch {
    return undefined; // the tag does not fit: which of the three is wrong cannot be known
  }
}

/** Unambiguous: no part can run into the next, whatever it holds. */
function contextBytes(context: readonly string[]): Buffer {
  return Buffer.from(JSON.stringify(['keyward', FORMAT, ...context]));
}

/** The key that a key file's content stands for. The content is random already, so one fast derivation is enough. */
export function keyFromFile(content: string, salt: Buffer): Buffer {
  return Buffer.from(hkdfSync('sha256', content, salt, 'keyward key file', KEY_BYTES));
}

export interface ScryptCost {
  readonly n: number;
  readonly r: number;
  readonly p: number;
}

/** About 0.3 s and 128 MiB: what OWASP recommends, bearable once at a start, hard on whoever tries a word list. */
export const SCRYPT_COST: ScryptCost = { n: 2 ** 17, r: 8, p: 1 };

/** Bounds for what stands in the file: a mangled number must not take the machine's memory. */
export function isSaneCost({ n, r, p }: ScryptCost): boolean {
  const wholes = [n, r, p].every((value) => Number.isInteger(value) && value >= 1);
  return wholes && n >= 2 && n <= 2 ** 20 && Math.log2(n) % 1 === 0 && r <= 16 && p <= 8;
}

/** The key that a passphrase stands for. The same words typed on different keyboards give the same key (NFKC). */
export function keyFromPassphrase(passphrase: string, salt: Buffer, cost: ScryptCost): Promise<Buffer> {
  const { n, r, p } = cost;
  return new Promise((resolve, reject) => {
    const maxmem = 128 * n * r * p + 32 * 1024 * 1024;
    scrypt(passphrase.normalize('NFKC'), salt, KEY_BYTES, { N: n, r, p, maxmem }, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}

/** 16 hex characters; equal for equal texts under one salt, and of no use without it. */
export function fingerprintOf(text: string, salt: Buffer): string {
  return createHmac('sha256', salt).update(text).digest('hex').slice(0, 16);
}

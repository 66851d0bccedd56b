/** The key that signs this home's bundles: whoever knows the home knows that a bundle came from there unchanged. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { writeDurably } from '../store/durable-file.ts';
import { homePaths } from '../store/home.ts';
import { isMissing } from '../store/store-error.ts';

export interface SigningKey {
  readonly privateKey: KeyObject;
  /** SPKI, base64. */
  readonly publicKey: string;
}

/** The home's key, made at its first use. One that cannot be read is replaced: it only ever vouched for what was sent. */
export async function signingKeyOf(home: string): Promise<SigningKey> {
  const file = homePaths(home).signingKey;
  const kept = await readFile(file, 'utf8').catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
  const read = kept === undefined ? undefined : parseKey(kept);
  if (read) return withPublic(read);
  const { privateKey } = generateKeyPairSync('ed25519');
  await writeDurably(file, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  return withPublic(privateKey);
}

function parseKey(pem: string): KeyObject | undefined {
  try {
    const key = createPrivateKey(pem);
    return key.asymmetricKeyType === 'ed25519' ? key : undefined;
  } catch {
    return undefined; // torn or foreign
  }
}

function withPublic(privateKey: KeyObject): SigningKey {
  const publicKey = createPublicKey(privateKey).export({ type: 'spki', format: 'der' }).toString('base64');
  return { privateKey, publicKey };
}

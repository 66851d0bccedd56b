/** The secrets of a configuration file under a passphrase, bound to the rest of the file: an address changed there must not receive a key. */
import { createHash, randomBytes } from 'node:crypto';
import { canonicalJson } from '../../cache/canonical-json.ts';
import { isSaneCost, keyFromPassphrase, openText, SCRYPT_COST, sealText } from '../../store/vault-cipher.ts';
import { TransferError } from '../transfer-error.ts';
import type { ConfigFile } from './config-file.ts';

export type SecretAt = readonly [pointer: string, value: unknown];

export async function sealSecrets(
  open: object,
  secrets: readonly SecretAt[],
  passphrase: string,
): Promise<NonNullable<ConfigFile['sealed']>> {
  const salt = randomBytes(16);
  const key = await keyFromPassphrase(passphrase, salt, SCRYPT_COST);
  const text = sealText(key, ['config', digestOf(open)], JSON.stringify(secrets));
  return { kdf: 'scrypt', salt: salt.toString('base64'), ...SCRYPT_COST, text };
}

/** `file`: the JSON as it was read. Throws a TransferError for a wrong passphrase or a file that was changed. */
export async function openSecrets(
  file: object,
  sealed: NonNullable<ConfigFile['sealed']>,
  passphrase: string,
): Promise<SecretAt[]> {
  const { n, r, p } = sealed;
  const { sealed: _, ...open } = file as { sealed?: unknown };
  const key = isSaneCost({ n, r, p })
    ? await keyFromPassphrase(passphrase, Buffer.from(sealed.salt, 'base64'), { n, r, p })
    : undefined;
  const text = key && openText(key, ['config', digestOf(open)], sealed.text);
  if (text === undefined) {
    throw new TransferError(
      'The secrets in this file do not open: the passphrase is another one, or the file was changed after it was sealed.',
      'Try the passphrase again, or export the configuration anew. Nothing was changed.',
    );
  }
  return JSON.parse(text) as SecretAt[];
}

function digestOf(open: object): string {
  const text = JSON.stringify(open);
  return createHash('sha256')
    .update(canonicalJson(text) ?? text)
    .digest('hex');
}

/** The ways into the vault: wrapping the master key, and unwrapping it again. No state; the vault decides when. */
import { randomBytes } from 'node:crypto';
import { type GoodKeyFile, type KeyFile, readKeyFile } from './key-file.ts';
import type { VaultDocument } from './schema.ts';
import {
  isSaneCost,
  KEY_BYTES,
  keyFromFile,
  keyFromPassphrase,
  openText,
  SCRYPT_COST,
  type ScryptCost,
  sealText,
} from './vault-cipher.ts';
import type { WayFailure } from './vault-words.ts';

/** The operating system's keychain as the desktop shell offers it. */
export interface Keychain {
  /** `gnome_libsecret`, `kwallet6`, `keychain`, `dpapi`, `basic_text` … */
  readonly backend: string;
  /** True when it merely hides (basic_text). */
  readonly weak: boolean;
  encrypt(text: string): Promise<Buffer>;
  /** Rejects when the keychain does not have the key, e.g. on another computer. */
  decrypt(buffer: Buffer): Promise<string>;
  available(): Promise<boolean>;
}

export type Wrap = VaultDocument['wraps'][number];

/** What seals are bound to, and the salt of this home. */
export interface WrapContext {
  readonly homeId: string;
  readonly salt: Buffer;
}

export interface WaysGiven {
  /** Candidates, the one asked for first. */
  readonly keyFiles: readonly string[];
  readonly passphrase?: string;
  readonly keychain?: Keychain;
}

export function wrapWithKeyFile(
  master: Buffer,
  file: GoodKeyFile,
  path: string | undefined,
  context: WrapContext,
): Wrap {
  const wrapped = sealText(
    keyFromFile(file.content, context.salt),
    aad(context, 'key-file'),
    master.toString('base64'),
  );
  return path === undefined ? { kind: 'key-file', wrapped } : { kind: 'key-file', wrapped, path };
}

export async function wrapWithPassphrase(
  master: Buffer,
  passphrase: string,
  context: WrapContext,
  cost: ScryptCost = SCRYPT_COST,
): Promise<Wrap> {
  const salt = randomBytes(32);
  const key = await keyFromPassphrase(passphrase, salt, cost);
  const wrapped = sealText(key, aad(context, 'passphrase'), master.toString('base64'));
  return { kind: 'passphrase', wrapped, salt: salt.toString('base64'), ...cost };
}

export async function wrapWithKeychain(master: Buffer, keychain: Keychain, context: WrapContext): Promise<Wrap> {
  const encrypted = await keychain.encrypt(keychainText(master, context));
  return { kind: 'keychain', wrapped: encrypted.toString('base64'), backend: keychain.backend };
}

export type Unwrapped =
  | {
      readonly master: Buffer;
      readonly by: Wrap;
      readonly keyFile?: GoodKeyFile;
      readonly failures: WayFailure[];
    }
  | { readonly master: undefined; readonly failures: WayFailure[] };

/** Tries every way there is, cheapest first. Never throws. */
export async function unwrapMaster(wraps: readonly Wrap[], given: WaysGiven, context: WrapContext): Promise<Unwrapped> {
  const failures: WayFailure[] = [];
  const fileWraps = wraps.filter((wrap) => wrap.kind === 'key-file');
  if (fileWraps.length > 0) {
    for (const path of given.keyFiles) {
      const file = await readKeyFile(path);
      for (const wrap of file.state === 'good' ? fileWraps : []) {
        const master = file.state === 'good' ? openWithFile(wrap, file.content, context) : undefined;
        if (master && file.state === 'good') return { master, by: wrap, keyFile: file, failures };
      }
      failures.push(fileFailure(file));
    }
  }
  for (const wrap of wraps) {
    if (wrap.kind !== 'passphrase') continue;
    const master =
      given.passphrase === undefined ? undefined : await openWithPassphrase(wrap, given.passphrase, context);
    if (master) return { master, by: wrap, failures };
    failures.push({ way: 'passphrase', reason: given.passphrase === undefined ? 'not-given' : 'wrong' });
  }
  for (const wrap of wraps) {
    if (wrap.kind !== 'keychain') continue;
    const master = await openWithKeychain(wrap, given.keychain, context);
    if (Buffer.isBuffer(master)) return { master, by: wrap, failures };
    failures.push({ way: 'keychain', reason: master, backend: wrap.backend });
  }
  return { master: undefined, failures };
}

function fileFailure(file: KeyFile): WayFailure {
  if (file.state === 'unusable') return { way: 'key-file', reason: 'unusable', path: file.path, detail: file.reason };
  return { way: 'key-file', reason: file.state === 'missing' ? 'missing' : 'wrong', path: file.path };
}

export function openWithFile(
  wrap: Wrap & { kind: 'key-file' },
  content: string,
  context: WrapContext,
): Buffer | undefined {
  return masterFrom(openText(keyFromFile(content, context.salt), aad(context, 'key-file'), wrap.wrapped));
}

async function openWithPassphrase(
  wrap: Wrap & { kind: 'passphrase' },
  passphrase: string,
  context: WrapContext,
): Promise<Buffer | undefined> {
  if (!isSaneCost(wrap)) return undefined;
  const key = await keyFromPassphrase(passphrase, Buffer.from(wrap.salt, 'base64'), wrap);
  return masterFrom(openText(key, aad(context, 'passphrase'), wrap.wrapped));
}

async function openWithKeychain(
  wrap: Wrap & { kind: 'keychain' },
  keychain: Keychain | undefined,
  context: WrapContext,
): Promise<Buffer | 'not-here' | 'unavailable' | 'lost'> {
  if (!keychain) return 'not-here';
  if (!(await isAvailable(keychain))) return 'unavailable';
  try {
    const text = await keychain.decrypt(Buffer.from(wrap.wrapped, 'base64'));
    const prefix = keychainText(Buffer.alloc(0), context);
    return (text.startsWith(prefix) ? masterFrom(text.slice(prefix.length)) : undefined) ?? 'lost';
  } catch {
    return 'lost'; // how a keychain refuses differs by system; that it does is what counts
  }
}

/** Never throws: a keychain that fails to answer is not available. */
export async function isAvailable(keychain: Keychain | undefined): Promise<boolean> {
  return (await keychain?.available().catch(() => false)) ?? false;
}

function masterFrom(text: string | undefined): Buffer | undefined {
  if (text === undefined) return undefined;
  const master = Buffer.from(text, 'base64');
  return master.length === KEY_BYTES ? master : undefined;
}

/** The keychain knows no associated data, so the home's id stands in front. */
function keychainText(master: Buffer, context: WrapContext): string {
  return `keyward:${context.homeId}:${master.toString('base64')}`;
}

function aad(context: WrapContext, kind: string): string[] {
  return ['wrap', kind, context.homeId];
}

/**
 * Gateway keys: `kw_` + public id + `_` + secret + 6-character checksum. The checksum tells a mistyped key from an unknown
 * one without a look into the store. Everything here runs on every request: synchronous and cheap.
 */
import crypto, { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { randomId } from './ids.ts';
import type { GatewayKey } from './schema.ts';

/** Letters and digits only: a double click selects the whole key, and no place escapes any of them. */
const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const ID_LENGTH = 10;
/** 43 characters of 62 are 256 bits. */
const SECRET_LENGTH = 43;
const CHECKSUM_LENGTH = 6;
const FORM = /^kw_([a-z0-9]{4,32})_([0-9A-Za-z]{32,128})$/;

export interface NewGatewayKey {
  /** The public id. */
  readonly id: string;
  /** The whole key; shown once and kept nowhere. */
  readonly key: string;
  /** SHA-256, hex: what the store keeps. */
  readonly hash: string;
  readonly lastFour: string;
}

/** A new key with 256 random bits; with `id`, a new secret for an existing public id (rotation). */
export function createGatewayKey(id?: string, random: (size: number) => Buffer = randomBytes): NewGatewayKey {
  const publicId = id ?? randomId(ID_LENGTH, random);
  const body = `kw_${publicId}_${randomBase62(SECRET_LENGTH, random)}`;
  const key = body + checksumOf(body);
  return { id: publicId, key, hash: hashGatewayKey(key), lastFour: key.slice(-4) };
}

export type ParsedGatewayKey =
  | { readonly ok: true; readonly id: string }
  /** `not-a-gateway-key`: does not begin with `kw_`. `mistyped`: cut off, added to, or with a wrong character. */
  | { readonly ok: false; readonly reason: 'not-a-gateway-key' | 'mistyped' };

/** Form and checksum only; whether such a key exists is the store's to say. Any text is fine, of any length. */
export function parseGatewayKey(text: string): ParsedGatewayKey {
  if (!text.startsWith('kw_')) return { ok: false, reason: 'not-a-gateway-key' };
  if (text.length > 256) return { ok: false, reason: 'mistyped' };
  const id = FORM.exec(text)?.[1];
  if (id === undefined) return { ok: false, reason: 'mistyped' };
  const body = text.slice(0, -CHECKSUM_LENGTH);
  return checksumOf(body) === text.slice(-CHECKSUM_LENGTH) ? { ok: true, id } : { ok: false, reason: 'mistyped' };
}

const oneShot: typeof crypto.hash | undefined = crypto.hash;

/** SHA-256 of the whole key, hex. */
export function hashGatewayKey(key: string): string {
  // The one-shot form does half the work; Electron's Node 20 has it not yet in every version.
  return oneShot ? oneShot('sha256', key, 'hex') : createHash('sha256').update(key).digest('hex');
}

/**
 * Is the key with this hash (`hashGatewayKey`) this record's, in constant time? `previous`: the one before a rotation, within its grace;
 * `previous-expired`: after it. Expiry and revocation of the record are the caller's to judge.
 */
export function checkGatewayKey(
  record: GatewayKey,
  hash: string,
  nowMs: number,
): 'current' | 'previous' | 'previous-expired' | 'wrong' {
  const current = sameHash(hash, record.hash);
  const previous = record.previous !== null && sameHash(hash, record.previous.hash);
  if (current) return 'current';
  if (!previous || record.previous === null) return 'wrong';
  return nowMs < Date.parse(record.previous.until) ? 'previous' : 'previous-expired';
}

function sameHash(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}

/** CRC-32 in base 62: finds every single wrong character and all bursts of up to four. No secret, no strength. */
function checksumOf(body: string): string {
  let rest = crc32(body);
  let text = '';
  for (let i = 0; i < CHECKSUM_LENGTH; i++) {
    text = (BASE62[rest % 62] as string) + text;
    rest = Math.floor(rest / 62);
  }
  return text;
}

function randomBase62(length: number, random: (size: number) => Buffer): string {
  let text = '';
  while (text.length < length) {
    for (const byte of random(length * 2)) {
      // 248 is the largest multiple of 62 in a byte; beyond it some characters would come more often.
      if (byte < 248 && text.length < length) text += BASE62[byte % 62];
    }
  }
  return text;
}

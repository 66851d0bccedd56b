/**
 * Capture ids: `c` and 20 characters of Crockford base 32, lower case. The first ten hold 50 bits (milliseconds since
 * the epoch times 256, plus a sequence), the last ten are random, so ids sort by time as text and as numbers, and the
 * number (below 2^53) serves as the row's key in the database: no index on ids is needed.
 */
import { randomFillSync } from 'node:crypto';

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
/** By character code; asked for every capture that is packed. */
const VALUE_OF = new Uint8Array(128);
for (let value = 0; value < 32; value++) VALUE_OF[ALPHABET.charCodeAt(value)] = value;
const PER_MS = 256;
const HALF = 2 ** 25;
const ID_PATTERN = /^c[0-9a-hjkmnp-tv-z]{20}$/;

export interface CaptureIds {
  /** A new id, greater than every id given before, whatever the wall clock does. */
  next(): string;
  /** Never again an id at or below this number: what the database already holds when the clock was set back. */
  raiseTo(captureNumber: number): void;
}

export function createCaptureIds(nowMs: () => number = Date.now): CaptureIds {
  const pool = Buffer.alloc(4000);
  let used = pool.length;
  let last = 0;
  return {
    next() {
      last = Math.max(Math.floor(nowMs()) * PER_MS, last + 1);
      if (used === pool.length) {
        randomFillSync(pool);
        used = 0;
      }
      let tail = '';
      for (const end = used + 10; used < end; used++) tail += ALPHABET[(pool[used] as number) & 31];
      return `c${fiveCharacters(Math.floor(last / HALF))}${fiveCharacters(last % HALF)}${tail}`;
    },
    raiseTo(captureNumber) {
      if (captureNumber > last) last = captureNumber;
    },
  };
}

/**
 * The id of something that happened elsewhere at that time (epoch milliseconds): `digest` (eleven bytes at least) stands
 * in for chance, so that the same thing gets the same id whenever it comes.
 */
export function captureIdAt(timeMs: number, digest: Uint8Array): string {
  const first = Math.max(0, Math.floor(timeMs)) * PER_MS + (digest[0] as number);
  let tail = '';
  for (let at = 1; at <= 10; at++) tail += ALPHABET[(digest[at] as number) & 31];
  return `c${fiveCharacters(Math.floor(first / HALF))}${fiveCharacters(first % HALF)}${tail}`;
}

export function isCaptureId(text: string): boolean {
  return ID_PATTERN.test(text);
}

/** The number an id sorts by; undefined when the text is no capture id. */
export function captureNumber(id: string): number | undefined {
  if (!isCaptureId(id)) return undefined;
  let number = 0;
  for (let at = 1; at <= 10; at++) number = number * 32 + (VALUE_OF[id.charCodeAt(at)] as number);
  return number;
}

/** The lowest number an id made at that time (epoch milliseconds) can have. */
export function captureNumberAt(timeMs: number): number {
  return Math.floor(timeMs) * PER_MS;
}

/** Epoch milliseconds inside a capture number. */
export function captureNumberTimeMs(number: number): number {
  return Math.floor(number / PER_MS);
}

function fiveCharacters(value: number): string {
  return (
    (ALPHABET[(value >>> 20) & 31] as string) +
    ALPHABET[(value >>> 15) & 31] +
    ALPHABET[(value >>> 10) & 31] +
    ALPHABET[(value >>> 5) & 31] +
    ALPHABET[value & 31]
  );
}

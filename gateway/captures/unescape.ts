/**
 * Undoes one level of JSON escapes or of percent-encoding, keeping where every escape stood, so that a secret written as
 * `sk%2Dproj` or `sk\u002dproj` is found and its span in the received bytes is known.
 */
const BACKSLASH = 0x5c;
const PERCENT = 0x25;
/** What the character after a backslash stands for; 0 for none. */
const SIMPLE = new Uint8Array(256);
for (const [escaped, value] of ['""', '//', '\\\\', 'b\b', 'f\f', 'n\n', 'r\r', 't\t']) {
  SIMPLE[(escaped as string).charCodeAt(0)] = (value as string).charCodeAt(0);
}

export class Unescaped {
  bytes: Buffer;
  length = 0;
  /** After the output byte at `marks[i]`, the source goes on at `sources[i]`. */
  private marks: Uint32Array;
  private sources: Uint32Array;
  private count = 0;
  private begin = 0;

  constructor(capacity: number) {
    this.bytes = Buffer.allocUnsafe(capacity);
    this.marks = new Uint32Array(256);
    this.sources = new Uint32Array(256);
  }

  /** Fills this with bytes[start, end) without escapes of that kind. False when there was nothing to undo. */
  read(bytes: Uint8Array, start: number, end: number, kind: EscapeKind): boolean {
    if (this.bytes.length < end - start) this.bytes = Buffer.allocUnsafe(end - start);
    const out = this.bytes;
    let length = 0;
    let at = start;
    this.count = 0;
    this.begin = start;
    const sign = kind === 'json' ? BACKSLASH : PERCENT;
    while (at < end) {
      const stop = next(bytes, sign, at, end);
      if (stop - at > 48) {
        out.set(bytes.subarray(at, stop), length);
        length += stop - at;
        at = stop;
      } else while (at < stop) out[length++] = bytes[at++] as number;
      if (at >= end) break;
      const byte = bytes[at] as number;
      let width = 1;
      let value = byte;
      if (byte === PERCENT) {
        const code = at + 2 < end ? hex(bytes, at + 1, 2) : -1;
        if (code >= 0) {
          width = 3;
          value = code;
        }
      } else if (at + 1 < end) {
        const letter = bytes[at + 1] as number;
        if (SIMPLE[letter] !== 0) {
          width = 2;
          value = SIMPLE[letter] as number;
        } else if (letter === 0x75) {
          const code = at + 5 < end ? hex(bytes, at + 2, 4) : -1;
          if (code >= 0x80) {
            at += this.unicode(bytes, at, end, code, length);
            length = this.length;
            this.mark(length, at);
            continue;
          }
          if (code >= 0) {
            width = 6;
            value = code;
          }
        }
      }
      out[length++] = value;
      at += width;
      if (width > 1) this.mark(length, at);
    }
    this.length = length;
    return this.count > 0;
  }

  /** Where in the source the output byte at `index` begins. */
  source(index: number): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.marks[middle] as number) <= index) low = middle + 1;
      else high = middle;
    }
    if (low === 0) return this.begin + index;
    return (this.sources[low - 1] as number) + index - (this.marks[low - 1] as number);
  }

  /** Writes one character above ASCII as UTF-8 (shorter than its escape, so there is room); returns the source's width. */
  private unicode(bytes: Uint8Array, at: number, end: number, high: number, length: number): number {
    let code = high;
    let width = 6;
    const paired = high >= 0xd800 && high < 0xdc00 && bytes[at + 6] === BACKSLASH && bytes[at + 7] === 0x75;
    const low = paired && at + 11 < end ? hex(bytes, at + 8, 4) : -1;
    if (low >= 0xdc00 && low < 0xe000) {
      code = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
      width = 12;
    }
    this.length = length + this.bytes.write(String.fromCodePoint(code), length, 'utf8');
    return width;
  }

  private mark(length: number, source: number): void {
    if (this.count === this.marks.length) {
      this.marks = grown(this.marks);
      this.sources = grown(this.sources);
    }
    this.marks[this.count] = length;
    this.sources[this.count++] = source;
  }
}

export type EscapeKind = 'json' | 'percent';

/**
 * True when there is something of that kind to undo. `\"`, `\n` and their like are passed over unless `quotes` is set:
 * they stand for what no ordinary secret holds, and nearly every JSON body is full of them.
 */
export function hasEscapes(bytes: Uint8Array, kind: EscapeKind, quotes: boolean): boolean {
  if (kind === 'percent') {
    for (let at = bytes.indexOf(PERCENT); at >= 0; at = bytes.indexOf(PERCENT, at + 1)) {
      if (at + 2 < bytes.length && hex(bytes, at + 1, 2) >= 0) return true;
    }
    return false;
  }
  for (let at = bytes.indexOf(BACKSLASH); at >= 0; at = bytes.indexOf(BACKSLASH, at + 2)) {
    const letter = bytes[at + 1];
    if (quotes || letter === 0x75 || letter === BACKSLASH || letter === 0x2f) return true;
  }
  return false;
}

function next(bytes: Uint8Array, byte: number, from: number, end: number): number {
  // Escapes come in crowds: look nearby first, a native call costs more than a few bytes.
  const near = Math.min(from + 24, end);
  for (let at = from; at < near; at++) if (bytes[at] === byte) return at;
  if (near === end) return end;
  const at = bytes.indexOf(byte, near);
  return at < 0 || at > end ? end : at;
}

function grown(array: Uint32Array): Uint32Array {
  const larger = new Uint32Array(array.length * 2);
  larger.set(array);
  return larger;
}

function hex(bytes: Uint8Array, at: number, digits: number): number {
  let value = 0;
  for (let index = 0; index < digits; index++) {
    const byte = bytes[at + index] as number;
    const digit =
      byte >= 0x30 && byte <= 0x39
        ? byte - 0x30
        : byte >= 0x41 && byte <= 0x46
          ? byte - 0x37
          : byte >= 0x61 && byte <= 0x66
            ? byte - 0x57
            : -1;
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

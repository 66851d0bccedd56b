/**
 * Finds secrets in bytes: stored ones exactly (plain and base64), unknown ones by the shape of a key. Works on bytes in
 * place, touches about one byte in ten, allocates nothing unless something is found: it runs on every request.
 *
 * Known secrets: every needle's first 8 or 16 bytes are cut into all their 4-byte grams; reading the text with a stride
 * that no needle can slip through, a gram hit leads to a full comparison. Key shapes: a key is a run of at least 20 key
 * characters, so every 20th byte is looked at, runs are widened, and inside a run the first three bytes of a prefix
 * (plain, or as base64 would show it at any of the three alignments) lead to the regular expression.
 */
import { type KeyPattern, looksRandom, SHORTEST_KEY } from './key-patterns.ts';

export interface KnownSecret {
  readonly secret: string;
  /** `provider-key`, `session-token` … as redactions will call it. */
  readonly kind: string;
}

export interface FoundSecret {
  start: number;
  end: number;
  kind: string;
  /** The secret in plain form, whatever form it was found in. */
  secret: string;
}

/** Looks at bytes[start, end) and adds what it finds; offsets are those of `bytes`. */
export type FindSecrets = (bytes: Uint8Array, start: number, end: number, found: FoundSecret[]) => void;

/** Shorter than this is no secret: removing `ollama` or `none` wherever it occurs would tear holes into plain text. */
export const SHORTEST_SECRET = 8;

interface Needle {
  readonly bytes: Uint8Array;
  readonly known: KnownSecret;
  /** Base64 characters before and after the needle that hold a few bits of the secret too. */
  readonly before: number;
  readonly after: number;
}

export function findKnownSecrets(secrets: readonly KnownSecret[]): FindSecrets {
  const needles = secrets.filter(({ secret }) => secret.length >= SHORTEST_SECRET).flatMap(needlesOf);
  const long = searcher(
    needles.filter((needle) => needle.bytes.length >= 16),
    16,
  );
  const short = searcher(
    needles.filter((needle) => needle.bytes.length < 16),
    8,
  );
  return (bytes, start, end, found) => {
    long?.(bytes, start, end, found);
    short?.(bytes, start, end, found);
  };
}

/** The end of a body that was cut may hold the beginning of a secret; at least this many bytes of it are removed. */
const SHORTEST_CUT = 8;

/** Adds a known secret whose beginning is what a cut text ends with. */
export function findCutSecret(secrets: readonly KnownSecret[]): FindSecrets {
  const needles = secrets.filter(({ secret }) => secret.length > SHORTEST_CUT).map((known) => needlesOf(known)[0]);
  return (bytes, start, end, found) => {
    for (const needle of needles) {
      if (!needle) continue;
      const longest = Math.min(needle.bytes.length - 1, end - start);
      for (let length = longest; length >= SHORTEST_CUT; length--) {
        if (!matches(bytes, end - length, needle.bytes, length)) continue;
        found.push({ start: end - length, end, kind: needle.known.kind, secret: needle.known.secret });
        break;
      }
    }
  };
}

function needlesOf(known: KnownSecret): Needle[] {
  const plain = Buffer.from(known.secret, 'utf8');
  const needles = new Map<string, Needle>();
  const add = (bytes: Buffer, before = 0, after = 0) =>
    needles.set(bytes.toString('latin1'), { bytes, known, before, after });
  add(plain);
  // A header's bytes arrive as latin1 text; written out as UTF-8 again, a secret that is no ASCII looks like this.
  if (plain.length !== known.secret.length) add(Buffer.from(plain.toString('latin1'), 'utf8'));
  for (const alignment of [0, 1, 2]) {
    const text = Buffer.concat([Buffer.alloc(alignment), plain, Buffer.alloc(2)]).toString('base64');
    const bits = (alignment + plain.length) * 8;
    const from = Math.ceil((alignment * 8) / 6);
    const core = text.slice(from, Math.floor(bits / 6));
    if (core.length < SHORTEST_SECRET) continue;
    const before = alignment === 0 ? 0 : 1;
    const after = bits % 6 === 0 ? 0 : 1;
    add(Buffer.from(core, 'latin1'), before, after);
    add(Buffer.from(core.replaceAll('+', '-').replaceAll('/', '_'), 'latin1'), before, after);
  }
  return [...needles.values()];
}

function searcher(needles: readonly Needle[], shortest: number): FindSecrets | null {
  if (needles.length === 0) return null;
  const stride = shortest - 3;
  // A bit a slot: the table is read at random, so it should lie in few pages.
  const bits = Math.min(22, Math.max(12, Math.ceil(Math.log2(needles.length * stride * 16))));
  const shift = 32 - bits;
  const table = new Int32Array((1 << bits) / 32);
  const byGram = new Map<number, { needle: Needle; offset: number }[]>();
  for (const needle of needles) {
    for (let offset = 0; offset < stride; offset++) {
      const gram = gramAt(needle.bytes, offset);
      const slot = Math.imul(gram, 0x9e3779b1) >>> shift;
      table[slot >>> 5] = (table[slot >>> 5] as number) | (1 << (slot & 31));
      const places = byGram.get(gram);
      if (places) places.push({ needle, offset });
      else byGram.set(gram, [{ needle, offset }]);
    }
  }
  return (bytes, start, end, found) => {
    const last = end - 4;
    for (let at = start + stride - 1; at <= last; at += stride) {
      const gram = gramAt(bytes, at);
      const slot = Math.imul(gram, 0x9e3779b1) >>> shift;
      if (((table[slot >>> 5] as number) & (1 << (slot & 31))) === 0) continue;
      const places = byGram.get(gram);
      if (places) verify(bytes, start, end, at, places, found);
    }
  };
}

function gramAt(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] as number) |
    ((bytes[at + 1] as number) << 8) |
    ((bytes[at + 2] as number) << 16) |
    ((bytes[at + 3] as number) << 24)
  );
}

function verify(
  bytes: Uint8Array,
  start: number,
  end: number,
  at: number,
  places: readonly { needle: Needle; offset: number }[],
  found: FoundSecret[],
): void {
  for (const { needle, offset } of places) {
    const from = at - offset;
    const to = from + needle.bytes.length;
    if (from < start || to > end || !matches(bytes, from, needle.bytes, needle.bytes.length)) continue;
    const before = needle.before && from > start && isBase64(bytes[from - 1] as number) ? 1 : 0;
    const after = needle.after && to < end && isBase64(bytes[to] as number) ? 1 : 0;
    found.push({ start: from - before, end: to + after, kind: needle.known.kind, secret: needle.known.secret });
  }
}

function matches(bytes: Uint8Array, at: number, needle: Uint8Array, length: number): boolean {
  for (let index = 0; index < length; index++) if (bytes[at + index] !== needle[index]) return false;
  return true;
}

const RUN = 1;
const ALPHANUMERIC = 2;
const BASE64 = 4;
const CLASS = new Uint8Array(256);
for (const character of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789') {
  CLASS[character.charCodeAt(0)] = RUN | ALPHANUMERIC | BASE64;
}
for (const character of '+/-_=') CLASS[character.charCodeAt(0)] = RUN | BASE64;
for (const character of '.|') CLASS[character.charCodeAt(0)] = RUN;

/** A key may begin here: no letter or digit before it, or one that belongs to an escape such as `\n`. */
function isBoundary(bytes: Uint8Array, at: number): boolean {
  if (at === 0 || ((CLASS[bytes[at - 1] as number] as number) & ALPHANUMERIC) === 0) return true;
  return at > 1 && bytes[at - 2] === 0x5c;
}

function isBase64(byte: number): boolean {
  return ((CLASS[byte] as number) & BASE64) !== 0;
}

const DOT = 0x2e;
const SHAPE_BITS = 16;
/** Longest stretch handed to a regular expression; no key is longer. */
const LONGEST_KEY = 8192;
const base64Scratch = Buffer.allocUnsafeSlow(LONGEST_KEY);
/** Shorter runs hold no key that is known by structure alone. */
const SHORTEST_STRUCTURAL = 40;

interface EncodedPrefix {
  readonly text: string;
  /** Characters from the start of the base64 quantum to `text`. */
  readonly skipped: number;
  readonly alignment: number;
}

export function findKeysByShape(patterns: readonly KeyPattern[]): FindSecrets {
  const byPrefix = new Map<string, KeyPattern[]>();
  const structural: { regex: RegExp; pattern: KeyPattern }[] = [];
  for (const pattern of patterns) {
    if (pattern.prefix === '') {
      structural.push({
        regex: new RegExp(`(?<![A-Za-z0-9])(?:${pattern.regex.source})(?![A-Za-z0-9])`, 'g'),
        pattern,
      });
    } else byPrefix.set(pattern.prefix, [...(byPrefix.get(pattern.prefix) ?? []), pattern]);
  }
  const table = new Int32Array((1 << SHAPE_BITS) / 32);
  const plainByGram = new Map<number, { prefix: string; patterns: readonly KeyPattern[] }[]>();
  const encodedByGram = new Map<number, EncodedPrefix[]>();
  // The longest prefix first: `sk-proj-` tells more than `sk-`, and is quicker to judge.
  const prefixes = [...byPrefix].sort(([a], [b]) => b.length - a.length);
  for (const [prefix, group] of prefixes) {
    put(plainByGram, prefixGram(prefix), { prefix, patterns: group });
    mark(prefixGram(prefix));
    for (const encoded of encodedPrefixes(prefix)) {
      put(encodedByGram, prefixGram(encoded.text), encoded);
      mark(prefixGram(encoded.text));
    }
  }
  function mark(gram: number) {
    const slot = slotOf(gram);
    table[slot >>> 5] = (table[slot >>> 5] as number) | (1 << (slot & 31));
  }

  return (bytes, start, end, found) => {
    let floor = start;
    let at = start + SHORTEST_KEY - 1;
    while (at < end) {
      if (((CLASS[bytes[at] as number] as number) & RUN) === 0) {
        at += SHORTEST_KEY;
        continue;
      }
      let from = at;
      while (from > floor && ((CLASS[bytes[from - 1] as number] as number) & RUN) !== 0) from--;
      let to = at + 1;
      while (to < end && ((CLASS[bytes[to] as number] as number) & RUN) !== 0) to++;
      if (to - from >= SHORTEST_KEY) scanRun(bytes, from, to, found);
      floor = to;
      at = to + SHORTEST_KEY;
    }
  };

  function scanRun(bytes: Uint8Array, from: number, to: number, found: FoundSecret[]): void {
    let dotted = false;
    let skipTo = from;
    let gram = ((bytes[from] as number) << 8) | (bytes[from + 1] as number);
    for (let last = from + 2; last < to; last++) {
      const byte = bytes[last] as number;
      if (byte === DOT) dotted = true;
      gram = ((gram << 8) | byte) & 0xffffff;
      const slot = slotOf(gram);
      if (((table[slot >>> 5] as number) & (1 << (slot & 31))) === 0) continue;
      const at = last - 2;
      if (at < skipTo) continue;
      skipTo = Math.max(skipTo, plainAt(bytes, at, to, gram, found));
      if (at >= skipTo) skipTo = Math.max(skipTo, encodedAt(bytes, from, at, to, gram, found));
    }
    if (to - from < SHORTEST_STRUCTURAL || structural.length === 0) return;
    if (dotted) structuralIn(bytes, from, to, found);
    else if (to - from <= LONGEST_KEY) structuralInBase64(bytes, from, to, found);
  }

  function plainAt(bytes: Uint8Array, at: number, to: number, gram: number, found: FoundSecret[]): number {
    const candidates = plainByGram.get(gram);
    if (!candidates) return 0;
    for (const { prefix, patterns: group } of candidates) {
      if (at + prefix.length > to || !startsWith(bytes, at, prefix)) continue;
      const bounded = isBoundary(bytes, at);
      const key = longestKey(latin1(bytes, at, Math.min(to, at + LONGEST_KEY)), prefix, group, bounded);
      if (!key) continue;
      found.push({ start: at, end: at + key.text.length, kind: key.kind, secret: key.text });
      return at + key.text.length;
    }
    return 0;
  }

  function encodedAt(
    bytes: Uint8Array,
    from: number,
    at: number,
    to: number,
    gram: number,
    found: FoundSecret[],
  ): number {
    const candidates = encodedByGram.get(gram);
    if (!candidates) return 0;
    for (const { text, skipped, alignment } of candidates) {
      const quantum = at - skipped;
      if (quantum < from || at + text.length > to || !startsWith(bytes, at, text)) continue;
      // A glance first: in an image nearly every hit is chance, and chance does not look printable for long.
      if (decodedAt(bytes, quantum, Math.min(to, quantum + 32), alignment).length < SHORTEST_KEY) continue;
      const plain = decodedAt(bytes, quantum, Math.min(to, quantum + LONGEST_KEY), alignment);
      const [before] = Buffer.from(latin1(bytes, quantum, quantum + 4), 'base64').toString(
        'latin1',
        Math.max(0, alignment - 1),
      );
      const bounded = alignment === 0 || !/[A-Za-z0-9]/.test(before ?? '');
      for (const [prefix, group] of prefixes) {
        const key = plain.startsWith(prefix) ? longestKey(plain, prefix, group, bounded) : null;
        if (!key) continue;
        const start = quantum + Math.floor((alignment * 8) / 6);
        const end = Math.min(to, quantum + Math.ceil(((alignment + key.text.length) * 8) / 6));
        found.push({ start, end, kind: key.kind, secret: key.text });
        return end;
      }
    }
    return 0;
  }

  function structuralIn(bytes: Uint8Array, from: number, to: number, found: FoundSecret[]): void {
    const text = latin1(bytes, from, to);
    for (const { regex, pattern } of structural) {
      for (const match of text.matchAll(regex)) {
        const start = from + match.index;
        found.push({ start, end: start + match[0].length, kind: pattern.kind, secret: match[0] });
      }
    }
  }

  /** A run of base64 starts at a quantum of its own, so it is decoded as it stands. */
  function structuralInBase64(bytes: Uint8Array, from: number, to: number, found: FoundSecret[]): void {
    const length = base64Scratch.write(latin1(bytes, from, to), 'base64');
    // Nearly every long run (prose without spaces, an image) shows no dot, and is done with here.
    const dot = base64Scratch.indexOf(DOT);
    if (dot === -1 || dot >= length) return;
    const decoded = base64Scratch.toString('latin1', 0, length);
    for (const { regex, pattern } of structural) {
      for (const match of decoded.matchAll(regex)) {
        const start = from + Math.floor((match.index * 8) / 6);
        const end = Math.min(to, from + Math.ceil(((match.index + match[0].length) * 8) / 6));
        found.push({ start, end, kind: pattern.kind, secret: match[0] });
      }
    }
  }
}

/** What base64 at a quantum says from a byte on, as far as it is printable. */
function decodedAt(bytes: Uint8Array, quantum: number, to: number, alignment: number): string {
  const decoded = Buffer.from(latin1(bytes, quantum, to), 'base64').toString('latin1', alignment);
  return /^[\x21-\x7e]+/.exec(decoded)?.[0] ?? '';
}

function longestKey(
  text: string,
  prefix: string,
  group: readonly KeyPattern[],
  bounded: boolean,
): { text: string; kind: string } | null {
  let best: { text: string; kind: string } | null = null;
  for (const { regex, distinctive, mustLookRandom, kind } of group) {
    if (!bounded && !distinctive) continue;
    regex.lastIndex = 0;
    const key = regex.exec(text)?.[0];
    if (!key || key.length < SHORTEST_KEY || (best && best.text.length >= key.length)) continue;
    if (mustLookRandom && !looksRandom(key.slice(prefix.length))) continue;
    best = { text: key, kind };
  }
  return best;
}

function encodedPrefixes(prefix: string): EncodedPrefix[] {
  return [0, 1, 2].flatMap((alignment) => {
    const skipped = Math.ceil((alignment * 8) / 6);
    const bytes = Buffer.concat([Buffer.alloc(alignment), Buffer.from(prefix, 'latin1'), Buffer.alloc(2)]);
    const certain = Math.floor(((alignment + prefix.length) * 8) / 6);
    const text = bytes.toString('base64').slice(skipped, certain);
    const texts = new Set([text, text.replaceAll('+', '-').replaceAll('/', '_')]);
    return [...texts].map((form) => ({ text: form, skipped, alignment }));
  });
}

function startsWith(bytes: Uint8Array, at: number, text: string): boolean {
  for (let index = 0; index < text.length; index++) if (bytes[at + index] !== text.charCodeAt(index)) return false;
  return true;
}

function prefixGram(text: string): number {
  return (text.charCodeAt(0) << 16) | (text.charCodeAt(1) << 8) | text.charCodeAt(2);
}

function slotOf(gram: number): number {
  return Math.imul(gram, 0x9e3779b1) >>> (32 - SHAPE_BITS);
}

function put<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const values = map.get(key);
  if (values) values.push(value);
  else map.set(key, [value]);
}

function latin1(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
}

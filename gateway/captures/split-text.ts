/**
 * A secret in a streamed answer may come in pieces, a few letters an event. This puts the text of each stream of deltas
 * (`choices[0].delta.content`, `content_block_delta` of block 1, the arguments of tool call 2 …) together again and
 * keeps where each piece stood. Reads bytes once, knows no dialect: a delta is a string under one of the usual names.
 */
export interface SplitText {
  /** Joined pieces, JSON escapes still in. */
  readonly bytes: Buffer;
  readonly pieces: readonly { readonly start: number; readonly end: number }[];
}

const TEXT_KEYS = [
  'content',
  'text',
  'delta',
  'partial_json',
  'thinking',
  'arguments',
  'reasoning',
  'reasoning_content',
  'refusal',
  'transcript',
  'response',
  'output_text',
  'completion',
  'input',
  'data',
];
const INDEX_KEYS = ['index', 'output_index', 'content_index'];
const LONGEST_NAME = 20;
/** Names by length, so that most keys are told apart without reading them. */
const TEXT_NAMES = byLength(TEXT_KEYS);
const INDEX_NAMES = byLength(INDEX_KEYS);
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const NEWLINE = 0x0a;
const COLON = 0x3a;
const DATA = Buffer.from('data:');

/** Texts that came in more than one piece in bytes[start, end): server-sent events, JSON lines or a JSON array. */
export function splitTexts(bytes: Uint8Array, start: number, end: number): SplitText[] {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, end);
  const streams = new Map<string, { start: number; end: number }[]>();
  const add = (stream: string, from: number, to: number) => {
    const pieces = streams.get(stream);
    if (pieces) pieces.push({ start: from, end: to });
    else streams.set(stream, [{ start: from, end: to }]);
  };
  let line = start;
  while (line < end) {
    let next = view.indexOf(NEWLINE, line);
    if (next < 0 || next > end) next = end;
    let from = line;
    let to = next;
    if (to > from && bytes[to - 1] === 0x0d) to--;
    const isData = view.compare(DATA, 0, 5, from, Math.min(from + 5, to)) === 0;
    if (isData) from += bytes[from + 5] === 0x20 ? 6 : 5;
    const first = bytes[from];
    if (first === 0x7b || first === 0x5b || first === QUOTE || first === 0x2c || first === 0x20) {
      jsonStrings(bytes, view, from, to, add);
    } else if (isData && to > from) add('', from, to);
    line = next + 1;
  }
  const texts: SplitText[] = [];
  for (const pieces of streams.values()) {
    if (pieces.length < 2) continue;
    texts.push({ bytes: joined(view, pieces), pieces });
  }
  return texts;
}

function joined(view: Buffer, pieces: readonly { start: number; end: number }[]): Buffer {
  let length = 0;
  for (const piece of pieces) length += piece.end - piece.start;
  const bytes = Buffer.allocUnsafe(length);
  let at = 0;
  for (const { start, end } of pieces) for (let from = start; from < end; from++) bytes[at++] = view[from] as number;
  return bytes;
}

function byLength(names: readonly string[]): string[][] {
  const sorted: string[][] = Array.from({ length: LONGEST_NAME + 1 }, () => []);
  for (const name of names) sorted[name.length]?.push(name);
  return sorted;
}

function nameAt(names: readonly string[][], bytes: Uint8Array, start: number, end: number): string {
  for (const name of names[end - start] ?? []) {
    let same = 0;
    while (same < name.length && bytes[start + same] === name.charCodeAt(same)) same++;
    if (same === name.length) return name;
  }
  return '';
}

function jsonStrings(
  bytes: Uint8Array,
  view: Buffer,
  from: number,
  to: number,
  add: (stream: string, from: number, to: number) => void,
): void {
  let key = '';
  let index = '';
  let at = from;
  while (at < to) {
    if (bytes[at] !== QUOTE) {
      at++;
      continue;
    }
    const open = at + 1;
    let close = open;
    while (close < to && bytes[close] !== QUOTE) close += bytes[close] === BACKSLASH ? 2 : 1;
    if (close >= to) return;
    at = close + 1;
    while (bytes[at] === 0x20 && at < to) at++;
    if (bytes[at] === COLON) {
      key = nameAt(TEXT_NAMES, bytes, open, close);
      if (key === '' && nameAt(INDEX_NAMES, bytes, open, close) !== '') {
        let digits = at + 1;
        while (bytes[digits] === 0x20) digits++;
        const begin = digits;
        while ((bytes[digits] as number) >= 0x30 && (bytes[digits] as number) <= 0x39) digits++;
        index += `.${view.toString('latin1', begin, digits)}`;
      }
    } else {
      if (close > open && key !== '') add(key + index, open, close);
      key = '';
    }
  }
}

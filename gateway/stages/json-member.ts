/**
 * Finds members of a JSON object in its bytes without rewriting anything else, so that a request can be forwarded byte
 * for byte with the model's name alone exchanged. Pure. The text must already have passed JSON.parse.
 */

export interface MemberSpan {
  /** Byte offsets of the value, end exclusive. */
  readonly start: number;
  readonly end: number;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COLON = 0x3a;
const COMMA = 0x2c;

/**
 * Spans of every top-level member called `name`. More than one means a duplicated member, which two parsers may read
 * differently: the caller refuses it, because a scope checked on one value must not be spent on another.
 */
export function findTopLevelMember(bytes: Buffer, name: string): MemberSpan[] {
  const spans: MemberSpan[] = [];
  let depth = 0;
  let expectKey = false;
  let i = 0;
  while (i < bytes.length) {
    const byte = bytes[i] as number;
    if (byte === QUOTE) {
      const end = endOfString(bytes, i);
      if (depth === 1 && expectKey) {
        expectKey = false;
        if (isName(bytes, i, end, name)) {
          const span = valueSpan(bytes, end);
          if (span) {
            spans.push(span);
            i = span.end;
            continue;
          }
        }
      }
      i = end;
      continue;
    }
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      depth += 1;
      if (depth === 1) expectKey = byte === OPEN_BRACE;
    } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) depth -= 1;
    else if (byte === COMMA && depth === 1) expectKey = true;
    i += 1;
  }
  return spans;
}

/** The body with one span exchanged. */
export function replaceSpan(bytes: Buffer, span: MemberSpan, text: string): Buffer {
  return Buffer.concat([bytes.subarray(0, span.start), Buffer.from(text, 'utf8'), bytes.subarray(span.end)]);
}

function endOfString(bytes: Buffer, start: number): number {
  let i = start + 1;
  for (;;) {
    const quote = bytes.indexOf(QUOTE, i);
    if (quote === -1) return bytes.length;
    let slashes = 0;
    while (bytes[quote - 1 - slashes] === BACKSLASH) slashes += 1;
    if (slashes % 2 === 0) return quote + 1;
    i = quote + 1;
  }
}

/** Compares a quoted key, escapes resolved (`"mod\u0065l"` is `model` to every parser). */
function isName(bytes: Buffer, start: number, end: number, name: string): boolean {
  const raw = bytes.toString('utf8', start, end);
  if (!raw.includes('\\')) return raw.length === name.length + 2 && raw.slice(1, -1) === name;
  try {
    return JSON.parse(raw) === name;
  } catch {
    return false;
  }
}

function valueSpan(bytes: Buffer, afterKey: number): MemberSpan | undefined {
  let i = skipSpace(bytes, afterKey);
  if (bytes[i] !== COLON) return undefined;
  i = skipSpace(bytes, i + 1);
  const start = i;
  if (bytes[i] === QUOTE) return { start, end: endOfString(bytes, i) };
  let depth = 0;
  while (i < bytes.length) {
    const byte = bytes[i] as number;
    if (byte === QUOTE) {
      i = endOfString(bytes, i);
      continue;
    }
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth += 1;
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      if (depth === 0) break;
      depth -= 1;
    } else if (byte === COMMA && depth === 0) break;
    i += 1;
  }
  return { start, end: i };
}

function skipSpace(bytes: Buffer, from: number): number {
  let i = from;
  while (i < bytes.length && (bytes[i] === 0x20 || bytes[i] === 0x0a || bytes[i] === 0x0d || bytes[i] === 0x09)) i += 1;
  return i;
}

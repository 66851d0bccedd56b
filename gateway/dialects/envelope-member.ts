/**
 * Reads one member of an answer's envelope without parsing the answer. The search runs from the text's end: what stands
 * behind a value in well-formed JSON closes exactly the brackets that are open around it, so that a member's depth shows
 * even where the text's beginning is gone. What a model wrote inside its answer lies deeper, or in a string, and is passed
 * over. Pure.
 */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COLON = 0x3a;
const COMMA = 0x2c;

/** So many places that look like the member are looked at; an answer with more of them is made to waste time. */
const MOST_TRIES = 8;

/**
 * The value of the last member called `name` that lies `depth` brackets deep (1: at the top of an object) in a text that
 * is whole at its end. Undefined where there is none, where it is no object, string or number, and where the text is cut.
 */
export function envelopeMember(text: string, name: string, depth = 1): unknown {
  const key = `"${name}"`;
  let before = text.length;
  for (let tries = 0; tries < MOST_TRIES && before > 0; tries++) {
    const at = text.lastIndexOf(key, before - 1);
    if (at === -1) return undefined;
    before = at;
    const start = valueStart(text, at, key.length);
    if (start === -1) continue;
    const end = endOfValue(text, start);
    if (end === -1 || openAround(text, end) !== depth) continue;
    try {
      return JSON.parse(text.slice(start, end));
    } catch {
      // Damaged just here; another place will hardly be the member.
    }
  }
  return undefined;
}

/** Where the value begins of what looks like a key at `at`; -1 when it is none. A quote inside a string is escaped. */
function valueStart(text: string, at: number, length: number): number {
  let i = at - 1;
  while (i >= 0 && isSpace(text.charCodeAt(i))) i--;
  const previous = text.charCodeAt(i);
  if (previous !== COMMA && previous !== OPEN_BRACE) return -1;
  i = skipSpace(text, at + length);
  if (text.charCodeAt(i) !== COLON) return -1;
  return skipSpace(text, i + 1);
}

function endOfValue(text: string, start: number): number {
  const first = text.charCodeAt(start);
  if (first === QUOTE) return endOfString(text, start);
  if (first !== OPEN_BRACE && first !== OPEN_BRACKET) {
    const end = text.slice(start, start + 32).search(/[,}\]\s]/);
    return end === -1 ? -1 : start + end;
  }
  let open = 0;
  for (let i = start; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) {
      i = endOfString(text, i) - 1;
      if (i < 0) return -1;
    } else if (code === OPEN_BRACE || code === OPEN_BRACKET) open++;
    else if ((code === CLOSE_BRACE || code === CLOSE_BRACKET) && --open === 0) return i + 1;
  }
  return -1;
}

/** How many brackets are open at `from`, told by what closes them; -1 where a string never ends. */
function openAround(text: string, from: number): number {
  let closed = 0;
  for (let i = from; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) {
      i = endOfString(text, i) - 1;
      if (i < 0) return -1;
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) closed++;
    else if (code === OPEN_BRACE || code === OPEN_BRACKET) closed--;
  }
  return closed;
}

/** Just behind the closing quote; -1 where there is none, which makes `i` of the callers negative. */
function endOfString(text: string, start: number): number {
  let i = start + 1;
  for (;;) {
    const quote = text.indexOf('"', i);
    if (quote === -1) return -1;
    let slashes = 0;
    while (text.charCodeAt(quote - 1 - slashes) === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return quote + 1;
    i = quote + 1;
  }
}

function skipSpace(text: string, from: number): number {
  let i = from;
  while (isSpace(text.charCodeAt(i))) i++;
  return i;
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

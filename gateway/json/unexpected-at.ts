/** Where a text stops being JSON (RFC 8259), for messages that may not quote it. Pure. */

const SPACE = /[ \t\n\r]*/y;
const SCALAR = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)?/y;

/**
 * Offset of the first token that may not stand where it does; the text's length where there is none. V8 tells it of damaged
 * texts and numbers, but not of a token out of place, so the inside of texts is not looked at here.
 */
export function unexpectedAt(text: string): number {
  const open: string[] = [];
  let wants: 'value' | 'key' | 'colon' | 'comma' = 'value';
  /** Right behind an opening bracket. */
  let empty = false;
  for (let at = endOf(SPACE, text, 0); at < text.length; at = endOf(SPACE, text, at)) {
    const char = text[at] as string;
    const closed = char === '}' ? '{' : char === ']' ? '[' : undefined;
    if (closed !== undefined) {
      if (open.at(-1) !== closed || !(empty || wants === 'comma')) return at;
      open.pop();
      at += 1;
      wants = 'comma';
    } else if (wants === 'value' && (char === '{' || char === '[')) {
      open.push(char);
      at += 1;
      wants = char === '{' ? 'key' : 'value';
      empty = true;
      continue;
    } else if (wants === 'colon' || wants === 'comma') {
      if (char !== (wants === 'colon' ? ':' : ',') || open.length === 0) return at;
      at += 1;
      wants = wants === 'comma' && open.at(-1) === '{' ? 'key' : 'value';
    } else {
      if (wants === 'key' && char !== '"') return at;
      const end = char === '"' ? endOfText(text, at) : endOf(SCALAR, text, at);
      if (end === at) return at;
      at = end;
      wants = wants === 'key' ? 'colon' : 'comma';
    }
    empty = false;
  }
  return text.length;
}

function endOf(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  pattern.test(text);
  return pattern.lastIndex;
}

function endOfText(text: string, at: number): number {
  for (let end = text.indexOf('"', at + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text[end - 1 - slashes] === '\\') slashes += 1;
    if (slashes % 2 === 0) return end + 1;
  }
  return text.length;
}

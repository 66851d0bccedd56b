/**
 * Reads the first value out of text that is JSON, a Python repr, a JavaScript inspection, or any of them cut short. People
 * quote errors in all of these; one forgiving reader replaces a parser for each.
 */

export interface LenientValue {
  readonly value: unknown;
  /** Offset just behind what was read. */
  readonly end: number;
  /** The text ended inside a string, list or object. */
  readonly truncated: boolean;
}

const MAX_DEPTH = 40;
const WORDS: Readonly<Record<string, unknown>> = {
  null: null,
  None: null,
  undefined: null,
  nil: null,
  true: true,
  True: true,
  false: false,
  False: false,
  NaN: null,
};
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', '0': '\0' };
const CLOSING: Readonly<Record<string, string>> = { '{': '}', '[': ']', '(': ')' };

/** Reads a value at `start`; undefined where none begins there. Never throws; linear in the text's length. */
export function readLenientValue(text: string, start = 0): LenientValue | undefined {
  const reader = new LenientReader(text, start);
  const value = reader.read(0);
  return value === NOTHING ? undefined : { value, end: reader.position, truncated: reader.truncated };
}

const NOTHING = Symbol('nothing');

class LenientReader {
  position: number;
  truncated = false;
  readonly text: string;

  constructor(text: string, start: number) {
    this.text = text;
    this.position = start;
  }

  read(depth: number): unknown {
    this.skipBlank();
    const character = this.text[this.position];
    if (character === undefined || depth > MAX_DEPTH) return NOTHING;
    if (character === '{' || character === '[') return this.readGroup(character, depth);
    if (character === '"' || character === "'" || character === '`') return this.readString(character);
    return this.readWord(depth);
  }

  private skipBlank(): void {
    while (/\s/.test(this.text[this.position] ?? '')) this.position++;
  }

  /** `{…}`, `[…]` and the arguments of `Name(key=value)`; an object as soon as one member has a name. */
  private readGroup(opening: string, depth: number): unknown {
    const closing = CLOSING[opening] ?? '}';
    this.position++;
    const members: unknown[] = [];
    const named: Record<string, unknown> = {};
    let hasNames = opening === '{';
    for (;;) {
      this.skipBlank();
      const character = this.text[this.position];
      if (character === undefined) {
        this.truncated = true;
        break;
      }
      if (character === closing) {
        this.position++;
        break;
      }
      if (character === ',' || character === ';') {
        this.position++;
        continue;
      }
      const before = this.position;
      const member = this.read(depth + 1);
      this.skipBlank();
      const separator = this.text[this.position];
      if (separator === ':' || (separator === '=' && member !== NOTHING)) {
        this.position += this.text[this.position + 1] === '>' ? 2 : 1;
        hasNames = true;
        const value = this.read(depth + 1);
        defineMember(named, nameOf(member), value === NOTHING ? null : value);
      } else if (member !== NOTHING) {
        members.push(member);
      }
      // Something unreadable stands here: step over it, so that the loop always moves.
      if (this.position === before) this.position++;
    }
    if (!hasNames) return members;
    if (members.length > 0 && !('$' in named)) defineMember(named, '$', members);
    return named;
  }

  private readString(quote: string): string {
    this.position++;
    const parts: string[] = [];
    let from = this.position;
    for (;;) {
      const character = this.text[this.position];
      if (character === undefined) {
        this.truncated = true;
        parts.push(this.text.slice(from));
        return parts.join('');
      }
      if (character === quote) {
        parts.push(this.text.slice(from, this.position));
        this.position++;
        return parts.join('');
      }
      if (character !== '\\') {
        this.position++;
        continue;
      }
      parts.push(this.text.slice(from, this.position), this.readEscape());
      from = this.position;
    }
  }

  private readEscape(): string {
    const letter = this.text[this.position + 1] ?? '';
    const digits = letter === 'u' ? 4 : letter === 'x' ? 2 : 0;
    const hex = this.text.slice(this.position + 2, this.position + 2 + digits);
    if (digits > 0 && hex.length === digits && /^[0-9a-f]+$/i.test(hex)) {
      this.position += 2 + digits;
      return String.fromCharCode(Number.parseInt(hex, 16));
    }
    this.position += 2;
    return ESCAPES[letter] ?? letter;
  }

  /** A number, a constant, a bare key, `b'bytes'`, or `Name(…)`. Ends at a delimiter. */
  private readWord(depth: number): unknown {
    const start = this.position;
    while (/[^\s,:;=(){}[\]"'`<>]/.test(this.text[this.position] ?? ',')) this.position++;
    const word = this.text.slice(start, this.position);
    const next = this.text[this.position];
    if ((next === '"' || next === "'") && /^(?:b|u|r|f|rb|br)$/i.test(word)) return this.readString(next);
    if (next === '(' && /^[A-Za-z_][\w.]*$/.test(word)) return this.readGroup('(', depth + 1);
    if (word === '') return NOTHING;
    if (Object.hasOwn(WORDS, word)) return WORDS[word];
    return /^-?\d{1,15}(?:\.\d{1,15})?$/.test(word) ? Number(word) : word;
  }
}

/** Keys are plain values; an object in a key's place has no name. */
function nameOf(member: unknown): string {
  return typeof member === 'string' || typeof member === 'number' || typeof member === 'boolean' ? String(member) : '';
}

/** `__proto__` in hostile input must become a plain member, not a prototype. */
function defineMember(target: Record<string, unknown>, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
}

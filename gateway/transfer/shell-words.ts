/**
 * The words of a command as a POSIX shell (with bash's $'…') would pass them on. Variables stay as they are written:
 * nothing is looked up, nothing is run. Pure.
 */
import { TransferError } from './transfer-error.ts';

const ANSI_C: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  a: '\x07',
  b: '\b',
  e: '\x1b',
  E: '\x1b',
  f: '\f',
  v: '\v',
};

/** Commands of a text, each as its words; what stands behind a pipe or a redirection is left out. */
export function shellCommands(text: string): string[][] {
  const reader = new Reader(text.replaceAll('\r\n', '\n'));
  return reader.commands();
}

class Reader {
  private readonly text: string;
  private at = 0;
  private word: string | undefined;
  private words: string[] = [];
  private readonly all: string[][] = [];
  /** What follows goes to another program. */
  private passing = false;

  constructor(text: string) {
    this.text = text;
  }

  commands(): string[][] {
    while (this.at < this.text.length) this.step();
    this.endCommand();
    return this.all;
  }

  private step(): void {
    const character = this.text[this.at] as string;
    switch (character) {
      case "'":
        this.add(this.singleQuoted());
        return;
      case '"':
        this.add(this.doubleQuoted());
        return;
      case '\\':
        if (this.text[this.at + 1] !== '\n') this.add(this.text[this.at + 1] ?? '\\');
        this.at += 2;
        return;
      case '$':
        if (this.text[this.at + 1] === "'") this.add(this.ansiQuoted());
        else {
          this.add('$');
          this.at++;
        }
        return;
      case '#':
        if (this.word === undefined) this.skipComment();
        else this.plain(character);
        return;
      case ' ':
      case '\t':
        this.endWord();
        this.at++;
        return;
      case '\n':
      case ';':
        this.endCommand();
        this.at++;
        return;
      case '|':
      case '&':
      case '>':
      case '<':
        this.endWord();
        if (this.text[this.at + 1] === character && character !== '<' && character !== '>') this.at++;
        this.at++;
        if (character === '|' && this.words[0] !== 'curl') this.words = [];
        else this.passing = true;
        return;
      default:
        this.plain(character);
    }
  }

  private plain(character: string): void {
    this.add(character);
    this.at += character.length;
  }

  private add(text: string): void {
    this.word = (this.word ?? '') + text;
  }

  private endWord(): void {
    if (this.word !== undefined && !this.passing) this.words.push(this.word);
    this.word = undefined;
  }

  private endCommand(): void {
    this.endWord();
    if (this.words.length > 0) this.all.push(this.words);
    this.words = [];
    this.passing = false;
  }

  private skipComment(): void {
    const end = this.text.indexOf('\n', this.at);
    this.at = end === -1 ? this.text.length : end;
  }

  private singleQuoted(): string {
    const end = this.text.indexOf("'", this.at + 1);
    if (end === -1) throw unclosed("'");
    const inside = this.text.slice(this.at + 1, end);
    this.at = end + 1;
    return inside;
  }

  private doubleQuoted(): string {
    let out = '';
    for (this.at++; this.at < this.text.length; this.at++) {
      const character = this.text[this.at] as string;
      if (character === '"') {
        this.at++;
        return out;
      }
      if (character === '\\') {
        const next = this.text[this.at + 1] ?? '';
        if (next === '\n') this.at++;
        else if ('$`"\\'.includes(next) && next !== '') {
          out += next;
          this.at++;
        } else out += '\\';
      } else out += character;
    }
    throw unclosed('"');
  }

  private ansiQuoted(): string {
    let out = '';
    for (this.at += 2; this.at < this.text.length; this.at++) {
      const character = this.text[this.at] as string;
      if (character === "'") {
        this.at++;
        return out;
      }
      out += character === '\\' ? this.ansiEscape() : character;
    }
    throw unclosed("$'");
  }

  /** Leaves `at` on the last character of the escape. */
  private ansiEscape(): string {
    const rest = this.text.slice(this.at + 1);
    const number = /^(?:x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8})|([0-7]{1,3}))/.exec(rest);
    if (number) {
      this.at += number[0].length;
      const code =
        number[4] === undefined
          ? Number.parseInt((number[1] ?? number[2] ?? number[3]) as string, 16)
          : Number.parseInt(number[4], 8);
      if (number[1] !== undefined && code > 0x7f) return this.utf8Run(code);
      return code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd';
    }
    this.at++;
    const letter = this.text[this.at] ?? '';
    return ANSI_C[letter] ?? letter;
  }

  /** `\xc3\xa4` is one letter in two bytes. */
  private utf8Run(first: number): string {
    const bytes = [first];
    for (;;) {
      const more = /^\\x([89abAB][0-9a-fA-F])/.exec(this.text.slice(this.at + 1));
      if (!more) return Buffer.from(bytes).toString('utf8');
      bytes.push(Number.parseInt(more[1] as string, 16));
      this.at += more[0].length;
    }
  }
}

function unclosed(quote: string): TransferError {
  return new TransferError(
    `A quote (${quote}) in this command is not closed.`,
    'Copy the whole command; in a browser: “Copy as cURL (bash)”.',
  );
}

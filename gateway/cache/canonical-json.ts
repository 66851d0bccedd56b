/**
 * One spelling for all JSON texts that say the same: members sorted by name, no space between tokens, texts escaped in
 * one way. Numbers stay as they are written, since a large one read as a double could equal another; a member named twice
 * stays there twice, since two readers could take different ones. Two texts with one spelling are one request; two
 * spellings of one request merely miss. Pure.
 */

/** Deeper than any request is; a body of brackets alone must not exhaust the stack. */
const MAX_DEPTH = 500;

/** The names to leave out at the top (`['user']`) or below it (`['metadata', 'user_id']`). */
export type LeftOut = readonly (readonly string[])[];

/** The text must have passed JSON.parse. Undefined where it is nested beyond reason. */
export function canonicalJson(text: string, leftOut: LeftOut = []): string | undefined {
  try {
    return new Canonical(text).value(leftOut, 0);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

const SCALAR_END = /[\s,\]}]/g;
const NOT_SPACE = /[^\s]/g;

class Canonical {
  private readonly text: string;
  private at = 0;

  constructor(text: string) {
    this.text = text;
  }

  value(leftOut: LeftOut, depth: number): string {
    if (depth > MAX_DEPTH) throw new RangeError('nested too deeply');
    this.skipSpace();
    switch (this.text[this.at]) {
      case '{':
        return this.object(leftOut, depth);
      case '[':
        return this.array(depth);
      case '"':
        return this.string();
      default:
        return this.scalar();
    }
  }

  private object(leftOut: LeftOut, depth: number): string {
    const members: { name: string; member: string }[] = [];
    this.at += 1;
    for (let next = this.next(); next !== '}'; next = this.next()) {
      if (next === ',') {
        this.at += 1;
        continue;
      }
      const written = this.string();
      this.skipSpace();
      this.at += 1; // the colon
      const name = JSON.parse(written) as string;
      const inside = leftOut.filter(([first]) => first === name);
      const member = this.value(
        inside.filter((path) => path.length > 1).map((path) => path.slice(1)),
        depth + 1,
      );
      if (!inside.some((path) => path.length === 1)) members.push({ name, member: `${written}:${member}` });
    }
    this.at += 1;
    // Stable: members of one name keep their order.
    members.sort((one, other) => (one.name < other.name ? -1 : one.name > other.name ? 1 : 0));
    return `{${members.map(({ member }) => member).join(',')}}`;
  }

  private array(depth: number): string {
    const elements: string[] = [];
    this.at += 1;
    for (let next = this.next(); next !== ']'; next = this.next()) {
      if (next === ',') this.at += 1;
      else elements.push(this.value([], depth + 1));
    }
    this.at += 1;
    return `[${elements.join(',')}]`;
  }

  private string(): string {
    const { text } = this;
    const start = this.at;
    let end = start;
    for (;;) {
      end = text.indexOf('"', end + 1);
      let backslashes = 0;
      while (text[end - 1 - backslashes] === '\\') backslashes += 1;
      if (backslashes % 2 === 0) break;
    }
    this.at = end + 1;
    const written = text.slice(start, end + 1);
    return written.includes('\\') ? JSON.stringify(JSON.parse(written)) : written;
  }

  private scalar(): string {
    SCALAR_END.lastIndex = this.at;
    const end = SCALAR_END.exec(this.text)?.index ?? this.text.length;
    const written = this.text.slice(this.at, end);
    this.at = end;
    return written;
  }

  private next(): string | undefined {
    this.skipSpace();
    return this.text[this.at];
  }

  private skipSpace() {
    NOT_SPACE.lastIndex = this.at;
    this.at = NOT_SPACE.exec(this.text)?.index ?? this.text.length;
  }
}

/** Finds what a JSON pointer names in the text of a JSON document. Pure, forgiving: the text may be cut off. */
export interface TextRange {
  readonly from: number;
  readonly to: number;
}

/** The range of the value at `pointer` (`/error/code`), of its key too where it has one. Undefined where it is not. */
export function jsonPlace(text: string, pointer: string): TextRange | undefined {
  const path = pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  return new Reader(text).find(path.filter((part, index) => part !== '' || index < path.length - 1));
}

class Reader {
  private at = 0;
  private readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  find(path: readonly string[], from = 0): TextRange | undefined {
    this.space();
    const start = this.at;
    const [wanted, ...rest] = path;
    if (wanted === undefined) {
      this.skip();
      return this.at > start ? { from: from || start, to: this.at } : undefined;
    }
    const open = this.text[this.at];
    if (open !== '{' && open !== '[') return undefined;
    this.at += 1;
    for (let index = 0; this.at < this.text.length; index += 1) {
      this.space();
      if (this.text[this.at] === '}' || this.text[this.at] === ']') return undefined;
      const memberStart = this.at;
      let name = String(index);
      if (open === '{') {
        name = this.string() ?? '';
        this.space();
        if (this.text[this.at] !== ':') return undefined;
        this.at += 1;
      }
      if (name === wanted) return this.find(rest, rest.length === 0 && open === '{' ? memberStart : 0);
      this.space();
      const before = this.at;
      this.skip();
      if (this.at === before) return undefined;
      this.space();
      if (this.text[this.at] === ',') this.at += 1;
    }
    return undefined;
  }

  private space() {
    while (/\s/.test(this.text[this.at] ?? '')) this.at += 1;
  }

  private string(): string | undefined {
    if (this.text[this.at] !== '"') return undefined;
    const start = this.at;
    this.at += 1;
    while (this.at < this.text.length && this.text[this.at] !== '"') this.at += this.text[this.at] === '\\' ? 2 : 1;
    this.at += 1;
    try {
      return JSON.parse(this.text.slice(start, this.at)) as string;
    } catch {
      return undefined;
    }
  }

  /** Over one value, whatever it is. */
  private skip() {
    const open = this.text[this.at];
    if (open === '"') {
      this.string();
      return;
    }
    if (open !== '{' && open !== '[') {
      while (this.at < this.text.length && !/[\s,\]}]/.test(this.text[this.at] ?? '')) this.at += 1;
      return;
    }
    let depth = 0;
    while (this.at < this.text.length) {
      const character = this.text[this.at];
      if (character === '"') {
        this.string();
        continue;
      }
      this.at += 1;
      if (character === '{' || character === '[') depth += 1;
      else if (character === '}' || character === ']') depth -= 1;
      if (depth === 0) return;
    }
  }
}

/** Where every value of a JSON text stands, so that one of them can be changed and all other bytes stay. Pure. */

interface Span {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
}

export type JsonNode = Span & {
  readonly kind: 'object' | 'array' | 'scalar';
  /** Of an object or array, in order; `keyStart` is where the member begins. */
  readonly children: readonly JsonChild[];
};

export interface JsonChild {
  readonly key: string;
  /** Where the member begins; of an element, where its value does. */
  readonly keyStart: number;
  readonly node: JsonNode;
}

/** Deeper than any request is; a body of brackets alone must not exhaust the stack. */
const MAX_DEPTH = 500;

/** The root's node; undefined for what is no JSON (or nested beyond reason). */
export function readJsonTree(text: string): JsonNode | undefined {
  try {
    JSON.parse(text);
    return new Reader(text).value(0);
  } catch {
    return undefined;
  }
}

/** The text is known to be valid JSON. */
class Reader {
  private readonly text: string;
  private at = 0;

  constructor(text: string) {
    this.text = text;
  }

  value(depth: number): JsonNode {
    if (depth > MAX_DEPTH) throw new RangeError('nested too deeply');
    this.skipSpace();
    const start = this.at;
    const first = this.text[start];
    if (first === '{' || first === '[') return this.container(start, first === '{' ? 'object' : 'array', depth);
    if (first === '"') this.skipString();
    else while (this.at < this.text.length && !/[\s,\]}]/.test(this.text[this.at] as string)) this.at += 1;
    return { kind: 'scalar', start, end: this.at, children: [] };
  }

  private container(start: number, kind: 'object' | 'array', depth: number): JsonNode {
    const close = kind === 'object' ? '}' : ']';
    const children: JsonChild[] = [];
    this.at += 1;
    for (;;) {
      this.skipSpace();
      const next = this.text[this.at];
      if (next === close) {
        this.at += 1;
        return { kind, start, end: this.at, children };
      }
      if (next === ',') {
        this.at += 1;
        continue;
      }
      const keyStart = this.at;
      const key = kind === 'object' ? this.memberName() : String(children.length);
      children.push({ key, keyStart, node: this.value(depth + 1) });
    }
  }

  private memberName(): string {
    const start = this.at;
    this.skipString();
    const name = JSON.parse(this.text.slice(start, this.at)) as string;
    this.skipSpace();
    this.at += 1; // the colon
    return name;
  }

  private skipString() {
    this.at += 1;
    while (this.text[this.at] !== '"') this.at += this.text[this.at] === '\\' ? 2 : 1;
    this.at += 1;
  }

  private skipSpace() {
    while (/\s/.test(this.text[this.at] ?? '')) this.at += 1;
  }
}

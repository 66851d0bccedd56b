/** A template's tree as the request path holds exchanges against it: texts to compare, numbers to collect. */
import type { RawHeaders } from '../exchange.ts';
import type { PackedMeta, RowTuple } from './record-form.ts';
import type { RecordTree } from './template.ts';
import type { ListMatch, Template } from './template-book.ts';

/** A record that differs in more texts than this is no likeness. */
const MOST_DIFFERENT = 40;

/** A record's tree before its header lists are put in. */
export interface BareTree {
  readonly row: RowTuple;
  readonly meta: Omit<PackedMeta, 'lists'>;
}

/** The lists come last: places of texts count on it. */
export function withLists(tree: BareTree, lists: readonly RawHeaders[]): RecordTree {
  return { row: tree.row, meta: { ...tree.meta, lists } };
}

const KIND = { text: 0, number: 1, constant: 2, vector: 3, list: 4, object: 5 } as const;

/** One place of a template's tree. All of one shape, for the engine's sake. */
export class Node {
  readonly kind: number;
  readonly value: unknown;
  readonly keys: readonly string[];
  readonly items: readonly Node[];

  constructor(kind: number, value: unknown, keys: readonly string[], items: readonly Node[]) {
    this.kind = kind;
    this.value = value;
    this.keys = keys;
    this.items = items;
  }
}

export function nodeOf(value: unknown): Node {
  if (typeof value === 'string') return new Node(KIND.text, value, [], []);
  if (typeof value === 'number') return new Node(KIND.number, null, [], []);
  if (typeof value !== 'object' || value === null) return new Node(KIND.constant, value, [], []);
  if (Array.isArray(value)) {
    if (value.every((item) => typeof item === 'number')) return new Node(KIND.vector, null, [], []);
    return new Node(KIND.list, null, [], value.map(nodeOf));
  }
  const members = value as Record<string, unknown>;
  const keys: string[] = [];
  for (const key in members) if (members[key] !== undefined) keys.push(key);
  return new Node(
    KIND.object,
    null,
    keys,
    keys.map((key) => nodeOf(members[key])),
  );
}

/** Holds trees against templates and collects what differs; one for all, since nothing here waits. */
export class TreeMatcher {
  numbers = new Float64Array(1024);
  count = 0;
  texts: (number | string)[] = [];
  private strings = 0;

  /**
   * `tree` is without its header lists, which were held against the template's already and come last. False when it is
   * shaped otherwise; then what was collected means nothing.
   */
  match(template: Template, tree: BareTree, lists: readonly ListMatch[]): boolean {
    this.count = 0;
    this.strings = 0;
    this.texts = [];
    if (!this.visit(template.root, tree)) return false;
    for (let index = 0; index < lists.length; index++) {
      const { texts } = lists[index] as ListMatch;
      for (let at = 0; at < texts.length; at += 2) {
        this.texts.push(this.strings + (texts[at] as number), texts[at + 1] as string);
      }
      const { length } = (template.lists[index] as { raw: RawHeaders }).raw;
      this.strings += length;
      // A list of nothing counts as one of numbers, and those begin with their length.
      if (length === 0) this.push(0);
    }
    return this.texts.length <= MOST_DIFFERENT * 2;
  }

  private visit(node: Node, value: unknown): boolean {
    switch (node.kind) {
      case KIND.text:
        if (value !== node.value) {
          if (typeof value !== 'string') return false;
          this.texts.push(this.strings, value);
        }
        this.strings++;
        return true;
      case KIND.number:
        if (typeof value !== 'number') return false;
        this.push(value);
        return true;
      case KIND.constant:
        return value === node.value;
      case KIND.vector:
        return this.visitVector(value);
      case KIND.list:
        return this.visitList(node, value);
      default:
        return this.visitObject(node, value);
    }
  }

  private visitVector(value: unknown): boolean {
    if (!Array.isArray(value)) return false;
    this.push(value.length);
    for (const item of value) {
      if (typeof item !== 'number') return false;
      this.push(item);
    }
    return true;
  }

  private visitList(node: Node, value: unknown): boolean {
    if (!Array.isArray(value) || value.length !== node.items.length) return false;
    for (let at = 0; at < value.length; at++) {
      if (!this.visit(node.items[at] as Node, value[at])) return false;
    }
    return true;
  }

  private visitObject(node: Node, value: unknown): boolean {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
    const { keys, items } = node;
    let at = 0;
    for (const key in value) {
      const member = (value as Record<string, unknown>)[key];
      if (member === undefined) continue;
      if (keys[at] !== key || !this.visit(items[at] as Node, member)) return false;
      at++;
    }
    return at === keys.length;
  }

  private push(number: number): void {
    if (this.count === this.numbers.length) {
      const larger = new Float64Array(this.numbers.length * 2);
      larger.set(this.numbers);
      this.numbers = larger;
    }
    this.numbers[this.count++] = number;
  }
}

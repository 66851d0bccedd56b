/** Holds an exchange against a template: header list by header list first, then the whole tree. */
import type { RawHeaders } from '../exchange.ts';
import { headerSort } from './credential-names.ts';
import type { RedactedHeaders, Redactor } from './redact.ts';
import { type BareTree, KIND, type Node } from './template-tree.ts';

/** A record that differs in more texts than this is no likeness. */
const MOST_DIFFERENT = 40;

/** A header list as it came, and as it is stored. */
export interface ListPair {
  readonly raw: RawHeaders;
  readonly redacted: RedactedHeaders;
}

/** A header list held against the template's. */
export interface ListMatch {
  readonly redacted: RedactedHeaders;
  /** Place in the list and text, in turn; empty for an equal list. */
  readonly texts: readonly (number | string)[];
  /** A credential differs, so the template's redactions do not hold. */
  readonly sensitive: boolean;
}

export interface Template {
  readonly id: number;
  readonly root: Node;
  readonly lists: readonly ListPair[];
}

const NONE: readonly (number | string)[] = [];

/** Holds a header list against the template's; undefined when it has other names. */
export function matchList(pair: ListPair, raw: RawHeaders, redactor: Redactor): ListMatch | undefined {
  const known = pair.raw;
  if (known.length !== raw.length) return undefined;
  let texts: (number | string)[] | undefined;
  let sensitive = false;
  for (let at = 0; at < raw.length; at += 2) {
    const name = raw[at] as string;
    if (name !== known[at]) return undefined;
    const value = raw[at + 1] as string;
    if (value === known[at + 1]) continue;
    texts ??= [];
    texts.push(at + 1, value);
    if (headerSort(name) !== 'plain') sensitive = true;
  }
  if (!texts) return { redacted: pair.redacted, texts: NONE, sensitive };
  if (!sensitive) return { redacted: pair.redacted, texts, sensitive };
  const redacted = redactor.redactHeaders(raw, { inUrl: true });
  for (let at = 0; at < texts.length; at += 2) texts[at + 1] = redacted.headers[texts[at] as number] as string;
  return { redacted, texts, sensitive };
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

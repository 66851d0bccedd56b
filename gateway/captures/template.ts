/**
 * Exchanges of one app with one model are all but the same: the same headers, steps, rules, a few numbers and ids apart.
 * A record that resembles an earlier one is written as that one's number (its template), the numbers in the order in
 * which they occur, and the texts that differ. This file reads such records; template-book.ts writes them.
 *
 * The order is that of the tree: object members as they stand, list items in turn. A list of nothing but numbers may
 * have any length, so its length goes before its items.
 */
import type { PackedMeta, PackedRedactions, RowTuple } from './record-form.ts';

export interface RecordTree {
  readonly row: RowTuple;
  readonly meta: PackedMeta;
}

export interface TemplateText {
  readonly id: number;
  /** JSON of a StoredTemplate; redacted like everything that leaves the request path. */
  readonly text: string;
}

export interface StoredTemplate {
  readonly tree: RecordTree;
  /** What was removed from headers; holds for a record too unless it says otherwise. */
  readonly redactions: PackedRedactions;
}

/** `[template, 1 when the template's redactions hold, places and texts that differ, further redactions]`. */
export type TemplatedText = [
  template: number,
  inherits: 0 | 1,
  texts: (number | string)[],
  redactions: PackedRedactions,
];

/** Puts a record's numbers and texts into the template's tree; `numbers` are doubles, little endian. */
export function fillTree<T>(tree: T, texts: readonly (number | string)[], numbers: Buffer): T {
  return new Filling(texts, numbers).fill(tree) as T;
}

class Filling {
  private readonly texts: readonly (number | string)[];
  private readonly numbers: Buffer;
  private nextText = 0;
  private strings = 0;
  private at = 0;

  constructor(texts: readonly (number | string)[], numbers: Buffer) {
    this.texts = texts;
    this.numbers = numbers;
  }

  fill(value: unknown): unknown {
    if (typeof value === 'number') return this.number();
    if (typeof value === 'string') return this.string(value);
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) {
      if (!value.every((item) => typeof item === 'number')) return value.map((item) => this.fill(item));
      return Array.from({ length: this.number() }, () => this.number());
    }
    const filled: Record<string, unknown> = {};
    for (const key in value) filled[key] = this.fill((value as Record<string, unknown>)[key]);
    return filled;
  }

  private string(text: string): string {
    const place = this.strings++;
    if (this.texts[this.nextText] !== place) return text;
    this.nextText += 2;
    return this.texts[this.nextText - 1] as string;
  }

  private number(): number {
    const number = this.numbers.readDoubleLE(this.at);
    this.at += 8;
    // Money is whole billionths of a dollar and stays to the last one.
    if (Number.isInteger(number) || Math.round(number * 1e9) / 1e9 === number) return number;
    // Of times, nobody reads nanoseconds, and long fractions do not compress.
    return Math.round(number * 1e6) / 1e6;
  }
}

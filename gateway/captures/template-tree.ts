/** A template's tree in the form that exchanges are held against: texts to compare, numbers to collect. */
import type { RawHeaders } from '../exchange.ts';
import type { PackedMeta, RowTuple } from './record-form.ts';
import type { RecordTree } from './template.ts';

/** A record's tree before its header lists are put in. */
export interface BareTree {
  readonly row: RowTuple;
  readonly meta: Omit<PackedMeta, 'lists'>;
}

/** The lists come last: places of texts count on it. */
export function withLists(tree: BareTree, lists: readonly RawHeaders[]): RecordTree {
  return { row: tree.row, meta: { ...tree.meta, lists } };
}

export const KIND = { text: 0, number: 1, constant: 2, vector: 3, list: 4, object: 5 } as const;

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

/** JSON pointers (RFC 6901): reading them, writing them, and changing the one value they name. Pure. */
import { type JsonNode, readJsonTree } from './tree.ts';

export function pointerParts(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

export function pointerOf(parts: readonly (string | number)[]): string {
  return parts.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

export type JsonEdit =
  | { readonly ok: true; readonly text: string }
  /** `known`: pointers that exist, for telling the nearest. */
  | { readonly ok: false; readonly reason: 'no-json' | 'no-place'; readonly known: readonly string[] };

const MOST_POINTERS = 5000;

/**
 * Puts `value` where the pointer says, adding a member or an element (`-`, or the index behind the last) where its
 * container is there; takes the value away where it is undefined. All other bytes stay as they are.
 */
export function editJson(text: string, pointer: string, value: unknown): JsonEdit {
  const root = readJsonTree(text);
  if (!root) return { ok: false, reason: 'no-json', known: [] };
  const parts = pointerParts(pointer);
  const noPlace = (): JsonEdit => ({ ok: false, reason: 'no-place', known: knownPointers(root) });
  if (parts.length === 0) return value === undefined ? noPlace() : { ok: true, text: JSON.stringify(value) };
  const container = parts.slice(0, -1).reduce<JsonNode | undefined>(childOf, root);
  if (!container || container.kind === 'scalar') return noPlace();
  const last = parts[parts.length - 1] as string;
  const found = container.children.findLast(({ key }) => key === last);
  if (value === undefined) return found ? { ok: true, text: without(text, container, found.key) } : noPlace();
  const written = JSON.stringify(value);
  if (found) return { ok: true, text: splice(text, found.node.start, found.node.end, written) };
  const { length } = container.children;
  if (container.kind === 'array' && last !== '-' && last !== String(length)) return noPlace();
  const item = container.kind === 'array' ? written : `${JSON.stringify(last)}:${written}`;
  const end = container.children[length - 1]?.node.end ?? container.start + 1;
  return { ok: true, text: splice(text, end, end, length === 0 ? item : `,${item}`) };
}

/** The value a pointer names; undefined where there is none. */
export function nodeAt(root: JsonNode, pointer: string): JsonNode | undefined {
  return pointerParts(pointer).reduce<JsonNode | undefined>(childOf, root);
}

function childOf(node: JsonNode | undefined, key: string): JsonNode | undefined {
  return node?.children.findLast((child) => child.key === key)?.node;
}

function without(text: string, container: JsonNode, key: string): string {
  const at = container.children.findLastIndex((child) => child.key === key);
  const own = container.children[at] as JsonNode['children'][number];
  const before = container.children[at - 1];
  const after = container.children[at + 1];
  if (before) return splice(text, before.node.end, own.node.end, '');
  return splice(text, own.keyStart, after ? after.keyStart : own.node.end, '');
}

export function splice(text: string, start: number, end: number, middle: string): string {
  return text.slice(0, start) + middle + text.slice(end);
}

function knownPointers(root: JsonNode): string[] {
  const found: string[] = [];
  const visit = (node: JsonNode, parts: readonly string[]) => {
    for (const { key, node: child } of node.children) {
      if (found.length >= MOST_POINTERS) return;
      const own = [...parts, key];
      found.push(pointerOf(own));
      visit(child, own);
    }
  };
  visit(root, []);
  return found;
}

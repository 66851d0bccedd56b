/**
 * Body edits on the text of a JSON object: only the spans that an edit names change, all other bytes stay. A member that
 * stands there twice is edited into one, since two readers could take different ones. Pure.
 */
import type { RuleOrigin } from '../exchange.ts';
import { editJson, nodeAt, pointerOf, pointerParts, splice } from '../json/pointer.ts';
import { type JsonNode, readJsonTree } from '../json/tree.ts';
import type { BodyEdit } from '../store/schema-transform.ts';
import { type EditNote, shown } from './edit-note.ts';

export function editBody(
  text: string,
  edit: BodyEdit,
  origin: RuleOrigin,
): { readonly text: string; readonly note: EditNote } {
  const root = readJsonTree(text);
  const node = root && nodeAt(root, edit.path);
  const before = node && text.slice(node.start, node.end);
  const note = { do: edit.do, at: edit.path, origin, ...(before === undefined ? {} : { before: shown(before) }) };
  const unchanged = (why: string) => ({ text, note: { ...note, unchanged: why } });
  if (!root) return unchanged('the body is no JSON that can be edited');
  switch (edit.do) {
    case 'default':
    case 'set': {
      if (edit.do === 'default' && before !== undefined) return unchanged('the request has one');
      const written = JSON.stringify(edit.value);
      const once = withoutTwins(text, root, edit.path);
      if (before === written && once === text) return unchanged('it has that value already');
      const result = put(once, edit.path, edit.value);
      if (result === undefined) return unchanged('the request has no such place');
      return { text: result, note: { ...note, after: shown(written) } };
    }
    case 'remove': {
      if (before === undefined) return unchanged('the request has none');
      const removed = editJson(withoutTwins(text, root, edit.path), edit.path, undefined);
      return removed.ok ? { text: removed.text, note } : unchanged('the request has none');
    }
    case 'rename':
      return rename(text, root, edit, note, unchanged);
  }
}

function rename(
  text: string,
  root: JsonNode,
  edit: BodyEdit & { do: 'rename' },
  note: EditNote,
  unchanged: (why: string) => { readonly text: string; readonly note: EditNote },
) {
  const parts = pointerParts(edit.path);
  const parent = nodeAt(root, pointerOf(parts.slice(0, -1)));
  if (parent?.kind !== 'object') return unchanged('the request has none');
  if (parent.children.some(({ key }) => key === edit.to)) return unchanged(`the request has ${edit.to} too`);
  const once = withoutTwins(text, root, edit.path);
  const again = once === text ? parent : nodeAt(readJsonTree(once) as JsonNode, pointerOf(parts.slice(0, -1)));
  const child = again?.children.find(({ key }) => key === parts.at(-1));
  if (!child) return unchanged('the request has none');
  const colon = once.slice(child.keyStart, child.node.start).lastIndexOf(':') + child.keyStart;
  const after = pointerOf([...parts.slice(0, -1), edit.to]);
  return { text: splice(once, child.keyStart, colon, JSON.stringify(edit.to)), note: { ...note, after: shown(after) } };
}

/** All but the last member of that name, which is the one that most readers take, are left out. */
function withoutTwins(text: string, root: JsonNode, path: string): string {
  const parts = pointerParts(path);
  const last = parts.at(-1);
  const parent = nodeAt(root, pointerOf(parts.slice(0, -1)));
  if (parent?.kind !== 'object') return text;
  const twins = parent.children.filter(({ key }) => key === last).slice(0, -1);
  let result = text;
  for (const twin of twins.reverse()) {
    const next = parent.children[parent.children.indexOf(twin) + 1];
    if (next) result = splice(result, twin.keyStart, next.keyStart, '');
  }
  return result;
}

/** Puts the value there, making the objects on the way where there are none. */
function put(text: string, path: string, value: unknown): string | undefined {
  const parts = pointerParts(path);
  for (let depth = parts.length; depth > 0; depth -= 1) {
    const inner = parts.slice(depth).reduceRight<unknown>((made, name) => ({ [name]: made }), value);
    const edited = editJson(text, pointerOf(parts.slice(0, depth)), inner);
    if (edited.ok) return edited.text;
    // Inside a list, or below a text or a number, nothing is made.
    if (editJson(text, pointerOf(parts.slice(0, depth - 1)), undefined).ok && depth > 1) return undefined;
  }
  return undefined;
}

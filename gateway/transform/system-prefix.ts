/** Puts a text before the system prompt, in the place that each dialect has for it; all other bytes stay. Pure. */
import type { Dialect, RuleOrigin } from '../exchange.ts';
import { editJson, nodeAt, splice } from '../json/pointer.ts';
import { type JsonNode, readJsonTree } from '../json/tree.ts';
import { type EditNote, shown } from './edit-note.ts';

export function prefixSystem(
  text: string,
  dialect: Dialect,
  prefix: string,
  origin: RuleOrigin,
): { readonly text: string; readonly note: EditNote } {
  const root = readJsonTree(text);
  const place = root && placeOf(text, root, dialect);
  const note = { do: 'prefix' as const, at: place?.at ?? 'system prompt', origin };
  const edited = root && place?.put(prefix);
  if (edited === undefined) {
    return { text, note: { ...note, unchanged: 'this kind of request has no system prompt' } };
  }
  return { text: edited, note: { ...note, after: shown(prefix) } };
}

interface Place {
  readonly at: string;
  readonly put: (prefix: string) => string | undefined;
}

function placeOf(text: string, root: JsonNode, dialect: Dialect): Place | undefined {
  switch (dialect) {
    case 'openai-chat':
      return chatPlace(text, root);
    case 'openai-responses':
      return textOrBlocks(text, root, '/instructions', textBlock);
    case 'anthropic-messages':
    case 'anthropic-count-tokens':
      return textOrBlocks(text, root, '/system', textBlock);
    case 'gemini-generate': {
      const name = nodeAt(root, '/system_instruction') ? '/system_instruction' : '/systemInstruction';
      if (!nodeAt(root, name)) return { at: name, put: (prefix) => added(text, name, { parts: [{ text: prefix }] }) };
      return textOrBlocks(text, root, `${name}/parts`, (prefix) => ({ text: prefix }));
    }
    default:
      return undefined;
  }
}

const textBlock = (prefix: string) => ({ type: 'text', text: prefix });

/** The first message where it is the system's; else one of its own before all others. */
function chatPlace(text: string, root: JsonNode): Place | undefined {
  const messages = nodeAt(root, '/messages');
  if (messages?.kind !== 'array') return undefined;
  const role = nodeAt(messages, '/0/role');
  if (role && /^"(?:system|developer)"$/.test(text.slice(role.start, role.end))) {
    return textOrBlocks(text, root, '/messages/0/content', textBlock);
  }
  return { at: '/messages/0', put: (prefix) => insertedFirst(text, messages, { role: 'system', content: prefix }) };
}

/** A text is begun with the prefix, a list gets it as its first element, and where there is nothing it is all there is. */
function textOrBlocks(text: string, root: JsonNode, at: string, block: (prefix: string) => unknown): Place {
  return {
    at,
    put: (prefix) => {
      const node = nodeAt(root, at);
      const written = node && text.slice(node.start, node.end);
      if (node === undefined || written === 'null' || written === '""') return added(text, at, prefix);
      if (node.kind === 'array') return insertedFirst(text, node, block(prefix));
      if (node.kind !== 'scalar' || !written?.startsWith('"')) return undefined;
      // Inside the quotes, so that the rest of the text stays as it is written.
      return splice(text, node.start + 1, node.start + 1, JSON.stringify(`${prefix}\n\n`).slice(1, -1));
    },
  };
}

function added(text: string, at: string, value: unknown): string | undefined {
  const edited = editJson(text, at, value);
  return edited.ok ? edited.text : undefined;
}

function insertedFirst(text: string, list: JsonNode, value: unknown): string {
  const written = JSON.stringify(value);
  return splice(text, list.start + 1, list.start + 1, list.children.length === 0 ? written : `${written},`);
}

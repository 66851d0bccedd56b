/** One change as the form asks for it, and the rule it makes. Pure. */
import { jsonOrText, type Rules, STAND_IN } from './edit-lines.ts';

export type EditKind =
  | 'set'
  | 'default'
  | 'remove'
  | 'rename'
  | 'set header'
  | 'default header'
  | 'remove header'
  | 'rename header'
  | 'take out';

export interface EditDraft {
  readonly kind: EditKind;
  /** A field, a header's name or a pattern. */
  readonly subject: string;
  /** A value, a new name or a stand-in, where the kind takes one. */
  readonly object: string;
}

export const NEW_EDIT: EditDraft = { kind: 'set', subject: '', object: '' };

export type EditFault = 'badField' | 'badHeader';

const HEADER = /^[\w!#$%&'*+.^`|~-]+$/;

/** What the second field is for; null: none. */
export function objectOf(kind: EditKind): 'value' | 'to' | 'standIn' | null {
  if (kind === 'take out') return 'standIn';
  if (kind.startsWith('rename')) return 'to';
  return kind.startsWith('remove') ? null : 'value';
}

export function isHeaderKind(kind: EditKind): boolean {
  return kind.endsWith('header');
}

/** Of the first and of the second field; an empty one is not finished and no fault. */
export function editFaults({ kind, subject, object }: EditDraft): { subject?: EditFault; object?: EditFault } {
  const name = subject.trim();
  const header = isHeaderKind(kind);
  const badHeader = (text: string) => header && text !== '' && !HEADER.test(text);
  return {
    ...(badHeader(name) ? { subject: 'badHeader' } : {}),
    ...(!header && kind !== 'take out' && name !== '' && pointerOf(name) === undefined ? { subject: 'badField' } : {}),
    ...(kind === 'rename header' && badHeader(object.trim()) ? { object: 'badHeader' } : {}),
  };
}

/** The rules with this change after them; undefined while something is missing or faulty. */
export function withEdit(rules: Rules, draft: EditDraft): Rules | undefined {
  const faults = editFaults(draft);
  const name = draft.subject.trim();
  const object = draft.object.trim();
  if (name === '' || faults.subject || faults.object) return undefined;
  const takes = objectOf(draft.kind);
  // A header and a stand-in may be empty, a value or a new name not.
  if (object === '' && (takes === 'to' || (takes === 'value' && !isHeaderKind(draft.kind)))) return undefined;
  const path = pointerOf(name) ?? '';
  switch (draft.kind) {
    case 'set':
    case 'default':
      return { ...rules, body: [...rules.body, { do: draft.kind, path, value: jsonOrText(object) }] };
    case 'remove':
      return { ...rules, body: [...rules.body, { do: 'remove', path }] };
    case 'rename':
      return { ...rules, body: [...rules.body, { do: 'rename', path, to: object }] };
    case 'set header':
    case 'default header':
      return {
        ...rules,
        headers: [...rules.headers, { do: draft.kind === 'set header' ? 'set' : 'default', name, value: object }],
      };
    case 'remove header':
      return { ...rules, headers: [...rules.headers, { do: 'remove', name }] };
    case 'rename header':
      return { ...rules, headers: [...rules.headers, { do: 'rename', name, to: object }] };
    case 'take out':
      return { ...rules, redact: [...rules.redact, { pattern: draft.subject, with: draft.object || STAND_IN }] };
  }
}

/** `metadata/user_id`, with or without its first slash, as a JSON pointer. */
function pointerOf(field: string): string | undefined {
  const pointer = field.startsWith('/') ? field : `/${field}`;
  return /^(?:\/(?:[^~/\s]|~[01])+)+$/.test(pointer) ? pointer : undefined;
}

/** Edits of requests as sentences, each beside its rule as it is written. Pure. */
import type { BodyEdit, HeaderEdit, RedactionRule } from '../../../gateway/control/contract/index.ts';
import { words } from '../../words/words.ts';
import { bodyLine, headerLine, type Rules, redactLine } from './edit-lines.ts';

export interface EditSentence {
  readonly sentence: string;
  /** As in the lines that can be written by hand. */
  readonly line: string;
  /** What stays when this one is taken away. */
  readonly without: Rules;
}

/** In the order in which they are carried out. */
export function editSentences(rules: Rules): EditSentence[] {
  const { headers, body, redact } = rules;
  return [
    ...headers.map((edit) => ({
      sentence: headerSentence(edit),
      line: headerLine(edit),
      without: { ...rules, headers: headers.filter((each) => each !== edit) },
    })),
    ...body.map((edit) => ({
      sentence: bodySentence(edit),
      line: bodyLine(edit),
      without: { ...rules, body: body.filter((each) => each !== edit) },
    })),
    ...redact.map((rule) => ({
      sentence: redactSentence(rule),
      line: redactLine(rule),
      without: { ...rules, redact: redact.filter((each) => each !== rule) },
    })),
  ];
}

function headerSentence(edit: HeaderEdit): string {
  const w = words.settings.edits.sentences;
  switch (edit.do) {
    case 'set':
      return w.setHeader(edit.name, edit.value);
    case 'default':
      return w.defaultHeader(edit.name, edit.value);
    case 'remove':
      return w.removeHeader(edit.name);
    case 'rename':
      return w.renameHeader(edit.name, edit.to);
  }
}

function bodySentence(edit: BodyEdit): string {
  const w = words.settings.edits.sentences;
  const field = fieldWords(edit.path);
  switch (edit.do) {
    case 'set':
      return w.setBody(field, valueWords(edit.value));
    case 'default':
      return w.defaultBody(field, valueWords(edit.value));
    case 'remove':
      return w.removeBody(field);
    case 'rename':
      return w.renameBody(field, edit.to);
  }
}

function redactSentence({ pattern, with: standIn }: RedactionRule): string {
  return words.settings.edits.sentences.redact(pattern, standIn);
}

/** `/metadata/user_id` is “user_id of metadata”, `/messages/0/content` “content of item 1 of messages”. */
function fieldWords(pointer: string): string {
  const w = words.settings.edits.sentences;
  const parts = pointer
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((part, at) =>
      at === 0 ? part : part === '-' ? w.newItem : /^\d+$/.test(part) ? w.item(Number(part) + 1) : part,
    );
  return parts.reduce((whole, part) => w.of(part, whole));
}

function valueWords(value: Extract<BodyEdit, { do: 'set' }>['value']): string {
  const w = words.settings.edits.sentences;
  if (value === null) return w.nothing;
  return typeof value === 'string' ? w.text(value) : JSON.stringify(value);
}

import { describe, expect, it } from 'vitest';
import { type EditDraft, editFaults, withEdit } from '../../../renderer/screens/settings/edit-draft.ts';
import { parseLines, type Rules, toLines } from '../../../renderer/screens/settings/edit-lines.ts';
import { editSentences } from '../../../renderer/screens/settings/edit-sentences.ts';

const RULES: Rules = {
  headers: [
    { do: 'set', name: 'anthropic-beta', value: 'context-1m' },
    { do: 'remove', name: 'x-trace' },
  ],
  body: [
    { do: 'set', path: '/temperature', value: 0 },
    { do: 'default', path: '/metadata/user_id', value: 'a b' },
    { do: 'set', path: '/messages/0/content', value: null },
    { do: 'set', path: '/odd field', value: 1 },
    { do: 'rename', path: '/max_tokens', to: 'max_completion_tokens' },
    { do: 'remove', path: '/log~1probs' },
  ],
  redact: [
    { pattern: '[0-9]{16}', with: '[card number]' },
    { pattern: 'a => b', with: '[removed]' },
    { pattern: 'gone', with: '' },
  ],
};
const NONE: Rules = { headers: [], body: [], redact: [] };

describe('edits of requests', () => {
  it('read as sentences, in the order in which they are carried out', () => {
    expect(editSentences(RULES).map(({ sentence }) => sentence)).toEqual([
      'Sets the header anthropic-beta to “context-1m”.',
      'Leaves out the header x-trace.',
      'Sets temperature to 0.',
      'Sets user_id of metadata to “a b” where the app says nothing of it.',
      'Sets content of item 1 of messages to nothing (null).',
      'Sets odd field to 1.',
      'Renames max_tokens to max_completion_tokens.',
      'Leaves out log/probs.',
      'Takes out what matches [0-9]{16} and puts “[card number]” in its place.',
      'Takes out what matches a => b and puts “[removed]” in its place.',
      'Takes out what matches gone.',
    ]);
  });

  it('come back from their lines as they were, whatever is in them', () => {
    expect(parseLines(toLines(RULES))).toEqual({ ok: true, rules: RULES });
  });

  it('are taken away one at a time, each with its line beside it', () => {
    const [, trace] = editSentences(RULES);
    expect(trace?.line).toBe('remove header x-trace');
    expect(trace?.without).toEqual({ ...RULES, headers: [RULES.headers[0]] });
  });
});

describe('one change asked for in the form', () => {
  const made = (kind: EditDraft['kind'], subject: string, object = '') => withEdit(NONE, { kind, subject, object });

  it('becomes the rule that it says', () => {
    expect(made('set', 'temperature', '0')?.body).toEqual([{ do: 'set', path: '/temperature', value: 0 }]);
    expect(made('default', '/metadata/user_id', 'ana')?.body).toEqual([
      { do: 'default', path: '/metadata/user_id', value: 'ana' },
    ]);
    expect(made('set header', 'X-Team', 'a b')?.headers).toEqual([{ do: 'set', name: 'X-Team', value: 'a b' }]);
    expect(made('rename header', 'x-a', 'x-b')?.headers).toEqual([{ do: 'rename', name: 'x-a', to: 'x-b' }]);
    expect(made('take out', '\\d{16}')?.redact).toEqual([{ pattern: '\\d{16}', with: '[removed]' }]);
  });

  it('waits for what is missing, and says what is wrong where it is', () => {
    expect(made('set', 'temperature')).toBeUndefined();
    expect(made('rename', 'a')).toBeUndefined();
    expect(made('remove', '')).toBeUndefined();
    expect(editFaults({ kind: 'remove', subject: 'a b', object: '' })).toEqual({ subject: 'badField' });
    expect(editFaults({ kind: 'set header', subject: 'x:y', object: '' })).toEqual({ subject: 'badHeader' });
    expect(editFaults({ kind: 'rename header', subject: 'x', object: 'y z' })).toEqual({ object: 'badHeader' });
    expect(editFaults({ kind: 'set', subject: '', object: '' })).toEqual({});
  });
});

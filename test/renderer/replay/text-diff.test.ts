import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffLines, foldSame } from '../../../renderer/screens/replay/text-diff.ts';

const kinds = (before: string, after: string) => diffLines(before, after).map((row) => row.kind);

describe('two texts side by side', () => {
  it('part only where they differ', () => {
    expect(kinds('a\nb\nc', 'a\nx\nc')).toEqual(['same', 'changed', 'same']);
    expect(kinds('a\nc', 'a\nb\nc')).toEqual(['same', 'added', 'same']);
    expect(kinds('a\nb\nc', 'a\nc')).toEqual(['same', 'removed', 'same']);
  });

  it('keep a line that moved as taken away here and put in there', () => {
    const rows = diffLines('a\nb\nc\nd', 'b\nc\nd\na');
    expect(rows.map((row) => row.kind)).toEqual(['removed', 'same', 'same', 'same', 'added']);
  });

  it('lose and invent nothing, whatever they are', () => {
    const text = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 30 }).map((lines) => lines.join('\n'));
    fc.assert(
      fc.property(text, text, (before, after) => {
        const rows = diffLines(before, after);
        const side = (name: 'before' | 'after') => rows.flatMap((row) => row[name]?.text ?? []).join('\n');
        expect([side('before'), side('after')]).toEqual([before, after]);
        for (const row of rows) if (row.kind === 'same') expect(row.before?.text).toBe(row.after?.text);
      }),
    );
  });

  it('are laid beside each other in time even where nothing agrees', () => {
    const lines = (prefix: string) => Array.from({ length: 5000 }, (_, index) => `${prefix}${index}`).join('\n');
    expect(diffLines(lines('a'), lines('b'))).toHaveLength(5000);
  });

  it('fold what is the same, but for the lines around a difference', () => {
    const before = Array.from({ length: 20 }, (_, index) => String(index)).join('\n');
    const shown = foldSame(diffLines(before, before.replace('10', 'ten')), 2);
    expect(shown.map((row) => ('hidden' in row ? row.hidden : row.kind))).toEqual([
      8,
      'same',
      'same',
      'changed',
      'same',
      'same',
      7,
    ]);
  });
});

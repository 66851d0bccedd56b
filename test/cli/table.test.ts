import { describe, expect, it } from 'vitest';
import { table } from '../../gateway/cli/table.ts';

const columns = [
  { title: 'NAME', text: (row: { name: string; note: string }) => row.name },
  { title: 'EMPTY', text: () => '' },
  { title: 'NOTE', text: (row: { name: string; note: string }) => row.note },
];

describe('a table', () => {
  it('aligns columns by what the terminal shows, also for wide characters, and leaves empty ones out', () => {
    const text = table(
      [
        { name: '密钥', note: 'one' },
        { name: 'abc', note: 'two' },
      ],
      columns,
    );
    expect(text.split('\n')).toEqual(['NAME  NOTE', '密钥  one', 'abc   two']);
  });

  it('cuts the last column to the terminal, and nothing in a pipe', () => {
    const rows = [{ name: 'abc', note: 'a very long note that would run over the edge' }];
    expect(table(rows, columns, { width: 26 }).split('\n')[1]).toBe('abc   a very long note th…');
    expect(table(rows, columns).split('\n')[1]).toContain('the edge');
  });

  it('lets no stored name steer the terminal', () => {
    expect(table([{ name: 'a\u001b[2Jb\nc', note: '' }], columns)).not.toContain('\u001b');
  });
});

import { expect, it } from 'vitest';
import { pairHeaders } from '../../../renderer/screens/replay/side-headers.ts';

it('compares headers without their order or the case of their names, and joins those that repeat', () => {
  const pairs = pairHeaders(
    [
      ['B', '1'],
      ['a', 'x'],
      ['a', 'y'],
    ],
    [
      ['A', 'x, y'],
      ['c', '2'],
    ],
  );
  expect(pairs).toEqual([
    { name: 'a', before: 'x, y', after: 'x, y', same: true },
    { name: 'b', before: '1', after: undefined, same: false },
    { name: 'c', before: undefined, after: '2', same: false },
  ]);
});

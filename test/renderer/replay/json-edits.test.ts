import { describe, expect, it } from 'vitest';
import { bodyEdits, jsonFault } from '../../../renderer/screens/replay/json-edits.ts';

describe('an edited body', () => {
  it('becomes an edit of each place that differs and of nothing else', () => {
    const before = '{"model":"a","temperature":1,"messages":[{"role":"user","content":"hi"}]}';
    const after = '{\n "model": "b", "messages": [{"role":"user","content":"ho"}], "top/p": 2}';
    expect(bodyEdits(before, after)).toEqual([
      { path: '/model', value: 'b' },
      { path: '/temperature', value: undefined },
      { path: '/messages/0/content', value: 'ho' },
      { path: '/top~1p', value: 2 },
    ]);
  });

  it('replaces a list whose length changed as a whole', () => {
    expect(bodyEdits('{"a":[1,2]}', '{"a":[1]}')).toEqual([{ path: '/a', value: [1] }]);
  });

  it('is no edit where only the layout differs', () => {
    expect(bodyEdits('{"a":1}', '{\n  "a": 1\n}')).toEqual([]);
  });

  it.each([
    ['text that is no JSON', 'hello', 'hello world'],
    ['JSON made invalid on purpose', '{"a":1}', '{"a":1'],
    ['another kind of whole', '{"a":1}', '[1]'],
    ['numbers beyond what JavaScript holds', '{"id":12345678901234567890,"a":1}', '{"id":12345678901234567890,"a":2}'],
    ['members in another order', '{"a":1,"b":2}', '{"b":2,"a":1}'],
  ])('is sent as the whole text: %s', (_, before, after) => {
    expect(bodyEdits(before, after)).toEqual([{ path: 'body', value: after }]);
  });

  it('says why it is no JSON, and nothing of an empty one', () => {
    expect(jsonFault('{"a":}')).toMatch(/JSON/);
    expect(jsonFault('{"a":1}')).toBeUndefined();
    expect(jsonFault('  ')).toBeUndefined();
  });
});

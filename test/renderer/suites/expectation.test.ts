import { describe, expect, it } from 'vitest';
import {
  expectationOf,
  expectationWords,
  formOf,
  formOfExpectation,
} from '../../../renderer/screens/suites/expectation.ts';

const failed = { ok: false, status: 401, cause: 'key_expired' as const };

describe('what must hold of a case', () => {
  it('is, unless one says otherwise, what held when it was recorded', () => {
    expect(expectationOf(formOf(failed))).toEqual({ expect: { ok: false, status: 401, cause: 'key_expired' } });
    expect(expectationOf(formOf({ ok: true, status: 200, cause: null }))).toEqual({
      expect: { ok: true, status: 200 },
    });
  });

  it('takes structure a line at a time: a value or a type', () => {
    const read = expectationOf({
      ...formOf({ ok: true, status: 200, cause: null }),
      structure: '/model = "gpt-5"\n/choices : array\n\n/n = 3\n/name = plain words',
    });
    expect(read).toMatchObject({
      expect: {
        body: [
          { pointer: '/model', equals: 'gpt-5' },
          { pointer: '/choices', type: 'array' },
          { pointer: '/n', equals: 3 },
          { pointer: '/name', equals: 'plain words' },
        ],
      },
    });
  });

  it.each(['model = 1', '/choices : list', '/x'])('names the line that is none: %s', (line) => {
    expect(expectationOf({ ...formOf(failed), structure: line })).toEqual({ badLine: line });
  });

  it('comes back into the form as it went out', () => {
    const expectation = {
      ok: true,
      status: 200,
      body: [
        { pointer: '/a', equals: { b: 1 } },
        { pointer: '/c', type: 'string' },
      ],
      contains: ['x', 'y'],
      lacks: ['z'],
      maxDurationMs: 500,
    };
    expect(expectationOf(formOfExpectation(expectation))).toEqual({ expect: expectation });
  });

  it('is said in words, also where nothing is demanded', () => {
    expect(expectationWords({ ok: false, status: 401, cause: 'key_expired', maxDurationMs: 1500 })).toEqual([
      'fails',
      'status 401',
      'cause: The key expired',
      'within 1.5 s',
    ]);
    expect(expectationWords({})).toEqual(['the outcome stays what it was']);
  });
});

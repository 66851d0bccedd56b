import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editJson, pointerOf, pointerParts } from '../../gateway/json/pointer.ts';
import {
  bodyDifferences,
  headerDifferences,
  jsonDifferences,
  streamDifferences,
} from '../../gateway/replay/difference.ts';

const json = fc.jsonValue({ maxDepth: 4 });
/** As it comes back from a text, without negative zero. */
const plain = (value: unknown) => JSON.parse(JSON.stringify(value)) as unknown;

describe('JSON', () => {
  it('has no differences to itself, whatever the order of its members', () => {
    fc.assert(
      fc.property(json, (value) => {
        const reversed = JSON.parse(JSON.stringify(value), (_key, item: unknown) =>
          typeof item === 'object' && item !== null && !Array.isArray(item)
            ? Object.fromEntries(Object.entries(item).reverse())
            : item,
        );
        expect(jsonDifferences(plain(value), reversed)).toEqual([]);
      }),
    );
  });

  it('has some exactly when two values are not equal', () => {
    fc.assert(
      fc.property(json, json, (one, other) => {
        const same = JSON.stringify(sorted(plain(one))) === JSON.stringify(sorted(plain(other)));
        expect(jsonDifferences(plain(one), plain(other)).length === 0).toBe(same);
      }),
    );
  });

  it('says what stands on both sides, which becomes the other way round when the sides change', () => {
    fc.assert(
      fc.property(json, json, (one, other) => {
        const there = jsonDifferences(plain(one), plain(other)).map(({ path, before, after }) => [path, before, after]);
        const back = jsonDifferences(plain(other), plain(one)).map(({ path, before, after }) => [path, after, before]);
        expect(new Set(back.map((item) => JSON.stringify(item)))).toEqual(
          new Set(there.map((item) => JSON.stringify(item))),
        );
      }),
    );
  });

  it('tells of one element more, not of all behind it', () => {
    const before = { messages: [{ role: 'user' }, { role: 'tool' }] };
    const after = { messages: [{ role: 'system' }, { role: 'user' }, { role: 'tool' }] };
    expect(jsonDifferences(before, after)).toEqual([{ path: '/messages/0', kind: 'added', after: { role: 'system' } }]);
  });
});

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return { members: members.map(([name, item]) => [name, sorted(item)]) };
}

describe('headers', () => {
  it('are the same in any order and case', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.stringMatching(/^[a-z]{1,8}$/), { minLength: 1 }),
        fc.func(fc.boolean()),
        (names, upper) => {
          const before = names.map((name) => [name, `value of ${name}`] as const);
          const after = [...before]
            .reverse()
            .map(([name, value]) => [upper(name) ? name.toUpperCase() : name, value] as const);
          expect(headerDifferences(before, after)).toEqual([]);
        },
      ),
    );
  });

  it('differ by value, and where one is there on one side only', () => {
    expect(
      headerDifferences(
        [
          ['A', '1'],
          ['b', '2'],
        ],
        [
          ['a', '3'],
          ['C', '4'],
        ],
      ),
    ).toEqual([
      { path: 'header.a', kind: 'changed', before: '1', after: '3' },
      { path: 'header.b', kind: 'removed', before: '2' },
      { path: 'header.c', kind: 'added', after: '4' },
    ]);
  });
});

describe('streams', () => {
  const event = (data: unknown) => `data: ${JSON.stringify(data)}\n\n`;

  it('are compared event by event, wherever their chunks and comments were', () => {
    const before = `${event({ a: 1 }) + event({ delta: { content: 'x' } })}data: [DONE]\n\n`;
    const after = `: ping\r\n\r\n${event({ a: 1 })}${event({ delta: { content: 'y' } })}data: [DONE]\n\n`;
    expect(streamDifferences(before, after)).toEqual([
      { path: 'event 2/delta/content', kind: 'changed', before: 'x', after: 'y' },
    ]);
  });

  it('tell of an end that never came', () => {
    const before = `${event({ a: 1 })}data: [DONE]\n\n`;
    expect(bodyDifferences(before, event({ a: 1 }))).toEqual([{ path: 'event 2', kind: 'removed', before: '[DONE]' }]);
  });

  it('have no differences to themselves', () => {
    fc.assert(
      fc.property(fc.array(json), (values) => {
        const text = values.map(event).join('');
        expect(bodyDifferences(text, `${text}`)).toEqual([]);
        expect(streamDifferences(text, text.replaceAll('\n', '\r\n'))).toEqual([]);
      }),
    );
  });
});

describe('an edit by pointer', () => {
  it('changes the one value, and the difference names it', () => {
    fc.assert(
      fc.property(json, json, fc.nat(), fc.nat({ max: 3 }), (value, next, pick, indent) => {
        const text = JSON.stringify(value, null, indent);
        const pointers = pointersOf(plain(value));
        fc.pre(pointers.length > 0);
        const pointer = pointers[pick % pointers.length] as string;
        const edited = editJson(text, pointer, next);
        if (!edited.ok) throw new Error(edited.reason);
        const at = pointerParts(pointer).reduce<unknown>(
          (item, part) => (item as Record<string, unknown>)[part],
          JSON.parse(edited.text),
        );
        expect(at).toEqual(plain(next));
        for (const { path } of jsonDifferences(plain(value), JSON.parse(edited.text))) {
          expect(path === pointer || path.startsWith(`${pointer}/`)).toBe(true);
        }
      }),
    );
  });

  it('takes away what it names and leaves valid JSON', () => {
    fc.assert(
      fc.property(json, fc.nat(), fc.nat({ max: 3 }), (value, pick, indent) => {
        const pointers = pointersOf(plain(value));
        fc.pre(pointers.length > 0);
        const pointer = pointers[pick % pointers.length] as string;
        const edited = editJson(JSON.stringify(value, null, indent), pointer, undefined);
        if (!edited.ok) throw new Error(edited.reason);
        expect(pointersOf(JSON.parse(edited.text)).length).toBeLessThan(pointers.length);
      }),
    );
  });

  it('leaves every other byte as it was', () => {
    const text = '{ "big": 12345678901234567890,\t"a": [1,  2], "s": "\\u00e9" }';
    expect(editJson(text, '/a/1', 3)).toEqual({ ok: true, text: text.replace('2]', '3]') });
    expect(editJson(text, '/a/-', 3)).toEqual({ ok: true, text: text.replace('2]', '2,3]') });
    expect(editJson(text, '/s', undefined)).toEqual({ ok: true, text: text.replace(', "s": "\\u00e9"', '') });
  });

  it('is refused where nothing stands', () => {
    expect(editJson('{"a":{}}', '/b/c', 1)).toMatchObject({ ok: false, reason: 'no-place' });
    expect(editJson('{"a":[]}', '/a/1', 1)).toMatchObject({ ok: false, reason: 'no-place' });
    expect(editJson('[[[', '/0', 1)).toMatchObject({ ok: false, reason: 'no-json' });
    expect(editJson('['.repeat(2000) + ']'.repeat(2000), '/0', 1)).toMatchObject({ ok: false, reason: 'no-json' });
  });
});

function pointersOf(value: unknown, parts: readonly string[] = []): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, item]) => [
    pointerOf([...parts, name]),
    ...pointersOf(item, [...parts, name]),
  ]);
}

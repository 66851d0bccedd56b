import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../gateway/cache/canonical-json.ts';

/** The same value with its members in another order and space between its tokens. */
function spelledOtherwise(value: unknown, space: string): string {
  if (Array.isArray(value)) return `[${space}${value.map((one) => spelledOtherwise(one, space)).join(`,${space}`)}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).reverse();
    return `{${members.map(([name, one]) => `${space}${escaped(name)}${space}:${spelledOtherwise(one, space)}`).join(',')}${space}}`;
  }
  return typeof value === 'string' ? escaped(value) : JSON.stringify(value);
}

/** Every character as an escape. */
function escaped(text: string): string {
  const units = Array.from({ length: text.length }, (_, at) => text.charCodeAt(at).toString(16).padStart(4, '0'));
  return `"${units.map((unit) => `\\u${unit}`).join('')}"`;
}

/** One spelling of a parsed value: what equality means here. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, one]) => [name, sorted(one)]);
}

const object = fc.dictionary(fc.string({ maxLength: 6 }), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 5 });

describe('canonical JSON', () => {
  it('spells what says the same alike, whatever the order, the space and the escapes', () => {
    fc.assert(
      fc.property(object, fc.constantFrom('', ' ', '\n\t'), (value, space) => {
        const one = canonicalJson(JSON.stringify(value));
        const other = canonicalJson(spelledOtherwise(value, space));
        expect(other).toBe(one);
        expect(JSON.parse(one as string)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
      { numRuns: 150 },
    );
  });

  it('spells what says something else otherwise', () => {
    fc.assert(
      fc.property(object, object, (one, other) => {
        const same =
          JSON.stringify(sorted(JSON.parse(JSON.stringify(one)))) ===
          JSON.stringify(sorted(JSON.parse(JSON.stringify(other))));
        expect(canonicalJson(JSON.stringify(one)) === canonicalJson(JSON.stringify(other))).toBe(same);
      }),
      { numRuns: 150 },
    );
  });

  it.each([
    ['two large numbers that are one double', '{"seed":9007199254740993}', '{"seed":9007199254740992}'],
    ['a member named twice and once', '{"n":1,"n":2}', '{"n":2}'],
    ['a member named twice in another order', '{"n":1,"n":2}', '{"n":2,"n":1}'],
    ['a number and its text', '{"n":1}', '{"n":"1"}'],
    ['infinity and nothing', '{"n":1e400}', '{"n":null}'],
    ['elements in another order', '[1,2]', '[2,1]'],
  ])('tells apart %s', (_what, one, other) => {
    expect(canonicalJson(one)).not.toBe(canonicalJson(other));
  });

  it('leaves out what is named, at the top or below it, and nothing of that name elsewhere', () => {
    const text = '{"user":"u","metadata":{"user_id":"x","user":"kept"},"messages":[{"user":"kept"}]}';
    expect(canonicalJson(text, [['user'], ['metadata', 'user_id']])).toBe(
      '{"messages":[{"user":"kept"}],"metadata":{"user":"kept"}}',
    );
  });

  it('gives up on a body of brackets alone, and takes a deep one', () => {
    expect(canonicalJson('['.repeat(2000) + ']'.repeat(2000))).toBeUndefined();
    expect(canonicalJson('['.repeat(400) + ']'.repeat(400))).toBe('['.repeat(400) + ']'.repeat(400));
  });
});

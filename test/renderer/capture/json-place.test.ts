import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonPlace } from '../../../renderer/screens/capture/json-place.ts';

const at = (text: string, pointer: string) => {
  const place = jsonPlace(text, pointer);
  return place && text.slice(place.from, place.to);
};

describe('finding what a JSON pointer names', () => {
  it('gives the member with its key', () => {
    expect(at('{"error": {"code": "expired", "n": 1}}', '/error/code')).toBe('"code": "expired"');
  });

  it('gives an element of an array, objects and all', () => {
    expect(at('{"a": [1, {"b": "]}"}, 3]}', '/a/1')).toBe('{"b": "]}"}');
  });

  it('understands escaped names', () => {
    expect(at('{"a/b": {"~": true}}', '/a~1b/~0')).toBe('"~": true');
  });

  it('finds what comes before the place where the text was cut off', () => {
    expect(at('{"error": {"code": "expired", "mess', '/error/code')).toBe('"code": "expired"');
    expect(at('{"error": {"code": "exp', '/error/message')).toBeUndefined();
  });

  it('finds nothing where nothing is', () => {
    expect(at('{"a": 1}', '/b')).toBeUndefined();
    expect(at('not json', '/a')).toBeUndefined();
  });

  it('agrees with JSON.parse for every member of every object', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (object) => {
        const text = JSON.stringify(object, null, 2);
        for (const [name, value] of Object.entries(object)) {
          if (name === '') continue;
          const found = at(text, `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`);
          expect(JSON.parse(`{${found}}`)).toEqual(JSON.parse(JSON.stringify({ [name]: value })));
        }
      }),
    );
  });
});

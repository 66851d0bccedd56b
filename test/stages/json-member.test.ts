import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findTopLevelMember, replaceSpan } from '../../gateway/stages/json-member.ts';

describe('findTopLevelMember', () => {
  it('finds the member and nothing that only looks like it', () => {
    const text =
      '{"messages":[{"model":"inner"}],"note":"\\"model\\":\\"fake\\"", "model" : "gpt-4o" ,"x":{"model":1}}';
    const bytes = Buffer.from(text);
    const spans = findTopLevelMember(bytes, 'model');
    expect(spans).toHaveLength(1);
    expect(bytes.toString('utf8', spans[0]?.start, spans[0]?.end)).toBe('"gpt-4o"');
  });

  it('sees through an escaped key, as every JSON parser does', () => {
    const bytes = Buffer.from('{"mod\\u0065l":"a","model":"b"}');
    expect(findTopLevelMember(bytes, 'model')).toHaveLength(2);
  });

  it('is not led astray by a value that equals the name', () => {
    const bytes = Buffer.from('{"a":"model","model":"m"}');
    const spans = findTopLevelMember(bytes, 'model');
    expect(spans.map((span) => bytes.toString('utf8', span.start, span.end))).toEqual(['"m"']);
  });

  it('agrees with JSON.parse for any object and any formatting, and replacing changes only that value', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 6 }),
        fc.string({ unit: 'binary' }),
        fc.string({ unit: 'grapheme' }),
        fc.constantFrom(undefined, 1, '\t'),
        fc.boolean(),
        (rest, before, after, indent, first) => {
          delete rest.model;
          const value = first ? { model: before, ...rest } : { ...rest, model: before };
          const bytes = Buffer.from(JSON.stringify(value, null, indent));
          const spans = findTopLevelMember(bytes, 'model');
          expect(spans).toHaveLength(1);
          const span = spans[0];
          if (!span) return;
          expect(JSON.parse(bytes.toString('utf8', span.start, span.end))).toBe(JSON.parse(JSON.stringify(before)));
          const replaced = JSON.parse(replaceSpan(bytes, span, JSON.stringify(after)).toString('utf8'));
          expect(replaced).toEqual(JSON.parse(JSON.stringify({ ...value, model: after })));
        },
      ),
    );
  });
});

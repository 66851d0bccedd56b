import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pointerOf } from '../../gateway/json/pointer.ts';
import type { BodyEdit, HeaderEdit } from '../../gateway/store/schema-transform.ts';
import { transformFault } from '../../gateway/transform/check-rules.ts';
import { editBody } from '../../gateway/transform/edit-body.ts';
import { editHeader } from '../../gateway/transform/edit-headers.ts';
import { redactBody } from '../../gateway/transform/redact-text.ts';
import { prefixSystem } from '../../gateway/transform/system-prefix.ts';

const origin = { from: 'route' as const, name: 'r' };
const body = (text: string, edit: BodyEdit) => editBody(text, edit, origin);

const name = fc.string({ minLength: 1, maxLength: 5 }).filter((text) => text !== '__proto__');
const json = fc.jsonValue({ maxDepth: 2 });
const object = fc.dictionary(name, json, { minKeys: 1, maxKeys: 6 }).filter((one) => !Object.hasOwn(one, '__proto__'));
const parsed = (text: string) => JSON.parse(text) as Record<string, unknown>;
const plain = (value: unknown) => JSON.parse(JSON.stringify(value));

describe('body edits', () => {
  it('set, default and remove do to the value what they say, and nothing to the rest', () => {
    fc.assert(
      fc.property(object, name, json, fc.constantFrom('', ' ', '\n  '), (value, key, given, space) => {
        const text = JSON.stringify(value, null, space);
        const path = pointerOf([key]);
        const had = Object.hasOwn(value, key);
        const { [key]: _gone, ...rest } = plain(value);
        expect(parsed(body(text, { do: 'set', path, value: given as never }).text)).toEqual({
          ...rest,
          [key]: plain(given),
        });
        expect(parsed(body(text, { do: 'remove', path }).text)).toEqual(rest);
        const defaulted = body(text, { do: 'default', path, value: given as never });
        expect(parsed(defaulted.text)).toEqual(had ? plain(value) : { ...rest, [key]: plain(given) });
        if (had) expect(defaulted.text).toBe(text);
      }),
      { numRuns: 200 },
    );
  });

  it('rename moves the value’s bytes under another name, unless that name is taken', () => {
    fc.assert(
      fc.property(object, name, fc.nat(), (value, to, nth) => {
        const keys = Object.keys(value);
        const key = keys[nth % keys.length] as string;
        const text = JSON.stringify(value);
        const result = body(text, { do: 'rename', path: pointerOf([key]), to });
        if (Object.hasOwn(value, to)) {
          expect(result.text).toBe(text);
          expect(result.note.unchanged).toBeDefined();
        } else {
          const { [key]: moved, ...rest } = plain(value);
          expect(parsed(result.text)).toEqual({ ...rest, [to]: moved });
          expect(result.text).toContain(JSON.stringify(moved));
        }
      }),
      { numRuns: 200 },
    );
  });

  it.each<[string, string, BodyEdit, string]>([
    [
      'keeps every other byte',
      '{ "a" : 1e2,\n"b":"\\u00e9", "n":12345678901234567890 }',
      { do: 'set', path: '/b', value: 2 },
      '{ "a" : 1e2,\n"b":2, "n":12345678901234567890 }',
    ],
    ['leaves one of a member named twice', '{"t":1,"x":0,"t":2}', { do: 'set', path: '/t', value: 3 }, '{"x":0,"t":3}'],
    ['takes both away of a member named twice', '{"t":1,"x":0,"t":2}', { do: 'remove', path: '/t' }, '{"x":0}'],
    [
      'makes the objects on the way',
      '{"a":1}',
      { do: 'set', path: '/m/n/o', value: true },
      '{"a":1,"m":{"n":{"o":true}}}',
    ],
    ['adds to a list', '{"stop":["a"]}', { do: 'set', path: '/stop/-', value: 'b' }, '{"stop":["a","b"]}'],
    [
      'makes nothing in a list or below a text',
      '{"l":[],"s":"x"}',
      { do: 'set', path: '/l/4/x', value: 1 },
      '{"l":[],"s":"x"}',
    ],
    ['makes nothing below a text', '{"s":"x"}', { do: 'set', path: '/s/x', value: 1 }, '{"s":"x"}'],
    ['reads ~1 and ~0', '{"a/b":{"c~d":1}}', { do: 'remove', path: '/a~1b/c~0d' }, '{"a/b":{}}'],
    [
      'renames deep inside',
      '{"a":[{"max_tokens": 5}]}',
      { do: 'rename', path: '/a/0/max_tokens', to: 'max_completion_tokens' },
      '{"a":[{"max_completion_tokens": 5}]}',
    ],
  ])('%s', (_what, text, edit, expected) => {
    expect(body(text, edit).text).toBe(expected);
  });

  it('tells before and after, and why nothing changed', () => {
    expect(body('{"t":1}', { do: 'set', path: '/t', value: 0 }).note).toEqual({
      do: 'set',
      at: '/t',
      before: '1',
      after: '0',
      origin,
    });
    expect(body('{"t":1}', { do: 'remove', path: '/x' }).note).toMatchObject({ unchanged: 'the request has none' });
  });
});

describe('header edits', () => {
  const lines = ['X-One', '1', 'accept', 'a', 'x-one', '2', 'X-Two', '2'];
  const edit = (one: HeaderEdit) => editHeader(lines, one, origin);

  it.each<[string, HeaderEdit, readonly string[]]>([
    [
      'set takes the place of all lines of that name',
      { do: 'set', name: 'x-one', value: '9' },
      ['x-one', '9', 'accept', 'a', 'X-Two', '2'],
    ],
    ['set adds', { do: 'set', name: 'X-New', value: '9' }, [...lines, 'X-New', '9']],
    ['default leaves what is there', { do: 'default', name: 'X-TWO', value: '9' }, lines],
    ['remove takes all lines', { do: 'remove', name: 'X-ONE' }, ['accept', 'a', 'X-Two', '2']],
    [
      'rename keeps the values',
      { do: 'rename', name: 'x-one', to: 'X-1' },
      ['X-1', '1', 'accept', 'a', 'X-1', '2', 'X-Two', '2'],
    ],
    ['rename does not merge', { do: 'rename', name: 'x-one', to: 'x-two' }, lines],
  ])('%s', (_what, one, expected) => {
    expect(edit(one).headers).toEqual(expected);
  });
});

describe('a prefix of the system prompt', () => {
  it.each([
    [
      'openai-chat',
      '{"messages":[{"role":"user","content":"hi"}]}',
      '{"messages":[{"role":"system","content":"P"},{"role":"user","content":"hi"}]}',
    ],
    ['openai-chat', '{"messages":[]}', '{"messages":[{"role":"system","content":"P"}]}'],
    [
      'openai-chat',
      '{"messages":[{"role":"developer","content":"D\\u0021"}]}',
      '{"messages":[{"role":"developer","content":"P\\n\\nD\\u0021"}]}',
    ],
    [
      'openai-chat',
      '{"messages":[{"role":"system","content":[{"type":"text","text":"S"}]}]}',
      '{"messages":[{"role":"system","content":[{"type":"text","text":"P"},{"type":"text","text":"S"}]}]}',
    ],
    ['openai-responses', '{"input":"hi"}', '{"input":"hi","instructions":"P"}'],
    ['openai-responses', '{"instructions":"I","input":"hi"}', '{"instructions":"P\\n\\nI","input":"hi"}'],
    ['anthropic-messages', '{"system":"S","messages":[]}', '{"system":"P\\n\\nS","messages":[]}'],
    [
      'anthropic-messages',
      '{"system":[{"type":"text","text":"S"}]}',
      '{"system":[{"type":"text","text":"P"},{"type":"text","text":"S"}]}',
    ],
    ['anthropic-messages', '{"messages":[]}', '{"messages":[],"system":"P"}'],
    ['gemini-generate', '{"contents":[]}', '{"contents":[],"systemInstruction":{"parts":[{"text":"P"}]}}'],
    [
      'gemini-generate',
      '{"system_instruction":{"parts":[{"text":"S"}]}}',
      '{"system_instruction":{"parts":[{"text":"P"},{"text":"S"}]}}',
    ],
  ] as const)('stands in its place in %s: %s', (dialect, text, expected) => {
    expect(prefixSystem(text, dialect, 'P', origin).text).toBe(expected);
  });

  it('is left out where there is no such place, and that is told', () => {
    const { text, note } = prefixSystem('{"input":"x"}', 'openai-embeddings', 'P', origin);
    expect(text).toBe('{"input":"x"}');
    expect(note.unchanged).toMatch(/no system prompt/);
  });
});

describe('what is taken out', () => {
  const redact = (text: string, pattern: string, standIn = '[gone]') =>
    redactBody(text, [{ pattern, with: standIn }], origin);

  it('is gone from every text, in whatever spelling, and counted; names, ids and data stay', () => {
    const text =
      '{"model":"gpt-123","messages":[{"role":"user","content":"call 123\\u0034 or 99"},{"tool_call_id":"c1234","content":[{"type":"text","text":"1234"}]}],"image":{"data":"AAAA1234"}}';
    const { text: result, notes } = redact(text, '\\d{3,}');
    expect(result).toBe(
      text.replace('"call 123\\u0034 or 99"', '"call [gone] or 99"').replace('"text":"1234"', '"text":"[gone]"'),
    );
    expect(notes).toEqual([{ do: 'redact', at: '\\d{3,}', after: '[gone]', count: 2, origin }]);
  });

  it('leaves nothing that matches, and stays JSON, whatever the text', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: fc.constantFrom('a', 'b', '"', '\\', '\n', '7', 'é') }), { maxLength: 5 }),
        (texts) => {
          const { text } = redact(JSON.stringify({ messages: texts.map((content) => ({ content })) }), '[ab]{2,}7?');
          const contents = (JSON.parse(text) as { messages: { content: string }[] }).messages.map(
            ({ content }) => content,
          );
          expect(contents).toEqual(texts.map((one) => one.replace(/[ab]{2,}7?/g, '[gone]')));
        },
      ),
      { numRuns: 150 },
    );
  });

  it('keeps a tool’s arguments readable as JSON', () => {
    const call = JSON.stringify({ mail: 'ann@example.com' });
    const { text } = redact(
      JSON.stringify({ messages: [{ tool_calls: [{ function: { name: 'f', arguments: call } }] }] }),
      '[\\w.]+@[\\w.]+',
    );
    const { messages } = JSON.parse(text) as { messages: { tool_calls: { function: { arguments: string } }[] }[] };
    expect(JSON.parse(messages[0]?.tool_calls[0]?.function.arguments ?? '')).toEqual({ mail: '[gone]' });
  });

  it('takes no longer than the text is long for a pattern that makes others hang', () => {
    // A backtracking engine would try 2^40000 ways here.
    const { notes } = redact(JSON.stringify({ content: `${'a'.repeat(40_000)}!` }), '(a+)+$');
    expect(notes[0]?.count).toBe(0);
  });
});

describe('rules that are refused before they are kept', () => {
  const fault = (given: Partial<Parameters<typeof transformFault>[0]>) =>
    transformFault({ headers: [], body: [], redact: [], ...given });

  it.each([
    'Authorization',
    'x-api-key',
    'api-key',
    'x-goog-api-key',
    'cookie',
    'X-My-Token',
    'host',
    'Content-Length',
    'transfer-encoding',
    'content-type',
    'connection',
    'x-keyward-user',
    'x-forwarded-for',
    'bad name',
    'a:b',
  ])('the header %s', (header) => {
    expect(fault({ headers: [{ do: 'set', name: header, value: 'x' }] })?.sentence).toMatch(/\.$/);
    expect(fault({ headers: [{ do: 'rename', name: 'x-fine', to: header }] })).toBeDefined();
    expect(fault({ headers: [{ do: 'remove', name: header }] })).toBeDefined();
  });

  it('a header value that would begin another line', () => {
    expect(fault({ headers: [{ do: 'set', name: 'x-fine', value: 'a\r\nx-api-key: b' }] })).toBeDefined();
    expect(fault({ headers: [{ do: 'set', name: 'x-fine', value: 'fine' }] })).toBeUndefined();
  });

  it('the model, the stream, an element’s name', () => {
    expect(fault({ body: [{ do: 'set', path: '/model', value: 'x' }] })).toBeDefined();
    expect(fault({ body: [{ do: 'rename', path: '/engine', to: 'model' }] })).toBeDefined();
    expect(fault({ body: [{ do: 'remove', path: '/stream' }] })).toBeDefined();
    expect(fault({ body: [{ do: 'rename', path: '/messages/0', to: 'x' }] })).toBeDefined();
    expect(fault({ body: [{ do: 'set', path: '/stream_options/include_usage', value: true }] })).toBeUndefined();
  });

  it.each(['(', 'a*', '(?=x)', '(a)\\1', '[z-a]'])('the pattern %s', (pattern) => {
    expect(fault({ redact: [{ pattern, with: '[x]' }] })?.sentence).toMatch(/pattern/);
  });

  it('a stand-in that would break JSON inside a text', () => {
    expect(fault({ redact: [{ pattern: 'x', with: '"' }] })).toBeDefined();
    expect(fault({ redact: [{ pattern: 'x', with: '[x]' }] })).toBeUndefined();
  });
});

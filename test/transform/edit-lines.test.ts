import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseLines, toLines } from '../../renderer/screens/settings/edit-lines.ts';

const word = fc.stringMatching(/^[a-z][a-z0-9_-]{0,8}$/);
const value = fc.stringMatching(/^[!-~]([ -~]{0,12}[!-~])?$/);
const path = fc.array(word, { minLength: 1, maxLength: 3 }).map((parts) => `/${parts.join('/')}`);
const json = fc.jsonValue({ maxDepth: 2 }).map((one) => JSON.parse(JSON.stringify(one)));
const set = fc.constantFrom('set' as const, 'default' as const);
const header = fc.oneof(
  fc.record({ do: set, name: word, value }),
  fc.record({ do: fc.constant('remove' as const), name: word }),
  fc.record({ do: fc.constant('rename' as const), name: word, to: word }),
);
const body = fc.oneof(
  fc.record({ do: set, path, value: json }),
  fc.record({ do: fc.constant('remove' as const), path }),
  fc.record({ do: fc.constant('rename' as const), path, to: word }),
);
const redact = fc.record({
  pattern: value.filter((text) => !text.includes(' => ')),
  with: fc.constantFrom('[removed]', '[mail]', '*'),
});

describe('edits as lines', () => {
  it('read back as what was written', () => {
    fc.assert(
      fc.property(
        fc.record({
          headers: fc.array(header, { maxLength: 4 }),
          body: fc.array(body, { maxLength: 4 }),
          redact: fc.array(redact, { maxLength: 3 }),
        }),
        (rules) => {
          expect(parseLines(toLines(rules))).toEqual({ ok: true, rules });
        },
      ),
      { numRuns: 200 },
    );
  });

  it('take a text without quotes, empty lines and spaces around', () => {
    expect(parseLines('\n  set /user = ann \nSet header x-team: a b\n\n')).toEqual({
      ok: true,
      rules: {
        headers: [{ do: 'set', name: 'x-team', value: 'a b' }],
        body: [{ do: 'set', path: '/user', value: 'ann' }],
        redact: [],
      },
    });
  });

  it.each(['set', 'set /x', 'delete /x', 'set header x', 'rename header a', 'rename /a', 'temperature = 0'])(
    'say which line is no rule: %s',
    (line) => {
      expect(parseLines(`remove /fine\n${line}`)).toEqual({ ok: false, line });
    },
  );
});

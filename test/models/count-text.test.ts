/** The texts as OpenAI's own tokenizer counts them (its Rust code, as WebAssembly), and the bounds for texts meant to be slow. */
import fc from 'fast-check';
import { countTokens as countCl100k } from 'gpt-tokenizer/encoding/cl100k_base';
import { countTokens as countO200k } from 'gpt-tokenizer/encoding/o200k_base';
import { get_encoding } from 'tiktoken';
import { afterAll, describe, expect, it } from 'vitest';
import { countTexts, LONGEST_RUN, MOST_STEPS } from '../../gateway/models/count-text.ts';
import { estimateTokens } from '../../gateway/models/estimate-tokens.ts';

const PLAIN = { disallowedSpecial: new Set<string>() };
const counters = {
  o200k_base: (text: string) => countO200k(text, PLAIN),
  cl100k_base: (text: string) => countCl100k(text, PLAIN),
};
const oracles = { o200k_base: get_encoding('o200k_base'), cl100k_base: get_encoding('cl100k_base') };
const ENCODINGS = ['o200k_base', 'cl100k_base'] as const;

afterAll(() => {
  for (const oracle of Object.values(oracles)) oracle.free();
});

describe('texts counted with a tokenizer', () => {
  // cookbook.openai.com/examples/how_to_count_tokens_with_tiktoken, "Comparing encodings".
  it.each([
    ['antidisestablishmentarianism', 6, 6],
    ['2 + 2 = 4', 7, 7],
    ['お誕生日おめでとう', 8, 9],
    ['tiktoken is great!', 6, 6],
  ])('%s', (text, o200k, cl100k) => {
    expect(countTexts([text], counters.o200k_base)).toMatchObject({ tokens: o200k, exact: true });
    expect(countTexts([text], counters.cl100k_base)).toMatchObject({ tokens: cl100k, exact: true });
  });

  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.string({ unit: 'grapheme', maxLength: 60 }),
    fc
      .array(
        fc.constantFrom(
          ...[
            'the',
            ' Straße',
            "I'LL",
            "don't",
            '  ',
            '\n\n',
            '\r\n',
            '\t',
            '1234567',
            '=====',
            '</div>',
            '中文',
            'テキスト',
          ],
          ...[
            '한국어',
            '👩‍👩‍👧',
            'é',
            'ﬁ',
            'camelCase',
            'HTTPServer',
            '<|endoftext|>',
            '<|im_start|>',
            '٣٤',
            '\u00a0',
            '\u2028',
            ' x',
          ],
        ),
        { maxLength: 40 },
      )
      .map((words) => words.join('')),
  );

  it.each(ENCODINGS)('counts as OpenAI’s own tokenizer does: %s', (encoding) => {
    fc.assert(
      fc.property(fc.array(text, { maxLength: 3 }), (texts) => {
        // Halves of a pair are no text: JSON may carry them, UTF-8 cannot.
        const whole = texts.map((one) => Buffer.from(one).toString());
        const expected = whole.reduce((sum, one) => sum + oracles[encoding].encode(one, [], []).length, 0);
        expect(countTexts(whole, counters[encoding])).toMatchObject({ tokens: expected, exact: true });
      }),
      { numRuns: 400 },
    );
  });

  it('counts a whole page, with its tables and rulers', () => {
    const page = `# Title\n\n${'-'.repeat(120)}\n| a | b |\n${'| --- '.repeat(40)}|\n${' '.repeat(200)}x = 1;\n`.repeat(
      20,
    );
    const expected = oracles.o200k_base.encode(page, [], []).length;
    expect(countTexts([page], counters.o200k_base)).toMatchObject({ tokens: expected, exact: true });
  });
});

describe('a text meant to be slow', () => {
  /** Letters that no vocabulary has in a row. */
  const letters = (length: number, alphabet = 'qzxjvk') => {
    let state = 7;
    let out = '';
    for (let i = 0; i < length; i++) {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
      out += alphabet[(state >> 8) % alphabet.length];
    }
    return out;
  };

  /** What the tokenizer was given to do. */
  function watched(texts: readonly string[]) {
    const given: string[] = [];
    const counted = countTexts(texts, (one) => {
      given.push(one);
      return counters.o200k_base(one);
    });
    return { ...counted, given };
  }

  it.each([
    ['a run of letters', letters(100_000)],
    ['a run of one letter', 'a'.repeat(100_000)],
    ['a run of spaces', ' '.repeat(100_000)],
    ['a run of signs', letters(100_000, '=-~!')],
    ['a run of ideographs', letters(100_000, '龘靐齉爩鱻麤')],
    ['a run of marks', letters(100_000, '\u0300\u0301\u0302\u0303')],
    ['signs and marks by turns', '=\u0300'.repeat(50_000)],
  ])('is not given to the tokenizer, and the count is marked: %s', (_name, run) => {
    const { tokens, exact, given } = watched([`before ${run}1after`]);
    expect(exact).toBe(false);
    expect(Math.max(...given.map((one) => one.length))).toBeLessThan(20);
    expect(tokens).toBeGreaterThan(0);
  });

  it('is given up to the longest run, and counted exactly', () => {
    const run = letters(LONGEST_RUN);
    const expected = oracles.o200k_base.encode(`${run} ${run}`, [], []).length;
    expect(watched([`${run} ${run}`])).toMatchObject({ tokens: expected, exact: true });
  });

  it.each([
    ['many runs just short enough', `${letters(LONGEST_RUN)} `.repeat(4_000)],
    ['many runs of three bytes a letter', `${letters(LONGEST_RUN, '龘靐齉爩鱻麤')} `.repeat(500)],
  ])('takes no more than so many steps, whatever is sent: %s', (_name, hostile) => {
    const { steps, exact, given, tokens } = watched([hostile, hostile, 'and a last word']);
    expect(steps).toBeLessThanOrEqual(MOST_STEPS);
    expect(exact).toBe(false);
    expect(given).toEqual(['and a last word']);
    expect(tokens).toBe(2 * estimateTokens(hostile) + 4);
  });

  it('shares its steps among all texts of a request', () => {
    const half = `${letters(LONGEST_RUN)} `.repeat(Math.floor((MOST_STEPS * 0.6) / LONGEST_RUN ** 2));
    const { steps, given } = watched([half, half, 'short']);
    expect(steps).toBeLessThanOrEqual(MOST_STEPS);
    expect(given).toEqual([half, 'short']);
  });
});

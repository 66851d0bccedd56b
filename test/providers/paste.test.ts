import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pasteAnalysisSchema } from '../../gateway/control/contract/rows.ts';
import { keyShape, recogniseKey } from '../../gateway/providers/key-shape.ts';
import { analysePaste } from '../../gateway/providers/paste.ts';

const OPENAI = `sk-proj-${'Ab1_'.repeat(18)}T3BlbkFJ${'xY9-'.repeat(18)}`;
const ANTHROPIC = `sk-ant-api03-${'aB3_'.repeat(23)}zAA`;
const GEMINI = `AIza${'Sy0-'.repeat(8)}abc`;
const GROQ = `gsk_${'a1B2'.repeat(13)}`;
const DEEPSEEK = `sk-${'0a1b'.repeat(8)}`;

const kinds = (text: string, options = {}) => analysePaste(text, options).faults.map((fault) => fault.kind);

describe('a whole key', () => {
  test.each([
    [OPENAI, 'openai'],
    [ANTHROPIC, 'anthropic'],
    [GEMINI, 'google-gemini'],
    [GROQ, 'groq'],
    [`xai-${'a'.repeat(80)}`, 'xai'],
    [`sk-or-v1-${'0f'.repeat(32)}`, 'openrouter'],
    [`hf_${'aB'.repeat(17)}`, 'huggingface'],
    [`sk-kimi-${'a1'.repeat(24)}`, 'kimi-coding'],
    [`sk-svcacct-${'a1'.repeat(24)}`, 'openai'],
  ])('%s is recognised for certain, and nothing is found wrong', (key, preset) => {
    const analysis = analysePaste(key);
    expect(analysis).toMatchObject({ cleaned: key, usable: true, alreadyStored: null });
    expect(analysis.candidates).toEqual([{ preset, name: expect.any(String), certainty: 'certain' }]);
    expect(analysis.faults.filter((fault) => fault.kind !== 'old-form')).toEqual([]);
    expect(analysis.sentence).toMatch(/^This is a key of /);
  });

  test('of an ambiguous shape is not called anybody’s', () => {
    const analysis = analysePaste(DEEPSEEK);
    expect(analysis.usable).toBe(true);
    expect(analysis.candidates[0]).toMatchObject({ preset: 'deepseek', certainty: 'possible' });
    expect(analysis.candidates.length).toBeGreaterThan(2);
    expect(analysis.sentence).toContain('their keys look alike. Choose the provider.');
  });

  test('is named likelier by the variable it was assigned to, or by the provider that was chosen', () => {
    expect(analysePaste(`DASHSCOPE_API_KEY=${DEEPSEEK}`).candidates[0]?.preset).toMatch(/^dashscope/);
    expect(analysePaste(DEEPSEEK, { provider: 'dashscope' }).candidates[0]?.preset).toBe('dashscope');
    expect(analysePaste(`MISTRAL_API_KEY=${'a1B2'.repeat(8)}`).candidates[0]).toMatchObject({
      preset: 'mistral',
      certainty: 'likely',
    });
  });

  test('that is stored already is told by its id', () => {
    expect(
      analysePaste(` ${OPENAI}\n`, { stored: (secret) => (secret === OPENAI ? 'pk_1' : null) }).alreadyStored,
    ).toBe('pk_1');
  });
});

describe('what was copied along is mended', () => {
  test.each([
    [`  ${OPENAI}\t`, ['spaces']],
    [`${OPENAI}\r\n`, ['spaces']],
    [`"${OPENAI}"`, ['quotes']],
    [`“${OPENAI}”`, ['quotes']],
    [`‘${OPENAI}’,`, ['punctuation', 'quotes']],
    [`Bearer ${OPENAI}`, ['wrapped']],
    [`bearer  Bearer ${OPENAI}`, ['wrapped']],
    [`Authorization: Bearer ${OPENAI}`, ['wrapped']],
    [`x-api-key: ${OPENAI}`, ['wrapped']],
    [`export OPENAI_API_KEY=${OPENAI}`, ['wrapped']],
    [`export OPENAI_API_KEY="${OPENAI}"\n`, ['spaces', 'wrapped']],
    [`OPENAI_API_KEY='${OPENAI}' # mine`, ['wrapped']],
    [`$env:OPENAI_API_KEY = "${OPENAI}"`, ['wrapped']],
    [`setx OPENAI_API_KEY "${OPENAI}"`, ['wrapped']],
    [`{"openai": {"apiKey": "${OPENAI}"}}`, ['wrapped']],
    [`client = OpenAI(api_key="${OPENAI}", timeout=3)`, ['wrapped']],
    [`os.environ["OPENAI_API_KEY"] = "${OPENAI}"`, ['wrapped']],
    [
      `curl https://api.openai.com/v1/models -H "Authorization: Bearer ${OPENAI}" -H "OpenAI-Organization: org-x"`,
      ['wrapped'],
    ],
    [`https://generativelanguage.googleapis.com/v1beta/models?key=${OPENAI}`, ['wrapped']],
    [`my key is ${OPENAI} thanks`, ['wrapped']],
    [`${OPENAI.slice(0, 60)}\n${OPENAI.slice(60)}`, ['line-break']],
    [`${OPENAI.slice(0, 60)} ${OPENAI.slice(60)}`, ['inner-space']],
    [`\u200b${OPENAI.slice(0, 9)}\u200d${OPENAI.slice(9)}\ufeff`, ['invisible']],
    [`\u00a0${OPENAI}\u3000`, ['spaces']],
    [OPENAI.replace('A', 'А'), ['look-alike']],
    [OPENAI.replace('sk-proj-', 'sk–proj—'), ['look-alike']],
    [`${OPENAI}${OPENAI}`, ['doubled']],
  ])('number %#', (pasted, expected) => {
    const analysis = analysePaste(pasted);
    expect(analysis.cleaned).toBe(OPENAI);
    expect(analysis.faults.map((fault) => fault.kind).sort()).toEqual([...expected].sort());
    expect(analysis.faults.every((fault) => fault.mended)).toBe(true);
    expect(analysis).toMatchObject({ usable: true, candidates: [{ preset: 'openai', certainty: 'certain' }] });
    expect(analysis.sentence).toMatch(/^This is a key of OpenAI\. (?:One thing was|\d things were) mended\.$/);
    expect(JSON.stringify(analysis.faults)).not.toContain(OPENAI.slice(8, 30));
  });
});

describe('what is no key is not saved, and a sentence says what it is', () => {
  test.each([
    ['YOUR_API_KEY', 'example'],
    ['your-api-key-here', 'example'],
    ['<your OpenAI key>', 'example'],
    ['sk-xxxxxxxxxxxxxxxx', 'example'],
    ['sk-proj-xxxxxxxxxxxxxxxxxxxxxxxx', 'example'],
    ['<key>', 'example'],
    ['export OPENAI_API_KEY=sk-your-key-here', 'example'],
    ['xxxxxxxxxxxxxxxx', 'example'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: that is what people paste
    ['${OPENAI_API_KEY}', 'variable'],
    ['$OPENAI_API_KEY', 'variable'],
    ['%OPENAI_API_KEY%', 'variable'],
    ['OPENAI_API_KEY', 'variable'],
    ['process.env.OPENAI_API_KEY', 'variable'],
    ['{{ secrets.OPENAI }}', 'variable'],
    ['sk-proj-...1234', 'masked'],
    ['sk-pr…1234', 'masked'],
    ['sk-ant-api03-****************1234', 'masked'],
    ['AIza••••••••••••1234', 'masked'],
    ['undefined', 'literal'],
    ['None', 'literal'],
    [`kw_abcd1234_${'a'.repeat(43)}abcdef`, 'gateway-key'],
    ['org-AbCdEfGhIjKlMnOpQrStUvWx', 'wrong-kind'],
    ['proj_AbCdEfGhIjKlMnOpQrStUvWx', 'wrong-kind'],
    [`sk-admin-${'a1'.repeat(30)}`, 'wrong-kind'],
    [`sk-ant-admin01-${'a1'.repeat(30)}`, 'wrong-kind'],
    [`sk-ant-sid01-${'a1'.repeat(30)}`, 'wrong-kind'],
    [`ya29.${'a1'.repeat(30)}`, 'wrong-kind'],
    ['https://platform.openai.com/api-keys', 'web-address'],
    ['ann@example.com', 'email-address'],
    ['I cannot find my key anywhere', 'not-a-key'],
    [`${OPENAI.slice(0, 40)}日${OPENAI.slice(40)}`, 'strange-character'],
    [`${GROQ}${GEMINI}`, 'two-keys'],
    [`${GEMINI}${ANTHROPIC}`, 'two-keys'],
    [`${OPENAI}\n${ANTHROPIC}`, 'several-keys'],
    [`OPENAI_API_KEY=${OPENAI}\nANTHROPIC_API_KEY=${ANTHROPIC}`, 'several-keys'],
    ['sk-1', 'too-short'],
    ['a'.repeat(30_000), 'too-long'],
    ['{"type": "service_account", "private_key": "x"}', 'parts'],
  ])('%s is %s', (pasted, kind) => {
    const analysis = analysePaste(pasted);
    expect(analysis).toMatchObject({ usable: false, cleaned: null });
    const last = analysis.faults.at(-1);
    expect(last).toMatchObject({ kind, mended: false });
    expect(analysis.sentence).toBe(last?.sentence);
    expect(analysis.sentence).toMatch(/^[A-Z].*\.$/);
    expect(analysis.sentence).not.toContain('{x}');
  });

  test('nothing at all is asked for kindly', () => {
    expect(analysePaste(' \n')).toMatchObject({ usable: false, sentence: 'Nothing was pasted yet.', faults: [] });
  });

  test('a key of another provider than the chosen one is refused, unless the chosen one takes any', () => {
    const wrong = analysePaste(ANTHROPIC, { provider: 'openai' });
    expect(wrong).toMatchObject({ usable: false });
    expect(wrong.sentence).toBe(
      'This is a key of Anthropic, not of OpenAI. Choose Anthropic, or paste a key of OpenAI.',
    );
    expect(analysePaste(ANTHROPIC, { provider: 'litellm-proxy' }).usable).toBe(true);
    expect(analysePaste(ANTHROPIC, { provider: 'ollama' }).usable).toBe(true);
  });

  test('a key that was cut short is told; a stump is not saved, a doubtful one may be', () => {
    const cut = analysePaste(ANTHROPIC.slice(0, 60));
    expect(cut.faults).toMatchObject([{ kind: 'cut-short', mended: false }]);
    expect(cut).toMatchObject({ usable: true, candidates: [{ preset: 'anthropic', certainty: 'likely' }] });
    expect(analysePaste('sk-ant-api03-ab').usable).toBe(false);
  });

  test('a Claude subscription token is usable, with a word about it', () => {
    const analysis = analysePaste(`sk-ant-oat01-${'a1'.repeat(40)}`);
    expect(analysis.usable).toBe(true);
    expect(analysis.faults[0]?.sentence).toContain('OAuth access token of a Claude subscription');
  });

  test('text without a known shape is doubted, not refused: private gateways take any', () => {
    expect(kinds('hunter2!secret')).toEqual(['password-like']);
    expect(analysePaste('hunter2!secret').usable).toBe(true);
    expect(analysePaste('local', { provider: 'ollama' }).usable).toBe(true);
  });
});

test('any text is answered, in the contract’s form, at once', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary', maxLength: 300 }), fc.string({ maxLength: 300 })), (text) => {
      const analysis = analysePaste(text);
      expect(pasteAnalysisSchema.safeParse(analysis).success).toBe(true);
      expect(analysis.sentence).not.toBe('');
      if (!analysis.usable) expect(analysis.alreadyStored).toBeNull();
    }),
  );
  const started = performance.now();
  for (const text of [
    `${'key='.repeat(5000)}`,
    `${' '.repeat(19_000)}x`,
    `"${'\\"'.repeat(9000)}`,
    'sk-'.repeat(6000),
    `${'a:'.repeat(9900)}`,
  ])
    analysePaste(text);
  expect(performance.now() - started).toBeLessThan(1500);
});

describe('the shape of a key', () => {
  test('names what can be seen without telling the key', () => {
    const shape = keyShape(`Bearer "${OPENAI}"\n`);
    expect(shape).toMatchObject({
      prefix: 'sk-proj-',
      scheme: 'Bearer',
      quoted: true,
      lineBreak: true,
      surroundingSpace: true,
      lookAlike: false,
    });
    expect(JSON.stringify(shape)).not.toContain(OPENAI.slice(8, 30));
    expect(keyShape(`"${OPENAI}"`).quoted).toBe(true);
    expect(keyShape(`"${OPENAI}"`).quoted).toBe(true);
    expect(keyShape(OPENAI).quoted).toBe(false);
  });

  test('nobody is named for text that fits many', () => {
    expect(recogniseKey('a'.repeat(32))).toEqual([]);
    expect(recogniseKey('hello world, this is text')).toEqual([]);
    expect(recogniseKey('a'.repeat(32), { loose: true }).every((item) => item.certainty === 'possible')).toBe(true);
  });
});

test('a stump of another provider’s key is said to be another’s and a stump, though a private gateway may take it', () => {
  const paste = analysePaste('sk-ant-api03-Zq3vN8xK2mP7tR5wY9bC', { provider: 'openai' });
  expect(paste.faults.map(({ kind }) => kind)).toEqual(['other-provider', 'cut-short']);
  expect(paste.sentence).toBe('It begins like a key of Anthropic, not like one of OpenAI.');
  const own = analysePaste('sk-ant-api03-Zq3vN8xK2mP7tR5wY9bC', { provider: 'anthropic' });
  expect(own.faults.map(({ kind }) => kind)).toEqual(['cut-short']);
});

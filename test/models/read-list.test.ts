import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readListPage } from '../../gateway/models/read-list.ts';
import { ModelRows, modelRow, rowsText } from '../../gateway/providers/model-rows.ts';

const read = (value: unknown, preset: string | null = null) => {
  const page = readListPage(typeof value === 'string' ? value : JSON.stringify(value), preset);
  if (!page.ok) throw new Error(page.why);
  return page;
};
const ids = (value: unknown, preset?: string) => read(value, preset ?? null).models.map(({ id }) => id);

describe('a provider’s list of models', () => {
  // Bodies as the makers' references of the call show them, shortened.
  it.each([
    [
      'OpenAI',
      { object: 'list', data: [{ id: 'gpt-4o', object: 'model', created: 1_715_367_049, owned_by: 'system' }] },
      ['gpt-4o'],
    ],
    [
      'a bare array (Together)',
      [{ id: 'meta-llama/Llama-3-8b', object: 'model', created: 0, type: 'chat' }],
      ['meta-llama/Llama-3-8b'],
    ],
    [
      'Anthropic',
      {
        data: [
          {
            type: 'model',
            id: 'claude-sonnet-4-5-20250929',
            display_name: 'Claude Sonnet 4.5',
            created_at: '2025-09-29T00:00:00Z',
          },
        ],
        has_more: false,
        first_id: 'a',
        last_id: 'b',
      },
      ['claude-sonnet-4-5-20250929'],
    ],
    [
      'Gemini',
      {
        models: [
          {
            name: 'models/gemini-2.5-pro',
            inputTokenLimit: 1_048_576,
            outputTokenLimit: 65_536,
            supportedGenerationMethods: ['generateContent', 'countTokens'],
          },
        ],
      },
      ['gemini-2.5-pro'],
    ],
    [
      'Cohere',
      { models: [{ name: 'command-a-03-2025', endpoints: ['chat'], context_length: 288_000 }] },
      ['command-a-03-2025'],
    ],
    [
      'Ollama’s own',
      { models: [{ name: 'llama3.2:latest', model: 'llama3.2:latest', size: 2_019_393_189 }] },
      ['llama3.2:latest'],
    ],
    [
      'Bedrock’s models',
      {
        modelSummaries: [
          { modelId: 'amazon.nova-pro-v1:0', modelName: 'Nova Pro', inferenceTypesSupported: ['ON_DEMAND'] },
          { modelId: 'anthropic.claude-x', inferenceTypesSupported: ['INFERENCE_PROFILE'] },
        ],
      },
      ['amazon.nova-pro-v1:0'],
    ],
    [
      'Bedrock’s profiles',
      {
        inferenceProfileSummaries: [{ inferenceProfileId: 'us.anthropic.claude-x', inferenceProfileName: 'US Claude' }],
      },
      ['us.anthropic.claude-x'],
    ],
    [
      'Azure’s deployments',
      { data: [{ id: 'my-deployment', model: 'gpt-4o', status: 'succeeded', object: 'deployment' }], object: 'list' },
      ['my-deployment'],
    ],
    [
      'Databricks’ endpoints',
      { endpoints: [{ name: 'databricks-dbrx-instruct', state: { ready: 'READY' } }] },
      ['databricks-dbrx-instruct'],
    ],
    [
      'watsonx.ai',
      {
        resources: [
          { model_id: 'ibm/granite-4-h-small', label: 'granite', model_limits: { max_sequence_length: 131_072 } },
        ],
      },
      ['ibm/granite-4-h-small'],
    ],
    ['an empty one', { object: 'list', data: [] }, []],
    ['none, of Ollama without a model', { object: 'list', data: null }, []],
    ['none, of Gemini', {}, []],
  ])('is read in the form of %s', (_form, body, expected) => {
    expect(ids(body)).toEqual(expected);
  });

  it('tells windows, kinds and names where they are given', () => {
    expect(
      read({
        models: [
          {
            name: 'models/text-embedding-004',
            displayName: 'Text Embedding',
            inputTokenLimit: 2048,
            outputTokenLimit: 1,
            supportedGenerationMethods: ['embedContent'],
          },
        ],
      }).models[0],
    ).toMatchObject({
      kind: 'embedding',
      name: 'Text Embedding',
      maxInput: 2048,
      maxOutput: 1,
    });
    const windowOf = (model: object) => read({ data: [{ id: 'x', ...model }] }).models[0]?.contextWindow;
    expect(windowOf({ max_model_len: 4096 })).toBe(4096); // vLLM
    expect(windowOf({ context_window: 131_072 })).toBe(131_072); // Groq
    expect(windowOf({ meta: { n_ctx_train: 32_768 } })).toBe(32_768); // llama.cpp
    expect(windowOf({ max_context_length: 32_000 })).toBe(32_000); // Mistral, LM Studio
    for (const wrong of [-1, 0, 1.5, '4096', 1e300, null]) expect(windowOf({ context_length: wrong })).toBeUndefined();
  });

  it('tells prices in dollars a million tokens, of the providers whose unit is known', () => {
    const priced = (preset: string | null, pricing: object) => {
      const { input, output, cachedInput } = read({ data: [{ id: 'x', pricing }] }, preset).models[0] ?? {};
      return { input, output, cachedInput };
    };
    const openrouter = { prompt: '0.000003', completion: '0.000015', input_cache_read: '0.0000003', image: '0.0048' };
    expect(priced('openrouter', openrouter)).toEqual({ input: 3, output: 15, cachedInput: 0.3 });
    expect(priced('openrouter', { prompt: '0', completion: '0' })).toMatchObject({ input: 0, output: 0 });
    expect(priced('together', { input: 0.18, output: 0.59 })).toMatchObject({ input: 0.18, output: 0.59 });
    const none = { input: undefined, output: undefined, cachedInput: undefined };
    expect(priced('openrouter', { prompt: '-1', completion: '-1' })).toEqual(none);
    expect(priced('openrouter', { prompt: '0.000003' })).toEqual(none);
    expect(priced('openrouter', { prompt: '3', completion: '15' })).toEqual(none); // another unit than a token's
    expect(priced('openrouter', { prompt: 'free', completion: '' })).toEqual(none);
    expect(priced(null, openrouter)).toEqual(none);
    expect(priced('openai', openrouter)).toEqual(none);
  });

  it('names the next page only where there is one', () => {
    expect(read({ data: [], has_more: true, last_id: 'claude-x' }).next).toBe('claude-x');
    expect(read({ data: [], has_more: false, last_id: 'claude-x' }).next).toBeUndefined();
    expect(read({ models: [], nextPageToken: 'abc' }).next).toBe('abc');
    expect(read({ models: [], next_page_token: 'abc' }).next).toBe('abc');
    expect(read({ models: [], nextPageToken: '' }).next).toBeUndefined();
  });

  it('leaves out what nobody could ask for or should be shown, and counts it', () => {
    const bad = ['', 'a\u0000b', 'a\nb', '\u202Egpt', 'a|b', 'a^b', ' a', 'x'.repeat(251), '\ud800'];
    const page = read({
      data: [...bad.map((id) => ({ id })), null, 7, [], { name: 3 }, {}, { id: 'good' }, 'also-good'],
    });
    expect(page.models.map(({ id }) => id)).toEqual(['good', 'also-good']);
    expect(page.unusable).toBe(bad.length + 5);
    expect(ids({ data: [{ id: 'org/model:tag@x' }, { id: '/models/my file.gguf' }, { id: '__proto__' }] })).toEqual([
      'org/model:tag@x',
      '/models/my file.gguf',
      '__proto__',
    ]);
  });

  it.each([
    ['<!doctype html><title>Sign in</title>', 'answered with a web page'],
    ['', 'answered with nothing'],
    ['{"data":[{"id":"a"}', 'answered with something that is no JSON'],
    ['"models"', 'answered with JSON that holds no list of models'],
    ['{"error":{"message":"no"}}', 'answered with JSON that holds no list of models'],
    ['null', 'answered with JSON that holds no list of models'],
  ])('says what came in its place: %j', (text, why) => {
    expect(readListPage(text, null)).toEqual({ ok: false, why });
  });

  it('never throws and never gives an id that a row cannot hold, whatever the JSON', () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom(null, 'openrouter', 'together', 'deepinfra'), (text, preset) => {
        const wrapped = [
          text,
          `{"data":[${text}]}`,
          `{"data":[{"id":"x","pricing":${text},"context_length":${text}}]}`,
        ];
        for (const body of wrapped) {
          const page = readListPage(body, preset);
          if (!page.ok) continue;
          const rows = new ModelRows('p', rowsText(page.models.map(modelRow)));
          expect(new Set(rows.ids())).toEqual(new Set(page.models.map(({ id }) => id)));
        }
      }),
    );
  });
});

describe('rows of models', () => {
  it('give back what was put in', () => {
    const facts = {
      id: 'a/b:c',
      name: 'A | B',
      kind: 'embedding',
      contextWindow: 8192,
      maxOutput: 1024,
      maxInput: 7000,
      input: 0.15,
      output: 0.6,
      cachedInput: 0.075,
      cacheWrite: 0.2,
      released: '2026-11-10',
    } as const;
    const rows = new ModelRows('p', rowsText([modelRow({ id: 'plain' }), modelRow(facts)]));
    expect(rows.ids()).toEqual(['plain', 'a/b:c']);
    expect(rows.get('a/b:c')).toMatchObject({
      name: 'A   B',
      kind: 'embedding',
      contextWindow: 8192,
      maxOutput: 1024,
      maxInput: 7000,
      prices: { input: 0.15, output: 0.6, cachedInput: 0.075, cacheWrite: 0.2 },
      released: '2026-11-10',
    });
    expect(rows.get('plain')).toMatchObject({
      name: 'plain',
      kind: 'chat',
      contextWindow: null,
      prices: { input: null },
    });
    expect(new ModelRows('p', '').ids()).toEqual([]);
  });
});

/** Embeddings from each caller's dialect to each provider's, and back. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EmbeddingCaller, EmbeddingDialect } from '../../../gateway/dialects/canonical/embeddings.ts';
import { translateEmbeddings } from '../../../gateway/dialects/canonical/translate-embeddings.ts';

// biome-ignore lint/suspicious/noExplicitAny: wire values
type Wire = any;

const TARGET = { model: 'm', shownModel: 'asked', askedAtSeconds: 0 };

function taken(from: EmbeddingCaller, to: EmbeddingDialect, body: unknown) {
  const result = translateEmbeddings(from, to, body, TARGET);
  if (result.refused !== undefined) throw new Error(`${result.refused.param}: ${result.refused.message}`);
  return { ...result, sent: result.body as Wire };
}

function refused(from: EmbeddingCaller, to: EmbeddingDialect, body: unknown) {
  return translateEmbeddings(from, to, body, TARGET).refused;
}

const batch = (...requests: object[]) => ({ requests });
const content = (text: string, more: object = {}) => ({ model: 'models/m', content: { parts: [{ text }] }, ...more });

/** What each provider answers, independent of our parsers; forms of the makers' references. */
const ANSWERS: Readonly<Record<EmbeddingDialect, (vectors: readonly number[][], tokens: number) => object>> = {
  // Out of order, as the index allows.
  'openai-embeddings': (vectors, tokens) => ({
    object: 'list',
    data: vectors.map((embedding, index) => ({ object: 'embedding', index, embedding })).reverse(),
    model: 'text-embedding-3-small',
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  }),
  'voyage-embeddings': (vectors, tokens) => ({
    object: 'list',
    data: vectors.map((embedding, index) => ({ object: 'embedding', embedding, index })),
    model: 'voyage-3.5',
    usage: { total_tokens: tokens },
  }),
  'jina-embeddings': (vectors, tokens) => ({
    object: 'list',
    data: vectors.map((embedding, index) => ({ object: 'embedding', index, embedding })),
    model: 'jina-embeddings-v3',
    usage: { total_tokens: tokens, prompt_tokens: tokens },
  }),
  'gemini-embed': (vectors, tokens) => ({
    embeddings: vectors.map((values) => ({ values })),
    usageMetadata: { promptTokenCount: tokens },
  }),
  'cohere-embed': (vectors, tokens) => ({
    id: 'a',
    embeddings: { float: vectors },
    texts: [],
    meta: { api_version: { version: '2' }, billed_units: { input_tokens: tokens } },
    response_type: 'embeddings_by_type',
  }),
  // github.com/ollama/ollama, docs/api.md (*Generate Embeddings*).
  'ollama-embed': (vectors, tokens) => ({
    model: 'nomic-embed-text',
    embeddings: vectors,
    total_duration: 14143917,
    load_duration: 1019500,
    prompt_eval_count: tokens,
  }),
  'titan-embed': ([embedding], tokens) => ({
    embedding,
    embeddingsByType: { float: embedding },
    inputTextTokenCount: tokens,
  }),
  'watsonx-embed': (vectors, tokens) => ({
    model_id: 'ibm/slate-125m-english-rtrvr-v2',
    created_at: '2026-11-30T00:00:00.000Z',
    results: vectors.map((embedding) => ({ embedding })),
    input_token_count: tokens,
  }),
};

/** The texts in a provider's request, independent of our builders. */
const SENT: Readonly<Record<EmbeddingDialect, (sent: Wire) => string[]>> = {
  'openai-embeddings': ({ input }) => input,
  'voyage-embeddings': ({ input }) => input,
  'jina-embeddings': ({ input }) => input,
  'gemini-embed': ({ requests }) => requests.map(({ content }: Wire) => content.parts[0].text),
  'cohere-embed': ({ texts }) => texts,
  'ollama-embed': ({ input }) => input,
  'titan-embed': ({ inputText }) => [inputText],
  'watsonx-embed': ({ inputs }) => inputs,
};

const PROVIDERS = Object.keys(ANSWERS) as EmbeddingDialect[];

function base64(vector: readonly number[]): string {
  return Buffer.from(Float32Array.from(vector).buffer).toString('base64');
}

describe.each(PROVIDERS)('%s', (to) => {
  const most = to === 'titan-embed' ? 1 : 5;
  const inputs = fc.array(fc.string({ minLength: 1, unit: 'binary' }), { minLength: 1, maxLength: most });
  const floats = fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 4 });

  it('gets every text in its order, and the callers every number of every vector', () => {
    fc.assert(
      fc.property(inputs, floats, fc.integer({ min: 1, max: 9999 }), (texts, vector, tokens) => {
        // -0 is 0 in JSON.
        const vectors = texts.map((_, index) => [index, ...vector].map((value) => value + 0));
        const answer = ANSWERS[to](vectors, tokens);

        const plain = taken('openai-embeddings', to, { model: 'm', input: texts, dimensions: vector.length + 1 });
        expect(SENT[to](plain.sent)).toEqual(texts);
        const openai = plain.back.whole(answer).body as Wire;
        expect(openai.data.map(({ embedding }: Wire) => embedding)).toEqual(vectors);
        expect(openai.data.map(({ index }: Wire) => index)).toEqual(texts.map((_, index) => index));
        expect(openai.usage).toEqual({ prompt_tokens: tokens, total_tokens: tokens });

        const packed = taken('openai-embeddings', to, { model: 'm', input: texts, encoding_format: 'base64' });
        const coded = packed.back.whole(answer).body as Wire;
        expect(coded.data.map(({ embedding }: Wire) => embedding)).toEqual(vectors.map(base64));

        const gemini = taken('gemini-embed', to, batch(...texts.map((text) => content(text))));
        expect(SENT[to](gemini.sent)).toEqual(texts);
        expect(gemini.back.whole(answer).body).toEqual({
          embeddings: vectors.map((values) => ({ values })),
          usageMetadata: { promptTokenCount: tokens },
        });
      }),
      { numRuns: 30 },
    );
  });

  it('answers one content as one embedding', () => {
    const { sent, back } = taken('gemini-embed', to, content('one'));
    expect(SENT[to](sent)).toEqual(['one']);
    expect(back.whole(ANSWERS[to]([[1, 2]], 3)).body).toEqual({
      embedding: { values: [1, 2] },
      usageMetadata: { promptTokenCount: 3 },
    });
  });

  it.each([
    ['nothing of the kind', {}],
    ['no object', 'words'],
    ['other vectors than were asked for', ANSWERS[to === 'titan-embed' ? 'openai-embeddings' : to]([[1], [2], [3]], 3)],
  ])('is not believed with %s', (_, answer) => {
    const whole = taken('openai-embeddings', to, { model: 'm', input: ['one'] }).back.whole(answer);
    expect(whole.error?.status).toBe(502);
  });
});

describe('the ledger', () => {
  it('says what each provider calls the task, the dimensions and what it lacks', () => {
    const asked = batch(content('q', { taskType: 'RETRIEVAL_QUERY', title: 'T', outputDimensionality: 256 }));
    const of = (to: EmbeddingDialect) => {
      const { sent, ledger } = taken('gemini-embed', to, asked);
      return { sent, ledger: ledger.map(({ path, action, after }) => [path, action, after].filter(Boolean).join(' ')) };
    };
    expect(of('openai-embeddings')).toEqual({
      sent: { model: 'm', input: ['q'], dimensions: 256 },
      ledger: ['title dropped', 'taskType dropped'],
    });
    expect(of('voyage-embeddings')).toEqual({
      sent: { model: 'm', input: ['q'], output_dimension: 256, input_type: 'query' },
      ledger: ['title dropped', 'taskType renamed query'],
    });
    expect(of('jina-embeddings')).toEqual({
      sent: { model: 'm', input: ['q'], dimensions: 256, task: 'retrieval.query' },
      ledger: ['title dropped', 'taskType renamed retrieval.query'],
    });
    expect(of('cohere-embed')).toEqual({
      sent: {
        model: 'm',
        texts: ['q'],
        input_type: 'search_query',
        embedding_types: ['float'],
        output_dimension: 256,
      },
      ledger: ['title dropped', 'taskType renamed search_query'],
    });
    expect(of('titan-embed')).toEqual({
      sent: { inputText: 'q', dimensions: 256 },
      ledger: ['taskType dropped', 'title dropped'],
    });
  });

  it('notes the type that Cohere wants and nobody told', () => {
    const { ledger } = taken('openai-embeddings', 'cohere-embed', { model: 'm', input: 'text' });
    expect(ledger).toMatchObject([{ path: 'input_type', action: 'defaulted', after: 'search_document' }]);
  });

  it('notes an answer without a count', () => {
    const { back } = taken('openai-embeddings', 'gemini-embed', { model: 'm', input: 'text' });
    const whole = back.whole({ embeddings: [{ values: [1] }] });
    expect(whole).toMatchObject({
      body: { model: 'asked' },
      ledger: [{ path: 'usage', action: 'defaulted', after: 0 }],
    });
  });

  it('names fields that nobody else has, without their texts', () => {
    const body = { model: 'm', input: 'text', user: 'someone', safety: 'secret words' };
    const { ledger } = taken('openai-embeddings', 'gemini-embed', body);
    expect(ledger.map(({ path }) => path)).toEqual(['safety', 'user']);
    expect(JSON.stringify(ledger)).not.toMatch(/someone|secret words/);
  });
});

describe('what would mean something else is refused', () => {
  it.each([
    ['token numbers', 'openai-embeddings', 'gemini-embed', { input: [[1, 2], [3]] }, 'input[0]', /texts only/],
    [
      'several texts for Titan',
      'openai-embeddings',
      'titan-embed',
      { input: ['a', 'b'] },
      'input[1]',
      /one text a call/,
    ],
    ['no input', 'openai-embeddings', 'cohere-embed', { model: 'm' }, 'input', /must be a text/],
    ['an empty list', 'openai-embeddings', 'cohere-embed', { input: [] }, 'input', /must be a text/],
    [
      'a picture',
      'gemini-embed',
      'openai-embeddings',
      { content: { parts: [{ inlineData: { mimeType: 'image/png', data: 'AA==' } }] } },
      'content.parts[0]',
      /Only texts/,
    ],
    [
      'two tasks at once',
      'gemini-embed',
      'cohere-embed',
      batch(content('a', { taskType: 'RETRIEVAL_QUERY' }), content('b', { taskType: 'RETRIEVAL_DOCUMENT' })),
      'requests[1].content',
      /one task a request/,
    ],
    [
      'two sizes at once',
      'gemini-embed',
      'openai-embeddings',
      batch(content('a', { outputDimensionality: 8 }), content('b')),
      'requests[1].outputDimensionality',
      /one number of dimensions/,
    ],
  ] as const)('%s', (_, from, to, body, param, message) => {
    expect(refused(from, to, body)).toMatchObject({ param, message: expect.stringMatching(message) });
  });
});

it('token numbers pass where the provider knows them', () => {
  const { sent } = taken('openai-embeddings', 'openai-embeddings', { model: 'm', input: [[1, 2], [3]] });
  expect(sent.input).toEqual([[1, 2], [3]]);
});

it('snake_case is read as Google reads it', () => {
  const { sent } = taken('gemini-embed', 'cohere-embed', {
    ...content('q'),
    task_type: 'RETRIEVAL_QUERY',
    output_dimensionality: 8,
  });
  expect(sent).toMatchObject({ input_type: 'search_query', output_dimension: 8 });
});

it('a failure keeps its words and gets the envelope of the caller', () => {
  const { back } = taken('gemini-embed', 'cohere-embed', content('q'));
  expect(back.failed(401, '{"message":"invalid api token"}', {})).toMatchObject({
    status: 401,
    body: { error: { code: 401, message: 'invalid api token', status: 'UNAUTHENTICATED' } },
  });
});

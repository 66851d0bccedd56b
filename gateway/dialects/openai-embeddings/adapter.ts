/**
 * Embeddings in OpenAI's form, and in those of Voyage and Jina, which differ in the names of two fields. Sources:
 * platform.openai.com/docs/api-reference/embeddings, docs.voyageai.com/reference/embeddings-api, api.jina.ai/redoc.
 */
import {
  dropFields,
  type EmbeddingCallerSide,
  type EmbeddingInput,
  type EmbeddingProviderSide,
  type EmbeddingTask,
  encodeVector,
  fieldOf,
  readVector,
  taskOf,
  textsOf,
} from '../canonical/embeddings.ts';
import { unusable } from '../canonical/error.ts';
import { asNumber, asRecord, asRecords, asText, defined, isRecord, unknownFields } from '../canonical/json.ts';
import { createLosses, type LedgerEntry, type Losses, NOT_AN_OBJECT } from '../canonical/losses.ts';

const KNOWN: ReadonlySet<string> = new Set(['model', 'input', 'dimensions', 'encoding_format', 'user', 'input_type']);

/** Not OpenAI's own: how its clients are told to say it to Cohere's, Voyage's and NVIDIA's models. */
const INPUT_TYPES: Readonly<Record<string, EmbeddingTask>> = {
  query: 'query',
  search_query: 'query',
  document: 'document',
  passage: 'document',
  search_document: 'document',
  classification: 'classification',
  clustering: 'clustering',
};

export const openaiEmbeddingsCaller: EmbeddingCallerSide = {
  parseRequest(body) {
    if (!isRecord(body)) return NOT_AN_OBJECT;
    const losses = createLosses();
    const word = asText(body.input_type);
    const task = word === undefined ? undefined : INPUT_TYPES[word.toLowerCase()];
    if (word !== undefined && task === undefined)
      losses.add('dropped', 'input_type', 'This type is known to no other dialect.', word);
    return losses.close(
      defined({
        from: 'openai-embeddings' as const,
        inputs: readInputs(body.input, losses).map((input) => defined({ ...input, task })),
        dimensions: asNumber(body.dimensions),
        user: asText(body.user),
        encoding: body.encoding_format === 'base64' ? ('base64' as const) : ('float' as const),
        single: false,
        extra: unknownFields(body, KNOWN),
      }),
    );
  },
  buildAnswer({ vectors, model: named, inputTokens }, { encoding }, model) {
    const data = vectors.map((vector, index) => ({
      object: 'embedding',
      index,
      embedding: encoding === 'base64' ? encodeVector(vector) : vector,
    }));
    const usage = { prompt_tokens: inputTokens ?? 0, total_tokens: inputTokens ?? 0 };
    return {
      wire: { object: 'list', data, model: named ?? model, usage },
      ledger: inputTokens === undefined ? [NOT_COUNTED] : [],
    };
  },
};

/** OpenAI's clients read the member without looking whether it is there. */
const NOT_COUNTED: LedgerEntry = {
  path: 'usage',
  action: 'defaulted',
  why: 'The provider counted no tokens; the 0 stands for unknown.',
  after: 0,
};

/** A text, its tokens, or a list of either. */
function readInputs(input: unknown, losses: Losses): EmbeddingInput[] {
  const whole = readInput(input, 'input');
  if (whole) return [whole];
  const inputs = Array.isArray(input) ? input.map((each, index) => readInput(each, `input[${index}]`)) : [];
  if (inputs.length > 0 && inputs.every((each) => each !== undefined)) return inputs;
  losses.refuse('input', 'The input must be a text, a list of texts, or token numbers.');
  return [];
}

function readInput(value: unknown, at: string): EmbeddingInput | undefined {
  if (typeof value === 'string') return { text: value, at };
  const isTokens = Array.isArray(value) && value.length > 0 && value.every((each) => Number.isInteger(each));
  return isTokens ? { text: value, at } : undefined;
}

interface Flavour {
  readonly name: string;
  readonly dimensions: string;
  readonly tokens?: boolean;
  readonly user?: boolean;
  /** Its field for the task, and the words it has for tasks. */
  readonly task?: { readonly field: string; readonly words: Readonly<Partial<Record<EmbeddingTask, string>>> };
}

function providerSide(flavour: Flavour): EmbeddingProviderSide {
  return {
    buildRequest(request, model) {
      const losses = createLosses();
      const { name, task: tasks } = flavour;
      dropFields(request, ['title'], name, losses);
      if (!flavour.user) dropFields(request, ['user'], name, losses);
      const task = tasks ? taskOf(request, losses) : undefined;
      const word = task && tasks?.words[task];
      if (word === undefined) dropFields(request, ['task'], name, losses);
      else if (tasks) losses.add('renamed', fieldOf(request, 'task'), `${name}'s word for it.`, task, word);
      return losses.close(
        defined({
          model,
          input: flavour.tokens ? request.inputs.map(({ text }) => text) : textsOf(request, name, losses),
          [flavour.dimensions]: request.dimensions,
          user: flavour.user ? request.user : undefined,
          ...(tasks && word !== undefined ? { [tasks.field]: word } : {}),
        }),
      );
    },
    parseAnswer(body) {
      const data = asRecords(asRecord(body)?.data);
      const vectors = data
        .map((item, place) => ({ place: asNumber(item.index) ?? place, vector: readVector(item.embedding) }))
        .sort((one, other) => one.place - other.place)
        .flatMap(({ vector }) => (vector ? [vector] : []));
      if (!isRecord(body) || vectors.length !== data.length || data.length === 0)
        return { error: unusable('The answer holds no embeddings.') };
      const usage = asRecord(body.usage);
      return {
        answer: defined({
          vectors,
          model: asText(body.model),
          inputTokens: asNumber(usage?.prompt_tokens) ?? asNumber(usage?.total_tokens),
        }),
      };
    },
  };
}

export const openaiEmbeddings = providerSide({
  name: "OpenAI's form",
  dimensions: 'dimensions',
  tokens: true,
  user: true,
});

export const voyageEmbeddings = providerSide({
  name: 'Voyage',
  dimensions: 'output_dimension',
  task: { field: 'input_type', words: { query: 'query', document: 'document' } },
});

export const jinaEmbeddings = providerSide({
  name: 'Jina',
  dimensions: 'dimensions',
  task: {
    field: 'task',
    words: {
      query: 'retrieval.query',
      document: 'retrieval.passage',
      similarity: 'text-matching',
      classification: 'classification',
      clustering: 'separation',
    },
  },
});

/** Gemini's `embedContent` and `batchEmbedContents`. Source: ai.google.dev/api/embeddings. */
import {
  dropFields,
  type EmbeddingCallerSide,
  type EmbeddingInput,
  type EmbeddingProviderSide,
  type EmbeddingTask,
  readVectors,
  textsOf,
} from '../canonical/embeddings.ts';
import { unusable } from '../canonical/error.ts';
import { asNumber, asRecord, asRecords, asText, defined, isRecord, unknownFields } from '../canonical/json.ts';
import { createLosses, type Losses, NOT_AN_OBJECT } from '../canonical/losses.ts';
import type { Fields } from '../canonical/request.ts';
import { bothSpellings, member } from './member.ts';

const TASKS: Readonly<Record<EmbeddingTask, string>> = {
  query: 'RETRIEVAL_QUERY',
  document: 'RETRIEVAL_DOCUMENT',
  similarity: 'SEMANTIC_SIMILARITY',
  classification: 'CLASSIFICATION',
  clustering: 'CLUSTERING',
  'question-answering': 'QUESTION_ANSWERING',
  'fact-verification': 'FACT_VERIFICATION',
  'code-query': 'CODE_RETRIEVAL_QUERY',
};

const TASK_OF: ReadonlyMap<string, EmbeddingTask> = new Map(
  Object.entries(TASKS).map(([task, word]) => [word, task as EmbeddingTask]),
);

const KNOWN = bothSpellings(['model', 'content', 'taskType', 'title', 'outputDimensionality']);

export const geminiEmbeddingsCaller: EmbeddingCallerSide = {
  parseRequest(body) {
    if (!isRecord(body)) return NOT_AN_OBJECT;
    const losses = createLosses();
    const requests = asRecords(body.requests);
    const single = body.requests === undefined;
    if (!single && requests.length === 0) losses.refuse('requests', 'The list of requests is empty.');
    const parsed = (single ? [body] : requests).map((each, index) =>
      readRequest(each, single ? '' : `requests[${index}].`, losses),
    );
    const [first] = parsed;
    const other = parsed.find(({ dimensions }) => dimensions !== first?.dimensions);
    if (other)
      losses.refuse(`${other.prefix}outputDimensionality`, 'The provider takes one number of dimensions a request.');
    return losses.close(
      defined({
        from: 'gemini-embed' as const,
        inputs: parsed.map(({ input }) => input),
        dimensions: first?.dimensions,
        encoding: 'float' as const,
        single,
      }),
    );
  },
  buildAnswer({ vectors, inputTokens }, { single }) {
    const embeddings = vectors.map((values) => ({ values }));
    const usageMetadata = inputTokens === undefined ? undefined : { promptTokenCount: inputTokens };
    const wire = defined({ ...(single ? { embedding: embeddings[0] } : { embeddings }), usageMetadata });
    return { wire, ledger: [] };
  },
};

function readRequest(request: Fields, prefix: string, losses: Losses) {
  for (const [name, value] of Object.entries(unknownFields(request, KNOWN) ?? {})) {
    const told = typeof value === 'string' ? undefined : value;
    losses.add('dropped', `${prefix}${name}`, 'Embeddings have no such field elsewhere.', told);
  }
  const word = asText(member(request, 'taskType'));
  const task = word === undefined ? undefined : TASK_OF.get(word);
  if (word !== undefined && task === undefined && word !== 'TASK_TYPE_UNSPECIFIED')
    losses.add('dropped', `${prefix}taskType`, 'This task is known to no other dialect.', word);
  const input: EmbeddingInput = defined({
    text: readText(asRecord(request.content), `${prefix}content`, losses),
    task,
    title: asText(request.title),
    at: `${prefix}content`,
  });
  return { prefix, input, dimensions: asNumber(member(request, 'outputDimensionality')) };
}

function readText(content: Fields | undefined, at: string, losses: Losses): string {
  const parts = asRecords(content?.parts);
  if (parts.length === 0) losses.refuse(at, 'The content holds no parts.');
  const texts = parts.map((part, index) => {
    const text = asText(part.text);
    if (text === undefined)
      losses.refuse(`${at}.parts[${index}]`, 'Only texts can be embedded by another provider; this part holds none.');
    return text ?? '';
  });
  if (texts.length > 1) losses.add('renamed', `${at}.parts`, 'Its texts are joined by line breaks to one.');
  return texts.join('\n');
}

export const geminiEmbeddings: EmbeddingProviderSide = {
  buildRequest(request, model) {
    const losses = createLosses();
    dropFields(request, ['user'], 'Gemini', losses);
    const texts = textsOf(request, 'Gemini', losses);
    const requests = request.inputs.map(({ task, title }, index) =>
      defined({
        model: model && `models/${model}`,
        content: { parts: [{ text: texts[index] }] },
        taskType: task && TASKS[task],
        title,
        outputDimensionality: request.dimensions,
      }),
    );
    return losses.close<Fields>({ requests });
  },
  parseAnswer(body) {
    const answer = asRecord(body);
    const vectors = readVectors(asRecords(answer?.embeddings).map(({ values }) => values));
    if (!vectors) return { error: unusable('The answer holds no embeddings.') };
    const usage = asRecord(member(answer, 'usageMetadata'));
    return { answer: defined({ vectors, inputTokens: asNumber(member(usage, 'promptTokenCount')) }) };
  },
};

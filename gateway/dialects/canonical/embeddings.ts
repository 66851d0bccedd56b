/**
 * The canonical form of a request for embeddings and of its answer, and what a dialect offers that carries them. Types,
 * and the one table of how callers spell the fields that a ledger speaks of.
 */
import type { Dialect } from '../../exchange.ts';
import type { Losses } from './losses.ts';
import type { Fields } from './request.ts';
import type { CallCallerSide, CallProviderSide } from './translate-call.ts';

export type EmbeddingCaller = Extract<Dialect, 'openai-embeddings' | 'gemini-embed'>;

/** Those, and the forms that only providers have. */
export type EmbeddingDialect =
  | EmbeddingCaller
  | Extract<
      Dialect,
      'voyage-embeddings' | 'jina-embeddings' | 'cohere-embed' | 'titan-embed' | 'watsonx-embed' | 'ollama-embed'
    >;

/** What the vectors are for: models that know it embed a question and what answers it differently. */
export type EmbeddingTask =
  | 'query'
  | 'document'
  | 'similarity'
  | 'classification'
  | 'clustering'
  | 'question-answering'
  | 'fact-verification'
  | 'code-query';

export interface EmbeddingInput {
  /** A text, or its tokens as OpenAI's models number them. */
  readonly text: string | readonly number[];
  readonly task?: EmbeddingTask;
  readonly title?: string;
  /** Where it stands in the caller's request (`input[3]`), for the ledger. */
  readonly at: string;
}

export interface EmbeddingRequest {
  readonly from: EmbeddingCaller;
  readonly inputs: readonly EmbeddingInput[];
  readonly dimensions?: number;
  readonly user?: string;
  /** How the caller wants its vectors: numbers, or 32-bit floats, little endian, in base64. */
  readonly encoding: 'float' | 'base64';
  /** Asked one by one, and answered so (Gemini's `embedContent`). */
  readonly single: boolean;
  /** Fields that no dialect shares. */
  readonly extra?: Fields;
}

export interface EmbeddingAnswer {
  /** One for each input, in their order. */
  readonly vectors: readonly (readonly number[])[];
  readonly model?: string;
  /** Undefined where the provider counted none. */
  readonly inputTokens?: number;
}

export interface EmbeddingProviderSide extends CallProviderSide<EmbeddingRequest, EmbeddingAnswer> {
  /** Which of the caller's extra fields it carries; undefined: none. */
  readonly takes?: (name: string, value: unknown) => boolean;
}

export type EmbeddingCallerSide = CallCallerSide<EmbeddingRequest, EmbeddingAnswer>;

type Field = 'dimensions' | 'task' | 'title' | 'user';

const SPELLINGS: Readonly<Record<EmbeddingCaller, Readonly<Record<Field, string>>>> = {
  'openai-embeddings': { dimensions: 'dimensions', task: 'input_type', title: 'title', user: 'user' },
  'gemini-embed': { dimensions: 'outputDimensionality', task: 'taskType', title: 'title', user: 'user' },
};

/** A field as the caller writes it. */
export function fieldOf({ from }: EmbeddingRequest, field: Field): string {
  return SPELLINGS[from][field];
}

/** The inputs as texts; tokens are refused, as `target` cannot know what they stand for. */
export function textsOf({ inputs }: EmbeddingRequest, target: string, losses: Losses): string[] {
  return inputs.map(({ text, at }) => {
    if (typeof text === 'string') return text;
    losses.refuse(at, `${target} takes texts only, not token numbers: send the text itself.`);
    return '';
  });
}

/** The one task of all inputs, where the target has one a request. */
export function taskOf(request: EmbeddingRequest, losses: Losses): EmbeddingTask | undefined {
  const [first, ...others] = request.inputs;
  const other = others.find(({ task }) => task !== first?.task);
  if (other)
    losses.refuse(other.at, 'The inputs are meant for different tasks, and the provider takes one task a request.');
  return first?.task;
}

/** Notes what `target` has no field for. */
export function dropFields(request: EmbeddingRequest, fields: readonly Field[], target: string, losses: Losses): void {
  for (const field of fields) {
    const value =
      field === 'dimensions' || field === 'user'
        ? request[field]
        : request.inputs.map((input) => input[field]).find((each) => each !== undefined);
    // Who asks, and what a text is about, stays untold.
    const told = field === 'dimensions' || field === 'task' ? value : undefined;
    if (value !== undefined) losses.add('dropped', fieldOf(request, field), `${target} has no field for it.`, told);
  }
}

/** A vector as it is on the wire: numbers, or base64 of 32-bit floats. Undefined: neither. */
export function readVector(value: unknown): readonly number[] | undefined {
  if (typeof value === 'string') return decodeVector(value);
  if (!Array.isArray(value) || value.length === 0) return undefined;
  return value.every((each) => typeof each === 'number') ? value : undefined;
}

/** All of an answer's; undefined where there are none, or one of them is no vector. */
export function readVectors(values: readonly unknown[]): readonly (readonly number[])[] | undefined {
  const vectors = values.map(readVector);
  return vectors.length > 0 && vectors.every((vector) => vector !== undefined) ? vectors : undefined;
}

function decodeVector(base64: string): readonly number[] | undefined {
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.length === 0 || bytes.length % 4 !== 0) return undefined;
  return Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readFloatLE(index * 4));
}

export function encodeVector(vector: readonly number[]): string {
  const bytes = Buffer.alloc(vector.length * 4);
  for (const [index, value] of vector.entries()) bytes.writeFloatLE(value, index * 4);
  return bytes.toString('base64');
}

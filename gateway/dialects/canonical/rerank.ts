/**
 * The canonical form of a request to rank documents by a query and of its answer, and what a dialect offers that carries
 * them. Callers ask in the form that Jina, Cohere's v1 and their look-alikes share. Types only.
 */
import type { Dialect } from '../../exchange.ts';
import type { BuiltResponse } from './adapter.ts';
import type { CanonicalError } from './error.ts';
import type { Result } from './losses.ts';
import type { Fields } from './request.ts';

/** The forms that only providers have. */
export type RerankDialect = Extract<Dialect, 'voyage-rerank' | 'cohere-rerank' | 'bedrock-rerank'>;

export interface RerankRequest {
  readonly query: string;
  readonly documents: readonly string[];
  /** How many of the best are wanted; undefined: all. */
  readonly top?: number;
  /** Whether the answer is to repeat the documents it ranks. */
  readonly returnDocuments: boolean;
  readonly maxTokensPerDocument?: number;
}

export interface RankedDocument {
  /** Its place in the request's documents. */
  readonly index: number;
  readonly score: number;
}

export interface RerankAnswer {
  readonly results: readonly RankedDocument[];
  readonly id?: string;
  readonly model?: string;
  readonly totalTokens?: number;
  /** What Cohere charges by: a query with up to 100 documents. */
  readonly searchUnits?: number;
}

export type ParsedRerank =
  | { readonly answer: RerankAnswer; readonly error?: undefined }
  | { readonly error: CanonicalError; readonly answer?: undefined };

export interface RerankProviderSide {
  /** `model`: undefined where it stands in the path. */
  buildRequest(request: RerankRequest, model: string | undefined): Result<Fields>;
  parseAnswer(body: unknown): ParsedRerank;
}

export interface RerankCallerSide {
  parseRequest(body: unknown): Result<RerankRequest>;
  /** `model`: shown where the provider named none. */
  buildAnswer(answer: RerankAnswer, request: RerankRequest, model: string): BuiltResponse;
}

/**
 * The canonical form of a request to rank documents by a query and of its answer, and what a dialect offers that carries
 * them. Callers ask in the form that Jina, Cohere's v1 and their look-alikes share. Types only.
 */
import type { Dialect } from '../../exchange.ts';
import type { CallCallerSide, CallProviderSide, ParsedAnswer } from './translate-call.ts';

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

export type ParsedRerank = ParsedAnswer<RerankAnswer>;
export type RerankProviderSide = CallProviderSide<RerankRequest, RerankAnswer>;
export type RerankCallerSide = CallCallerSide<RerankRequest, RerankAnswer>;

/** The canonical answer, its usage and why it ended. Types only. */
import type { Fields, Part, ProviderDialect } from './request.ts';

export type FinishReason =
  | 'stop'
  | 'stop-sequence'
  | 'length'
  | 'context-length'
  | 'tool-calls'
  | 'content-filter'
  | 'refusal'
  /** The provider stopped between its own tools' turns and wants the conversation sent again. */
  | 'pause';

/** Tokens as the provider counted them. Totals include the parts named below them; undefined where it did not say. */
export interface CanonicalUsage {
  /** All input, the part read from and written to a cache included. */
  readonly inputTokens?: number;
  readonly cachedInputTokens?: number;
  readonly cacheWriteTokens?: number;
  /** All output, reasoning included. */
  readonly outputTokens?: number;
  readonly reasoningTokens?: number;
}

export interface Finish {
  readonly reason: FinishReason;
  readonly stopSequence?: string;
  /** A sentence of the provider on why it blocked or refused. */
  readonly explanation?: string;
  /** Safety verdicts and the like, in the dialect they came in. */
  readonly details?: unknown;
}

export interface CanonicalResponse {
  readonly from: ProviderDialect;
  readonly id?: string;
  readonly model?: string;
  readonly createdSeconds?: number;
  readonly parts: readonly Part[];
  readonly finish: Finish;
  readonly usage?: CanonicalUsage;
  readonly serviceTier?: string;
  /** Log probabilities as OpenAI writes them: `{content: […], refusal: […]}`. */
  readonly logprobs?: unknown;
  readonly extra?: Fields;
}

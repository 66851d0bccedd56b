/**
 * What each dialect's folder offers: parsers and builders around the canonical form. A dialect that callers speak has the
 * same eight everywhere; one that only providers speak, or only callers, has the four of that side.
 */
import type { CanonicalError } from './error.ts';
import type { LedgerEntry, Result } from './losses.ts';
import type { CallerDialect, CanonicalRequest, Fields, ProviderDialect, TranslatedDialect } from './request.ts';
import type { CanonicalResponse } from './response.ts';
import type { EventReader } from './sse.ts';
import type { StreamBuilder, StreamParser } from './stream.ts';
import type { NameRule, WireQuirks } from './wire-quirks.ts';

/** What stands beside a body: Gemini has the model and the wish for a stream in the path. */
export interface RequestFacts {
  readonly model?: string;
  readonly stream?: boolean;
}

/** What is known of the model that will answer. Undefined is unknown, and then the dialect's common case is assumed. */
export interface TargetFacts extends WireQuirks {
  readonly model: string;
  readonly maxOutputTokens?: number;
  /** False: the model rejects wishes about reasoning. */
  readonly reasoning?: boolean;
  /** Newer Claude models take an effort and think as they see fit, older ones a budget of tokens. */
  readonly thinking?: 'budget' | 'adaptive';
  /** False: the model reads text only. */
  readonly images?: boolean;
  readonly tools?: boolean;
  readonly jsonSchema?: boolean;
  /** Members that the provider's own settings put into every body: whose project pays. */
  readonly scope?: Fields;
}

/** What a builder of answers needs besides the answer: the caller's wishes, and ids and clock as values. */
export interface AnswerContext {
  /** Makes ids that the provider did not give; the capture's id serves. */
  readonly seed: string;
  readonly nowSeconds: number;
  /** Shown where the provider named none. */
  readonly model: string;
  readonly includeUsage?: boolean;
  /** Gemini streams an array of JSON where server-sent events were not asked for. */
  readonly jsonArray?: boolean;
  /** Whether later requests may go on from this answer by its id. */
  readonly stored?: boolean;
  /** Id of the answer that the request went on from. */
  readonly earlier?: string;
}

export type ParsedResponse =
  | { readonly response: CanonicalResponse; readonly error?: undefined }
  | { readonly error: CanonicalError };

export interface BuiltResponse {
  readonly wire: Fields;
  readonly ledger: readonly LedgerEntry[];
}

/** What translation needs of a dialect that a provider speaks. */
export interface ProviderSide {
  readonly dialect: ProviderDialect;
  readonly toolNames: NameRule;
  readonly callIds: NameRule;
  /** Whether tools that take free text instead of JSON exist. */
  readonly freeTextTools: boolean;
  buildRequest(request: CanonicalRequest, target: TargetFacts): Result<Fields>;
  parseResponse(body: unknown, seed: string): ParsedResponse;
  // The state of a stream is the dialect's own affair: callers only hand it back.
  parseStream(seed: string): StreamParser<unknown>;
  parseError(status: number | undefined, body: string, headers: Readonly<Record<string, string>>): CanonicalError;
  /**
   * The tool whose call comes as the answer's text: where the dialect holds an answer to a schema and cannot force a call, one
   * forced call is asked for as such an answer. Undefined for any other request.
   */
  readonly callInText?: (request: CanonicalRequest) => string | undefined;
  /** Finds the events in a stream's bytes where they are no server-sent events. */
  readonly createReader?: () => EventReader;
}

/** What translation needs of a dialect that callers speak. */
export interface CallerSide {
  readonly dialect: CallerDialect;
  parseRequest(body: unknown, facts: RequestFacts): Result<CanonicalRequest>;
  buildResponse(response: CanonicalResponse, context: AnswerContext): BuiltResponse;
  buildStream(context: AnswerContext): StreamBuilder<unknown>;
  buildError(error: CanonicalError): { readonly status: number; readonly body: Fields };
}

export interface DialectAdapter extends ProviderSide, CallerSide {
  readonly dialect: TranslatedDialect;
}

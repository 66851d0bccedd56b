/**
 * What a translated request knows of its answer's way back: how a whole answer and a failed one become the caller's.
 * Every kind of request that is translated gives one; streams are a conversation's own affair.
 */
import type { CanonicalError } from './error.ts';
import type { LedgerEntry, Refused } from './losses.ts';
import type { Fields } from './request.ts';
import type { TranslatedResponse } from './translate.ts';

export interface WayBack {
  whole(body: unknown): TranslatedResponse | TranslatedBytes;
  failed(
    status: number,
    body: string,
    headers: Readonly<Record<string, string>>,
  ): { readonly status: number; readonly body: Fields; readonly error: CanonicalError };
}

/** An answer that is no JSON for the caller: sound. */
export interface TranslatedBytes extends BuiltBytes {
  readonly error?: undefined;
  readonly body?: undefined;
}

export interface BuiltBytes {
  readonly bytes: Buffer;
  /** As the `content-type` header has it. */
  readonly contentType: string;
  readonly ledger: readonly LedgerEntry[];
}

export interface CallTarget {
  /** Undefined where it stands in the path alone. */
  readonly model: string | undefined;
  /** Members that the provider's own settings put into every body: whose project pays. */
  readonly scope?: Fields;
  /** Shown to the caller where the provider names none. */
  readonly shownModel: string;
  /** When the request came, in seconds since 1970: what callers' forms give as the time of an answer. */
  readonly askedAtSeconds: number;
}

/** A request that is answered in one piece, in another dialect. */
export type TranslatedCall =
  | {
      readonly body: Fields;
      readonly ledger: readonly LedgerEntry[];
      readonly back: WayBack;
      readonly refused?: undefined;
    }
  | { readonly refused: Refused };

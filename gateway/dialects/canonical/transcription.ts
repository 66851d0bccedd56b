/** The canonical form of a recording to be written down and of its text. Types only. */
import type { CanonicalUsage } from './response.ts';
import type { CallCallerSide, CallProviderSide } from './translate-call.ts';

/** An upload as `stages/multipart-field.ts` reads it. */
export interface UploadForm {
  readonly fields: readonly { readonly name: string; readonly value: string }[];
  readonly files: readonly {
    readonly name: string;
    readonly filename: string;
    /** As the part's `content-type` says; undefined where it has none. */
    readonly mediaType: string | undefined;
    readonly bytes: Buffer;
  }[];
}

export interface TranscriptionRequest {
  readonly recording: { readonly mediaType: string; readonly bytes: Buffer };
  /** ISO 639-1 or BCP 47; undefined: to be found out. */
  readonly language?: string;
  readonly format: 'json' | 'text';
}

export interface TranscriptionAnswer {
  /** Empty where nothing was said. */
  readonly text: string;
  readonly usage?: CanonicalUsage;
}

export type TranscriptionProviderSide = CallProviderSide<TranscriptionRequest, TranscriptionAnswer>;
export type TranscriptionCallerSide = CallCallerSide<TranscriptionRequest, TranscriptionAnswer>;

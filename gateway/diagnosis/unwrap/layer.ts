/** What unwrapping finds: one layer for each envelope, the outermost first. Types only. */

export type BodyForm = 'empty' | 'json' | 'literal' | 'html' | 'xml' | 'sse' | 'text';

export interface Layer {
  readonly form: BodyForm;
  /** Where in the body: a JSON pointer (`/error/message`), `html title`, `event 3`, or `` for the whole. */
  readonly where: string;
  readonly message?: string;
  /** Codes, types, reasons, exception names: everything that is a name for the error rather than prose. */
  readonly codes: readonly string[];
  /** An HTTP status the layer itself states. */
  readonly status?: number;
}

export interface Piece {
  readonly text: string;
  readonly where: string;
}

export interface Unwrapped {
  readonly layers: readonly Layer[];
  /** Messages of all layers. */
  readonly pieces: readonly Piece[];
  /** All messages joined, bounded: what message patterns look at. */
  readonly prose: string;
  /** Every code of every layer with where it stood. */
  readonly codes: readonly Piece[];
  readonly statuses: readonly number[];
  /** Form of the outermost body. */
  readonly form: BodyForm;
  /** The body ended in the middle of a value. */
  readonly truncated: boolean;
  /** The outermost value where the body was structured. */
  readonly value: unknown;
}

/**
 * A streamed answer as canonical events, and the reducers that read and write them. A parser's events always come in
 * this order: `start`; for each part `part-start`, deltas, `part-end` (parts may overlap); `finish` after the last part;
 * `usage` anywhere after `start`, later counts replacing earlier ones; then exactly one of `end` and `error`.
 */
import type { CanonicalError } from './error.ts';
import type { LedgerEntry } from './losses.ts';
import type { Citation, Fields, ProviderDialect } from './request.ts';
import type { CanonicalUsage, Finish } from './response.ts';

export type PartHead =
  | { readonly type: 'text' | 'refusal' }
  | { readonly type: 'reasoning'; readonly from: ProviderDialect; readonly redacted?: string; readonly id?: string }
  | {
      readonly type: 'tool-call';
      readonly id: string;
      readonly name: string;
      readonly kind: 'function' | 'custom';
    }
  | { readonly type: 'media'; readonly mediaType: string; readonly data: string }
  | { readonly type: 'opaque'; readonly from: ProviderDialect; readonly name: string; readonly value: Fields };

export type PartDelta =
  | { readonly type: 'text' | 'arguments'; readonly text: string }
  | { readonly type: 'signature'; readonly value: string }
  | { readonly type: 'citation'; readonly citation: Citation }
  | { readonly type: 'logprobs'; readonly value: unknown };

export type CanonicalEvent =
  | {
      readonly type: 'start';
      readonly id?: string;
      readonly model?: string;
      readonly createdSeconds?: number;
    }
  | { readonly type: 'part-start'; readonly index: number; readonly part: PartHead }
  | { readonly type: 'part-delta'; readonly index: number; readonly delta: PartDelta }
  | { readonly type: 'part-end'; readonly index: number }
  | { readonly type: 'usage'; readonly usage: CanonicalUsage }
  | { readonly type: 'finish'; readonly finish: Finish }
  | { readonly type: 'end' }
  | { readonly type: 'error'; readonly error: CanonicalError }
  | { readonly type: 'ping' };

/** One event of the wire: server-sent, or an element of a JSON array (then without a name). */
export interface WireEvent {
  readonly event?: string;
  readonly data: string;
  /** A comment: servers send them to keep a silent connection open. */
  readonly comment?: true;
}

/** Reads a dialect's events. `close` tells what the end of the bytes means: nothing where the stream was whole. */
export interface StreamParser<State> {
  readonly initial: State;
  step(state: State, event: WireEvent): readonly [State, readonly CanonicalEvent[]];
  close(state: State): readonly [State, readonly CanonicalEvent[]];
}

/** Text for the wire, and what could not be written. */
export interface Written {
  readonly text: string;
  readonly lost?: readonly LedgerEntry[];
}

export interface StreamBuilder<State> {
  readonly initial: State;
  step(state: State, event: CanonicalEvent): readonly [State, Written];
}

/** One request and what became of it, as other programs write it down: what HAR entries and curl commands are read into. */
import type { AttemptTimings } from '../exchange.ts';

export interface Conversation {
  /** Wall clock, epoch milliseconds; undefined where the file does not say. */
  readonly startedAtMs: number | undefined;
  readonly method: string;
  /** Absolute. */
  readonly url: URL;
  readonly httpVersion: string;
  readonly headers: readonly (readonly [string, string])[];
  /** Null where there is none. */
  readonly body: Buffer | null;
  /** False where a file of its form was not part of what was read. */
  readonly bodyComplete?: boolean;
  /** The provider's address, where it is known. */
  readonly remoteAddress: string | undefined;
  readonly timings: Omit<AttemptTimings, 'startMs'>;
  readonly answer: ConversationAnswer | null;
  /** Why no answer came, or none that is whole; code as Node names it. */
  readonly error: { readonly code: string; readonly message: string } | null;
}

export interface ConversationAnswer {
  readonly status: number;
  readonly statusText: string;
  readonly headers: readonly (readonly [string, string])[];
  /** Without content coding; undefined where the file leaves it out. */
  readonly body: Buffer | undefined;
}

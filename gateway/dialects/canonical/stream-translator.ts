/**
 * A streamed answer on its way from the provider's dialect to the caller's: a reducer over wire events, and around it
 * the one thing with a memory of its own, the reader that finds events in bytes.
 */
import type { AnswerContext } from './adapter.ts';
import { type CanonicalError, unusable } from './error.ts';
import type { LedgerEntry } from './losses.ts';
import { callerSideOf, providerSideOf } from './registry.ts';
import type { CallerDialect, ProviderDialect } from './request.ts';
import type { CanonicalUsage } from './response.ts';
import { NOTHING_HELD, type RestoreState, type Restoring, restoreEvent } from './restore-tools.ts';
import { createJsonArrayReader, createSseReader, UnreadableStream } from './sse.ts';
import type { CanonicalEvent, WireEvent } from './stream.ts';

export interface StreamState {
  readonly parser: unknown;
  readonly builder: unknown;
  readonly restoring: RestoreState;
  /** How the stream stands; only `ended` is a success. */
  readonly outcome: 'running' | 'ended' | 'failed';
}

/** What one wire event came to: the canonical events in it, and the text for the caller. */
export interface StreamStep {
  readonly events: readonly CanonicalEvent[];
  readonly text: string;
  readonly lost: readonly LedgerEntry[];
}

type Stepped = readonly [StreamState, StreamStep];

export interface StreamReducer {
  readonly initial: StreamState;
  /** `undefined` stands for the end of the bytes. */
  step(state: StreamState, event: WireEvent | undefined): readonly [StreamState, StreamStep];
  /** Ends a stream that broke outside its dialect (the connection, an event without end). */
  fail(state: StreamState, error: CanonicalError): readonly [StreamState, StreamStep];
}

/** Says of an error that the provider's stream came to what is known of it here, before the caller gets it. */
export type WordError = (error: CanonicalError) => CanonicalError;

/** The pure translator: same state and event, same result. */
export function createStreamReducer(
  from: ProviderDialect,
  to: CallerDialect,
  plan: Restoring,
  context: AnswerContext,
  word?: WordError,
): StreamReducer {
  const parser = providerSideOf(from).parseStream(context.seed);
  const builder = callerSideOf(to).buildStream(context);
  const write = (state: StreamState, parsed: unknown, read: readonly CanonicalEvent[]): Stepped => {
    let { builder: built, outcome, restoring } = state;
    let text = '';
    const lost: LedgerEntry[] = [];
    const events: CanonicalEvent[] = [];
    for (const raw of read) {
      const [restored, known] = restoreEvent(restoring, raw, plan, context.seed);
      restoring = restored;
      for (const found of known) {
        const event = found.type === 'error' && word ? { ...found, error: word(found.error) } : found;
        const [next, written] = builder.step(built, event);
        built = next;
        text += written.text;
        events.push(event);
        if (written.lost) lost.push(...written.lost);
        if (event.type === 'end') outcome = 'ended';
        if (event.type === 'error') outcome = 'failed';
      }
    }
    return [
      { parser: parsed, builder: built, restoring, outcome },
      { events, text, lost },
    ];
  };
  return {
    initial: { parser: parser.initial, builder: builder.initial, restoring: NOTHING_HELD, outcome: 'running' },
    step(state, event) {
      if (state.outcome !== 'running') return [state, { events: [], text: '', lost: [] }];
      if (event?.comment) return write(state, state.parser, [{ type: 'ping' }]);
      const [parsed, events] = event === undefined ? parser.close(state.parser) : parser.step(state.parser, event);
      return write(state, parsed, events);
    },
    fail(state, error) {
      if (state.outcome !== 'running') return [state, { events: [], text: '', lost: [] }];
      return write(state, state.parser, [{ type: 'error', error }]);
    },
  };
}

export interface StreamTranslator {
  /** The text for the caller that these bytes complete; empty where they complete nothing. */
  push(bytes: Uint8Array): string;
  /**
   * At the end of the bytes; a stream that is not whole ends with the caller's dialect's error, in the words of `failure`
   * where whoever judged it has better ones.
   */
  end(failure?: CanonicalError): string;
  /** When the connection broke: says so in the caller's dialect. */
  fail(error: CanonicalError): string;
  readonly outcome: StreamState['outcome'];
  readonly usage: CanonicalUsage | undefined;
  readonly error: CanonicalError | undefined;
  /** Each loss once. */
  readonly ledger: readonly LedgerEntry[];
}

/**
 * A translator with memory, for one answer. `jsonArray`: the provider sends Gemini's array instead of events. `word` is
 * asked about each error before it is written.
 */
export function createStreamTranslator(
  from: ProviderDialect,
  to: CallerDialect,
  plan: Restoring,
  context: AnswerContext,
  jsonArray = false,
  word?: WordError,
): StreamTranslator {
  const reducer = createStreamReducer(from, to, plan, context, word);
  const reader = jsonArray ? createJsonArrayReader() : (providerSideOf(from).createReader ?? createSseReader)();
  const ledger = new Map<string, LedgerEntry>();
  let state = reducer.initial;
  let usage: CanonicalUsage | undefined;
  let error: CanonicalError | undefined;
  const take = ([next, result]: readonly [StreamState, StreamStep]): string => {
    state = next;
    for (const entry of result.lost) ledger.set(`${entry.path} ${entry.why}`, entry);
    for (const event of result.events) {
      if (event.type === 'usage') usage = { ...usage, ...event.usage };
      if (event.type === 'error') error = event.error;
    }
    return result.text;
  };
  const read = (events: () => readonly WireEvent[], failure?: CanonicalError): string => {
    try {
      return events()
        .map((event) => take(reducer.step(state, event)))
        .join('');
    } catch (fault) {
      if (!(fault instanceof UnreadableStream)) throw fault;
      // What was whole before the damage is not lost.
      return (
        fault.before.map((event) => take(reducer.step(state, event))).join('') +
        take(reducer.fail(state, failure ?? unusable(fault.message)))
      );
    }
  };
  return {
    push: (bytes) => (state.outcome === 'running' ? read(() => reader.push(bytes)) : ''),
    end: (failure) => {
      if (state.outcome !== 'running') return '';
      const rest = read(() => reader.end(), failure);
      return rest + take(failure ? reducer.fail(state, failure) : reducer.step(state, undefined));
    },
    fail: (error) => take(reducer.fail(state, error)),
    get outcome() {
      return state.outcome;
    },
    get usage() {
      return usage;
    },
    get error() {
      return error;
    },
    get ledger() {
      return [...ledger.values()];
    },
  };
}

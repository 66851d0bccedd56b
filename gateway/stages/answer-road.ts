/**
 * How a provider's answer gets from `forward` to the client: untouched, byte for byte, or translated. What is judged, held
 * and when is the forwarder's affair; a road knows how to begin, go on, end and fail in the caller's dialect.
 */
import type { LedgerEntry } from '../dialects/canonical/losses.ts';
import { buildStreamError, type KeywardMember } from '../dialects/error-body.ts';
import { wrapUpstreamError } from '../dialects/wrap-upstream-error.ts';
import type { Attempt, Exchange, RawHeaders } from '../exchange.ts';
import { withLimitHeaders } from '../limits/limit-headers.ts';
import { headerValue } from '../providers/headers.ts';
import { answerHeaders } from './answer-headers.ts';
import type { AnswerJudge } from './answer-judge.ts';
import type { Failure } from './failure.ts';
import { type AnswerSink, keywardHeaders, type OwnAnswer, ownAnswer } from './respond.ts';
import { emptyTap, tapChunk } from './tap.ts';

export interface RoadContext {
  readonly exchange: Exchange;
  readonly attempt: Attempt;
  readonly response: AnswerSink;
  readonly judge: AnswerJudge;
  readonly captureBodyBytes: number;
  readonly elapsed: () => number;
  readonly explainUrl: string;
  readonly providerName: string;
}

export interface AnswerRoad {
  /** True: the answer is sent in one piece once it is whole, so that one cut short can still be refused. */
  collects(headers: RawHeaders): boolean;
  /** Most bytes of such an answer. */
  readonly collectBytes: number;
  /** The head goes out. `cause`: what is already known to be wrong. */
  begin(cause: Failure['cause'] | undefined): void;
  /** False asks for a pause, until `drain`. */
  write(chunk: Buffer): boolean;
  /** The whole of a collected answer; returns what is wrong with it after all. */
  sendWhole(pieces: readonly Buffer[], text: string, judged: Failure | undefined): Failure | undefined;
  /** The end of an answer that has begun; returns what is wrong with it after all. */
  end(judged: Failure | undefined): Failure | undefined;
  /** The connection broke in the middle. */
  breakOff(failure: Failure): void;
  /** A failed answer in the caller's envelope, with its own status and words. */
  wordFailure(status: number, text: string, failure: Failure): OwnAnswer;
  /** What the answer could not carry, once it is over. */
  readonly ledger: readonly LedgerEntry[];
}

/** What is known of a failure at `forward`, for the caller's envelope. */
export function keywardMember({ exchange, explainUrl }: RoadContext, { cause }: Failure): KeywardMember {
  return { capture: exchange.id, cause, stage: 'forward', explain: explainUrl };
}

/** An untouched answer that says it is as short as this is collected. */
const SHORT_BYTES = 64 * 1024;

/** Same dialect in and out: every byte as it came, as soon as it comes. */
export class UntouchedRoad implements AnswerRoad {
  readonly collectBytes = Number.POSITIVE_INFINITY;
  readonly ledger = [];
  private readonly context: RoadContext;

  constructor(context: RoadContext) {
    this.context = context;
  }

  private get isRaw(): boolean {
    return this.context.exchange.endpoint?.family === 'raw';
  }

  /** Short by its own word, and of no use before it is whole. */
  collects(headers: RawHeaders): boolean {
    if (this.isRaw || this.context.exchange.stream) return false;
    if (/^text\/event-stream\b/i.test(headerValue(headers, 'content-type') ?? '')) return false;
    const length = headerValue(headers, 'content-length');
    return length !== undefined && Number(length) <= SHORT_BYTES;
  }

  begin(cause: Failure['cause'] | undefined) {
    const { response, judge } = this.context;
    judge.begin();
    this.writeHead(cause);
    // The head goes out with the first chunk where that is there already, and at once where it is not.
    if (judge.form !== 'other') response.flushHeaders();
  }

  private writeHead(cause: Failure['cause'] | undefined) {
    const { exchange, attempt, response, elapsed } = this.context;
    const { status = 200, statusText = '', responseHeaders = [] } = attempt;
    const passed = withLimitHeaders(answerHeaders(responseHeaders, this.isRaw), exchange.limitHeaders);
    for (const item of keywardHeaders(exchange, cause)) passed.push(item);
    exchange.answer = { status, headers: passed, body: 'same', firstByteMs: elapsed() };
    response.writeHead(status, statusText, passed);
  }

  write(chunk: Buffer): boolean {
    return this.context.response.write(chunk);
  }

  sendWhole(pieces: readonly Buffer[], _text: string, judged: Failure | undefined) {
    this.writeHead(judged?.cause);
    // In one call: written first and ended after, it would take another turn and another event.
    this.context.response.end(pieces.length <= 1 ? pieces[0] : Buffer.concat(pieces));
    return judged;
  }

  end(judged: Failure | undefined) {
    const { judge, response } = this.context;
    if (judged && judge.form === 'sse' && !judge.sawError && !this.isRaw && !judge.isWhole) this.writeError(judged);
    response.end();
    return judged;
  }

  /** Once a stream has begun, an error is an event of that dialect; elsewhere the cut connection is the message. */
  breakOff(failure: Failure) {
    const { attempt, judge, response } = this.context;
    const lengthPromised = headerValue(attempt.responseHeaders ?? [], 'content-length') !== undefined;
    if (judge.form === 'sse' && !this.isRaw && !lengthPromised && !response.destroyed) {
      judge.close();
      this.writeError(failure);
      response.end();
    } else {
      response.destroy();
    }
  }

  private writeError(failure: Failure) {
    const { exchange, attempt, response, elapsed } = this.context;
    // A blank line first: the stream may have been cut inside an event, which must not swallow this one.
    const event = Buffer.from(
      `\n\n${buildStreamError(exchange.endpoint?.family ?? 'openai', {
        status: 502,
        message: failure.message,
        keyward: keywardMember(this.context, failure),
      })}`,
    );
    const sent = emptyTap();
    for (const chunk of attempt.responseBody?.chunks ?? []) tapChunk(sent, chunk, Number.POSITIVE_INFINITY, elapsed());
    tapChunk(sent, event, Number.POSITIVE_INFINITY, elapsed());
    sent.complete = true;
    if (exchange.answer) exchange.answer.body = sent;
    response.write(event);
  }

  wordFailure(status: number, text: string, failure: Failure): OwnAnswer {
    const { exchange, attempt, providerName } = this.context;
    const keyward = keywardMember(this.context, failure);
    const body = wrapUpstreamError(exchange.endpoint?.family ?? 'openai', status, text, providerName, keyward);
    const theirs = answerHeaders(attempt.responseHeaders ?? [], false, true);
    return ownAnswer(exchange, status, body, failure.cause, withLimitHeaders(theirs, exchange.limitHeaders));
  }
}

/**
 * The only place that talks to a provider. Lets the answer go to the client as it comes, holds back just what must be
 * judged first (failures, web pages in place of JSON, redirects), and takes the verdict when the answer is over. How the
 * bytes reach the client, untouched or translated, is the road's affair.
 */
import { decodeText } from '../captures/decode-body.ts';
import type { Cause } from '../causes.ts';
import type { LedgerEntry } from '../dialects/canonical/losses.ts';
import type { Attempt, Exchange, RawHeaders, Refusal, Verdict } from '../exchange.ts';
import { headerValue } from '../providers/headers.ts';
import type { UpstreamControl, UpstreamError, UpstreamHandler } from '../upstream.ts';
import { AnswerJudge } from './answer-judge.ts';
import { type AnswerRoad, type RoadContext, UntouchedRoad } from './answer-road.ts';
import { type Failure, failedOutcome, hungUp, unusableAnswer } from './failure.ts';
import { explainNetworkError } from './network-cause.ts';
import { type AnswerSink, type OwnAnswer, refusalAnswer, writeAnswer } from './respond.ts';
import { emptyTap, tapChunk, tapWhole } from './tap.ts';
import type { Translation } from './translate.ts';
import { TranslatedRoad } from './translated-road.ts';

/** Failures are held whole up to this size, so that their cause is known before their first byte is passed on. */
const HOLD_BYTES = 1024 * 1024;

/** A compressed answer is judged up to this size unpacked. */
const UNPACKED_BYTES = 64 * 1024 * 1024;

export interface ForwardOptions {
  readonly captureBodyBytes: number;
  /** Offset in ms at this moment, on the clock of the exchange. */
  readonly elapsed: () => number;
  readonly explainUrl: string;
  readonly providerName: string;
  /** Absent: the provider was asked in the caller's own dialect. */
  readonly translation?: Translation;
  /** Cause of a provider's failed answer, from its status, headers and text. */
  readonly classify: (exchange: Exchange, attempt: Attempt, body: string) => Cause;
  /** `lost`: what the answer could not carry on its way back. */
  readonly onDone: (verdict: Omit<Verdict, 'endMs'>, lost: readonly LedgerEntry[]) => void;
  /**
   * Asked about a failure before anything of it has gone to the client. True: another attempt follows, this one is over and
   * its answer is not passed on.
   */
  readonly moveOn?: (failure: Failure) => boolean;
}

/** `collecting`: an answer that is of no use before it is whole; sent in one go, so that one cut short can still be refused. */
type Mode = 'waiting' | 'collecting' | 'streaming' | 'holding' | 'done';

export class ForwardRun implements UpstreamHandler {
  control: UpstreamControl | undefined;
  private readonly exchange: Exchange;
  private readonly attempt: Attempt;
  private readonly response: AnswerSink;
  private readonly options: ForwardOptions;
  private readonly judge: AnswerJudge;
  private readonly road: AnswerRoad;
  private mode: Mode = 'waiting';
  private held: Buffer[] = [];
  private heldBytes = 0;
  private waitingForDrain = false;

  constructor(exchange: Exchange, attempt: Attempt, response: AnswerSink, options: ForwardOptions) {
    this.exchange = exchange;
    this.attempt = attempt;
    this.response = response;
    this.options = options;
    const { translation, providerName, classify, captureBodyBytes, elapsed, explainUrl } = options;
    const dialect = translation?.to ?? exchange.endpoint?.dialect ?? 'raw';
    const judge = new AnswerJudge(exchange, attempt, { dialect, providerName, classify });
    const context: RoadContext = {
      exchange,
      attempt,
      response,
      judge,
      captureBodyBytes,
      elapsed,
      explainUrl,
      providerName,
    };
    this.judge = judge;
    this.road = translation ? new TranslatedRoad(context, translation) : new UntouchedRoad(context);
  }

  private get isRaw(): boolean {
    return this.exchange.endpoint?.family === 'raw';
  }

  private elapsed(): number {
    return this.options.elapsed();
  }

  onHeaders(status: number, statusText: string, headers: RawHeaders) {
    const { attempt } = this;
    attempt.status = status;
    attempt.statusText = statusText;
    attempt.responseHeaders = headers;
    attempt.responseBody = emptyTap();
    if (this.mustHold(status, headers)) this.mode = 'holding';
    else if (this.road.collects(headers)) this.mode = 'collecting';
    else this.begin(undefined);
  }

  private begin(cause: Cause | undefined) {
    this.mode = 'streaming';
    this.road.begin(cause);
  }

  /** What may not pass before it is judged: failures, redirects, and web pages where an API was asked. */
  private mustHold(status: number, headers: RawHeaders): boolean {
    if (status >= 400) return true;
    if (this.isRaw) return false;
    if (status >= 300) return true;
    return /^text\/html\b/i.test(headerValue(headers, 'content-type')?.trim() ?? '');
  }

  onChunk(chunk: Buffer): boolean {
    if (this.mode === 'done') return true;
    const body = this.attempt.responseBody;
    if (body) tapChunk(body, chunk, this.options.captureBodyBytes, this.elapsed());
    if (this.mode === 'holding') return this.hold(chunk);
    if (this.mode === 'collecting') return this.collect(chunk);
    this.judge.take(chunk);
    if (this.road.write(chunk) || this.waitingForDrain) return !this.waitingForDrain;
    this.waitingForDrain = true;
    this.response.once('drain', () => {
      this.waitingForDrain = false;
      this.control?.resume();
    });
    return false;
  }

  private hold(chunk: Buffer): boolean {
    this.held.push(chunk);
    this.heldBytes += chunk.length;
    if (this.heldBytes <= HOLD_BYTES) return true;
    if (this.isRaw) {
      this.releaseRaw();
    } else {
      // An error text of more than a megabyte says nothing more; the rest is not waited for.
      this.control?.abort();
      this.finishHeld();
    }
    return true;
  }

  private collect(chunk: Buffer): boolean {
    this.held.push(chunk);
    this.heldBytes += chunk.length;
    if (this.heldBytes <= this.road.collectBytes) return true;
    this.control?.abort();
    this.refuse({
      cause: 'response_format',
      message: `${this.options.providerName}'s answer is larger than can be translated (${this.road.collectBytes} bytes).`,
    });
    return true;
  }

  /** Raw failures pass unaltered, but with the cause in their head. */
  private releaseRaw() {
    const cause = this.options.classify(this.exchange, this.attempt, this.heldText());
    this.begin(cause);
    for (const chunk of this.held) this.response.write(chunk);
    this.held = [];
    this.attempt.outcome = { ok: false, cause };
  }

  private heldText(most = HOLD_BYTES): string {
    const encoding = headerValue(this.attempt.responseHeaders ?? [], 'content-encoding');
    return decodeText(Buffer.concat(this.held), encoding, most);
  }

  onEnd(trailers: RawHeaders) {
    if (this.mode === 'done') return;
    if (trailers.length > 0) this.attempt.responseTrailers = trailers;
    if (this.attempt.responseBody) this.attempt.responseBody.complete = true;
    if (this.mode === 'holding') {
      this.finishHeld();
      return;
    }
    if (this.mode === 'collecting') {
      this.finishCollected();
      return;
    }
    this.judge.close();
    this.finish(this.road.end(this.judge.judgeEnd()));
  }

  /** Nothing has been sent yet: what is no answer at all is said in the caller's dialect instead of being passed on. */
  private finishCollected() {
    const text = this.heldText(UNPACKED_BYTES);
    const failure = this.judge.judgeText(text);
    if (failure && this.movesOn(failure)) return;
    if (failure?.cause === 'response_format') {
      this.refuse(failure);
      return;
    }
    this.finish(this.road.sendWhole(this.held, text, failure));
  }

  onError(error: UpstreamError) {
    if (this.mode === 'done') return;
    const begun = this.attempt.status !== undefined;
    const { cause, words } = explainNetworkError(error, begun);
    const failure: Failure = {
      cause,
      message: `${this.options.providerName} ${words}.`,
      error,
      evidence: [{ what: 'network error', where: `attempt ${this.attempt.index + 1}`, value: error.code }],
    };
    if (this.mode === 'streaming') {
      this.road.breakOff(failure);
      this.judge.keepUsage();
      this.finish(failure);
      return;
    }
    if (this.mode === 'holding' && this.heldBytes > 0) {
      this.finishHeld();
      return;
    }
    if (!this.movesOn(failure)) this.refuse(failure);
  }

  /** A failed answer that was held: classified, worded in the caller's dialect, passed on with its own status. */
  private finishHeld() {
    const { attempt, exchange, options } = this;
    const status = attempt.status ?? 502;
    if (this.isRaw) {
      this.releaseRaw();
      this.response.end();
      this.finish({ cause: attempt.outcome?.cause ?? 'other', message: this.failedWords(status) });
      return;
    }
    if (status < 400) {
      const unusable = unusableAnswer(status, attempt, options.providerName);
      if (!this.movesOn(unusable)) this.refuse(unusable);
      return;
    }
    const text = this.heldText();
    const failure = { cause: options.classify(exchange, attempt, text), message: this.failedWords(status) };
    if (this.movesOn(failure)) return;
    this.deliver(this.road.wordFailure(status, text, failure));
    this.finish(failure);
  }

  private failedWords(status: number): string {
    return `${this.options.providerName} answered with status ${status}.`;
  }

  private refuse(failure: Failure) {
    const refusal: Refusal = { cause: failure.cause, stage: 'forward', message: failure.message };
    this.deliver(refusalAnswer(this.exchange, refusal, this.options.explainUrl));
    this.finish(failure);
  }

  private deliver(answer: OwnAnswer) {
    const body = tapWhole(answer.body, this.options.captureBodyBytes, this.elapsed());
    this.exchange.answer = { status: answer.status, headers: answer.headers, body, firstByteMs: this.elapsed() };
    writeAnswer(this.response, answer, this.exchange.request.method === 'HEAD');
  }

  /** Whether another attempt follows: this one is over then, and what was held of it goes nowhere. */
  private movesOn(failure: Failure): boolean {
    const { attempt, exchange, options } = this;
    if (!options.moveOn) return false;
    attempt.timings.endMs = this.elapsed();
    attempt.outcome = failedOutcome(failure);
    if (!options.moveOn(failure)) return false;
    this.mode = 'done';
    this.held = [];
    delete exchange.usage;
    return true;
  }

  onClientClose() {
    if (this.mode === 'done' || this.response.writableFinished) return;
    this.control?.abort();
    this.judge.keepUsage();
    this.mode = 'done';
    this.attempt.timings.endMs = this.elapsed();
    this.attempt.outcome ??= { ok: false, movedOn: 'the app hung up' };
    this.over({ ...hungUp(this.attempt, this.elapsed()), status: this.exchange.answer?.status ?? null });
  }

  private finish(failure: Failure | undefined) {
    if (this.mode === 'done') return;
    this.mode = 'done';
    const { attempt, exchange, options } = this;
    attempt.timings.endMs = this.elapsed();
    const movedOn = attempt.outcome?.movedOn;
    attempt.outcome = failure
      ? { ...failedOutcome(failure), ...(movedOn === undefined ? {} : { movedOn }) }
      : { ok: true };
    this.over({
      ok: failure === undefined,
      cause: failure?.cause ?? null,
      stage: failure ? 'forward' : null,
      message: failure?.message ?? `${options.providerName} answered with status ${attempt.status}.`,
      status: exchange.answer?.status ?? null,
      evidence: failure?.evidence,
    });
  }

  private over(verdict: Omit<Verdict, 'endMs'>) {
    this.options.onDone(verdict, this.road.ledger);
  }
}

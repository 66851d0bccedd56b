/**
 * The only place that talks to a provider. Streams the answer to the client as it comes, holds back just what must be
 * judged first (failures, web pages in place of JSON, redirects), and takes the verdict when the answer is over.
 */
import { decodeText } from '../captures/decode-body.ts';
import type { Cause } from '../causes.ts';
import { buildStreamError } from '../dialects/error-body.ts';
import {
  type StreamWatch,
  streamIsWhole,
  usageOfTail,
  watchChunk,
  watchEnd,
  watchStream,
} from '../dialects/stream-watch.ts';
import { readUsage } from '../dialects/usage.ts';
import { wrapUpstreamError } from '../dialects/wrap-upstream-error.ts';
import type { Attempt, Evidence, Exchange, RawHeaders, Refusal, TappedBody, TokenUsage, Verdict } from '../exchange.ts';
import { headerValue } from '../providers/headers.ts';
import type { UpstreamControl, UpstreamError, UpstreamHandler } from '../upstream.ts';
import { answerHeaders } from './answer-headers.ts';
import { judgeAnswer } from './judge-answer.ts';
import { explainNetworkError } from './network-cause.ts';
import { type AnswerSink, keywardHeaders, ownAnswer, refusalAnswer, writeAnswer } from './respond.ts';
import { emptyTap, tapBytes, tapChunk } from './tap.ts';

/** Failures are held whole up to this size, so that their cause is known before their first byte is passed on. */
const HOLD_BYTES = 1024 * 1024;

/** A compressed answer is judged up to this size unpacked: embeddings in bulk are far larger than what was kept of them. */
const UNPACKED_BYTES = 16 * 1024 * 1024;

export interface ForwardOptions {
  readonly captureBodyBytes: number;
  /** Offset in ms at this moment, on the clock of the exchange. */
  readonly elapsed: () => number;
  readonly explainUrl: string;
  readonly providerName: string;
  /** Cause of a provider's failed answer, from its status, headers and text. */
  readonly classify: (exchange: Exchange, attempt: Attempt, body: string) => Cause;
  readonly onDone: (verdict: Omit<Verdict, 'endMs'>) => void;
}

/** `collecting`: a short answer that is no stream; sent in one go, so that one cut short can still be refused. */
type Mode = 'waiting' | 'collecting' | 'streaming' | 'holding' | 'done';

const COLLECT_BYTES = 64 * 1024;

export class ForwardRun implements UpstreamHandler {
  control: UpstreamControl | undefined;
  private readonly exchange: Exchange;
  private readonly attempt: Attempt;
  private readonly response: AnswerSink;
  private readonly options: ForwardOptions;
  private mode: Mode = 'waiting';
  private watch: StreamWatch | undefined;
  private held: Buffer[] = [];
  private heldBytes = 0;
  private waitingForDrain = false;

  constructor(exchange: Exchange, attempt: Attempt, response: AnswerSink, options: ForwardOptions) {
    this.exchange = exchange;
    this.attempt = attempt;
    this.response = response;
    this.options = options;
    response.once('close', () => this.onClientClose());
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
    if (this.mustHold(status, headers)) {
      this.mode = 'holding';
      return;
    }
    if (this.mayCollect(headers)) {
      this.mode = 'collecting';
      return;
    }
    this.beginStreaming(status, statusText, headers, undefined);
  }

  /** Short by its own word, and of no use before it is whole. */
  private mayCollect(headers: RawHeaders): boolean {
    if (this.isRaw || this.exchange.stream) return false;
    if (/^text\/event-stream\b/i.test(headerValue(headers, 'content-type') ?? '')) return false;
    const length = headerValue(headers, 'content-length');
    return length !== undefined && Number(length) <= COLLECT_BYTES;
  }

  private sendCollected(cause: Cause | undefined) {
    const { status = 200, statusText = '', responseHeaders = [] } = this.attempt;
    this.beginStreaming(status, statusText, responseHeaders, cause);
    for (const chunk of this.held) {
      if (this.watch) watchChunk(this.watch, chunk);
      this.response.write(chunk);
    }
    this.held = [];
  }

  /** What may not pass before it is judged: failures, redirects, and web pages where an API was asked. */
  private mustHold(status: number, headers: RawHeaders): boolean {
    if (status >= 400) return true;
    if (this.isRaw) return false;
    if (status >= 300) return true;
    return /^text\/html\b/i.test(headerValue(headers, 'content-type')?.trim() ?? '');
  }

  private beginStreaming(status: number, statusText: string, headers: RawHeaders, cause: Cause | undefined) {
    const { exchange, response } = this;
    this.mode = 'streaming';
    const dialect = exchange.endpoint?.dialect ?? 'raw';
    this.watch = watchStream(dialect, headerValue(headers, 'content-type') ?? '', this.exchange.stream === true);
    const passed = answerHeaders(headers, this.isRaw);
    for (const item of keywardHeaders(exchange, cause)) passed.push(item);
    exchange.answer = { status, headers: passed, body: 'same', firstByteMs: this.elapsed() };
    response.writeHead(status, statusText, passed);
    // The head goes out with the first chunk where that is there already, and at once where it is not.
    if (this.watch.form !== 'other') response.flushHeaders();
  }

  onChunk(chunk: Buffer): boolean {
    if (this.mode === 'done') return true;
    const body = this.attempt.responseBody;
    if (body) tapChunk(body, chunk, this.options.captureBodyBytes, this.elapsed());
    if (this.mode === 'holding') return this.hold(chunk);
    if (this.mode === 'collecting') {
      this.held.push(chunk);
      return true;
    }
    if (this.watch) watchChunk(this.watch, chunk);
    if (this.response.write(chunk) || this.waitingForDrain) return !this.waitingForDrain;
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

  /** Raw failures pass unaltered, but with the cause in their head. */
  private releaseRaw() {
    const { status = 502, statusText = '', responseHeaders = [] } = this.attempt;
    const cause = this.options.classify(this.exchange, this.attempt, this.heldText());
    this.beginStreaming(status, statusText, responseHeaders, cause);
    for (const chunk of this.held) this.response.write(chunk);
    this.held = [];
    this.attempt.outcome = { ok: false, cause };
  }

  private heldText(): string {
    const encoding = headerValue(this.attempt.responseHeaders ?? [], 'content-encoding');
    return decodeText(Buffer.concat(this.held), encoding, HOLD_BYTES);
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
    if (this.watch) watchEnd(this.watch);
    const judged = this.judgeStream();
    if (judged && this.watch?.form === 'sse' && !this.watch.error && !this.isRaw && !streamIsWhole(this.watch)) {
      this.writeStreamError(judged);
    }
    this.response.end();
    this.finish(judged);
  }

  /** Nothing has been sent yet: what is no answer at all is said in the caller's dialect instead of being passed on. */
  private finishCollected() {
    const failure = this.judgeWhole();
    if (failure?.cause === 'response_format') {
      this.refuse(failure);
      return;
    }
    this.sendCollected(failure?.cause);
    this.response.end();
    this.finish(failure);
  }

  /** A whole answer may still be a failure: an error inside a 200, an end that never came, JSON cut short. */
  private judgeStream(): Failure | undefined {
    const { attempt, exchange, watch } = this;
    const earlier = attempt.outcome?.cause;
    if (earlier) return { cause: earlier, message: this.failedWords(attempt.status ?? 0) };
    if (!watch) return undefined;
    exchange.usage = watch.usage;
    if (this.isRaw && watch.form !== 'sse') {
      exchange.usage = this.usageOfRaw();
      return undefined;
    }
    if (watch.form === 'other') return this.judgeWhole();
    if (watch.error !== undefined) {
      return {
        cause: this.options.classify(exchange, attempt, watch.error),
        message: `${this.options.providerName} reported an error inside the stream.`,
        evidence: [{ what: 'error event', where: 'response body', value: watch.error.slice(0, 500) }],
      };
    }
    if (!watch.sawData) {
      return { cause: 'response_format', message: `${this.options.providerName} answered with an empty stream.` };
    }
    if (!streamIsWhole(watch)) {
      return {
        cause: 'network_reset_or_truncated',
        message: `${this.options.providerName}'s stream ended before it was complete.`,
        evidence: [{ what: 'terminal event', where: 'end of the response body', value: 'absent' }],
      };
    }
    return this.judgeEvents(watch);
  }

  /** Whole by its last event, and still with a part that no client can read. */
  private judgeEvents(watch: StreamWatch): Failure | undefined {
    const damaged = watch.damaged ?? (watch.form === 'json-array' ? damagedArray(this.attempt) : undefined);
    if (damaged === undefined) return undefined;
    return {
      cause: 'response_format',
      message: `${this.options.providerName} sent a part of the stream that is no JSON.`,
      evidence: [{ what: 'part that cannot be read', where: 'response body', value: damaged.slice(0, 200) }],
    };
  }

  /** An answer in one piece, by its text; undefined where nothing is wrong, or where too little of it was kept to say. */
  private judgeWhole(): Failure | undefined {
    const { attempt, exchange } = this;
    const body = attempt.responseBody;
    if (!body || body.sizeBytes > body.keptBytes) {
      exchange.usage = this.watch && usageOfTail(this.watch);
      return undefined;
    }
    const text = this.wholeText(body);
    exchange.usage = readUsage(text);
    const verdict = judgeAnswer(exchange, attempt, text);
    if (!verdict) return undefined;
    return verdict.providerError
      ? { cause: this.options.classify(exchange, attempt, text), message: verdict.message }
      : { cause: 'response_format', message: verdict.message };
  }

  private wholeText(body: TappedBody): string {
    const encoding = headerValue(this.attempt.responseHeaders ?? [], 'content-encoding');
    return decodeText(tapBytes(body), encoding, UNPACKED_BYTES);
  }

  /** Raw answers may be anything; only what says that it is JSON is looked at. */
  private usageOfRaw(): TokenUsage | undefined {
    const { responseHeaders = [], responseBody } = this.attempt;
    if (!responseBody || !/\bjson\b/i.test(headerValue(responseHeaders, 'content-type') ?? '')) return undefined;
    if (responseBody.sizeBytes <= responseBody.keptBytes) return readUsage(this.wholeText(responseBody));
    return this.watch && usageOfTail(this.watch);
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
      this.breakOff(failure);
      return;
    }
    if (this.mode === 'holding' && this.heldBytes > 0) {
      this.finishHeld();
      return;
    }
    this.refuse(failure);
  }

  /** Once a stream has begun, an error is an event of that dialect; elsewhere the cut connection is the message. */
  private breakOff(failure: Failure) {
    const lengthPromised = headerValue(this.attempt.responseHeaders ?? [], 'content-length') !== undefined;
    if (this.watch?.form === 'sse' && !this.isRaw && !lengthPromised && !this.response.destroyed) {
      watchEnd(this.watch);
      this.writeStreamError(failure);
      this.response.end();
    } else {
      this.response.destroy();
    }
    if (this.watch) this.exchange.usage = this.watch.usage;
    this.finish(failure);
  }

  private writeStreamError(failure: Failure) {
    const { exchange, attempt, response } = this;
    // A blank line first: the stream may have been cut inside an event, which must not swallow this one.
    const event = Buffer.from(
      `\n\n${buildStreamError(exchange.endpoint?.family ?? 'openai', {
        status: 502,
        message: failure.message,
        keyward: { capture: exchange.id, cause: failure.cause, stage: 'forward', explain: this.options.explainUrl },
      })}`,
    );
    const sent = emptyTap();
    for (const chunk of attempt.responseBody?.chunks ?? [])
      tapChunk(sent, chunk, Number.POSITIVE_INFINITY, this.elapsed());
    tapChunk(sent, event, Number.POSITIVE_INFINITY, this.elapsed());
    sent.complete = true;
    if (exchange.answer) exchange.answer.body = sent;
    response.write(event);
  }

  /** A failed answer that was held: classified, worded in the caller's dialect, passed on with its own status. */
  private finishHeld() {
    const { attempt, exchange, options } = this;
    const status = attempt.status ?? 502;
    const text = this.heldText();
    if (this.isRaw) {
      this.releaseRaw();
      this.response.end();
      this.finish({ cause: attempt.outcome?.cause ?? 'other', message: this.failedWords(status) });
      return;
    }
    if (status < 400) {
      this.refuse(unusableAnswer(status, attempt, options.providerName));
      return;
    }
    const cause = options.classify(exchange, attempt, text);
    const keyward = { capture: exchange.id, cause, stage: 'forward' as const, explain: options.explainUrl };
    const body = wrapUpstreamError(exchange.endpoint?.family ?? 'openai', status, text, options.providerName, keyward);
    const kept = answerHeaders(attempt.responseHeaders ?? [], false, true);
    const answer = ownAnswer(exchange, status, body, cause, kept);
    this.deliver(answer);
    this.finish({ cause, message: this.failedWords(status) });
  }

  private failedWords(status: number): string {
    return `${this.options.providerName} answered with status ${status}.`;
  }

  private refuse(failure: Failure) {
    const refusal: Refusal = { cause: failure.cause, stage: 'forward', message: failure.message };
    this.deliver(refusalAnswer(this.exchange, refusal, this.options.explainUrl));
    this.finish(failure);
  }

  private deliver(answer: ReturnType<typeof ownAnswer>) {
    const tap = emptyTap();
    tapChunk(tap, answer.body, this.options.captureBodyBytes, this.elapsed());
    tap.complete = true;
    this.exchange.answer = { status: answer.status, headers: answer.headers, body: tap, firstByteMs: this.elapsed() };
    writeAnswer(this.response, answer, this.exchange.request.method === 'HEAD');
  }

  private onClientClose() {
    if (this.mode === 'done' || this.response.writableFinished) return;
    this.control?.abort();
    if (this.watch) this.exchange.usage = this.watch.usage;
    const waited = (this.elapsed() / 1000).toFixed(1);
    this.mode = 'done';
    this.attempt.timings.endMs = this.elapsed();
    this.attempt.outcome ??= { ok: false, movedOn: 'the app hung up' };
    this.options.onDone({
      ok: true,
      cause: null,
      stage: null,
      clientGone: true,
      status: this.exchange.answer?.status ?? null,
      message: `The app hung up after ${waited} s, ${this.attempt.status === undefined ? 'before the answer began' : 'before the answer was complete'}.`,
    });
  }

  private finish(failure: Failure | undefined) {
    if (this.mode === 'done') return;
    this.mode = 'done';
    const { attempt, exchange, options } = this;
    attempt.timings.endMs = this.elapsed();
    attempt.outcome = failure
      ? { ok: false, cause: failure.cause, errorCode: failure.error?.code, errorMessage: failure.error?.message }
      : { ok: true };
    options.onDone({
      ok: failure === undefined,
      cause: failure?.cause ?? null,
      stage: failure ? 'forward' : null,
      message: failure?.message ?? `${options.providerName} answered with status ${attempt.status}.`,
      status: exchange.answer?.status ?? null,
      evidence: failure?.evidence,
    });
  }
}

/** The end of an array that was kept whole and is no JSON. */
function damagedArray({ responseBody }: Attempt): string | undefined {
  if (!responseBody || responseBody.sizeBytes > responseBody.keptBytes) return undefined;
  const text = tapBytes(responseBody).toString('utf8');
  try {
    JSON.parse(text);
    return undefined;
  } catch {
    return text.slice(-200);
  }
}

interface Failure {
  readonly cause: Cause;
  readonly message: string;
  readonly error?: UpstreamError;
  readonly evidence?: readonly Evidence[];
}

/** Redirects are not followed: the key would travel on, and a client that followed would carry its gateway key along. */
function unusableAnswer(status: number, attempt: Attempt, providerName: string): Failure {
  if (status >= 300) {
    const location = headerValue(attempt.responseHeaders ?? [], 'location') ?? '';
    const target = URL.canParse(location, attempt.url) ? new URL(location, attempt.url) : undefined;
    const elsewhere = target !== undefined && target.host !== new URL(attempt.url).host;
    return {
      cause: elsewhere ? 'proxy_interference' : 'wrong_endpoint',
      message: elsewhere
        ? `${providerName}'s address sends requests on to another host (${target.host}); the key was not sent there.`
        : `${providerName}'s address redirects (status ${status}); the base URL needs correcting.`,
      evidence: [
        {
          what: 'redirect to',
          where: 'header location',
          value: target ? target.origin + target.pathname : location.slice(0, 200),
        },
      ],
    };
  }
  return {
    cause: 'proxy_interference',
    message: `${providerName}'s address answered with a web page instead of the API's answer.`,
    evidence: [
      {
        what: 'content type',
        where: 'header content-type',
        value: headerValue(attempt.responseHeaders ?? [], 'content-type') ?? '',
      },
    ],
  };
}

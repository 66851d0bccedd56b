/**
 * The way back of an answer whose provider was asked in another dialect: streams event by event, whole answers and errors
 * when they are whole. It stands between the forwarder, which judges the provider's own bytes, and the client.
 */
import { type CanonicalError, isBlocked, UNUSABLE, unusable } from '../dialects/canonical/error.ts';
import { defined, parseJson } from '../dialects/canonical/json.ts';
import type { LedgerEntry } from '../dialects/canonical/losses.ts';
import type { Fields } from '../dialects/canonical/request.ts';
import { createStreamTranslator, type StreamTranslator } from '../dialects/canonical/stream-translator.ts';
import { translateResponseToStream } from '../dialects/canonical/translate.ts';
import { openaiCode } from '../dialects/error-body.ts';
import type { Family, RawHeaders, TappedBody } from '../exchange.ts';
import { withLimitHeaders } from '../limits/limit-headers.ts';
import { headerValue } from '../providers/headers.ts';
import { answerHeaders } from './answer-headers.ts';
import { type AnswerRoad, keywardMember, type RoadContext, UntouchedRoad } from './answer-road.ts';
import type { Failure } from './failure.ts';
import { keywardHeaders, type OwnAnswer, ownAnswer, writeAnswer } from './respond.ts';
import { emptyTap, tapChunk, tapWhole } from './tap.ts';
import type { TranslatedConversation, Translation } from './translate.ts';

/** An answer in one piece is translated in memory; none of a model's is nearly so large. */
const WHOLE_BYTES = 64 * 1024 * 1024;

const EVENTS = /^(?:text\/event-stream|application\/(?:vnd\.amazon\.eventstream|x-ndjson))\b/i;

export class TranslatedRoad implements AnswerRoad {
  readonly collectBytes = WHOLE_BYTES;
  private readonly context: RoadContext;
  private readonly translation: Translation;
  private readonly tap: TappedBody = emptyTap();
  private translator: StreamTranslator | undefined;
  private lost: readonly LedgerEntry[] = [];
  /** What the client was told before the stream was over, where the provider had not said it itself. */
  private told: Failure | undefined;

  constructor(context: RoadContext, translation: Translation) {
    this.context = context;
    this.translation = translation;
  }

  get ledger(): readonly LedgerEntry[] {
    return [...this.lost, ...(this.translator?.ledger ?? [])];
  }

  /** The conversation whose answer the caller wants as a stream. */
  private get streamed(): TranslatedConversation | undefined {
    return this.context.exchange.stream ? this.translation.conversation : undefined;
  }

  collects(headers: RawHeaders): boolean {
    return !this.streamed || !EVENTS.test(headerValue(headers, 'content-type') ?? '');
  }

  begin(cause: Failure['cause'] | undefined) {
    const { exchange, attempt, response, judge, elapsed } = this.context;
    const status = successStatus(attempt.status);
    judge.begin();
    if (this.streamed) {
      const { from, to, plan, answer } = this.streamed;
      this.translator = createStreamTranslator(to, from, plan, answer, false, (error) => this.worded(error));
    }
    const headers = this.headers();
    if (this.streamed?.answer.jsonArray) headers.push('content-type', 'application/json; charset=UTF-8');
    else headers.push('content-type', 'text/event-stream; charset=utf-8', 'cache-control', 'no-cache');
    for (const item of keywardHeaders(exchange, cause)) headers.push(item);
    exchange.answer = { status, headers, body: this.tap, firstByteMs: elapsed() };
    response.writeHead(status, headers);
    response.flushHeaders();
  }

  /** The provider's lines that are still true of the translated bytes, its request's id in the caller's own line too. */
  private headers(): string[] {
    const headers = answerHeaders(this.context.attempt.responseHeaders ?? [], false, true);
    const name = REQUEST_ID[this.context.exchange.endpoint?.family ?? 'raw'];
    if (name !== undefined && headerValue(headers, name) === undefined) {
      const id =
        headerValue(headers, 'request-id') ??
        headerValue(headers, 'x-request-id') ??
        headerValue(headers, 'x-amzn-requestid') ??
        headerValue(headers, 'x-debug-trace-id');
      if (id !== undefined) headers.push(name, id);
    }
    return withLimitHeaders(headers, this.context.exchange.limitHeaders);
  }

  write(chunk: Buffer): boolean {
    return this.pass(this.translator?.push(chunk) ?? '');
  }

  private pass(text: string): boolean {
    if (text === '') return true;
    const { response, captureBodyBytes, elapsed } = this.context;
    const bytes = Buffer.from(text, 'utf8');
    tapChunk(this.tap, bytes, captureBodyBytes, elapsed());
    return response.write(bytes);
  }

  end(judged: Failure | undefined) {
    const { translator } = this;
    this.pass(translator?.end(judged && this.error(judged)) ?? '');
    this.tap.complete = true;
    this.context.response.end();
    return this.told ?? judged;
  }

  breakOff(failure: Failure) {
    const { judge, response } = this.context;
    judge.close();
    this.pass(this.translator?.end(this.error(failure)) ?? '');
    this.tap.complete = true;
    response.end();
  }

  private error(failure: Failure): CanonicalError {
    const code = openaiCode(failure.cause);
    return { ...unusable(failure.message), code, keyward: { ...keywardMember(this.context, failure) } };
  }

  /**
   * An error event of the provider's keeps its words and gets the member that every envelope has. Where the stream only
   * came to something that cannot be read, that is what the client was told, and so the verdict.
   */
  private worded(error: CanonicalError): CanonicalError {
    if (error.keyward) return error;
    const reported = this.context.judge.reported();
    if (!reported) this.told = this.unreadable(error.message);
    const failure = reported ?? (this.told as Failure);
    const code = error.code === UNUSABLE ? openaiCode(failure.cause) : error.code;
    return defined({ ...error, code, keyward: { ...keywardMember(this.context, failure) } });
  }

  private unreadable(why: string): Failure {
    return {
      cause: 'response_format',
      message: `${this.context.providerName}'s answer cannot be read as ${this.translation.to}: ${why}`,
      evidence: [{ what: 'cannot be read', where: 'response body', value: why.slice(0, 500) }],
    };
  }

  sendWhole(_pieces: readonly Buffer[], text: string, judged: Failure | undefined): Failure | undefined {
    if (this.streamed) return this.sendWholeAsStream(this.streamed, text, judged);
    const result = this.translation.back.whole(parseJson(text));
    if (result.error !== undefined) {
      const failure = judged ?? this.unusableAnswer(result.error);
      this.deliver(
        // No reader of errors finds one in an answer that holds none: its own words are kept.
        this.translation.conversation === undefined
          ? this.inEnvelope(result.status, result.body, failure)
          : this.wordFailure(result.status, text, failure),
      );
      return failure;
    }
    this.lost = result.ledger;
    const status = successStatus(this.context.attempt.status);
    const [body, type] =
      'bytes' in result ? [result.bytes, result.contentType] : [JSON.stringify(result.body), undefined];
    this.deliver(ownAnswer(this.context.exchange, status, body, judged?.cause, this.headers(), type));
    return judged;
  }

  private unusableAnswer(error: CanonicalError): Failure {
    if (!isBlocked(error)) return this.unreadable(error.message);
    return {
      cause: 'content_blocked',
      message: `${this.context.providerName} withheld its answer: ${error.message}`,
      evidence: [{ what: 'withheld', where: 'response body', value: error.message.slice(0, 500) }],
    };
  }

  /** A server that was asked for a stream and answers in one piece: a stream of one answer. */
  private sendWholeAsStream(
    { from, to, plan, answer }: TranslatedConversation,
    text: string,
    judged: Failure | undefined,
  ): Failure | undefined {
    const result = translateResponseToStream(to, from, parseJson(text), plan, answer);
    if (result.error !== undefined) {
      const failure = judged ?? this.unreadable(result.error.message);
      this.deliver(this.wordFailure(result.error.status ?? 502, text, failure));
      return failure;
    }
    this.lost = result.ledger;
    this.begin(judged?.cause);
    this.pass(result.text);
    this.tap.complete = true;
    this.context.response.end();
    return judged;
  }

  wordFailure(status: number, text: string, failure: Failure): OwnAnswer {
    const { attempt } = this.context;
    if (parseJson(text) === undefined) return new UntouchedRoad(this.context).wordFailure(status, text, failure);
    const { body, error } = this.translation.back.failed(status, text, lowerCase(attempt.responseHeaders ?? []));
    const headers = this.headers();
    if (error.retryAfterSeconds !== undefined && headerValue(headers, 'retry-after') === undefined) {
      headers.push('retry-after', String(Math.ceil(error.retryAfterSeconds)));
    }
    return this.inEnvelope(status, body, failure, headers);
  }

  /** A body of the caller's dialect that says what failed, with the member that leads to its explanation. */
  private inEnvelope(status: number, body: Fields, failure: Failure, headers = this.headers()): OwnAnswer {
    const inner = body.error as object;
    const worded = { ...body, error: { ...inner, keyward: keywardMember(this.context, failure) } };
    return ownAnswer(this.context.exchange, status, JSON.stringify(worded), failure.cause, headers);
  }

  private deliver(answer: OwnAnswer) {
    const { exchange, response, captureBodyBytes, elapsed } = this.context;
    const { status, headers, body } = answer;
    exchange.answer = { status, headers, body: tapWhole(body, captureBodyBytes, elapsed()), firstByteMs: elapsed() };
    writeAnswer(response, answer, false);
  }
}

/** Replicate creates (201) or takes on (202) what callers' dialects know as an answer. */
function successStatus(status = 200): number {
  return status < 300 ? 200 : status;
}

/** Where each maker's SDK looks for the id that its support asks for. */
const REQUEST_ID: Readonly<Partial<Record<Family, string>>> = { openai: 'x-request-id', anthropic: 'request-id' };

function lowerCase(headers: RawHeaders): Record<string, string> {
  const named: Record<string, string> = {};
  for (let i = 0; i + 1 < headers.length; i += 2)
    named[(headers[i] as string).toLowerCase()] ??= headers[i + 1] as string;
  return named;
}

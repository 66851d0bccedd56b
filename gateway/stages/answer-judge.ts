/**
 * Takes the verdict on a provider's answer, in the dialect it came in: watches it go by, and says at its end whether it
 * was whole and what it was used up. Nothing here knows in which dialect the client gets it.
 */
import { decodeText } from '../captures/decode-body.ts';
import type { Cause } from '../causes.ts';
import { type BinaryWatch, type StreamFault, watchBinary } from '../dialects/binary-watch.ts';
import {
  type StreamWatch,
  streamIsWhole,
  usageOfTail,
  watchChunk,
  watchEnd,
  watchStream,
} from '../dialects/stream-watch.ts';
import { readUsage } from '../dialects/usage.ts';
import type { Attempt, Dialect, Exchange, TappedBody, TokenUsage } from '../exchange.ts';
import { headerValue } from '../providers/headers.ts';
import type { Failure } from './failure.ts';
import { judgeAnswer } from './judge-answer.ts';
import { tapBytes } from './tap.ts';

/** A compressed answer is judged up to this size unpacked: embeddings in bulk are far larger than what was kept of them. */
const UNPACKED_BYTES = 16 * 1024 * 1024;

export interface JudgeOptions {
  /** What the provider was asked in. */
  readonly dialect: Dialect;
  readonly providerName: string;
  readonly classify: (exchange: Exchange, attempt: Attempt, body: string) => Cause;
}

export class AnswerJudge {
  private readonly exchange: Exchange;
  private readonly attempt: Attempt;
  private readonly options: JudgeOptions;
  private watch: StreamWatch | undefined;
  private binary: BinaryWatch | undefined;

  constructor(exchange: Exchange, attempt: Attempt, options: JudgeOptions) {
    this.exchange = exchange;
    this.attempt = attempt;
    this.options = options;
  }

  /** From here on the answer's bytes are watched. */
  begin() {
    const contentType = headerValue(this.attempt.responseHeaders ?? [], 'content-type') ?? '';
    this.binary = this.options.dialect === 'raw' ? undefined : watchBinary(contentType);
    if (!this.binary) this.watch = watchStream(this.options.dialect, contentType, this.exchange.stream === true);
  }

  take(chunk: Buffer) {
    this.binary?.take(chunk);
    if (this.watch) watchChunk(this.watch, chunk);
  }

  get form() {
    return this.watch?.form;
  }

  get sawError(): boolean {
    return this.watch?.error !== undefined;
  }

  get isWhole(): boolean {
    return this.watch !== undefined && streamIsWhole(this.watch);
  }

  /** The bytes are over, or will not go on; what was counted so far stands. */
  close() {
    this.binary?.close();
    if (this.watch) watchEnd(this.watch);
    this.keepUsage();
  }

  keepUsage() {
    const watch = this.binary ?? this.watch;
    if (watch) this.exchange.usage = watch.usage;
  }

  /** A whole answer may still be a failure: an error inside a 200, an end that never came, JSON cut short. */
  judgeEnd(): Failure | undefined {
    const { attempt, exchange, watch } = this;
    const { providerName } = this.options;
    const isRaw = exchange.endpoint?.family === 'raw';
    const earlier = attempt.outcome?.cause;
    if (earlier) return { cause: earlier, message: `${providerName} answered with status ${attempt.status ?? 0}.` };
    if (this.binary) return this.binary.fault && this.judgeFault(this.binary.fault);
    if (!watch) return undefined;
    exchange.usage = watch.usage;
    if (isRaw && watch.form !== 'sse' && watch.form !== 'ndjson') {
      exchange.usage = this.usageOfRaw();
      return undefined;
    }
    if (watch.form === 'other') return this.judgeWhole();
    const reported = this.reported();
    if (reported) return reported;
    if (!watch.sawData) return { cause: 'response_format', message: `${providerName} answered with an empty stream.` };
    if (!streamIsWhole(watch)) {
      return {
        cause: 'network_reset_or_truncated',
        message: `${providerName}'s stream ended before it was complete.`,
        evidence: [{ what: 'terminal event', where: 'end of the response body', value: 'absent' }],
      };
    }
    return this.judgeEvents(watch);
  }

  /** The error that the provider has reported inside the stream so far; undefined where it has not. */
  reported(): Failure | undefined {
    const fault = this.binary?.fault;
    if (fault) return fault.kind === 'reported' ? this.judgeFault(fault) : undefined;
    const error = this.watch?.error;
    return error === undefined ? undefined : this.judgeReported(error, error.slice(0, 500));
  }

  private judgeReported(text: string, shown: string): Failure {
    const { providerName, classify } = this.options;
    return {
      cause: classify(this.exchange, this.attempt, text),
      message: `${providerName} reported an error inside the stream.`,
      evidence: [{ what: 'error event', where: 'response body', value: shown }],
    };
  }

  private judgeFault(fault: StreamFault): Failure {
    const { providerName } = this.options;
    switch (fault.kind) {
      case 'reported': {
        const text = JSON.stringify({ __type: fault.type, ...parsed(fault.text) });
        return this.judgeReported(text, `${fault.type}: ${fault.text.slice(0, 500)}`);
      }
      case 'cut':
        return {
          cause: 'network_reset_or_truncated',
          message: `${providerName}'s stream ended before it was complete.`,
          evidence: [{ what: 'end of the stream', where: 'end of the response body', value: fault.message }],
        };
      case 'damaged':
        return {
          cause: 'response_format',
          message: `${providerName} sent a stream that cannot be read.`,
          evidence: [{ what: 'part that cannot be read', where: 'response body', value: fault.message }],
        };
    }
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
  judgeWhole(): Failure | undefined {
    const body = this.attempt.responseBody;
    if (!body || body.sizeBytes > body.keptBytes) {
      this.exchange.usage = this.watch && usageOfTail(this.watch);
      return undefined;
    }
    return this.judgeText(this.wholeText(body));
  }

  judgeText(text: string): Failure | undefined {
    const { attempt, exchange } = this;
    exchange.usage = readUsage(text);
    const verdict = judgeAnswer(exchange, attempt, text, this.options.dialect);
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

function parsed(text: string): object {
  try {
    return { ...(JSON.parse(text) as object) };
  } catch {
    return { message: text };
  }
}

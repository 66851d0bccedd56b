/**
 * Copies an answer on its way to the client, and decides at its end whether it is kept: whole, successful, not forbidden
 * by its own headers, nothing that is by chance.
 */
import { callsTools } from '../cache/answer-traits.ts';
import type { KeptAnswer } from '../cache/response-cache.ts';
import { codingsOf, decodeNow } from '../captures/decode-body.ts';
import type { Exchange, Verdict } from '../exchange.ts';
import { headerValue } from '../providers/headers.ts';
import type { ExchangeCache, KeepPlan } from './cache.ts';
import { cacheDirectives } from './cache-rules.ts';
import type { AnswerSink } from './respond.ts';

/** Told anew with each answer, or true of that one only. */
const TOLD_ANEW =
  /^(?:x-keyward-.*|age|date|content-length|content-encoding|connection|keep-alive|.*ratelimit.*|retry-after|server-timing|openai-processing-ms|x-envoy-.*|cf-.*)$/i;

/** Stands between `forward` and the client. */
export class KeepingSink implements AnswerSink {
  private readonly sink: AnswerSink;
  private readonly largestBytes: number;
  private chunks: Buffer[] = [];
  private sizeBytes = 0;
  status = 0;
  headers: readonly string[] = [];
  ended = false;

  constructor(sink: AnswerSink, largestBytes: number) {
    this.sink = sink;
    this.largestBytes = largestBytes;
  }

  get destroyed() {
    return this.sink.destroyed;
  }

  get headersSent() {
    return this.sink.headersSent;
  }

  get writableFinished() {
    return this.sink.writableFinished;
  }

  flushHeaders() {
    this.sink.flushHeaders();
  }

  once(event: 'close' | 'drain', listener: () => void) {
    return this.sink.once(event, listener);
  }

  writeHead(status: number, textOrHeaders: string | string[], headers?: string[]) {
    this.status = status;
    this.headers = headers ?? (textOrHeaders as string[]);
    return headers === undefined
      ? this.sink.writeHead(status, textOrHeaders as string[])
      : this.sink.writeHead(status, textOrHeaders as string, headers);
  }

  write(chunk: Buffer) {
    this.copy(chunk);
    return this.sink.write(chunk);
  }

  end(chunk?: Buffer) {
    if (chunk) this.copy(chunk);
    this.ended = true;
    return chunk ? this.sink.end(chunk) : this.sink.end();
  }

  destroy() {
    return this.sink.destroy();
  }

  get tooLarge() {
    return this.sizeBytes > this.largestBytes;
  }

  private copy(chunk: Buffer) {
    this.sizeBytes += chunk.length;
    if (this.tooLarge) this.chunks = [];
    else this.chunks.push(chunk);
  }

  /** The bytes in memory of their own: a small piece of what a socket read would keep all of it alive. */
  takeChunks(): Buffer[] {
    const bytes = Buffer.allocUnsafeSlow(this.sizeBytes);
    let at = 0;
    const own = this.chunks.map((chunk) => {
      chunk.copy(bytes, at);
      at += chunk.length;
      return bytes.subarray(at - chunk.length, at);
    });
    this.chunks = [];
    return own;
  }
}

/** Keeps the answer, or notes on the exchange why not. */
export function keepAnswer(
  exchange: Exchange,
  sink: KeepingSink,
  plan: KeepPlan,
  cache: ExchangeCache,
  verdict: Omit<Verdict, 'endMs'>,
  nowMs: number,
) {
  const notKept = unfit(sink, verdict) ?? keep(exchange, sink, plan, cache, nowMs);
  exchange.cache = notKept === undefined ? { state: 'miss', kept: true } : { state: 'miss', kept: false, notKept };
}

function unfit(sink: KeepingSink, verdict: Omit<Verdict, 'endMs'>): string | undefined {
  if (verdict.clientGone || !sink.ended) return 'the answer was not heard to its end';
  if (!verdict.ok) return 'failures are not kept';
  if (sink.status !== 200) return `answers with status ${sink.status} are not kept`;
  if (cacheDirectives(headerValue(sink.headers, 'cache-control') ?? '').has('no-store')) {
    return 'the answer forbids it (cache-control: no-store)';
  }
  return sink.tooLarge ? 'the answer is larger than the cache keeps' : undefined;
}

function keep(
  exchange: Exchange,
  sink: KeepingSink,
  { key, shape, rule }: KeepPlan,
  cache: ExchangeCache,
  nowMs: number,
): string | undefined {
  const attempt = exchange.attempts.at(-1);
  if (!attempt) return 'no provider answered';
  const stream =
    exchange.stream === true || /^text\/event-stream\b/i.test(headerValue(sink.headers, 'content-type') ?? '');
  const chunks = plain(sink.takeChunks(), headerValue(sink.headers, 'content-encoding'), cache.largestBytes);
  if (!chunks) return 'the answer is compressed, and too large to be unpacked at once';
  if (!rule.random && callsTools(Buffer.concat(chunks).toString('latin1'))) {
    return 'the answer calls a tool; `--cache-random` on its route keeps such answers too';
  }
  const answer: KeptAnswer = {
    status: sink.status,
    headers: headersToKeep(sink.headers, stream, chunks),
    chunks,
    stream,
    of: exchange.id,
    provider: attempt.provider,
    model: attempt.model,
    usage: exchange.usage,
    costUsd: exchange.cost?.usd,
  };
  return cache.keep(key, answer, shape, nowMs);
}

/** Without its content coding: the next client may not understand it. */
function plain(chunks: Buffer[], coding: string | undefined, boundBytes: number): Buffer[] | undefined {
  if (codingsOf(coding).length === 0) return chunks;
  const decoded = decodeNow(Buffer.concat(chunks), coding as string, boundBytes);
  return decoded?.bytes ? [decoded.bytes] : undefined;
}

function headersToKeep(headers: readonly string[], stream: boolean, chunks: readonly Buffer[]): string[] {
  const kept: string[] = [];
  for (let at = 0; at + 1 < headers.length; at += 2) {
    if (!TOLD_ANEW.test(headers[at] as string)) kept.push(headers[at] as string, headers[at + 1] as string);
  }
  if (!stream) kept.push('content-length', String(chunks.reduce((sum, chunk) => sum + chunk.length, 0)));
  return kept;
}

/**
 * Turns an exchange into a packed record at the end of a batch, redacted: nothing unredacted is ever in the batch once
 * this returns. On the request path, so: one JSON text, bodies copied once and scanned in place, no promise, no clone.
 */
import type { Attempt, Exchange, RawHeaders, TappedBody } from '../exchange.ts';
import type { Batch } from './batch.ts';
import type { Redaction } from './capture.ts';
import type { DecodedBody } from './decode-body.ts';
import {
  HEAD,
  HEAD_BYTES,
  microseconds,
  type PackedAttempt,
  type PackedBody,
  type PackedMeta,
  type PackedRedactions,
  type PackedStep,
  packHeaders,
  type RowTuple,
  STATE,
  type StateCode,
  TIMINGS,
} from './record-form.ts';
import type { KnownSecret, RedactedHeaders, Redactor } from './redact.ts';

export interface PackOptions {
  readonly redactor: Redactor;
  readonly maxBodyBytes: number;
  /** Results for bodies with a content coding, by the tap they came from. */
  readonly decoded?: ReadonlyMap<TappedBody, DecodedBody>;
  /** Bodies are left out, and why. */
  readonly leaveOut?: 'queue-full' | 'running';
}

/** Number of a capture id is passed in since the caller has it; returns the row for those who listen. */
export function packExchange(
  batch: Batch,
  exchange: Exchange,
  number: number,
  state: StateCode,
  options: PackOptions,
): RowTuple {
  return new Packing(batch, exchange, options).write(number, state);
}

/** A record that takes an earlier one away: recording was switched off for an exchange that had begun. */
export function packErasure(batch: Batch, id: string, number: number): void {
  const start = begin(batch, id, number, STATE.erased, false);
  finish(batch, start, 0, 0, 0, 0);
}

class Packing {
  private readonly batch: Batch;
  private readonly exchange: Exchange;
  private readonly options: PackOptions;
  private readonly redactions: PackedRedactions = {};
  /** Credentials that only this exchange knows; looked for everywhere in it. */
  private readonly also: KnownSecret[] = [];
  private bodiesStart = 0;

  constructor(batch: Batch, exchange: Exchange, options: PackOptions) {
    this.batch = batch;
    this.exchange = exchange;
    this.options = options;
  }

  write(number: number, state: StateCode): RowTuple {
    const { batch, exchange } = this;
    const { request, answer } = exchange;
    const requestHeaders = this.headers('request', request.rawHeaders);
    const requestUrl = this.url('request', request.url);
    const attempts = exchange.attempts.map((attempt) => this.attemptHeads(attempt));
    const answerHeaders = answer && this.headers('answer', answer.headers);

    const start = begin(batch, exchange.id, number, state, exchange.verdict ? !exchange.verdict.ok : false);
    this.bodiesStart = batch.length;
    const requestBody = this.body('request-body', request.body, requestHeaders);
    const packedAttempts = exchange.attempts.map((attempt, index) =>
      this.attempt(attempt, attempts[index] as AttemptHeads, requestBody, requestHeaders),
    );
    const packedAnswer = answer
      ? {
          status: answer.status,
          headers: packHeaders((answerHeaders as RedactedHeaders).headers, attempts.at(-1)?.response?.headers),
          body: this.answerBody(answer.body, answerHeaders as RedactedHeaders, attempts, packedAttempts),
          ...(answer.firstByteMs === undefined ? {} : { firstByteUs: microseconds(answer.firstByteMs) as number }),
        }
      : null;
    const bodiesEnd = batch.length;

    const meta: PackedMeta = {
      url: requestUrl,
      httpVersion: request.httpVersion,
      remoteAddress: request.remoteAddress,
      headers: requestHeaders.headers,
      body: requestBody,
      credentialFrom: exchange.credentialFrom ?? null,
      routeName: exchange.routeName ?? null,
      steps: exchange.steps.map(packStep),
      attempts: packedAttempts,
      answer: packedAnswer,
      verdict: exchange.verdict ?? null,
      usage: exchange.usage ?? null,
    };
    const metaBytes = this.json(meta);
    const redactionBytes = batch.text(JSON.stringify(this.redactions));
    const row = this.row();
    const rowBytes = this.json(row);
    finish(batch, start, bodiesEnd - this.bodiesStart, metaBytes, redactionBytes, rowBytes);
    return row;
  }

  private headers(place: string, headers: RawHeaders): RedactedHeaders {
    const redacted = this.options.redactor.redactHeaders(headers, { inUrl: true });
    this.note(place, redacted.redactions);
    this.also.push(...redacted.credentials);
    return redacted;
  }

  private url(place: string, url: string): string {
    const redacted = this.options.redactor.redactUrl(url);
    this.note(place, redacted.redactions);
    this.also.push(...redacted.credentials);
    return redacted.url;
  }

  private attemptHeads(attempt: Attempt): AttemptHeads {
    const place = `attempt-${attempt.index}`;
    return {
      url: this.url(place, attempt.url),
      request: this.headers(place, attempt.requestHeaders),
      response: attempt.responseHeaders && this.headers(place, attempt.responseHeaders),
      trailers: attempt.responseTrailers && this.headers(place, attempt.responseTrailers),
    };
  }

  private attempt(
    attempt: Attempt,
    heads: AttemptHeads,
    requestBody: PackedBody,
    requestHeaders: RedactedHeaders,
  ): PackedAttempt {
    const { request } = this.exchange;
    const sent = attempt.requestBody;
    const same =
      sent === 'same' ||
      (heads.request.contentEncoding === requestHeaders.contentEncoding && sameBytes(sent, request.body));
    return {
      index: attempt.index,
      provider: attempt.provider,
      model: attempt.model,
      method: attempt.method,
      url: heads.url,
      headers: packHeaders(heads.request.headers, requestHeaders.headers),
      body: same
        ? asSame(requestBody, 'request', sent === 'same' ? undefined : sent)
        : this.body(`attempt-${attempt.index}-request`, sent, heads.request),
      key: attempt.key,
      origins: attempt.origins,
      timings: packTimings(attempt),
      status: attempt.status,
      statusText: attempt.statusText,
      responseHeaders: heads.response?.headers,
      responseTrailers: heads.trailers?.headers,
      responseBody:
        attempt.responseBody && this.body(`attempt-${attempt.index}-response`, attempt.responseBody, heads.response),
      remoteAddress: attempt.remoteAddress,
      outcome: attempt.outcome,
    };
  }

  private answerBody(
    body: TappedBody | 'same',
    headers: RedactedHeaders,
    heads: readonly AttemptHeads[],
    attempts: readonly PackedAttempt[],
  ): PackedBody {
    const last = this.exchange.attempts.at(-1)?.responseBody;
    const packed = attempts.at(-1)?.responseBody;
    const sameCoding = heads.at(-1)?.response?.contentEncoding === headers.contentEncoding;
    if (last && packed && (body === 'same' || (sameCoding && sameBytes(body, last)))) {
      return asSame(packed, 'attempt', body === 'same' ? undefined : body);
    }
    if (body === 'same') return { z: 0, k: 0, c: 0 };
    return this.body('answer-body', body, headers);
  }

  private body(place: string, tap: TappedBody, headers: RedactedHeaders | undefined): PackedBody {
    const { batch, exchange, options } = this;
    const packed: PackedBody = { z: tap.sizeBytes, k: 0, c: tap.complete ? 1 : 0 };
    addTimes(packed, tap);
    if (tap.sizeBytes === 0) return packed;
    if (exchange.recording !== 'full') packed.leftOut = 'recording-off';
    else if (options.leaveOut) packed.leftOut = options.leaveOut;
    else if (tap.keptBytes === 0 || options.maxBodyBytes === 0) packed.leftOut = 'over-bound';
    if (packed.leftOut) return packed;

    const decoded = options.decoded?.get(tap);
    if (decoded && decoded.bytes === null) {
      packed.leftOut = 'undecodable';
      packed.decodedFrom = decoded.from;
      return packed;
    }
    const start = batch.length;
    let cut = tap.keptBytes < tap.sizeBytes || !tap.complete;
    if (decoded?.bytes) {
      batch.append(decoded.bytes.subarray(0, options.maxBodyBytes));
      packed.decodedFrom = decoded.from;
      if (decoded.cut || decoded.bytes.length > options.maxBodyBytes) packed.leftOut = 'over-bound';
    } else {
      appendUpTo(batch, tap.chunks, options.maxBodyBytes);
    }
    packed.k = batch.length - start;
    if (!decoded && packed.k < tap.sizeBytes) packed.leftOut = 'over-bound';
    if (packed.leftOut) cut = true;
    this.redactTail(place, start, cut, headers?.contentType);
    packed.o = start - this.bodiesStart;
    packed.l = batch.length - start;
    return packed;
  }

  /** Redacts what was written since `start`, in place. */
  private redactTail(place: string, start: number, cut: boolean, contentType: string | undefined): void {
    const { batch, options } = this;
    const written = batch.bytes.subarray(start, batch.length);
    const result = options.redactor.redactBytes(written, 'body', {
      also: this.also,
      cut,
      streamed: isStreamed(contentType, written),
      inUrl: contentType?.includes('x-www-form-urlencoded') === true,
    });
    if (result.bytes === written) return;
    batch.length = start;
    batch.append(result.bytes);
    this.note(place, result.redactions);
  }

  /** Writes JSON and sends the second net over it: texts of steps, errors and verdict, header values, paths. */
  private json(value: unknown): number {
    const { batch, options } = this;
    const start = batch.length;
    batch.text(JSON.stringify(value));
    const written = batch.bytes.subarray(start, batch.length);
    const result = options.redactor.redactBytes(written, 'record', { also: this.also });
    if (result.bytes !== written) {
      batch.length = start;
      batch.append(result.bytes);
      this.note('record', result.redactions);
    }
    return batch.length - start;
  }

  private note(place: string, redactions: readonly Redaction[]): void {
    if (redactions.length === 0) return;
    const noted = this.redactions[place];
    if (noted) noted.push(...redactions);
    else this.redactions[place] = [...redactions];
  }

  private row(): RowTuple {
    const { exchange } = this;
    const { verdict, usage, caller, answer } = exchange;
    const attempt = exchange.attempts.at(-1);
    const refusal = exchange.refusal;
    return [
      exchange.receivedAt,
      caller?.appName ?? null,
      caller?.appId ?? null,
      caller?.gatewayKeyId ?? null,
      attempt?.provider ?? exchange.endpoint?.provider ?? null,
      attempt?.model ?? null,
      exchange.askedModel?.slice(0, 256) ?? null,
      exchange.endpoint?.name ?? null,
      exchange.request.method,
      exchange.request.path.slice(0, 512),
      verdict?.status ?? null,
      verdict?.ok ? 1 : 0,
      verdict?.cause ?? null,
      verdict?.stage ?? refusal?.stage ?? null,
      verdict?.message ?? '',
      microseconds(verdict?.endMs),
      microseconds(answer?.firstByteMs),
      exchange.attempts.length,
      exchange.stream ? 1 : 0,
      verdict?.clientGone ? 1 : 0,
      usage?.inputTokens ?? null,
      usage?.outputTokens ?? null,
      null,
      attempt?.provider === 'practice' ? 1 : 0,
      attempt?.key?.id ?? null,
      attempt?.key?.version ?? null,
      exchange.configVersion,
      exchange.origin?.kind ?? null,
      exchange.origin?.of ?? null,
    ];
  }
}

interface AttemptHeads {
  readonly url: string;
  readonly request: RedactedHeaders;
  readonly response: RedactedHeaders | undefined;
  readonly trailers: RedactedHeaders | undefined;
}

function begin(batch: Batch, id: string, number: number, state: StateCode, failed: boolean): number {
  batch.ensure(HEAD_BYTES);
  const start = batch.length;
  batch.bytes[start + HEAD.state] = state;
  batch.bytes[start + HEAD.failed] = failed ? 1 : 0;
  batch.bytes.writeDoubleLE(number, start + HEAD.number);
  batch.bytes.write(id, start + HEAD.id, 'latin1');
  batch.length = start + HEAD_BYTES;
  return start;
}

function finish(batch: Batch, start: number, bodies: number, meta: number, redactions: number, row: number): void {
  const { bytes } = batch;
  bytes.writeUInt32LE(batch.length - start, start + HEAD.totalBytes);
  bytes.writeUInt32LE(row, start + HEAD.rowBytes);
  bytes.writeUInt32LE(bodies, start + HEAD.record);
  bytes.writeUInt32LE(meta, start + HEAD.record + 4);
  bytes.writeUInt32LE(redactions, start + HEAD.record + 8);
  batch.records++;
}

function packStep(step: Exchange['steps'][number]): PackedStep {
  const packed: PackedStep = [
    step.stage,
    step.decision,
    step.summary,
    Math.round(step.startMs * 1000),
    Math.round(step.endMs * 1000),
  ];
  if (step.rule || step.input || step.output || step.evidence) {
    packed.push(step.rule ?? null, step.input ?? null, step.output ?? null, step.evidence ?? null);
  }
  return packed;
}

function packTimings({ timings }: Attempt): (number | null)[] {
  const packed = TIMINGS.map((name) => microseconds(timings[name]));
  packed.push(timings.reusedConnection === undefined ? null : timings.reusedConnection ? 1 : 0);
  return packed;
}

function addTimes(packed: PackedBody, tap: TappedBody): void {
  if (tap.chunkSizes.length === 0) return;
  packed.t = tap.chunkTimesMs.map((ms) => Math.round(ms * 1000));
  packed.n = tap.chunkSizes;
}

function asSame(of: PackedBody, sameAs: 'request' | 'attempt', tap: TappedBody | undefined): PackedBody {
  const packed: PackedBody = { z: of.z, k: of.k, c: tap ? (tap.complete ? 1 : 0) : of.c, sameAs };
  if (of.leftOut) packed.leftOut = of.leftOut;
  if (of.decodedFrom) packed.decodedFrom = of.decodedFrom;
  if (tap) addTimes(packed, tap);
  return packed;
}

function appendUpTo(batch: Batch, chunks: readonly Buffer[], boundBytes: number): void {
  let room = boundBytes;
  for (const chunk of chunks) {
    if (room <= 0) return;
    batch.append(chunk.length <= room ? chunk : chunk.subarray(0, room));
    room -= chunk.length;
  }
}

/** Both legs kept the same bytes, cut at the same place. */
function sameBytes(a: TappedBody, b: TappedBody): boolean {
  if (a === b) return true;
  if (a.sizeBytes !== b.sizeBytes || a.keptBytes !== b.keptBytes) return false;
  if (a.chunks.length === b.chunks.length) {
    return a.chunks.every((chunk, index) => chunk === b.chunks[index] || chunk.equals(b.chunks[index] as Buffer));
  }
  return Buffer.concat(a.chunks).equals(Buffer.concat(b.chunks));
}

const BRACKET = 0x5b;

/** Deltas may split a text: event streams, JSON lines, and the JSON array that Gemini streams without `alt=sse`. */
function isStreamed(contentType: string | undefined, bytes: Buffer): boolean {
  if (contentType && /event-stream|ndjson|jsonl|json-seq|stream\+json/i.test(contentType)) return true;
  return bytes[0] === BRACKET || startsWithEvent(bytes);
}

function startsWithEvent(bytes: Buffer): boolean {
  const start = bytes.toString('latin1', 0, 6);
  return start.startsWith('data:') || start.startsWith('event:');
}

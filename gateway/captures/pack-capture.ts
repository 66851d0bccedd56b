/**
 * A capture that was read elsewhere back into a packed record: the inverse of unpack.ts, so that what is read here later
 * is what was read there. Redacts nothing; see rescan.ts for that.
 */
import type { Batch } from './batch.ts';
import type { Capture, RecordedAttempt, RecordedBody, Redaction } from './capture.ts';
import { packRecord } from './open-record.ts';
import {
  HEAD,
  microseconds,
  type PackedAttempt,
  type PackedBody,
  type PackedMeta,
  type PackedRedactions,
  type RowTuple,
  STATE,
  TIMINGS,
} from './record-form.ts';

/** Appends the record; `number` is the capture id's. A capture that was still running counts as interrupted. */
export function packCapture(batch: Batch, capture: Capture, number: number): RowTuple {
  const packing = new CapturePacking();
  const meta = packing.meta(capture);
  const row = rowOf(capture);
  const record = packRecord({ row, meta, redactions: packing.redactions }, Buffer.concat(packing.bodies));
  const start = batch.length;
  batch.ensure(HEAD.record + record.length);
  batch.bytes[start + HEAD.state] = capture.state === 'done' ? STATE.done : STATE.interrupted;
  batch.bytes[start + HEAD.failed] = capture.ok && capture.state === 'done' ? 0 : 1;
  batch.bytes.writeDoubleLE(number, start + HEAD.number);
  batch.bytes.write(capture.id, start + HEAD.id, 'latin1');
  batch.bytes.writeUInt32LE(HEAD.record + record.length, start + HEAD.totalBytes);
  batch.length = start + HEAD.record;
  batch.append(record);
  batch.records++;
  return row;
}

class CapturePacking {
  readonly redactions: PackedRedactions = {};
  readonly bodies: Buffer[] = [];
  private readonly lists: string[][] = [];
  private bodiesLength = 0;

  meta(capture: Capture): PackedMeta {
    const { request, answer } = capture;
    const headers = this.list(request.headers, 'request', request.redactions);
    const body = this.body(request.body, 'request-body');
    const attempts = capture.attemptList.map((attempt) => this.attempt(attempt));
    this.note('record', capture.redactions);
    return {
      url: request.url,
      httpVersion: request.httpVersion,
      remoteAddress: request.remoteAddress,
      headers,
      body,
      credentialFrom: capture.credentialFrom,
      routeName: capture.routeName,
      steps: capture.steps as PackedMeta['steps'],
      attempts,
      answer: answer && {
        status: answer.status,
        headers: this.list(answer.headers, 'answer', answer.redactions),
        body: this.body(answer.body, 'answer-body'),
        firstByteUs: microseconds(answer.firstByteMs) ?? undefined,
      },
      verdict: capture.verdict,
      usage: capture.usage,
      cost: capture.cost,
      cache: capture.cache,
      lists: this.lists,
    };
  }

  private attempt(attempt: RecordedAttempt): PackedAttempt {
    const place = `attempt-${attempt.index}`;
    const { timings } = attempt;
    const packed = TIMINGS.map((name) => microseconds(timings[name]) ?? -1);
    packed.push(timings.reusedConnection === undefined ? -1 : timings.reusedConnection ? 1 : 0);
    return {
      index: attempt.index,
      provider: attempt.provider,
      model: attempt.model,
      method: attempt.method,
      url: attempt.url,
      headers: this.list(attempt.requestHeaders, place, attempt.redactions),
      body: this.body(attempt.requestBody, `${place}-request`),
      key: attempt.key,
      origins: attempt.origins,
      timings: packed,
      status: attempt.status,
      statusText: attempt.statusText,
      responseHeaders: attempt.responseHeaders && this.list(attempt.responseHeaders),
      responseTrailers: attempt.responseTrailers && this.list(attempt.responseTrailers),
      responseBody: attempt.responseBody && this.body(attempt.responseBody, `${place}-response`),
      remoteAddress: attempt.remoteAddress,
      outcome: attempt.outcome,
    };
  }

  private list(headers: readonly (readonly [string, string])[], place?: string, redactions?: Redaction[]): number {
    if (place) this.note(place, redactions);
    this.lists.push(headers.flat());
    return this.lists.length - 1;
  }

  private body(body: RecordedBody, place: string): PackedBody {
    const packed: PackedBody = { z: body.sizeBytes, k: body.keptBytes, c: body.complete ? 1 : 0 };
    if (body.leftOut) packed.leftOut = body.leftOut;
    if (body.decodedFrom) packed.decodedFrom = body.decodedFrom;
    if (body.chunkTimesMs) packed.t = body.chunkTimesMs.map((ms) => Math.round(ms * 1000));
    if (body.chunkSizes) packed.n = body.chunkSizes;
    if (body.sameAs) {
      packed.sameAs = body.sameAs;
      return packed;
    }
    this.note(place, body.redactions);
    const bytes =
      body.text !== undefined
        ? Buffer.from(body.text)
        : body.base64 !== undefined
          ? Buffer.from(body.base64, 'base64')
          : undefined;
    if (bytes === undefined) return packed;
    packed.o = this.bodiesLength;
    packed.l = bytes.length;
    this.bodies.push(bytes);
    this.bodiesLength += bytes.length;
    return packed;
  }

  private note(place: string, redactions: readonly Redaction[] | undefined): void {
    if (redactions && redactions.length > 0) this.redactions[place] = [...redactions];
  }
}

function rowOf(capture: Capture): RowTuple {
  return [
    Date.parse(capture.time),
    capture.app,
    capture.appId,
    capture.gatewayKeyId,
    capture.provider,
    capture.model,
    capture.askedModel,
    capture.endpoint,
    capture.method,
    capture.path,
    capture.status,
    capture.ok ? 1 : 0,
    capture.cause,
    capture.stage,
    capture.message,
    microseconds(capture.durationMs),
    microseconds(capture.firstByteMs),
    capture.attempts,
    capture.stream ? 1 : 0,
    capture.clientGone ? 1 : 0,
    capture.inputTokens,
    capture.outputTokens,
    capture.costUsd,
    capture.practice ? 1 : 0,
    capture.keyId,
    capture.keyVersion,
    capture.configVersion,
    capture.origin?.kind ?? null,
    capture.origin?.of ?? null,
  ];
}

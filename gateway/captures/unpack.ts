/** A stored record back to a capture, as everybody else reads it. */
import type { Capture, RecordedBody, Redaction } from './capture.ts';
import { headerSort } from './credential-names.ts';
import { readableMarkers } from './marker.ts';
import { bodyBytes, type OpenedRecord } from './open-record.ts';
import { type PackedBody, type RowTuple, rowFromTuple, STATE, TIMINGS } from './record-form.ts';

export function unpackCapture(id: string, state: number, tuple: RowTuple, stored: OpenedRecord): Capture {
  const { meta, redactions } = stored;
  const of = (place: string): Redaction[] => redactions[place] ?? [];
  const list = (number: number) => meta.lists[number] as readonly string[];
  const requestBody = unpackBody(stored, meta.body, of('request-body'), state);
  const attempts = meta.attempts.map((attempt) => {
    const place = `attempt-${attempt.index}`;
    const headers = (number: number | undefined) =>
      number === undefined ? undefined : pairs(list(number), redactions[place]);
    const reused = attempt.timings[TIMINGS.length];
    const timings: Record<string, number | boolean> = { startMs: 0 };
    for (const [index, name] of TIMINGS.entries()) {
      const us = attempt.timings[index];
      if (us !== undefined && us >= 0) timings[name] = us / 1000;
    }
    if (reused !== undefined && reused >= 0) timings.reusedConnection = reused === 1;
    return definedOnly({
      index: attempt.index,
      provider: attempt.provider,
      model: attempt.model,
      method: attempt.method,
      url: attempt.url,
      requestHeaders: headers(attempt.headers),
      requestBody: filledIn(unpackBody(stored, attempt.body, of(`${place}-request`), state), requestBody),
      key: attempt.key,
      origins: attempt.origins,
      timings,
      status: attempt.status,
      statusText: attempt.statusText,
      responseHeaders: headers(attempt.responseHeaders),
      responseTrailers: headers(attempt.responseTrailers),
      responseBody: attempt.responseBody && unpackBody(stored, attempt.responseBody, of(`${place}-response`), state),
      remoteAddress: attempt.remoteAddress,
      outcome: attempt.outcome,
      redactions: redactions[place],
    }) as Capture['attemptList'][number];
  });
  const answer = meta.answer;
  return {
    ...rowFromTuple(id, state, tuple),
    request: {
      method: tuple[8],
      url: meta.url,
      httpVersion: meta.httpVersion,
      headers: pairs(list(meta.headers), redactions.request),
      remoteAddress: meta.remoteAddress,
      body: requestBody,
      redactions: of('request'),
    },
    credentialFrom: meta.credentialFrom,
    routeName: meta.routeName,
    steps: meta.steps as Capture['steps'],
    attemptList: attempts,
    answer: answer
      ? (definedOnly({
          status: answer.status,
          headers: pairs(list(answer.headers), redactions.answer),
          body: filledIn(unpackBody(stored, answer.body, of('answer-body'), state), attempts.at(-1)?.responseBody),
          firstByteMs: answer.firstByteUs === undefined ? undefined : answer.firstByteUs / 1000,
          redactions: redactions.answer,
        }) as Capture['answer'])
      : null,
    redactions: of('record'),
    verdict: meta.verdict as Capture['verdict'],
    usage: meta.usage as Capture['usage'],
    ...(meta.cost === undefined ? {} : { cost: meta.cost as Capture['cost'] }),
    ...(meta.cache === undefined ? {} : { cache: meta.cache as Capture['cache'] }),
  };
}

function unpackBody(stored: OpenedRecord, body: PackedBody, redactions: Redaction[], state: number): RecordedBody {
  const leftOut = state === STATE.interrupted && body.leftOut === 'running' ? 'crashed' : body.leftOut;
  const unpacked: RecordedBody = {
    sizeBytes: body.z,
    keptBytes: body.k,
    complete: body.c === 1,
    redactions,
  };
  if (leftOut) unpacked.leftOut = leftOut as RecordedBody['leftOut'];
  if (body.sameAs) unpacked.sameAs = body.sameAs;
  if (body.decodedFrom) unpacked.decodedFrom = body.decodedFrom;
  if (body.t) unpacked.chunkTimesMs = body.t.map((us) => us / 1000);
  if (body.n) unpacked.chunkSizes = [...body.n];
  if (body.o !== undefined) Object.assign(unpacked, textOrBase64(bodyBytes(stored, body)));
  return unpacked;
}

/** A leg that was the same as another one gets that one's bytes. */
function filledIn(body: RecordedBody, from: RecordedBody | undefined): RecordedBody {
  if (!body.sameAs || !from) return body;
  const filled: RecordedBody = { ...body, redactions: from.redactions };
  if (from.text !== undefined) filled.text = from.text;
  if (from.base64 !== undefined) filled.base64 = from.base64;
  return filled;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function textOrBase64(bytes: Buffer): { text: string } | { base64: string } {
  try {
    return { text: utf8.decode(bytes) };
  } catch {
    return { base64: bytes.toString('base64') };
  }
}

/** Markers are stored in their ASCII form and made readable where the redactions say that one stands. */
function pairs(headers: readonly string[], ...redactions: (readonly Redaction[] | undefined)[]): [string, string][] {
  const marked = new Set(redactions.flatMap((list) => (list ?? []).map((one) => one.where)));
  const list: [string, string][] = [];
  for (let at = 0; at + 1 < headers.length; at += 2) {
    const name = headers[at] as string;
    const value = headers[at + 1] as string;
    const readable = headerSort(name) !== 'url' && marked.has(`header ${name.toLowerCase()}`);
    list.push([name, readable ? readableMarkers(value) : value]);
  }
  return list;
}

function definedOnly<T extends Record<string, unknown>>(value: T): T {
  for (const key of Object.keys(value)) if (value[key] === undefined) delete value[key];
  return value;
}

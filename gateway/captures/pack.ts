/**
 * Turns an exchange into a packed record at the end of a batch, redacted: nothing unredacted is ever in the batch once
 * this returns. On the request path, so: bodies copied once and scanned in place, no promise, no clone, and what equals
 * an earlier exchange (template-book.ts) is neither written nor scanned again.
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
  type PackedRedactions,
  type RecordText,
  type RowTuple,
  STATE,
  type StateCode,
  TIMINGS,
} from './record-form.ts';
import type { KnownSecret, RedactedHeaders, Redactor } from './redact.ts';
import type { TemplatedText } from './template.ts';
import type { TemplateBook } from './template-book.ts';
import { type ListMatch, type ListPair, matchList, type Template, TreeMatcher } from './template-match.ts';
import { type BareTree, withLists } from './template-tree.ts';

export interface PackOptions {
  readonly redactor: Redactor;
  readonly maxBodyBytes: number;
  /** Results for bodies with a content coding, by the tap they came from. */
  readonly decoded?: ReadonlyMap<TappedBody, DecodedBody>;
  /** Absent: the record is written in full. */
  readonly book?: TemplateBook;
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
  if (!options.book || state !== STATE.done) return new Packing(batch, exchange, options).write(number, state);
  const kind = kindOf(exchange);
  for (const template of options.book.alike(kind)) {
    const row = new Packing(batch, exchange, options).writeLike(template, number);
    if (row) return row;
  }
  return new Packing(batch, exchange, options).write(number, state, kind);
}

/** A record that takes an earlier one away: recording was switched off for an exchange that had begun. */
export function packErasure(batch: Batch, id: string, number: number): void {
  const start = begin(batch, id, number, STATE.erased, false);
  finish(batch, start, 0, 0, 0);
}

const matcher = new TreeMatcher();

/** Exchanges of different kinds cannot be alike; cheap to tell. */
function kindOf(exchange: Exchange): string {
  const { attempts, answer, request, steps, verdict } = exchange;
  const last = attempts.at(-1);
  return `${request.rawHeaders.length} ${steps.length} ${attempts.length} ${last?.requestHeaders.length} ${
    last?.responseHeaders?.length
  } ${answer?.headers.length} ${verdict?.status} ${exchange.stream} ${exchange.endpoint?.name} ${last?.provider}`;
}

/** The header lists of an exchange in the order in which a record numbers them. */
function listsOf(exchange: Exchange): { place: string; headers: RawHeaders }[] {
  const lists = [{ place: 'request', headers: exchange.request.rawHeaders }];
  for (const attempt of exchange.attempts) {
    const place = `attempt-${attempt.index}`;
    lists.push({ place, headers: attempt.requestHeaders });
    if (attempt.responseHeaders) lists.push({ place, headers: attempt.responseHeaders });
    if (attempt.responseTrailers) lists.push({ place, headers: attempt.responseTrailers });
  }
  if (exchange.answer) lists.push({ place: 'answer', headers: exchange.answer.headers });
  return lists;
}

type HeadersOf = (list: number) => RedactedHeaders;

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

  /** Writes the record in full; where its `kind` keeps coming, later ones may be written like it. */
  write(number: number, state: StateCode, kind?: string): RowTuple {
    const { batch, exchange, options } = this;
    const lists: ListPair[] = [];
    for (const { place, headers } of listsOf(exchange)) {
      const redacted = options.redactor.redactHeaders(headers, { inUrl: true });
      lists.push({ raw: headers, redacted });
      this.note(place, redacted.redactions);
      this.also.push(...redacted.credentials);
    }
    const ofHeaders = copyOf(this.redactions);
    const urls = this.urls();
    const plainUrls = sizeOf(this.redactions) === sizeOf(ofHeaders);
    const start = begin(batch, exchange.id, number, state, this.failed);
    this.bodiesStart = batch.length;
    const tree = this.tree(lists, urls);
    const textStart = batch.length;
    const headers = lists.map(({ redacted }) => redacted.headers);
    const clean = this.text({ ...withLists(tree, headers), redactions: this.redactions });
    finish(batch, start, textStart - this.bodiesStart, batch.length - textStart, 0);
    if (!clean) return this.cleanRow(tree.row);
    // What stands in a URL differs from request to request, so its redactions are no template's business.
    if (kind && plainUrls && this.also.length === 0 && options.book?.isDue(kind)) {
      options.book.add(kind, tree, lists, ofHeaders);
    }
    return tree.row;
  }

  /** Writes the record as one like the template's; undefined, with nothing written, when it is none. */
  writeLike(template: Template, number: number): RowTuple | undefined {
    const { batch, exchange } = this;
    const given = listsOf(exchange);
    const lists = this.listsLike(template, given);
    if (!lists) return undefined;
    const urls = this.urls();
    if (this.also.length > 0) return undefined;
    const ofUrls = Object.entries(this.redactions);
    const own = ofUrls.length > 0 || lists.some((list) => list.sensitive);
    if (own) {
      for (const [place] of ofUrls) delete this.redactions[place];
      for (const [at, { place }] of given.entries()) this.note(place, lists[at]?.redacted.redactions ?? []);
      for (const [place, redactions] of ofUrls) this.note(place, redactions);
    }

    const start = begin(batch, exchange.id, number, STATE.done, this.failed);
    this.bodiesStart = batch.length;
    const tree = this.tree(lists, urls);
    if (!matcher.match(template, tree, lists)) {
      batch.erase(start);
      return undefined;
    }
    const textStart = batch.length;
    const clean = this.text([template.id, own ? 0 : 1, matcher.texts, this.redactions]);
    const numbersStart = batch.length;
    batch.append(Buffer.from(matcher.numbers.buffer, 0, matcher.count * 8));
    finish(batch, start, textStart - this.bodiesStart, numbersStart - textStart, batch.length - numbersStart);
    return clean ? tree.row : this.cleanRow(tree.row);
  }

  private listsLike(template: Template, given: readonly { headers: RawHeaders }[]): ListMatch[] | undefined {
    if (given.length !== template.lists.length) return undefined;
    const lists: ListMatch[] = [];
    for (let at = 0; at < given.length; at++) {
      const { headers } = given[at] as { headers: RawHeaders };
      const list = matchList(template.lists[at] as ListPair, headers, this.options.redactor);
      if (!list || list.redacted.credentials.length > 0) return undefined;
      lists.push(list);
    }
    return lists;
  }

  private get failed(): boolean {
    const { verdict } = this.exchange;
    return verdict ? !verdict.ok : false;
  }

  /** The request's URL, then those of the attempts. */
  private urls(): string[] {
    const { exchange } = this;
    const urls = [this.url('request', exchange.request.url)];
    for (const attempt of exchange.attempts) urls.push(this.url(`attempt-${attempt.index}`, attempt.url));
    return urls;
  }

  private url(place: string, url: string): string {
    const redacted = this.options.redactor.redactUrl(url);
    this.note(place, redacted.redactions);
    this.also.push(...redacted.credentials);
    return redacted.url;
  }

  /** Everything but header lists; writes the bodies on its way. */
  private tree(lists: readonly { readonly redacted: RedactedHeaders }[], urls: readonly string[]): BareTree {
    const { exchange } = this;
    const { request, answer } = exchange;
    const headersOf: HeadersOf = (list) => (lists[list] as { redacted: RedactedHeaders }).redacted;
    const requestBody = this.body('request-body', request.body, headersOf(0));
    const attempts: PackedAttempt[] = [];
    let next = 1;
    for (const attempt of exchange.attempts) {
      const places = {
        headers: next++,
        responseHeaders: attempt.responseHeaders ? next++ : undefined,
        responseTrailers: attempt.responseTrailers ? next++ : undefined,
      };
      attempts.push(this.attempt(attempt, urls[attempts.length + 1] as string, places, requestBody, headersOf));
    }
    return {
      row: this.row(),
      meta: {
        url: urls[0] as string,
        httpVersion: request.httpVersion,
        remoteAddress: request.remoteAddress,
        headers: 0,
        body: requestBody,
        credentialFrom: exchange.credentialFrom ?? null,
        routeName: exchange.routeName ?? null,
        steps: exchange.steps,
        attempts,
        answer: answer
          ? {
              status: answer.status,
              headers: next,
              body: this.answerBody(answer.body, headersOf(next), attempts, headersOf),
              firstByteUs: microseconds(answer.firstByteMs) ?? undefined,
            }
          : null,
        verdict: exchange.verdict ?? null,
        usage: exchange.usage ?? null,
        cost: exchange.cost,
        cache: exchange.cache,
      },
    };
  }

  private attempt(
    attempt: Attempt,
    url: string,
    places: { headers: number; responseHeaders: number | undefined; responseTrailers: number | undefined },
    requestBody: PackedBody,
    headersOf: HeadersOf,
  ): PackedAttempt {
    const { request } = this.exchange;
    const sent = attempt.requestBody;
    const own = headersOf(places.headers);
    const same =
      sent === 'same' || (own.contentEncoding === headersOf(0).contentEncoding && sameBytes(sent, request.body));
    const answered = places.responseHeaders === undefined ? undefined : headersOf(places.responseHeaders);
    return {
      index: attempt.index,
      provider: attempt.provider,
      model: attempt.model,
      method: attempt.method,
      url,
      headers: places.headers,
      body: same
        ? asSame(requestBody, 'request', sent === 'same' ? undefined : sent)
        : this.body(`attempt-${attempt.index}-request`, sent, own),
      key: attempt.key,
      origins: attempt.origins,
      timings: packTimings(attempt),
      status: attempt.status,
      statusText: attempt.statusText,
      responseHeaders: places.responseHeaders,
      responseTrailers: places.responseTrailers,
      responseBody:
        attempt.responseBody && this.body(`attempt-${attempt.index}-response`, attempt.responseBody, answered),
      remoteAddress: attempt.remoteAddress,
      outcome:
        attempt.outcome && attempt.keyFlaws?.length
          ? { ...attempt.outcome, keyFlaws: attempt.keyFlaws }
          : attempt.outcome,
    };
  }

  private answerBody(
    body: TappedBody | 'same',
    headers: RedactedHeaders,
    attempts: readonly PackedAttempt[],
    headersOf: HeadersOf,
  ): PackedBody {
    const last = this.exchange.attempts.at(-1)?.responseBody;
    const packed = attempts.at(-1)?.responseBody;
    const answered = attempts.at(-1)?.responseHeaders;
    const sameCoding = answered !== undefined && headersOf(answered).contentEncoding === headers.contentEncoding;
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

  /**
   * Writes JSON and sends the second net over it: texts of steps, errors and verdict, header values, paths. True when
   * nothing was caught.
   */
  private text(value: RecordText | TemplatedText): boolean {
    const { batch, options } = this;
    const start = batch.length;
    batch.text(JSON.stringify(value));
    const context = { also: this.also };
    const written = batch.bytes.subarray(start, batch.length);
    const caught = options.redactor.redactBytes(written, 'record', context);
    if (caught.bytes === written) return true;
    // Once more, now that the text can tell of it.
    this.note('record', caught.redactions);
    const again = options.redactor.redactBytes(Buffer.from(JSON.stringify(value)), 'record', context);
    batch.erase(start);
    batch.append(again.bytes);
    return false;
  }

  private cleanRow(row: RowTuple): RowTuple {
    return JSON.parse(this.options.redactor.redactText(JSON.stringify(row), 'record', this.also).text);
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
    const row: RowTuple = [
      exchange.receivedAt,
      caller?.appName ?? null,
      caller?.appId ?? null,
      caller?.gatewayKeyId ?? null,
      attempt?.provider ?? exchange.cache?.provider ?? exchange.endpoint?.provider ?? null,
      attempt?.model ?? exchange.cache?.model ?? null,
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
      exchange.cost?.usd ?? null,
      (attempt?.provider ?? exchange.cache?.provider) === 'practice' ? 1 : 0,
      attempt?.key?.id ?? null,
      attempt?.key?.version ?? null,
      exchange.configVersion,
      exchange.origin?.kind ?? null,
      exchange.origin?.of ?? null,
    ];
    if (exchange.cache?.state === 'hit') row[29] = 1;
    return row;
  }
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

function finish(batch: Batch, start: number, bodies: number, text: number, numbers: number): void {
  const { bytes } = batch;
  bytes.writeUInt32LE(batch.length - start, start + HEAD.totalBytes);
  bytes.writeUInt32LE(bodies, start + HEAD.record);
  bytes.writeUInt32LE(text, start + HEAD.record + 4);
  bytes.writeUInt32LE(numbers, start + HEAD.record + 8);
  batch.records++;
}

function copyOf(redactions: PackedRedactions): PackedRedactions {
  return Object.fromEntries(Object.entries(redactions).map(([place, list]) => [place, [...list]]));
}

function sizeOf(redactions: PackedRedactions): number {
  let size = 0;
  for (const place in redactions) size += redactions[place]?.length ?? 0;
  return size;
}

function packTimings({ timings }: Attempt): number[] {
  const packed = TIMINGS.map((name) => microseconds(timings[name]) ?? -1);
  packed.push(timings.reusedConnection === undefined ? -1 : timings.reusedConnection ? 1 : 0);
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

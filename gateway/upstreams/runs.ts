/**
 * Requests that are answered with a run which goes on (Replicate's predictions): waited for, or its stream opened, so that the
 * stages see one request and one answer. Sources: replicate.com/docs/reference/http, …/topics/predictions/streaming,
 * github.com/replicate/replicate-javascript (lib/stream.js: no key goes to a stream). The run's own addresses are built from
 * the address that was asked, never read from the answer, so that its key stays with the provider.
 */
import type { AttemptTimings, RawHeaders } from '../exchange.ts';
import { headerValue } from '../providers/headers.ts';
import type { Upstream, UpstreamControl, UpstreamError, UpstreamHandler, UpstreamRequest } from '../upstream.ts';

/** As much as an answer in one piece may have (stages/translated-road.ts). */
const MOST_BYTES = 64 * 1024 * 1024;
/** The official client asks twice a second; a cold start takes minutes. */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 5_000;
/** Failed looks at a run that goes on, one after the other. */
const MOST_FAILED_LOOKS = 4;
/** Counts stand a moment after the stream's end. */
const MOST_READS = 3;
const READ_TIMEOUT_MS = 5_000;

export function createRunUpstream(inner: Upstream): Upstream {
  return {
    send(request, handler, timings, zero) {
      if (!request.run) return inner.send(request, handler, timings, zero);
      const sent = new RunSend(inner, request, request.run, handler, timings, zero);
      sent.create();
      return sent;
    },
  };
}

interface Whole {
  readonly status: number;
  readonly statusText: string;
  readonly headers: RawHeaders;
  readonly body: Buffer;
}

interface Prediction {
  readonly id: string;
  readonly status: string;
  readonly stream: string | undefined;
  readonly value: Readonly<Record<string, unknown>>;
}

const OVER: ReadonlySet<string> = new Set(['succeeded', 'successful', 'failed', 'canceled', 'aborted']);

class RunSend implements UpstreamControl {
  private readonly inner: Upstream;
  private readonly request: UpstreamRequest;
  private readonly run: NonNullable<UpstreamRequest['run']>;
  private readonly handler: UpstreamHandler;
  private readonly timings: AttemptTimings;
  private readonly zero: number;
  private control: UpstreamControl | undefined;
  private pause: NodeJS.Timeout | undefined;
  /** Nothing more is told. */
  private over = false;
  /** The run that is to be called off when nobody waits for it any more. */
  private running: string | undefined;
  private looks = 0;
  private failedLooks = 0;

  constructor(
    inner: Upstream,
    request: UpstreamRequest,
    run: NonNullable<UpstreamRequest['run']>,
    handler: UpstreamHandler,
    timings: AttemptTimings,
    zero: number,
  ) {
    this.inner = inner;
    this.request = request;
    this.run = run;
    this.handler = handler;
    this.timings = timings;
    this.zero = zero;
  }

  abort() {
    if (this.over) return;
    this.over = true;
    clearTimeout(this.pause);
    this.control?.abort();
    this.cancel();
  }

  resume() {
    this.control?.resume();
  }

  create() {
    const { run: _, ...request } = this.request;
    this.control = this.inner.send(
      request,
      this.collecting(
        (answer) => this.created(answer),
        (error) => this.fail(error),
      ),
      this.timings,
      this.zero,
    );
  }

  private created(answer: Whole) {
    const prediction = answer.status < 300 ? predictionOf(answer.body) : undefined;
    if (!prediction || OVER.has(prediction.status)) {
      this.deliver(answer);
      return;
    }
    this.running = prediction.id;
    const address = this.run.stream ? streamAddress(prediction.stream, this.request.url) : undefined;
    if (address) this.openStream(address, prediction.id);
    else this.lookLater(prediction.id);
  }

  /** Whoever has this address may read the stream: it is told by its host alone, and gets no key but on the host that was asked. */
  private openStream(url: URL, id: string) {
    this.run.onRequest('run.stream', url.host);
    const headers = ['accept', 'text/event-stream', 'cache-control', 'no-store', 'accept-encoding', 'identity'];
    const own = url.host === this.request.url.host;
    let passed = false;
    this.control = this.inner.send(
      {
        method: 'GET',
        url,
        headers: own ? [...this.ownHeaders(), ...headers] : headers,
        body: null,
        timeouts: this.request.timeouts,
      },
      {
        onHeaders: (status, statusText, found) => {
          if (this.over) return;
          if (status !== 200 || !/^text\/event-stream\b/i.test(headerValue(found, 'content-type') ?? '')) {
            // It is no stream after all: what the run comes to is waited for.
            this.control?.abort();
            this.lookLater(id);
            return;
          }
          passed = true;
          this.timings.firstByteMs = performance.now() - this.zero;
          this.handler.onHeaders(status, statusText, found);
        },
        onChunk: (chunk) => (this.over || !passed ? true : this.handler.onChunk(chunk)),
        onEnd: () => {
          if (passed && !this.over) this.readCounts(id, 1);
        },
        onError: (error) => {
          if (passed) this.fail(error);
          else if (!this.over) this.lookLater(id);
        },
      },
      { startMs: this.timings.startMs },
      this.zero,
    );
  }

  /** A stream says nothing of what it used up: that is asked for when it is over, and put behind it as an event. */
  private readCounts(id: string, read: number) {
    if (read === 1) this.run.onRequest('run.read', id);
    const ended = () => {
      this.running = undefined;
      this.end([]);
    };
    this.get(id, READ_TIMEOUT_MS, (answer) => {
      const prediction = answer && answer.status < 300 ? predictionOf(answer.body) : undefined;
      if (prediction && !OVER.has(prediction.status) && read < MOST_READS) {
        this.pause = setTimeout(() => this.readCounts(id, read + 1), FIRST_PAUSE_MS);
        return;
      }
      if (prediction && !this.over) {
        const { status, error, metrics } = prediction.value;
        const told = JSON.stringify({ id, status, error, metrics });
        this.handler.onChunk(Buffer.from(`\n\nevent: prediction\ndata: ${told}\n\n`));
      }
      ended();
    });
  }

  private lookLater(id: string) {
    if (this.waitedMs() >= this.request.timeouts.firstByteMs) {
      const message = `the run was not over within ${this.request.timeouts.firstByteMs} ms`;
      this.fail({ code: 'UND_ERR_HEADERS_TIMEOUT', message });
      return;
    }
    const waitMs = Math.min(FIRST_PAUSE_MS * 1.5 ** (this.looks + this.failedLooks), LONGEST_PAUSE_MS);
    this.pause = setTimeout(() => this.look(id), waitMs);
  }

  private waitedMs(): number {
    return performance.now() - this.zero - this.timings.startMs;
  }

  private look(id: string) {
    this.looks += 1;
    if (this.looks === 1) this.run.onRequest('run.poll', id);
    this.get(id, this.request.timeouts.firstByteMs, (answer, error) => {
      const prediction = answer && answer.status < 300 ? predictionOf(answer.body) : undefined;
      const passing = answer === undefined || answer.status === 429 || answer.status >= 500;
      if (prediction && !OVER.has(prediction.status)) {
        this.failedLooks = 0;
        this.lookLater(id);
      } else if (!prediction && passing && this.failedLooks < MOST_FAILED_LOOKS) {
        this.failedLooks += 1;
        this.lookLater(id);
      } else if (answer) this.deliver(answer);
      else this.fail(error ?? { code: 'UNKNOWN', message: 'the run could not be looked at' });
    });
  }

  private get(id: string, timeoutMs: number, then: (answer: Whole | undefined, error?: UpstreamError) => void) {
    const { connectMs } = this.request.timeouts;
    const headers = [...this.ownHeaders(), 'accept', 'application/json', 'accept-encoding', 'identity'];
    this.control = this.inner.send(
      {
        method: 'GET',
        url: runAddress(this.request.url, id),
        headers,
        body: null,
        timeouts: { connectMs, firstByteMs: timeoutMs, idleMs: timeoutMs },
      },
      this.collecting(
        (answer) => then(answer),
        (error) => then(undefined, error),
      ),
      { startMs: this.timings.startMs },
      this.zero,
    );
  }

  /** Nobody waits any more, so that nothing more should be computed and paid. */
  private cancel() {
    const id = this.running;
    if (id === undefined) return;
    this.running = undefined;
    this.run.onRequest('run.cancel', id);
    const nothing = { onHeaders() {}, onChunk: () => true, onEnd() {}, onError() {} };
    const request = { method: 'POST', url: runAddress(this.request.url, id, '/cancel'), headers: this.ownHeaders() };
    const { timeouts } = this.request;
    this.inner.send({ ...request, body: null, timeouts }, nothing, { startMs: this.timings.startMs }, this.zero);
  }

  /** The key, who asks, and what the owner wants sent with every request; not what described the first one's body. */
  private ownHeaders(): string[] {
    const kept: string[] = [];
    const { headers } = this.request;
    for (let i = 0; i + 1 < headers.length; i += 2) {
      const name = headers[i] as string;
      if (!/^(?:content-|accept|prefer$)/i.test(name)) kept.push(name, headers[i + 1] as string);
    }
    return kept;
  }

  private collecting(then: (answer: Whole) => void, failed: (error: UpstreamError) => void): UpstreamHandler {
    const chunks: Buffer[] = [];
    let sizeBytes = 0;
    let head: Omit<Whole, 'body'> | undefined;
    return {
      onHeaders: (status, statusText, headers) => {
        head = { status, statusText, headers };
      },
      onChunk: (chunk) => {
        sizeBytes += chunk.length;
        if (sizeBytes <= MOST_BYTES) chunks.push(chunk);
        return true;
      },
      onEnd: () => {
        if (this.over || !head) return;
        if (sizeBytes <= MOST_BYTES) then({ ...head, body: Buffer.concat(chunks) });
        else failed({ code: 'KEYWARD_TOO_LARGE', message: `more than ${MOST_BYTES} bytes` });
      },
      onError: (error) => {
        if (!this.over) failed(error);
      },
    };
  }

  private deliver({ status, statusText, headers, body }: Whole) {
    this.running = undefined;
    this.timings.firstByteMs = performance.now() - this.zero;
    this.handler.onHeaders(status, statusText, headers);
    if (body.length > 0) this.handler.onChunk(body);
    this.end([]);
  }

  private end(trailers: RawHeaders) {
    if (this.over) return;
    this.over = true;
    this.timings.lastByteMs = performance.now() - this.zero;
    this.handler.onEnd(trailers);
  }

  private fail(error: UpstreamError) {
    if (this.over) return;
    this.over = true;
    this.cancel();
    this.handler.onError(error);
  }
}

function predictionOf(body: Buffer): Prediction | undefined {
  try {
    const value = JSON.parse(body.toString('utf8')) as Record<string, unknown>;
    const { id, status, urls } = value;
    const stream = (urls as { stream?: unknown } | null | undefined)?.stream;
    // The id becomes part of an address.
    if (typeof id !== 'string' || !/^[A-Za-z0-9_-]{1,128}$/.test(id) || typeof status !== 'string') return undefined;
    return { id, status, stream: typeof stream === 'string' ? stream : undefined, value };
  } catch {
    return undefined;
  }
}

/** Behind the base that the run was created at: `…/models/A/B/predictions`, `…/deployments/A/B/predictions`, `…/predictions`. */
function runAddress(created: URL, id: string, action = ''): URL {
  const url = new URL(created);
  const base = created.pathname.replace(/\/(?:(?:models|deployments)\/[^/]+\/[^/]+\/)?predictions$/, '');
  url.pathname = `${base}/predictions/${id}${action}`;
  url.search = '';
  return url;
}

/** Replicate's own hosts, or the one that was asked: an answer must not lead to a machine of its choice. */
function streamAddress(address: string | undefined, asked: URL): URL | undefined {
  if (address === undefined || !URL.canParse(address)) return undefined;
  const url = new URL(address);
  if (url.username || url.password) return undefined;
  if (url.origin === asked.origin) return url;
  return url.protocol === 'https:' && /(?:^|\.)replicate\.(?:com|net)$/.test(url.hostname) ? url : undefined;
}

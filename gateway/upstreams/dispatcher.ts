/**
 * Carries a request whose body is in memory, on undici's dispatcher: two thirds of the CPU of a piped request. Redirects
 * are not followed, so a provider key never travels on to another host.
 */
import diagnostics from 'node:diagnostics_channel';
import type { Dispatcher } from 'undici';
import { type Deadline, startDeadline } from '../deadline.ts';
import type { AttemptTimings, RawHeaders } from '../exchange.ts';
import type { Upstream, UpstreamControl, UpstreamError, UpstreamHandler } from '../upstream.ts';
import { type Connections, noteSocket } from './connections.ts';

/**
 * undici calls `onConnect` of a handler and publishes this channel for the same request in one go, which is the only
 * place where it tells which socket carries the request.
 */
let starting: DispatchHandler | undefined;
let subscribed = false;

function subscribe() {
  if (subscribed) return;
  subscribed = true;
  diagnostics.subscribe('undici:client:sendHeaders', (message) => {
    starting?.onSocket((message as { socket: object }).socket);
    starting = undefined;
  });
}

/** As the connections bound it. */
const LONGEST_HEAD_BYTES = 64 * 1024;

export function createDispatcherUpstream(connections: () => Pick<Connections, 'dispatcherFor'>): Upstream {
  subscribe();
  return {
    send(request, handler, timings, zero) {
      const dispatch = new DispatchHandler(handler, timings, zero);
      dispatch.guardConnect(request.timeouts.connectMs);
      try {
        const { origin } = request.url;
        connections()
          .dispatcherFor(origin)
          .dispatch(
            {
              origin,
              path: request.url.pathname + request.url.search,
              method: request.method as Dispatcher.HttpMethod,
              headers: request.headers as string[],
              body: request.body,
              headersTimeout: request.timeouts.firstByteMs,
              bodyTimeout: request.timeouts.idleMs,
            },
            dispatch as unknown as Dispatcher.DispatchHandler,
          );
      } catch (error) {
        dispatch.onError(error as Error);
      }
      return dispatch;
    },
  };
}

/** undici's callback interface on one side, ours on the other; one object a request and no closures. */
class DispatchHandler implements UpstreamControl {
  private readonly handler: UpstreamHandler;
  private readonly timings: AttemptTimings;
  private readonly zero: number;
  private done = false;
  private abortRequest: ((error?: Error) => void) | undefined;
  private resumeRequest: (() => void) | undefined;
  private connecting: Deadline | undefined;

  constructor(handler: UpstreamHandler, timings: AttemptTimings, zero: number) {
    this.handler = handler;
    this.timings = timings;
    this.zero = zero;
  }

  /** undici's own connect timeout starts late when a pool is busy; this one bounds the wait as a person counts it. */
  guardConnect(connectMs: number) {
    this.connecting = startDeadline(connectMs + 500, () => {
      if (this.timings.sentMs === undefined) {
        this.onError(
          Object.assign(new Error(`no connection within ${connectMs} ms`), { code: 'UND_ERR_CONNECT_TIMEOUT' }),
        );
      }
    });
  }

  onConnect(abort: (error?: Error) => void) {
    if (this.done) {
      abort();
      return;
    }
    this.abortRequest = abort;
    starting = this;
  }

  onSocket(socket: object) {
    this.connecting?.end();
    noteSocket(socket, this.timings, this.zero);
  }

  onHeaders(status: number, headers: Buffer[], resume: () => void, statusText: string): boolean {
    if (this.done) return false;
    // Informational answers (100, 103) come before the real one and are not passed on.
    if (status < 200) return true;
    this.timings.firstByteMs = performance.now() - this.zero;
    this.resumeRequest = resume;
    this.handler.onHeaders(status, statusText, toStrings(headers));
    return true;
  }

  onData(chunk: Buffer): boolean {
    return this.done ? true : this.handler.onChunk(chunk);
  }

  onComplete(trailers: Buffer[] | string[] | null) {
    if (this.done) return;
    this.done = true;
    this.timings.lastByteMs = performance.now() - this.zero;
    this.handler.onEnd(trailers ? toStrings(trailers) : []);
  }

  onError(error: Error) {
    this.connecting?.end();
    if (this.done) return;
    this.done = true;
    this.handler.onError(describeError(error));
    this.abortRequest?.();
  }

  abort() {
    this.connecting?.end();
    if (this.done) return;
    this.done = true;
    this.abortRequest?.();
  }

  resume() {
    if (!this.done) this.resumeRequest?.();
  }
}

/**
 * undici hands out each name and value as a piece of the bytes it read. Turned into text as one, and that cut up, they
 * cost a third: what is dear is the way into the engine's strings, not their length.
 */
function toStrings(headers: readonly (Buffer | string)[]): RawHeaders {
  const first = headers[0];
  const last = headers[headers.length - 1];
  if (!(first instanceof Uint8Array) || !(last instanceof Uint8Array)) return headers.map(toText);
  const start = first.byteOffset;
  const length = last.byteOffset + last.length - start;
  // A head that came in two reads lies in two places.
  if (last.buffer !== first.buffer || length < 0 || length > LONGEST_HEAD_BYTES) return headers.map(toText);
  const text = Buffer.from(first.buffer, start, length).toString('latin1');
  return headers.map((item) => {
    if (typeof item === 'string') return item;
    const at = item.byteOffset - start;
    return item.buffer === first.buffer && at >= 0 && at + item.length <= length
      ? text.slice(at, at + item.length)
      : toText(item);
  });
}

function toText(item: Buffer | string): string {
  return typeof item === 'string' ? item : item.toString('latin1');
}

/** The innermost code: undici and happy-eyeballs wrap what the system said. */
export function describeError(error: unknown): UpstreamError {
  let code: string | undefined;
  let current: unknown = error;
  let message = error instanceof Error ? error.message : String(error);
  for (let depth = 0; depth < 4 && typeof current === 'object' && current !== null; depth += 1) {
    const {
      code: own,
      message: words,
      cause,
      errors,
    } = current as {
      code?: unknown;
      message?: unknown;
      cause?: unknown;
      errors?: unknown[];
    };
    if (typeof own === 'string') code = own;
    if (typeof words === 'string' && words !== '') message = words;
    current = cause ?? errors?.[0];
  }
  // undici's parser errors often carry a name alone.
  return { code: code ?? (error instanceof Error ? error.name : 'UNKNOWN'), message };
}

/**
 * Carries what is better streamed than held in memory, on http-proxy: raw passthrough with its uploads and downloads.
 * It answers through the same handler as the dispatcher, so verdicts and timings do not depend on the road taken.
 */
import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { createProxyServer, type ProxyServer } from 'http-proxy';
import type { AttemptTimings, RawHeaders } from '../exchange.ts';
import type { UpstreamControl, UpstreamHandler, UpstreamRequest } from '../upstream.ts';
import { type Connections, noteSocket } from './connections.ts';
import { describeError } from './dispatcher.ts';

export interface ForwardRequest extends Omit<UpstreamRequest, 'body'> {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  /** The client's body, tapped. */
  readonly body: Readable;
}

export interface Forwarder {
  send(request: ForwardRequest, handler: UpstreamHandler, timings: AttemptTimings, zero: number): UpstreamControl;
}

/** What http-proxy reads of a request; a facade, so that the client's own request object is never edited. */
function facade(request: ForwardRequest): IncomingMessage {
  const { incoming } = request;
  return {
    method: request.method,
    url: '',
    headers: toHeaderObject(request.headers),
    httpVersion: '1.1',
    httpVersionMajor: 1,
    httpVersionMinor: 1,
    socket: incoming.socket,
    on: (name: string, listener: (...args: unknown[]) => void) => {
      incoming.on(name, listener);
    },
  } as unknown as IncomingMessage;
}

export function createForwarder(connections: () => Connections): Forwarder {
  const proxy: ProxyServer = createProxyServer({ selfHandleResponse: true, followRedirects: false, secure: true });
  const running = new WeakMap<object, ForwardRun>();
  proxy.on('proxyReq', (proxyReq, _req, res) => running.get(res)?.onRequest(proxyReq));
  proxy.on('proxyRes', (proxyRes, _req, res) => running.get(res)?.onResponse(proxyRes));
  proxy.on('error', (error, _req, res) => {
    if (res) running.get(res)?.onError(error);
  });
  proxy.on('econnreset', (error, _req, res) => running.get(res)?.onError(error));
  return {
    send(request, handler, timings, zero) {
      const run = new ForwardRun(handler, timings, zero, request.timeouts);
      running.set(request.outgoing, run);
      void proxy
        .web(facade(request), request.outgoing, {
          target: request.url,
          prependPath: true,
          ignorePath: true,
          changeOrigin: true,
          agent: connections().agentFor(request.url),
          buffer: request.body,
        })
        .catch((error) => run.onError(error));
      return run;
    },
  };
}

class ForwardRun implements UpstreamControl {
  private readonly handler: UpstreamHandler;
  private readonly timings: AttemptTimings;
  private readonly zero: number;
  private readonly timeouts: UpstreamRequest['timeouts'];
  private done = false;
  private request: ClientRequest | undefined;
  private response: IncomingMessage | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(handler: UpstreamHandler, timings: AttemptTimings, zero: number, timeouts: UpstreamRequest['timeouts']) {
    this.handler = handler;
    this.timings = timings;
    this.zero = zero;
    this.timeouts = timeouts;
    this.arm(timeouts.connectMs, 'UND_ERR_CONNECT_TIMEOUT', 'no connection in time');
  }

  onRequest(request: ClientRequest) {
    this.request = request;
    if (this.done) {
      request.destroy();
      return;
    }
    const { socket } = request;
    if (!socket) return;
    const connected = () => this.onConnected(socket);
    const secure = 'encrypted' in socket;
    if (!socket.connecting && request.reusedSocket) connected();
    else socket.once(secure ? 'secureConnect' : 'connect', connected);
    request.once('finish', () => {
      if (!this.done && !this.response) {
        this.arm(this.timeouts.firstByteMs, 'UND_ERR_HEADERS_TIMEOUT', 'no answer in time');
      }
    });
  }

  private onConnected(socket: object) {
    // A long upload may take any time; only its answer is waited for, once it is sent.
    clearTimeout(this.timer);
    noteSocket(socket, this.timings, this.zero);
  }

  onResponse(response: IncomingMessage) {
    if (this.done) {
      response.destroy();
      return;
    }
    this.response = response;
    this.timings.firstByteMs = performance.now() - this.zero;
    this.armIdle();
    this.handler.onHeaders(response.statusCode ?? 502, response.statusMessage ?? '', response.rawHeaders);
    response.on('data', (chunk: Buffer) => {
      if (this.done) return;
      this.armIdle();
      if (!this.handler.onChunk(chunk)) response.pause();
    });
    response.on('end', () => {
      if (!response.complete) return;
      this.finish();
      this.timings.lastByteMs = performance.now() - this.zero;
      this.handler.onEnd(response.rawTrailers);
    });
    response.on('aborted', () =>
      this.onError(Object.assign(new Error('the provider closed the connection'), { code: 'ECONNRESET' })),
    );
    response.on('error', (error) => this.onError(error));
  }

  onError(error: unknown) {
    if (this.done) return;
    this.finish();
    this.handler.onError(describeError(error));
  }

  abort() {
    if (this.done) return;
    this.finish();
    this.request?.destroy();
    this.response?.destroy();
  }

  resume() {
    if (!this.done) this.response?.resume();
  }

  private finish() {
    this.done = true;
    clearTimeout(this.timer);
  }

  private armIdle() {
    this.arm(this.timeouts.idleMs, 'UND_ERR_BODY_TIMEOUT', 'the answer stood still');
  }

  private arm(ms: number, code: string, message: string) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.onError(Object.assign(new Error(`${message} (${ms} ms)`), { code }));
      this.request?.destroy();
    }, ms);
    this.timer.unref();
  }
}

/** Repeated headers become arrays, which Node writes as separate lines again. */
export function toHeaderObject(headers: RawHeaders): Record<string, string | string[]> {
  const object: Record<string, string | string[]> = Object.create(null);
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const name = (headers[i] as string).toLowerCase();
    const value = headers[i + 1] as string;
    const known = object[name];
    object[name] = known === undefined ? value : Array.isArray(known) ? [...known, value] : [known, value];
  }
  return object;
}

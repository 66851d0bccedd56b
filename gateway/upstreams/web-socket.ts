/** Carries a WebSocket on http-proxy: the handshake is recorded like any exchange, of the frames their number of bytes. */
import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { createProxyServer, type ProxyServer } from 'http-proxy';
import type { AttemptTimings, RawHeaders } from '../exchange.ts';
import type { UpstreamError } from '../upstream.ts';
import { type Connections, timesOf } from './connections.ts';
import { describeError } from './dispatcher.ts';
import { toHeaderObject } from './forwarder.ts';

export interface WebSocketRequest {
  readonly url: URL;
  readonly headers: RawHeaders;
  readonly socket: Socket;
  readonly head: Buffer;
  readonly timeoutMs: number;
  /** Flat headers added to the answer of the handshake. */
  readonly answerHeaders: RawHeaders;
}

/** onAnswer comes first where the provider answered at all; then exactly one onEnd. */
export interface WebSocketHandler {
  onAnswer(status: number, statusText: string, headers: RawHeaders): void;
  /** A piece of a refused handshake's body. */
  onBody(chunk: Buffer): void;
  onEnd(end: { readonly error?: UpstreamError; readonly sentBytes: number; readonly receivedBytes: number }): void;
}

export interface WebSocketForwarder {
  send(request: WebSocketRequest, handler: WebSocketHandler, timings: AttemptTimings, zero: number): void;
}

export function createWebSocketForwarder(connections: () => Connections): WebSocketForwarder {
  const proxy: ProxyServer = createProxyServer();
  const running = new WeakMap<object, WebSocketRun>();
  proxy.on('proxyReqWs', (proxyReq, _req, socket) => running.get(socket)?.onRequest(proxyReq));
  proxy.on('error', (error, _req, socket) => {
    if (socket) running.get(socket)?.onError(error);
  });
  return {
    send(request, handler, timings, zero) {
      const run = new WebSocketRun(request, handler, timings, zero);
      running.set(request.socket, run);
      const facade = {
        method: 'GET',
        url: '',
        headers: {
          ...toHeaderObject(request.headers),
          connection: 'Upgrade',
          upgrade: 'websocket',
        },
        httpVersion: '1.1',
        httpVersionMajor: 1,
        socket: request.socket,
      } as unknown as IncomingMessage;
      const proxied = connections().isProxied(request.url);
      void proxy
        .ws(
          facade,
          request.socket,
          {
            target: request.url,
            ignorePath: true,
            prependPath: true,
            changeOrigin: true,
            upgradeTimeout: request.timeoutMs,
            // A plain, single-use connection, unless the system's proxy has to be passed.
            agent: proxied ? connections().agentFor(request.url) : undefined,
          },
          request.head,
        )
        .catch((error) => run.onError(error));
    },
  };
}

class WebSocketRun {
  private readonly request: WebSocketRequest;
  private readonly handler: WebSocketHandler;
  private readonly timings: AttemptTimings;
  private readonly zero: number;
  private ended = false;
  private upstream: Socket | undefined;
  private error: UpstreamError | undefined;

  constructor(request: WebSocketRequest, handler: WebSocketHandler, timings: AttemptTimings, zero: number) {
    this.request = request;
    this.handler = handler;
    this.timings = timings;
    this.zero = zero;
    request.socket.once('close', () => this.end());
  }

  onRequest(proxyReq: ClientRequest) {
    const { timings, zero } = this;
    proxyReq.once('socket', (socket) => {
      socket.once('connect', () => {
        timings.connectMs = performance.now() - zero;
      });
      const times = timesOf(socket);
      if (times?.lookupAt !== undefined) timings.dnsMs = times.lookupAt - zero;
    });
    proxyReq.once('upgrade', (answer, socket) => {
      this.upstream = socket;
      timings.firstByteMs = performance.now() - zero;
      this.handler.onAnswer(answer.statusCode ?? 101, answer.statusMessage ?? '', answer.rawHeaders);
      const { answerHeaders } = this.request;
      for (let i = 0; i + 1 < answerHeaders.length; i += 2) {
        answer.headers[answerHeaders[i] as string] = answerHeaders[i + 1] as string;
      }
    });
    proxyReq.once('response', (answer) => {
      timings.firstByteMs = performance.now() - zero;
      this.handler.onAnswer(answer.statusCode ?? 502, answer.statusMessage ?? '', answer.rawHeaders);
      answer.on('data', (chunk: Buffer) => this.handler.onBody(chunk));
    });
  }

  onError(error: unknown) {
    this.error = describeError(error);
    const { socket } = this.request;
    if (this.upstream === undefined && socket.writable) {
      this.end();
      return;
    }
    socket.destroy();
  }

  private end() {
    if (this.ended) return;
    this.ended = true;
    this.timings.endMs = performance.now() - this.zero;
    this.handler.onEnd({
      error: this.error,
      sentBytes: this.upstream?.bytesWritten ?? 0,
      receivedBytes: this.upstream?.bytesRead ?? 0,
    });
  }
}

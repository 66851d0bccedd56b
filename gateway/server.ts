/** The listener: accepts connections, guards them, hands each request to the data plane, the control interface, `/metrics` or `/health`. */
import { createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Refusal } from './exchange.ts';
import { corsHeaders, type GuardRules, guardRequest } from './guard.ts';
import { TurnResponse } from './turn-response.ts';

export interface ListenerOptions {
  readonly rules: () => GuardRules;
  readonly handle: (request: IncomingMessage, response: ServerResponse) => void;
  /** With a refusal: one that the listener itself turns away. */
  readonly upgrade: (request: IncomingMessage, socket: Socket, head: Buffer, refusal?: Omit<Refusal, 'stage'>) => void;
  readonly refuse: (request: IncomingMessage, response: ServerResponse, refusal: Omit<Refusal, 'stage'>) => void;
  /** Bytes that are not HTTP, or headers beyond the bound: no request object exists for these. */
  readonly unreadable: (problem: UnreadableRequest) => {
    readonly status: number;
    /** Flat; content-length among them. */
    readonly headers: readonly string[];
    readonly body: string;
  };
  /** Serves `/metrics`, or says why not; absent in tests of the data plane alone. */
  readonly metrics?: (request: IncomingMessage, response: ServerResponse) => Omit<Refusal, 'stage'> | undefined;
  /** Serves `/ui/` and `/api/` with its own checks; absent in tests of the data plane alone. */
  readonly control?: (request: IncomingMessage, response: ServerResponse) => void;
  readonly version: string;
}

export interface UnreadableRequest {
  readonly kind: 'headers-too-large' | 'not-http' | 'tls' | 'timeout';
  readonly code: string;
  readonly remoteAddress: string;
}

export interface Listener {
  /** Resolves with the port; rejects with the system's error (`EADDRINUSE`, `EACCES`). */
  listen(port: number, host: string): Promise<number>;
  /** Stops accepting, waits for what is in flight up to `graceMs`, then cuts it. */
  close(graceMs: number): Promise<void>;
}

/** Enough for every real client; a larger head is refused before it is parsed further. */
const MAX_HEADER_BYTES = 32 * 1024;

const NO_PROXY: Omit<Refusal, 'stage'> = {
  cause: 'wrong_endpoint',
  status: 405,
  message:
    'CONNECT is for proxies, and this gateway is none. Take its address out of HTTPS_PROXY, and make it the base URL of the client instead.',
  headers: { allow: 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS' },
};

export function createListener(options: ListenerOptions): Listener {
  const server: Server = createServer({
    ServerResponse: TurnResponse,
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: 15_000,
    // Bodies are bounded by their silence (pipeline), not by their whole length: a large upload may take its time.
    requestTimeout: 0,
    keepAliveTimeout: 65_000,
    connectionsCheckingInterval: 5_000,
    // Strict parsing is what keeps request smuggling out; never loosened.
    insecureHTTPParser: false,
    noDelay: true,
    // The guard asks for it, with a sentence and a record.
    requireHostHeader: false,
    // Other upgrades are offers that may be ignored (RFC 9110 §7.8); Java's client makes one (h2c) with every request.
    // Older runtimes do not know this option and refuse those requests instead.
    ...{ shouldUpgradeCallback: isWebSocket },
  });
  server.maxRequestsPerSocket = 0;
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('request', (request, response) => dispatch(request, response, options));
  server.on('checkContinue', (request, response) => {
    askForBodyWhenRead(request, response);
    dispatch(request, response, options);
  });
  server.on('checkExpectation', (request, response) => {
    // What the client waits for will not come, so neither may its body.
    response.shouldKeepAlive = false;
    options.refuse(request, response, {
      cause: 'bad_request_parameter',
      status: 417,
      message:
        'The Expect header asks for something else than 100-continue, the only thing that can be expected. Leave it out.',
    });
  });
  const onUpgrade = (request: IncomingMessage, socket: Socket, head: Buffer, refusal?: Omit<Refusal, 'stage'>) => {
    // Whatever is written now would be read as the answer to an earlier request.
    if (isAnswering(socket)) socket.destroy();
    else options.upgrade(request, socket, head, refusal);
  };
  server.on('upgrade', (request, socket, head) =>
    onUpgrade(
      request,
      socket as Socket,
      head,
      toOriginForm(request) ?? guardRequest(request.rawHeaders, options.rules()),
    ),
  );
  // Of a client that has this address as its proxy (HTTPS_PROXY).
  server.on('connect', (request, socket, head) => onUpgrade(request, socket as Socket, head, NO_PROXY));
  server.on('clientError', (error: NodeJS.ErrnoException & { rawPacket?: Buffer }, socket) =>
    answerUnreadable(error, socket as Socket, options),
  );
  return {
    listen: (port, host) =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen({ port, host, exclusive: true, backlog: 1024 }, () => {
          server.off('error', reject);
          resolve((server.address() as AddressInfo).port);
        });
      }),
    close: (graceMs) =>
      new Promise((resolve) => {
        if (!server.listening) {
          resolve();
          return;
        }
        const cut = setTimeout(() => {
          for (const socket of sockets) socket.destroy();
        }, graceMs);
        // Connections that fall idle while others still end would otherwise keep the listener until the cut.
        const sweep = setInterval(() => server.closeIdleConnections(), 50);
        server.close(() => {
          clearTimeout(cut);
          clearInterval(sweep);
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
}

/** Behind requests that are still to be answered there is no upgrade: it is answered in its turn, as if it were none. */
function isWebSocket(request: IncomingMessage): boolean {
  return request.headers.upgrade?.toLowerCase() === 'websocket' && !isAnswering(request.socket);
}

type AnsweringSocket = Socket & { _httpMessage?: ServerResponse | null };

function isAnswering(socket: Socket): boolean {
  return Boolean((socket as AnsweringSocket)._httpMessage);
}

/**
 * `Expect: 100-continue`: the client waits with its body until it is asked for. Whoever begins to read it has looked at key and
 * length by then; a request that was refused before is not asked.
 */
function askForBodyWhenRead(request: IncomingMessage, response: ServerResponse) {
  const { shouldKeepAlive } = response;
  // Refused without its body, the connection could not be told where the next request begins.
  response.shouldKeepAlive = false;
  const onListener = (event: string | symbol) => {
    if (event !== 'data' || response.headersSent) return;
    request.off('newListener', onListener);
    response.shouldKeepAlive = shouldKeepAlive;
    response.writeContinue();
  };
  request.on('newListener', onListener);
}

/**
 * `GET http://127.0.0.1:4141/v1/models`: what clients send that take this address for a proxy, and what every server must take
 * (RFC 9112 §3.2.2). The path goes on as if it had come alone; a host other than that of the Host header is refused.
 */
function toOriginForm(request: IncomingMessage): Omit<Refusal, 'stage'> | undefined {
  const match = /^http:\/\/([^/?#]*)(.*)$/is.exec(request.url ?? '');
  if (!match) return undefined;
  const [, authority = '', rest = ''] = match;
  request.url = rest.startsWith('/') ? rest : `/${rest}`;
  if (authority.toLowerCase() === (request.headers.host ?? '').toLowerCase()) return undefined;
  return {
    cause: 'bad_request_parameter',
    message:
      'The request names one host in its first line and another in its Host header; which one is meant cannot be told.',
    evidence: [{ what: 'host in the request line', where: 'request line', value: authority.slice(0, 100) }],
  };
}

function dispatch(request: IncomingMessage, response: ServerResponse, options: ListenerOptions) {
  const otherHost = toOriginForm(request);
  const url = request.url ?? '/';
  if (otherHost) {
    options.refuse(request, response, otherHost);
    return;
  }
  if (options.control && (url.startsWith('/ui') || url.startsWith('/api/') || url === '/')) {
    if (url === '/') {
      response.writeHead(302, { location: '/ui/', 'content-length': '0' }).end();
      return;
    }
    if (/^\/(?:ui(?:[/?]|$)|api\/)/.test(url)) {
      options.control(request, response);
      return;
    }
  }
  const rules = options.rules();
  const refusal = guardRequest(request.rawHeaders, rules);
  if (refusal) {
    options.refuse(request, response, refusal);
    return;
  }
  const isMetrics = options.metrics !== undefined && /^\/metrics(?:$|\?)/.test(url);
  if ((url === '/health' || isMetrics) && request.method !== 'GET' && request.method !== 'HEAD') {
    options.refuse(request, response, {
      cause: 'wrong_endpoint',
      status: 405,
      message: `${isMetrics ? '/metrics' : '/health'} takes GET, not ${request.method}.`,
      headers: { allow: 'GET, HEAD' },
    });
    return;
  }
  if (url === '/health') {
    const body = JSON.stringify({ status: 'ok', version: options.version });
    response.writeHead(200, {
      'content-type': 'application/json',
      'content-length': body.length,
      'cache-control': 'no-store',
    });
    response.end(request.method === 'HEAD' ? undefined : body);
    return;
  }
  if (isMetrics) {
    const refused = options.metrics?.(request, response);
    if (refused) options.refuse(request, response, refused);
    return;
  }
  if (request.headers.origin !== undefined) {
    const cors = corsHeaders(request.rawHeaders, rules);
    if (request.method === 'OPTIONS') {
      response.writeHead(204, [...cors, 'content-length', '0']).end();
      return;
    }
    if (cors.length > 0) addHeaders(response, cors);
  }
  options.handle(request, response);
}

/** Answers are written with flat header lists, which leave out what setHeader noted; so these join at the writing. */
function addHeaders(response: ServerResponse, extra: readonly string[]) {
  const writeHead = response.writeHead.bind(response) as (...args: unknown[]) => ServerResponse;
  response.writeHead = ((...args: unknown[]) => {
    const last = args[args.length - 1];
    if (Array.isArray(last)) args[args.length - 1] = [...last, ...extra];
    return writeHead(...args);
  }) as ServerResponse['writeHead'];
}

function answerUnreadable(
  error: NodeJS.ErrnoException & { rawPacket?: Buffer },
  socket: Socket,
  options: ListenerOptions,
) {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const { status, headers, body } = options.unreadable({
    kind: kindOf(error),
    code: error.code ?? 'UNKNOWN',
    remoteAddress: socket.remoteAddress ?? '',
  });
  // A response may already be under way on this connection: two answers in one would corrupt it. What is ended of it goes out.
  if ((socket as AnsweringSocket)._httpMessage?.headersSent) {
    setImmediate(() => socket.destroySoon());
    return;
  }
  let head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Refused'}\r\nconnection: close\r\n`;
  for (let i = 0; i + 1 < headers.length; i += 2) head += `${headers[i]}: ${headers[i + 1]}\r\n`;
  socket.end(`${head}\r\n${body}`);
}

function kindOf(error: NodeJS.ErrnoException & { rawPacket?: Buffer }): UnreadableRequest['kind'] {
  if (error.code === 'HPE_HEADER_OVERFLOW') return 'headers-too-large';
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') return 'timeout';
  // A TLS handshake record (RFC 8446 §5.1): the client was told https:// where http:// is served.
  return error.rawPacket?.[0] === 0x16 && error.rawPacket[1] === 0x03 ? 'tls' : 'not-http';
}

/**
 * Connections to providers: pools, proxies and trust, shared by the dispatcher and the forwarder. The system's proxy
 * settings (HTTP_PROXY, HTTPS_PROXY, NO_PROXY, or a URL in the settings) and its certificates are honoured here and
 * nowhere else; upstream TLS is always verified.
 */
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Socket } from 'node:net';
import tls from 'node:tls';
import { HttpProxyAgent } from 'http-proxy-agent';
import { HttpsProxyAgent } from 'https-proxy-agent';
import type { Dispatcher } from 'undici';
import buildConnector from 'undici/lib/core/connect.js';
import EnvHttpProxyAgent from 'undici/lib/dispatcher/env-http-proxy-agent.js';
import Pool from 'undici/lib/dispatcher/pool.js';
import type { AttemptTimings } from '../exchange.ts';

export interface ConnectionOptions {
  readonly connectMs: number;
  /** Proxy for all upstream requests; null: the environment's. */
  readonly proxyUrl: string | null;
}

/** `performance.now()` readings of a socket's life, kept while the socket lives. */
export interface SocketTimes {
  readonly createdAt: number;
  lookupAt?: number;
  connectedAt?: number;
  securedAt?: number;
  /** Requests that this socket has carried. */
  uses: number;
  remoteAddress?: string;
}

const socketTimes = new WeakMap<object, SocketTimes>();

export function timesOf(socket: object): SocketTimes | undefined {
  return socketTimes.get(socket);
}

/** Writes down, when a request goes out on a socket, what making that connection took; nothing of it for a reused one. */
export function noteSocket(socket: object, timings: AttemptTimings, zero: number): void {
  timings.sentMs = performance.now() - zero;
  const times = socketTimes.get(socket);
  if (!times) return;
  times.uses += 1;
  timings.reusedConnection = times.uses > 1;
  if (times.uses > 1) return;
  if (times.lookupAt !== undefined) timings.dnsMs = times.lookupAt - zero;
  if (times.connectedAt !== undefined) timings.connectMs = times.connectedAt - zero;
  if (times.securedAt !== undefined) timings.tlsMs = times.securedAt - zero;
}

/** The loopback is never reached through a proxy: local runtimes live there, and a proxy could not reach them. */
const LOOPBACK = ['localhost', '127.0.0.1', '[::1]', '::1'];

function noProxy(): string {
  return [process.env.no_proxy ?? process.env.NO_PROXY ?? '', ...LOOPBACK].filter((name) => name !== '').join(',');
}

export function watchSocket(socket: Socket): Socket {
  const times: SocketTimes = { createdAt: performance.now(), uses: 0 };
  socketTimes.set(socket, times);
  socket.once('lookup', () => {
    times.lookupAt = performance.now();
  });
  socket.once('connect', () => {
    times.connectedAt = performance.now();
    times.remoteAddress = socket.remoteAddress;
  });
  socket.once('secureConnect', () => {
    times.securedAt = performance.now();
  });
  return socket;
}

let trusted: tls.SecureContext | undefined;

/**
 * Node's own roots, NODE_EXTRA_CA_CERTS and, where the runtime can read it, the operating system's store (company
 * roots live there). Built at the first TLS connection: reading the store takes a tenth of a second.
 */
function secureContext(): tls.SecureContext {
  if (!trusted) {
    const certificates = new Set<string>();
    if (typeof tls.getCACertificates === 'function') {
      for (const kind of ['default', 'system'] as const)
        for (const pem of tls.getCACertificates(kind)) certificates.add(pem);
    }
    trusted = tls.createSecureContext(certificates.size > 0 ? { ca: [...certificates] } : {});
  }
  return trusted;
}

export interface Connections {
  /** What carries requests to an origin (`https://api.openai.com`). */
  dispatcherFor(origin: string): Dispatcher;
  /** Node agent for a URL, for the forwarder and upgrades. */
  agentFor(url: URL): HttpAgent;
  /** Whether the system's proxy stands between here and that URL. */
  isProxied(url: URL): boolean;
  close(): Promise<void>;
}

export function createConnections(options: ConnectionOptions): Connections {
  const plain = buildConnector({ timeout: options.connectMs, allowH2: false });
  let secured: buildConnector.connector | undefined;
  const connect: buildConnector.connector = (target, callback) => {
    if (target.protocol === 'https:') {
      secured ??= buildConnector({ timeout: options.connectMs, allowH2: false, secureContext: secureContext() });
    }
    const socket = (target.protocol === 'https:' && secured ? secured : plain)(target, callback) as unknown;
    if (socket) watchSocket(socket as Socket);
    return socket as ReturnType<buildConnector.connector>;
  };
  const common = { connect, pipelining: 1, maxHeaderSize: 64 * 1024 };
  const pools = new Map<string, Pool>();
  // Where no proxy is set it decides nothing, and a pool does without its parsing of each request's URL.
  const proxied =
    anyProxy(options.proxyUrl) &&
    new EnvHttpProxyAgent({
      ...common,
      requestTls: { timeout: options.connectMs },
      httpProxy: options.proxyUrl ?? undefined,
      httpsProxy: options.proxyUrl ?? undefined,
      noProxy: noProxy(),
    });
  const agents = new Map<string, HttpAgent>();
  return {
    dispatcherFor: (origin) => {
      if (proxied) return proxied;
      let pool = pools.get(origin);
      if (!pool) {
        pool = new Pool(origin, common);
        pools.set(origin, pool);
      }
      return pool;
    },
    agentFor: (url) => {
      const proxy = proxyFor(url, options.proxyUrl);
      const name = `${url.protocol}${proxy ?? ''}`;
      let agent = agents.get(name);
      if (!agent) {
        agent = createAgent(url.protocol, proxy, options.connectMs);
        agents.set(name, agent);
      }
      return agent;
    },
    isProxied: (url) => proxyFor(url, options.proxyUrl) !== undefined,
    close: async () => {
      for (const agent of agents.values()) agent.destroy();
      await Promise.all([...pools.values(), ...(proxied ? [proxied] : [])].map((dispatcher) => dispatcher.destroy()));
    },
  };
}

function createAgent(protocol: string, proxy: string | undefined, connectMs: number): HttpAgent {
  const options = { keepAlive: true, maxFreeSockets: 16, timeout: connectMs };
  if (proxy) {
    return protocol === 'https:'
      ? (new HttpsProxyAgent(proxy, options) as unknown as HttpAgent)
      : (new HttpProxyAgent(proxy, options) as unknown as HttpAgent);
  }
  const agent =
    protocol === 'https:' ? new HttpsAgent({ ...options, secureContext: secureContext() }) : new HttpAgent(options);
  const create = agent.createConnection.bind(agent);
  // Node hands out the socket before it is connected, which is the moment to start its clock.
  agent.createConnection = (connectOptions, callback) => {
    const socket = create(connectOptions, callback);
    if (socket) watchSocket(socket as Socket);
    return socket;
  };
  return agent;
}

function anyProxy(proxyUrl: string | null): boolean {
  const { env } = process;
  return Boolean(proxyUrl || env.http_proxy || env.HTTP_PROXY || env.https_proxy || env.HTTPS_PROXY);
}

/** The proxy that the environment names for this URL, as curl and undici read it. */
export function proxyFor(url: URL, proxyUrl: string | null): string | undefined {
  const host = url.hostname.toLowerCase();
  for (const entry of noProxy().split(/[\s,]+/)) {
    const name = entry
      .toLowerCase()
      .replace(/^\*?\./, '')
      .replace(/:\d+$/, '');
    if (name === '*' || host === name || (name !== '' && host.endsWith(`.${name}`)) || host === entry) return undefined;
  }
  if (proxyUrl) return proxyUrl;
  const { env } = process;
  const http = env.http_proxy ?? env.HTTP_PROXY;
  const https = env.https_proxy ?? env.HTTPS_PROXY ?? http;
  const found = url.protocol === 'https:' || url.protocol === 'wss:' ? https : http;
  return found === '' ? undefined : found;
}

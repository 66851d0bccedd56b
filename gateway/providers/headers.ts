/** Which of a client's header lines travel on to a provider, and how credentials are put in. Pure. */
import type { RawHeaders } from '../exchange.ts';

/** Belong to one connection, not to the message (RFC 9110 §7.6.1), or are made anew for the next one. */
const CONNECTION_BOUND: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
  'host',
  'content-length',
  'expect',
]);

/** Every place a gateway key is accepted in, and where clients put provider keys of their own. */
const CREDENTIALS: ReadonlySet<string> = new Set(['authorization', 'x-api-key', 'api-key', 'x-goog-api-key']);

/**
 * Private to the machine. Cookies: browsers do not keep ports apart, so a request to 127.0.0.1 carries the cookies of
 * every local program, Keyward's session among them. Forwarding headers would tell the provider about this network;
 * Origin and fetch metadata would make providers judge the gateway as a web page (Anthropic and Ollama refuse those).
 */
const PRIVATE: ReadonlySet<string> = new Set([
  'cookie',
  'cookie2',
  'origin',
  'referer',
  'forwarded',
  'via',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-proto',
  'x-forwarded-server',
  'x-real-ip',
  'x-client-ip',
  'true-client-ip',
  'x-original-url',
  'x-rewrite-url',
  'dnt',
  'upgrade-insecure-requests',
]);
const PRIVATE_PREFIXES = ['x-keyward-', 'sec-fetch-', 'sec-ch-', 'cf-'];

/** Browsers cannot set headers on a WebSocket: OpenAI takes the key as a subprotocol of this name. */
const KEY_SUBPROTOCOL = 'openai-insecure-api-key.';

export interface ForwardOptions {
  /** A WebSocket handshake: its `sec-websocket-*` lines travel on, a key among the subprotocols does not. */
  readonly websocket?: boolean;
  /** Further names (lower case) that must not travel, e.g. the provider's own credential header. */
  readonly drop?: ReadonlySet<string>;
}

/**
 * The client's header lines that may travel on, order, case and repetitions kept. Dropped: hop-by-hop lines and those
 * named in Connection, host, content-length, credentials in every place one is accepted, cookies, `x-keyward-*`,
 * forwarding and browser metadata.
 */
export function forwardableHeaders(rawHeaders: RawHeaders, options: ForwardOptions = {}): string[] {
  const named = new Set<string>();
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    if (rawHeaders[i]?.toLowerCase() !== 'connection') continue;
    for (const token of (rawHeaders[i + 1] ?? '').split(',')) {
      const name = token.trim().toLowerCase();
      if (name) named.add(name);
    }
  }
  const kept: string[] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string;
    const value = rawHeaders[i + 1] as string;
    const lower = name.toLowerCase();
    if (CONNECTION_BOUND.has(lower) || CREDENTIALS.has(lower) || PRIVATE.has(lower)) continue;
    if (named.has(lower) || options.drop?.has(lower)) continue;
    if (PRIVATE_PREFIXES.some((prefix) => lower.startsWith(prefix))) continue;
    if (lower.startsWith('sec-websocket-')) {
      if (!options.websocket) continue;
      const clean = lower === 'sec-websocket-protocol' ? withoutKeySubprotocol(value) : value;
      if (clean !== '') kept.push(name, clean);
      continue;
    }
    kept.push(name, value);
  }
  return kept;
}

function withoutKeySubprotocol(value: string): string {
  return value
    .split(',')
    .map((protocol) => protocol.trim())
    .filter((protocol) => protocol !== '' && !protocol.startsWith(KEY_SUBPROTOCOL))
    .join(', ');
}

/** The first value of a header in a flat list, case disregarded. */
export function headerValue(headers: RawHeaders, name: string): string | undefined {
  const lower = name.toLowerCase();
  for (let i = 0; i + 1 < headers.length; i += 2) if (headers[i]?.toLowerCase() === lower) return headers[i + 1];
  return undefined;
}

/** A copy with that header set to one value, in the place of its first line where there was one. */
export function withHeader(headers: RawHeaders, name: string, value: string): string[] {
  const lower = name.toLowerCase();
  const result: string[] = [];
  let placed = false;
  for (let i = 0; i + 1 < headers.length; i += 2) {
    if (headers[i]?.toLowerCase() !== lower) result.push(headers[i] as string, headers[i + 1] as string);
    else if (!placed) {
      result.push(name, value);
      placed = true;
    }
  }
  if (!placed) result.push(name, value);
  return result;
}

/** Names are tokens (RFC 9110 §5.1). */
export function isHeaderName(name: string): boolean {
  return /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name);
}

/**
 * Whether a value can be sent as it is. A line break would smuggle a second header in; characters beyond latin-1 cannot
 * be written on the wire at all and would throw deep inside Node.
 */
export function isHeaderValue(value: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly these are what must not pass
  return !/[\u0000-\u0008\u000a-\u001f\u007f]|[^\u0000-\u00ff]/.test(value);
}

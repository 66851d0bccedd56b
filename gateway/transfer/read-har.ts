/**
 * Reads HAR 1.2 as browsers and proxies write it, which is not always as it was specified: members are missing, bodies in
 * base64, HTTP/2 pseudo headers among the headers, status 0 where nothing came. What is no exchange with an API is left
 * out, each with its sentence. Pure.
 */
import { multipartBoundary } from '../stages/multipart-field.ts';
import type { Conversation, ConversationAnswer } from './conversation.ts';
import { type FormPart, formBody } from './form-body.ts';
import { GIVEN_UP } from './judge-conversation.ts';
import { TransferError } from './transfer-error.ts';

export interface HarEntry {
  /** `entry 3: POST https://…`, without the query. */
  readonly name: string;
  readonly read: Conversation | { readonly skipped: string };
}

type Loose = Record<string, unknown>;
type Pairs = [string, string][];

export function isHar(value: unknown): boolean {
  return Array.isArray(loose(loose(value).log).entries);
}

/** Throws TransferError where there is no entry at all. */
export function readHar(value: unknown): HarEntry[] {
  const entries = loose(loose(value).log).entries as unknown[];
  if (entries.length === 0) {
    throw new TransferError(
      'This HAR file holds no entries.',
      'Record the failing request again, then save the HAR file.',
    );
  }
  return entries.map((entry, index) => {
    const request = loose(loose(entry).request);
    const address = text(request.url).split('?', 1)[0]?.slice(0, 120) ?? '';
    const name = `entry ${index + 1}${address ? `: ${text(request.method) || 'GET'} ${address}` : ''}`;
    return { name, read: readEntry(loose(entry)) };
  });
}

function readEntry(entry: Loose): HarEntry['read'] {
  const request = loose(entry.request);
  const response = loose(entry.response);
  const address = text(request.url);
  if (address === '') return { skipped: 'It has no request address.' };
  if (
    /^wss?:/i.test(address) ||
    entry._resourceType === 'websocket' ||
    entry._webSocketMessages ||
    response.status === 101
  ) {
    return { skipped: 'A WebSocket: what went through it is not something that can be explained or replayed.' };
  }
  if (!/^https?:\/\//i.test(address) || !URL.canParse(address)) return { skipped: 'Its address is not one of HTTP.' };
  const method = (text(request.method) || 'GET').toUpperCase();
  const requestHeaders = pairs(request.headers);
  if (method === 'OPTIONS' && has(requestHeaders, 'access-control-request-method')) {
    return { skipped: 'A browser’s question before the real request (CORS preflight).' };
  }
  if (!/^[!#$%&'*+.^_`|~0-9A-Z-]+$/.test(method)) return { skipped: 'Its method is no HTTP method.' };
  const error = errorOf(entry, response);
  if (error && 'skipped' in error) return error;
  const answer = answerOf(response);
  if (method === 'GET' && isPageResource(answer, entry))
    return { skipped: 'A part of a web page, not a request to an API.' };
  if (!answer && !error) return { skipped: 'Neither an answer nor a reason for its absence was recorded.' };
  return {
    startedAtMs: timeOf(entry.startedDateTime),
    method,
    url: addressOf(address, request),
    httpVersion: versionOf(text(request.httpVersion)),
    ...requestBody(loose(request.postData), requestHeaders),
    remoteAddress: text(entry.serverIPAddress) || undefined,
    timings: timingsOf(entry),
    answer,
    error,
  };
}

function answerOf(response: Loose): ConversationAnswer | null {
  const status = Number(response.status);
  if (!Number.isInteger(status) || status < 100 || status > 999) return null;
  return {
    status,
    statusText: text(response.statusText),
    headers: withoutUnknownCoding(pairs(response.headers)),
    body: contentOf(loose(response.content), status),
  };
}

/** A body in the file is decoded; a coding that cannot be put on again would make a replay impossible. */
function withoutUnknownCoding(headers: Pairs): Pairs {
  return headers.filter(
    ([name, value]) => name.toLowerCase() !== 'content-encoding' || /^(?:gzip|x-gzip|deflate|br)$/i.test(value.trim()),
  );
}

function contentOf(content: Loose, status: number): Buffer | undefined {
  if (typeof content.text === 'string') return bytesOf(content.text, content.encoding ?? content._encoding);
  const none = status === 204 || status === 304 || Number(content.size) === 0;
  return none ? Buffer.alloc(0) : undefined;
}

/** A form without its text is put together again from its fields; a file that was left out of the HAR is said to be. */
function requestBody(
  postData: Loose,
  headers: Pairs,
): Pick<Conversation, 'headers' | 'body'> & { bodyComplete?: boolean } {
  const hasText = typeof postData.text === 'string' && postData.text !== '';
  const params = Array.isArray(postData.params) ? postData.params.map(loose) : [];
  if (hasText || params.length === 0 || !/multipart\/form-data/i.test(text(postData.mimeType))) {
    return { headers, body: bodyOf(postData) };
  }
  const named = multipartBoundary(headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? '');
  const parts = params.map((param): FormPart => {
    const file = typeof param.fileName === 'string' ? param.fileName : undefined;
    const type = text(param.contentType);
    return {
      name: text(param.name),
      content:
        typeof param.value === 'string' ? Buffer.from(param.value) : file === undefined ? Buffer.alloc(0) : undefined,
      ...(file === undefined ? {} : { fileName: file }),
      ...(type ? { type } : {}),
    };
  });
  const { body, contentType, complete } = formBody(parts, named);
  const kept = named === undefined ? headers.filter(([name]) => name.toLowerCase() !== 'content-type') : headers;
  return {
    headers: named === undefined ? [...kept, ['Content-Type', contentType]] : kept,
    body,
    ...(complete ? {} : { bodyComplete: false }),
  };
}

function bodyOf(postData: Loose): Buffer | null {
  if (typeof postData.text === 'string' && postData.text !== '') {
    return bytesOf(postData.text, postData.encoding ?? postData._encoding);
  }
  if (!Array.isArray(postData.params) || postData.params.length === 0) return null;
  if (!/x-www-form-urlencoded/i.test(text(postData.mimeType))) return null;
  const form = new URLSearchParams();
  for (const param of postData.params.map(loose)) form.append(text(param.name), text(param.value));
  return Buffer.from(form.toString());
}

function bytesOf(content: string, encoding: unknown): Buffer {
  return Buffer.from(content, encoding === 'base64' ? 'base64' : 'utf8');
}

/** Names that browsers and Node give to what went wrong below HTTP, as Node gives them. */
const ERROR_CODES: readonly (readonly [RegExp, string])[] = [
  [/ERR_NAME_NOT_RESOLVED|ERR_NAME_RESOLUTION|UNKNOWN_HOST|ENOTFOUND/, 'ENOTFOUND'],
  [/ERR_PROXY_|ERR_TUNNEL_|NET_ERROR_PROXY|PROXY_CONNECTION/, 'ERR_PROXY_CONNECTION'],
  [/ERR_CONNECTION_REFUSED|NS_ERROR_CONNECTION_REFUSED|ECONNREFUSED/, 'ECONNREFUSED'],
  [/ERR_(?:CONNECTION_)?TIMED_OUT|NS_ERROR_NET_TIMEOUT|ETIMEDOUT/, 'ETIMEDOUT'],
  [/ERR_INTERNET_DISCONNECTED|ERR_ADDRESS_UNREACHABLE|ERR_NETWORK_CHANGED|NS_ERROR_OFFLINE/, 'ENETUNREACH'],
  [/ERR_CERT_DATE_INVALID|EXPIRED_CERTIFICATE|CERT_HAS_EXPIRED/, 'CERT_HAS_EXPIRED'],
  [/ERR_CERT_AUTHORITY_INVALID|UNKNOWN_ISSUER|SELF_SIGNED/, 'SELF_SIGNED_CERT_IN_CHAIN'],
  [/ERR_CERT_COMMON_NAME_INVALID|BAD_CERT_DOMAIN/, 'ERR_TLS_CERT_ALTNAME_INVALID'],
  [/ERR_CERT|ERR_SSL|SEC_ERROR|SSL_ERROR/, 'EPROTO'],
  [/ERR_INVALID_HTTP_RESPONSE|ERR_RESPONSE_HEADERS|ERR_INVALID_CHUNKED/, 'HPE_INVALID'],
  [
    /ERR_CONNECTION|ERR_EMPTY_RESPONSE|ERR_CONTENT_LENGTH|ERR_INCOMPLETE|ERR_HTTP2|ERR_QUIC|NS_ERROR_NET|ECONNRESET/,
    'ECONNRESET',
  ],
];

function errorOf(entry: Loose, response: Loose): Conversation['error'] | { skipped: string } {
  const said =
    text(response._error) || text(entry._error) || text(response._charlesStatus === 'FAILED' ? 'FAILED' : '');
  const unanswered = !Number(response.status);
  if (said === '') {
    // Firefox says nothing more where it stopped a request itself.
    return unanswered && entry.response !== undefined
      ? { skipped: 'No answer was recorded (status 0), and the file does not say why.' }
      : null;
  }
  if (/ABORTED|CANCEL/i.test(said)) return { code: GIVEN_UP, message: said.slice(0, 200) };
  if (/BLOCKED|ERR_FAILED|CORS/i.test(said)) {
    return {
      skipped: `The browser kept the request or its answer to itself (${said.slice(0, 60)}); nothing of the provider is known.`,
    };
  }
  const named = ERROR_CODES.find(([pattern]) => pattern.test(said))?.[1];
  const code = named ?? /\b(E[A-Z_]{3,40}|UND_ERR_[A-Z_]{3,40}|[A-Z]+_[A-Z_]{3,60})\b/.exec(said)?.[1] ?? 'UNKNOWN';
  return unanswered || named !== undefined ? { code, message: said.slice(0, 500) } : null;
}

/** What a browser loads by itself to show a page. */
function isPageResource(answer: ConversationAnswer | null, entry: Loose): boolean {
  if (!answer || answer.status >= 400) return false;
  if (entry._resourceType === 'document') return true;
  const type = answer.headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? '';
  return /^(?:image|font|video|audio)\/|^text\/css|javascript/i.test(type);
}

/** HAR's phases as offsets; `connect` includes `ssl` there. */
function timingsOf(entry: Loose): Conversation['timings'] {
  const phases = loose(entry.timings);
  const ms = (name: string): number | undefined => {
    const value = phases[name];
    return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
  };
  const [dns, connect, ssl, send, wait, receive] = ['dns', 'connect', 'ssl', 'send', 'wait', 'receive'].map(ms);
  const timings: { -readonly [K in keyof Conversation['timings']]: Conversation['timings'][K] } = {};
  let at = ms('blocked') ?? 0;
  if (dns !== undefined) timings.dnsMs = at += dns;
  if (connect !== undefined) timings.connectMs = at += Math.max(0, connect - (ssl ?? 0));
  if (ssl !== undefined) timings.tlsMs = at += ssl;
  if (send !== undefined) timings.sentMs = at += send;
  if (wait !== undefined && Number(loose(entry.response).status) > 0) timings.firstByteMs = at += wait;
  if (receive !== undefined && timings.firstByteMs !== undefined) timings.lastByteMs = at += receive;
  const total = typeof entry.time === 'number' && Number.isFinite(entry.time) && entry.time > 0 ? entry.time : 0;
  timings.endMs = Math.max(at, total);
  return timings;
}

/** Pseudo headers of HTTP/2 (`:authority`) are the request line, not headers. */
function pairs(headers: unknown): Pairs {
  if (!Array.isArray(headers)) return [];
  return headers
    .map(loose)
    .map(({ name, value }): [string, string] => [text(name).trim(), text(value).replace(/[\r\n]+/g, ' ')])
    .filter(([name]) => /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name));
}

function addressOf(address: string, request: Loose): URL {
  const url = new URL(address);
  url.hash = '';
  if (url.search === '' && Array.isArray(request.queryString)) {
    for (const item of request.queryString.map(loose)) url.searchParams.append(text(item.name), text(item.value));
  }
  return url;
}

function versionOf(version: string): string {
  const digits = /(\d)(?:\.(\d))?/.exec(version);
  return digits ? `${digits[1]}.${digits[2] ?? '0'}` : '1.1';
}

function timeOf(value: unknown): number | undefined {
  const ms = typeof value === 'string' || typeof value === 'number' ? new Date(value).getTime() : Number.NaN;
  return Number.isNaN(ms) || ms < 0 ? undefined : ms;
}

function has(headers: Pairs, name: string): boolean {
  return headers.some(([candidate]) => candidate.toLowerCase() === name);
}

function loose(value: unknown): Loose {
  return typeof value === 'object' && value !== null ? (value as Loose) : {};
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
}

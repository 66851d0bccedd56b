/** Failure records (the interchange form) as conversations, so that a failure from anywhere can become a capture. Pure. */
import type { FailureRecord } from '../diagnosis/explanation.ts';
import { readFailureRecord } from '../diagnosis/read-failure-record.ts';
import { findPreset } from '../providers/presets.ts';
import type { Conversation } from './conversation.ts';
import type { HarEntry } from './read-har.ts';

/** Undefined where the text holds no record: neither one JSON object, nor a list, nor one object a line. */
export function recordsIn(text: string, whole: unknown): unknown[] | undefined {
  const values = whole === undefined ? linesOf(text) : Array.isArray(whole) ? whole : [whole];
  return values && values.length > 0 && values.some(isRecord) ? values : undefined;
}

function linesOf(text: string): unknown[] | undefined {
  const values: unknown[] = [];
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    try {
      values.push(JSON.parse(line));
    } catch {
      values.push(undefined);
    }
  }
  return values;
}

function isRecord(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || !('id' in value)) return false;
  return 'response' in value || 'transport_error' in value || 'request' in value;
}

export function readRecord(value: unknown, index: number): HarEntry {
  const parsed = readFailureRecord(value);
  const name = `record ${index + 1}${parsed.ok ? ` (${parsed.record.id.slice(0, 80)})` : ''}`;
  if (!parsed.ok) return { name, read: { skipped: `It is no failure record: ${parsed.wrong}.` } };
  if (!isRecord(value)) return { name, read: { skipped: 'It holds neither a request nor a response.' } };
  const { record } = parsed;
  const url = urlOf(record);
  if (!url) return { name, read: { skipped: 'Neither its provider nor its base URL says where it was sent.' } };
  return { name, read: conversationOf(record, url) };
}

function conversationOf(record: FailureRecord, url: URL): Conversation {
  const { request, response, transport_error: error } = record;
  const status = response?.status ?? null;
  const headers = pairs(request?.headers);
  const body = bytesOf(request?.body);
  return {
    startedAtMs: undefined,
    method: (request?.method ?? (body ? 'POST' : 'GET')).toUpperCase(),
    url,
    httpVersion: '1.1',
    headers: withType(headers, request?.body),
    body,
    remoteAddress: undefined,
    timings: {},
    answer:
      status === null
        ? null
        : {
            status,
            statusText: '',
            headers: withoutCoding(pairs(response?.headers)),
            body: bytesOf(response?.body) ?? Buffer.alloc(0),
          },
    error: error && status === null ? { code: error.code ?? 'UNKNOWN', message: error.message ?? '' } : null,
  };
}

function urlOf({ provider, base_url, request }: FailureRecord): URL | undefined {
  const path = request?.path ?? '';
  if (URL.canParse(path) && /^https?:/.test(path)) return new URL(path);
  const given = request?.base_url ?? base_url ?? undefined;
  const base = given ?? findPreset(provider?.replace(/^generic:/, ''))?.baseUrls[0]?.url;
  if (base === undefined) return undefined;
  const root = /^[a-z]+:\/\//i.test(base) ? base : `https://${base}`;
  if (!URL.canParse(root) || !/^https?:/i.test(root)) return undefined;
  const { origin, pathname } = new URL(root);
  const below = pathname.replace(/\/$/, '');
  const slashed = path === '' || path.startsWith('/') ? path : `/${path}`;
  // Records give the whole path or the part behind the base URL.
  const joined = slashed === '' || slashed.startsWith(`${below}/`) ? slashed || below : `${below}${slashed}`;
  return URL.canParse(joined || '/', origin) ? new URL(joined || '/', origin) : undefined;
}

function pairs(headers: Record<string, unknown> | null | undefined): [string, string][] {
  return Object.entries(headers ?? {})
    .filter(([name]) => /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name))
    .map(([name, value]) => [
      name,
      (typeof value === 'string' ? value : (JSON.stringify(value) ?? '')).replace(/[\r\n]+/g, ' '),
    ]);
}

/** Bodies of records are decoded. */
function withoutCoding(headers: [string, string][]): [string, string][] {
  return headers.filter(([name]) => name.toLowerCase() !== 'content-encoding');
}

function withType(headers: [string, string][], body: unknown): [string, string][] {
  if (typeof body !== 'object' || body === null) return headers;
  return headers.some(([name]) => name.toLowerCase() === 'content-type')
    ? headers
    : [...headers, ['Content-Type', 'application/json']];
}

function bytesOf(body: unknown): Buffer | null {
  if (body === undefined || body === null) return null;
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}

/**
 * Takes secrets out of everything that is about to be recorded. Pure and on the request path: nothing found means
 * nothing allocated and the very same bytes back. A secret's span is replaced by a marker (marker.ts); all other bytes
 * stay as received.
 *
 * What counts: every stored secret and session token (plain, URL, JSON, base64), the value of every credential header
 * and query parameter, every text shaped like a key, and, within one exchange, whatever stood in its own credential
 * headers, known or not: a provider that echoes a bad key in its error must not get it recorded.
 */
import type { RawHeaders } from '../exchange.ts';
import type { Redaction } from './capture.ts';
import { credentialSpans, headerSort, type Span, urlSpans } from './credential-names.ts';
import {
  type FindSecrets,
  type FoundSecret,
  findCutSecret,
  findKeysByShape,
  findKnownSecrets,
  type KnownSecret,
  SHORTEST_SECRET,
} from './find-secrets.ts';
import type { KeyPattern } from './key-patterns.ts';
import { isMarker, MARKER_CONTINUED, markerInUrl, markerText } from './marker.ts';
import { splitTexts } from './split-text.ts';
import { type EscapeKind, hasEscapes, Unescaped } from './unescape.ts';

export type { KnownSecret } from './find-secrets.ts';

export interface RedactorOptions {
  /** Keyed (HMAC) with the home's salt; equal secrets, equal fingerprints. */
  readonly fingerprint: (secret: string) => string;
  /** Every secret in the clear that this process knows of: provider keys, session tokens, start tokens. */
  readonly secrets: () => readonly KnownSecret[];
  /** From `deriveKeyPatterns(presets)`. */
  readonly patterns: readonly KeyPattern[];
}

export interface RedactedHeaders {
  /** The same array when nothing was replaced. */
  readonly headers: RawHeaders;
  readonly redactions: Redaction[];
  /** Credentials found here that only this exchange knows: pass them on as `also`. */
  readonly credentials: KnownSecret[];
  readonly contentEncoding?: string;
  readonly contentType?: string;
}

export interface BytesContext {
  /** Secrets of this exchange alone. */
  readonly also?: readonly KnownSecret[];
  /** Texts may be split over events: server-sent events and the like. */
  readonly streamed?: boolean;
  /** The text was cut at its end, possibly inside a secret. */
  readonly cut?: boolean;
  /** Use the marker that URLs and forms can carry. */
  readonly inUrl?: boolean;
}

export interface Redactor {
  /** Rises whenever something becomes a secret that was none before. */
  readonly version: number;
  /** Reads the known secrets anew; call it whenever one is added, replaced or removed. Old ones stay known. */
  refresh(): void;
  /** `inUrl` asks for the ASCII form of the marker. */
  redactHeaders(headers: RawHeaders, options?: { readonly inUrl?: boolean }): RedactedHeaders;
  redactUrl(
    url: string,
    where?: string,
    also?: readonly KnownSecret[],
  ): { url: string; redactions: Redaction[]; credentials: KnownSecret[] };
  redactText(text: string, where: string, also?: readonly KnownSecret[]): { text: string; redactions: Redaction[] };
  /** The same buffer when nothing was found. */
  redactBytes(bytes: Buffer, where: string, context?: BytesContext): { bytes: Buffer; redactions: Redaction[] };
}

interface Identity {
  readonly redaction: Omit<Redaction, 'where'>;
  readonly text: string;
  readonly inUrl: string;
  readonly textBytes: Buffer;
  readonly inUrlBytes: Buffer;
  /** Found anywhere without help: stored, or shaped like a key. */
  readonly recognisable: boolean;
}

/** Secrets that only the exchange at hand knows. */
interface ExchangeSecrets {
  readonly find: FindSecrets;
  readonly quotes: boolean;
}

/** A place to overwrite; later pieces of one secret carry no redaction of their own. */
interface Replacement {
  start: number;
  end: number;
  readonly found: FoundSecret;
  readonly continued: boolean;
}

const REMEMBERED_IDENTITIES = 1000;
const REMEMBERED_URLS = 500;
const KEPT_OLD_SECRETS = 500;
/** Escapes inside escapes inside escapes: a JSON text quoted in a JSON text quoted in a URL. */
const ESCAPE_LEVELS = 3;
const ESCAPE_KINDS: readonly EscapeKind[] = ['json', 'percent'];
const WINDOW_BYTES = 128 * 1024;
const WINDOW_OVERLAP_BYTES = 16 * 1024;

export function createRedactor(options: RedactorOptions): Redactor {
  const known = new Map<string, KnownSecret>();
  const identities = new Map<string, Identity>();
  /** URLs that were looked at and hold nothing: the same few come with every request. */
  const cleanUrls = new Set<string>();
  let version = 0;
  const scratch = Array.from({ length: ESCAPE_LEVELS }, () => new Unescaped(4096));
  const findByShape = findKeysByShape(options.patterns);
  let findKnown: FindSecrets = () => undefined;
  let findCut: FindSecrets = () => undefined;
  /** A stored secret holds quotes or control characters, so that even `\"` may stand inside one. */
  let quotedSecrets = false;

  function refresh(): void {
    const current = options.secrets().flatMap(partsOfSecret);
    if (version > 0 && current.every((one) => known.get(one.secret)?.kind === one.kind)) return;
    version++;
    for (const one of current) {
      known.delete(one.secret);
      known.set(one.secret, one);
    }
    for (const old of known.keys()) {
      if (known.size <= KEPT_OLD_SECRETS) break;
      known.delete(old);
    }
    identities.clear();
    cleanUrls.clear();
    const all = [...known.values()];
    findKnown = findKnownSecrets(all);
    findCut = findCutSecret(all);
    quotedSecrets = all.some(isQuoted);
  }

  function identify(secret: string, kind: string): Identity {
    const cached = identities.get(secret);
    if (cached) return cached;
    const stored = known.get(secret);
    const shaped: FoundSecret[] = [];
    if (!stored) {
      const bytes = Buffer.from(secret);
      findByShape(bytes, 0, bytes.length, shaped);
    }
    const whole = shaped.find((one) => one.start === 0 && one.secret.length === secret.length);
    const fingerprint = options.fingerprint(secret);
    const redaction = {
      kind: stored?.kind ?? (whole?.kind === 'gateway-key' ? whole.kind : kind),
      length: secret.length,
      fingerprint,
      ...(secret.length >= 16 && /^[\x21-\x7e]{4}$/.test(secret.slice(-4)) && !/["\\<>]/.test(secret.slice(-4))
        ? { lastFour: secret.slice(-4) }
        : {}),
    };
    const text = markerText(redaction);
    const inUrl = markerInUrl(redaction);
    const identity = {
      redaction,
      text,
      inUrl,
      textBytes: Buffer.from(text),
      inUrlBytes: Buffer.from(inUrl),
      recognisable: Boolean((stored && secret.length >= SHORTEST_SECRET) || whole),
    };
    if (identities.size >= REMEMBERED_IDENTITIES) {
      for (const oldest of identities.keys()) {
        identities.delete(oldest);
        break;
      }
    }
    identities.set(secret, identity);
    return identity;
  }

  function find(bytes: Uint8Array, also: ExchangeSecrets | null, cut: boolean): FoundSecret[] {
    const found: FoundSecret[] = [];
    search(bytes, 0, bytes.length, also, cut, found);
    const quotes = quotedSecrets || also?.quotes === true;
    if (!hasEscapes(bytes, 'json', quotes) && !hasEscapes(bytes, 'percent', quotes)) return found;
    for (let from = 0; ; from += WINDOW_BYTES - WINDOW_OVERLAP_BYTES) {
      const to = Math.min(bytes.length, from + WINDOW_BYTES);
      const inside = unescapeAndSearch(bytes.subarray(from, to), also, cut && to === bytes.length, 0);
      for (const one of inside) found.push({ ...one, start: one.start + from, end: one.end + from });
      if (to === bytes.length) return found;
    }
  }

  function search(
    bytes: Uint8Array,
    start: number,
    end: number,
    also: ExchangeSecrets | null,
    cut: boolean,
    found: FoundSecret[],
  ): void {
    findKnown(bytes, start, end, found);
    findByShape(bytes, start, end, found);
    also?.find(bytes, start, end, found);
    if (cut) findCut(bytes, start, end, found);
  }

  /** What shows once escapes are undone, one kind after the other in either order; offsets are those of `bytes`. */
  function unescapeAndSearch(
    bytes: Uint8Array,
    also: ExchangeSecrets | null,
    cut: boolean,
    level: number,
  ): FoundSecret[] {
    const found: FoundSecret[] = [];
    for (const kind of ESCAPE_KINDS) {
      if (!hasEscapes(bytes, kind, quotedSecrets || also?.quotes === true)) continue;
      const plain = scratch[level] as Unescaped;
      if (!plain.read(bytes, 0, bytes.length, kind)) continue;
      const text = plain.bytes.subarray(0, plain.length);
      const inside: FoundSecret[] = [];
      search(text, 0, text.length, also, cut, inside);
      if (level + 1 < ESCAPE_LEVELS) inside.push(...unescapeAndSearch(text, also, cut, level + 1));
      for (const one of inside) {
        one.start = plain.source(one.start);
        one.end = plain.source(one.end);
        found.push(one);
      }
    }
    return found;
  }

  function redactBytes(bytes: Buffer, where: string, context: BytesContext = {}) {
    const also: ExchangeSecrets | null =
      context.also && context.also.length > 0
        ? { find: findKnownSecrets(context.also), quotes: context.also.some(isQuoted) }
        : null;
    const found = find(bytes, also, context.cut === true);
    const replacements: Replacement[] = found.map((one) => ({
      start: one.start,
      end: one.end,
      found: one,
      continued: false,
    }));
    if (context.streamed) {
      for (const text of splitTexts(bytes, 0, bytes.length)) {
        for (const one of find(text.bytes, also, context.cut === true)) {
          replacements.push(...spread(one, text.pieces));
        }
      }
    }
    if (replacements.length === 0) return { bytes, redactions: [] };
    return replaceAll(bytes, merge(replacements), where, context.inUrl === true);
  }

  function replaceAll(bytes: Buffer, places: readonly Replacement[], where: string, inUrl: boolean) {
    const parts: Buffer[] = [];
    const redactions: Redaction[] = [];
    let at = 0;
    for (const place of places) {
      const identity = identify(place.found.secret, place.found.kind);
      parts.push(bytes.subarray(at, place.start));
      if (place.continued) parts.push(Buffer.from(inUrl ? '~redacted.continued~' : MARKER_CONTINUED));
      else {
        parts.push(inUrl ? identity.inUrlBytes : identity.textBytes);
        redactions.push({ ...identity.redaction, where: `${where} ${place.start}-${place.end}` });
      }
      at = place.end;
    }
    parts.push(bytes.subarray(at));
    return { bytes: Buffer.concat(parts), redactions };
  }

  function redactText(text: string, where: string, also?: readonly KnownSecret[]) {
    const bytes = Buffer.from(text);
    const result = redactBytes(bytes, where, also ? { also } : {});
    return result.bytes === bytes
      ? { text, redactions: [] }
      : { text: result.bytes.toString(), redactions: result.redactions };
  }

  function redactHeaders(headers: RawHeaders, options: { readonly inUrl?: boolean } = {}): RedactedHeaders {
    let out: string[] | null = null;
    const redactions: Redaction[] = [];
    const credentials: KnownSecret[] = [];
    let contentEncoding: string | undefined;
    let contentType: string | undefined;
    for (let at = 0; at + 1 < headers.length; at += 2) {
      const sort = headerSort(headers[at] as string);
      if (sort === 'plain') continue;
      const value = headers[at + 1] as string;
      if (sort === 'content-encoding') contentEncoding = value;
      else if (sort === 'content-type') contentType = value;
      else {
        const inUrl = sort === 'url';
        const spans = inUrl ? urlSpans(value) : credentialSpans(sort, value);
        if (spans.length === 0) continue;
        const where = `header ${(headers[at] as string).toLowerCase()}`;
        const kind = inUrl ? 'credential-parameter' : 'credential-header';
        out ??= headers.slice();
        out[at + 1] = replaceSpans(
          value,
          spans,
          where,
          kind,
          inUrl || options.inUrl === true,
          sort,
          redactions,
          credentials,
        );
      }
    }
    return { headers: out ?? headers, redactions, credentials, contentEncoding, contentType };
  }

  function replaceSpans(
    value: string,
    spans: readonly Span[],
    where: string,
    kind: string,
    inUrl: boolean,
    sort: string,
    redactions: Redaction[],
    credentials: KnownSecret[],
  ): string {
    let out = '';
    let at = 0;
    for (const { start, end } of spans) {
      const secret = value.slice(start, end);
      if (isMarker(secret)) continue;
      const identity = identify(secret, kind);
      out += value.slice(at, start) + (inUrl ? identity.inUrl : identity.text);
      redactions.push({ ...identity.redaction, where });
      at = end;
      if (!identity.recognisable) credentials.push(...ownSecrets(secret, sort, identity.redaction.kind));
    }
    return out + value.slice(at);
  }

  function redactUrl(url: string, where = 'url', also?: readonly KnownSecret[]) {
    const redactions: Redaction[] = [];
    const credentials: KnownSecret[] = [];
    if (cleanUrls.has(url) && !also?.length) return { url, redactions, credentials };
    const spans = urlSpans(url);
    let out =
      spans.length === 0
        ? url
        : replaceSpans(url, spans, where, 'credential-parameter', true, 'parameter', redactions, credentials);
    const bytes = Buffer.from(out);
    const net = redactBytes(bytes, where, { inUrl: true, also });
    if (net.bytes !== bytes) {
      out = net.bytes.toString();
      redactions.push(...net.redactions);
    }
    if (redactions.length === 0 && url.length < 300) {
      if (cleanUrls.size >= REMEMBERED_URLS) cleanUrls.clear();
      cleanUrls.add(url);
    }
    return { url: out, redactions, credentials };
  }

  refresh();
  return {
    get version() {
      return version;
    },
    refresh,
    redactHeaders,
    redactUrl,
    redactText,
    redactBytes,
  };
}

function isQuoted({ secret }: KnownSecret): boolean {
  return /[\p{Cc}"\\]/u.test(secret);
}

/** A credential of several parts (one JSON object) is as secret as its secret parts. */
function partsOfSecret(known: KnownSecret): KnownSecret[] {
  const parts = [known];
  if (!known.secret.trimStart().startsWith('{')) return parts;
  try {
    for (const [name, value] of Object.entries(JSON.parse(known.secret) as Record<string, unknown>)) {
      if (typeof value === 'string' && /key|secret|token|password/i.test(name) && !/^https?:/.test(value)) {
        parts.push({ secret: value, kind: known.kind });
      }
    }
  } catch {
    // No JSON after all: then it is one secret, as it stands.
  }
  return parts;
}

/** What else to look for in the exchange that a credential came with, besides the value itself. */
function ownSecrets(secret: string, sort: string, kind: string): KnownSecret[] {
  // Short cookie values (`true`, `en-US`) are settings, not secrets, and occur everywhere.
  const shortest = sort === 'cookie' || sort === 'set-cookie' ? 16 : SHORTEST_SECRET;
  if (secret.length < shortest) return [];
  const secrets = [{ secret, kind }];
  if ((sort === 'url' || sort === 'parameter') && secret.includes('%')) {
    try {
      secrets.push({ secret: decodeURIComponent(secret), kind });
    } catch {
      // Not valid percent-encoding: what was received is all there is.
    }
  }
  if (sort === 'authorization' && /^[A-Za-z0-9+/]{12,}={0,2}$/.test(secret)) {
    const [, password] =
      /^[\x20-\x7e]*?:([\x20-\x7e]{8,})$/.exec(Buffer.from(secret, 'base64').toString('latin1')) ?? [];
    if (password) secrets.push({ secret: password, kind });
  }
  return secrets;
}

/** Spans of a joined text back to the pieces it came in; none when it lay within one piece and was found there. */
function spread(found: FoundSecret, pieces: readonly { start: number; end: number }[]): Replacement[] {
  const places: Replacement[] = [];
  let offset = 0;
  for (const piece of pieces) {
    const length = piece.end - piece.start;
    const from = Math.max(found.start, offset);
    const to = Math.min(found.end, offset + length);
    if (from < to) {
      const start = piece.start + from - offset;
      places.push({ start, end: start + to - from, found, continued: places.length > 0 });
    }
    offset += length;
    if (offset >= found.end) break;
  }
  return places;
}

/** Sorted, without overlaps; where two overlap, the union goes and the stored secret gives the name. */
function merge(places: Replacement[]): Replacement[] {
  places.sort((a, b) => a.start - b.start || b.end - a.end);
  const merged: Replacement[] = [];
  for (const place of places) {
    const last = merged.at(-1);
    if (!last || place.start >= last.end) {
      merged.push(place);
      continue;
    }
    const better = last.found.kind === 'key-pattern' && place.found.kind !== 'key-pattern' ? place : last;
    merged[merged.length - 1] = {
      start: last.start,
      end: Math.max(last.end, place.end),
      found: better.found,
      continued: last.continued && place.continued,
    };
  }
  return merged;
}

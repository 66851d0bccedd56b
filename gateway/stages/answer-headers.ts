/** Which of a provider's header lines reach the client. Pure. */
import type { RawHeaders } from '../exchange.ts';

const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** True of the provider's own origin and false of this one: transport promises, and permission for web pages to read. */
const FOREIGN: ReadonlySet<string> = new Set([
  'alt-svc',
  'strict-transport-security',
  'public-key-pins',
  'expect-ct',
  'nel',
  'report-to',
]);

/** Describe the bytes as they came, so they go when the body is made anew. */
const BODY_BOUND: ReadonlySet<string> = new Set([
  'content-length',
  'content-encoding',
  'content-type',
  'etag',
  'content-md5',
  'cache-control',
]);

/**
 * A flat, fresh list. `raw` keeps cookies, which an API's answer has no use for. `bodyReplaced` leaves out what
 * described the old body.
 */
export function answerHeaders(headers: RawHeaders, raw: boolean, bodyReplaced = false): string[] {
  const kept: string[] = [];
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const name = (headers[i] as string).toLowerCase();
    if (HOP_BY_HOP.has(name) || FOREIGN.has(name)) continue;
    if (name.startsWith('x-keyward-') || name.startsWith('access-control-')) continue;
    if (!raw && (name === 'set-cookie' || name === 'location')) continue;
    if (bodyReplaced && BODY_BOUND.has(name)) continue;
    kept.push(headers[i] as string, headers[i + 1] as string);
  }
  return kept;
}

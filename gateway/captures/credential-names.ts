/**
 * Which header and query parameter names carry credentials. Names are judged once and remembered: the same two dozen
 * come with every request.
 */
export type HeaderSort =
  | 'authorization'
  | 'cookie'
  | 'set-cookie'
  | 'credential'
  /** Holds a URL whose query may carry credentials. */
  | 'url'
  | 'content-encoding'
  | 'content-type'
  | 'plain';

const EXACT: ReadonlyMap<string, HeaderSort> = new Map<string, HeaderSort>([
  ['authorization', 'authorization'],
  ['proxy-authorization', 'authorization'],
  ['cookie', 'cookie'],
  ['set-cookie', 'set-cookie'],
  ['content-encoding', 'content-encoding'],
  ['content-type', 'content-type'],
  ['location', 'url'],
  ['content-location', 'url'],
  ['operation-location', 'url'],
  ['referer', 'url'],
  ['link', 'url'],
  ['refresh', 'url'],
  ['x-goog-upload-url', 'url'],
  ['x-goog-upload-control-url', 'url'],
  ['ocp-apim-subscription-key', 'credential'],
  ['x-functions-key', 'credential'],
  ['x-amz-security-token', 'credential'],
  ['cf-access-jwt-assertion', 'credential'],
  ['x-ms-client-principal', 'credential'],
]);

const CREDENTIAL =
  /(?:^|[-_.])(?:api[-_]?key|apikey|x[-_]?key|(?:access|auth|secret|private|subscription|account|master|admin|client)[-_]?key|token|jwt|secret|password|passwd|pwd|passphrase|auth|authorization|authentication|credentials?|signature|sig)$|(?:accesstoken|authtoken|idtoken|refreshtoken|sessiontoken|clientsecret|apitoken|secretkey|accesskey)$/;
/** Tokens that say where a listing goes on, not who asks. */
const NO_CREDENTIAL = /(?:page|next|prev|previous|continuation|cursor|sync|skip|max|stop|pad|eos|bos)[-_]?token$/;

const REMEMBERED = 2000;
const headerSorts = new Map<string, HeaderSort>();
const parameterSorts = new Map<string, boolean>();

export function headerSort(name: string): HeaderSort {
  let sort = headerSorts.get(name);
  if (sort !== undefined) return sort;
  const lower = name.toLowerCase();
  sort = EXACT.get(lower) ?? (CREDENTIAL.test(lower) && !NO_CREDENTIAL.test(lower) ? 'credential' : 'plain');
  if (headerSorts.size < REMEMBERED) headerSorts.set(name, sort);
  return sort;
}

/** `name` as it stands in the query, percent-encoding and all. */
export function isCredentialParameter(name: string): boolean {
  let is = parameterSorts.get(name);
  if (is !== undefined) return is;
  const lower = decoded(name).toLowerCase();
  is = lower === 'key' || lower === 'code' || (CREDENTIAL.test(lower) && !NO_CREDENTIAL.test(lower));
  if (parameterSorts.size < REMEMBERED) parameterSorts.set(name, is);
  return is;
}

const SCHEMES =
  /^\s*(?:(?:bearer|basic|digest|token|api-?key|key|apikey|negotiate|ntlm|hmac|aws4-hmac-sha256|googlelogin|oauth|dpop|mutual|hoba|scram-sha-256|tc3-hmac-sha256|hmac-sha256|sso-key|jwt)(?::|\s)\s*)+/i;

export interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * Where the secrets stand in a credential header's value. The scheme word, quotes and blanks around stay: they tell a
 * doubled `Bearer` or a quoted key, and are no secret.
 */
export function credentialSpans(sort: HeaderSort, value: string): Span[] {
  if (sort === 'cookie') return cookieSpans(value);
  if (sort === 'set-cookie') return cookieSpans(value).slice(0, 1);
  const from = sort === 'authorization' || sort === 'credential' ? (SCHEMES.exec(value)?.[0].length ?? 0) : 0;
  return trimmed(value, from, value.length);
}

function cookieSpans(value: string): Span[] {
  const spans: Span[] = [];
  let at = 0;
  while (at <= value.length) {
    let end = value.indexOf(';', at);
    if (end < 0) end = value.length;
    const equals = value.indexOf('=', at);
    spans.push(...trimmed(value, equals >= at && equals < end ? equals + 1 : at, end));
    at = end + 1;
  }
  return spans;
}

function trimmed(value: string, from: number, to: number): Span[] {
  let start = from;
  let end = to;
  while (start < end && ' \t"\'`'.includes(value[start] as string)) start++;
  while (end > start && ' \t"\'`'.includes(value[end - 1] as string)) end--;
  return end > start ? [{ start, end }] : [];
}

/** Values of credential parameters in a URL's query, and user and password before its host. */
export function urlSpans(url: string): Span[] {
  const spans: Span[] = [];
  const user = /^[a-z][a-z0-9+.-]*:\/\/([^/?#@]+)@/i.exec(url);
  if (user) {
    const start = user[0].length - 1 - (user[1] as string).length;
    spans.push({ start, end: user[0].length - 1 });
  }
  let at = url.indexOf('?');
  while (at >= 0 && at < url.length) {
    const from = at + 1;
    let end = from;
    while (end < url.length && !'&;?#> '.includes(url[end] as string)) end++;
    const equals = url.indexOf('=', from);
    if (equals > from && equals + 1 < end && isCredentialParameter(url.slice(from, equals))) {
      spans.push({ start: equals + 1, end });
    }
    at = end < url.length ? end : -1;
  }
  return spans;
}

function decoded(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * Who may talk to the listener at all. A web page on any site can make a browser send requests to this machine, under a
 * name that it makes resolve to 127.0.0.1 (DNS rebinding) or straight across origins; so `Host` must be one of ours and
 * `Origin`, where there is one, too. Pure.
 */
import type { RawHeaders, Refusal } from './exchange.ts';
import { headerValue } from './providers/headers.ts';

const LOOPBACK_NAMES: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

export interface GuardRules {
  /** Names the user allowed besides the loopback's, lower case, without port. */
  readonly allowedHosts: readonly string[];
  readonly allowedOrigins: readonly string[];
}

/** Host name of a `Host` header, lower case, port cut off; undefined when it is no host at all. */
export function hostName(host: string | undefined): string | undefined {
  const match = /^(\[[0-9a-f:.]+\]|[^:\s/@\\]+)(?::\d{1,5})?$/i.exec(host ?? '');
  return match?.[1]?.toLowerCase();
}

export function isLoopbackName(name: string): boolean {
  return LOOPBACK_NAMES.has(name) || name.endsWith('.localhost');
}

/** Undefined when the request may pass. */
export function guardRequest(headers: RawHeaders, rules: GuardRules): Omit<Refusal, 'stage'> | undefined {
  if (countHosts(headers) > 1) {
    return {
      cause: 'bad_request_parameter',
      message: 'The request names more than one Host; which one is meant cannot be told.',
      evidence: [{ what: 'Host headers', where: 'header host', value: String(countHosts(headers)) }],
    };
  }
  const host = headerValue(headers, 'host');
  if (host === undefined || host === '') {
    return {
      cause: 'bad_request_parameter',
      message: 'The request names no host. Send a Host header with the address of this gateway.',
      evidence: [{ what: 'host asked for', where: 'header host', value: 'absent' }],
    };
  }
  const name = hostName(host);
  if (name === undefined || !(isLoopbackName(name) || rules.allowedHosts.includes(name))) {
    return {
      cause: 'permission_missing',
      message: 'This gateway does not answer under that host name. Use 127.0.0.1 or localhost.',
      ownerMessage: `A request came for the host name "${host.slice(0, 100)}", which is not this gateway's. If it is meant to be, add it to the allowed host names.`,
      evidence: [{ what: 'host asked for', where: 'header host', value: host.slice(0, 100) }],
      rule: { name: 'allowedHosts', origin: { from: 'settings', path: 'allowedHosts' }, value: rules.allowedHosts },
    };
  }
  const origin = headerValue(headers, 'origin');
  if (origin !== undefined && !isAllowedOrigin(origin, headers, rules)) {
    return {
      cause: 'permission_missing',
      message: 'A web page of another origin may not use this gateway. Its owner can allow the origin in the settings.',
      ownerMessage: `A web page of ${origin.slice(0, 100)} sent a request. If you trust that page, add it to the allowed origins.`,
      evidence: [{ what: 'origin', where: 'header origin', value: origin.slice(0, 100) }],
      rule: {
        name: 'allowedOrigins',
        origin: { from: 'settings', path: 'allowedOrigins' },
        value: rules.allowedOrigins,
      },
    };
  }
  return undefined;
}

/** Two of them are how one reader is made to check a name and another to use a different one (RFC 9112 §3.2). */
function countHosts(headers: RawHeaders): number {
  let count = 0;
  for (let i = 0; i < headers.length; i += 2) if (headers[i]?.toLowerCase() === 'host') count += 1;
  return count;
}

/** Ours is only the origin that the request itself was sent to. */
export function isAllowedOrigin(origin: string, headers: RawHeaders, rules: GuardRules): boolean {
  return origin === `http://${headerValue(headers, 'host') ?? ''}` || rules.allowedOrigins.includes(origin);
}

/** CORS lines for an origin that the user named; none for any other. */
export function corsHeaders(headers: RawHeaders, rules: GuardRules): string[] {
  const origin = headerValue(headers, 'origin');
  if (origin === undefined || !rules.allowedOrigins.includes(origin)) return [];
  return [
    'access-control-allow-origin',
    origin,
    'vary',
    'origin',
    'access-control-allow-methods',
    'GET, POST, PUT, PATCH, DELETE',
    'access-control-allow-headers',
    headerValue(headers, 'access-control-request-headers') ?? 'authorization, content-type, x-api-key',
    'access-control-expose-headers',
    'x-keyward-capture, x-keyward-provider, x-keyward-model, x-keyward-attempts, x-keyward-cache, x-keyward-cause',
  ];
}

/**
 * Which requests may come near the control interface. It is served to programs of this computer only; a web page in its
 * owner's browser is a program of this computer too, so `Host` and `Origin` decide before any credential is looked at.
 * Pure.
 */
import type { IncomingHttpHeaders } from 'node:http';

export interface Turned {
  readonly status: number;
  readonly code: string;
  readonly sentence: string;
  readonly next: string | null;
}

export interface DoorFacts {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  readonly remoteAddress: string | undefined;
  /** The port that the connection came in on. */
  readonly localPort: number | undefined;
}

const NAMES = ['127.0.0.1', 'localhost', '[::1]'];

/** Undefined: it may come in. */
export function turnAway({ headers, remoteAddress, localPort }: DoorFacts): Turned | undefined {
  if (!isLoopback(remoteAddress)) {
    return refusal(
      'The screens and the control interface are served to this computer only.',
      'Open them there, or through an SSH tunnel.',
    );
  }
  // DNS rebinding: a foreign page's own name is made to lead to 127.0.0.1. The browser still says which name it asked for.
  const hosts = NAMES.flatMap((name) => [`${name}:${localPort}`, ...(localPort === 80 ? [name] : [])]);
  const host = headers.host?.toLowerCase();
  if (host === undefined || !hosts.includes(host)) {
    return refusal(
      'The control interface does not answer under that host name or port.',
      `Open it as http://127.0.0.1:${localPort}/ui/; a tunnel has to keep the port's number.`,
    );
  }
  const { origin } = headers;
  if (origin !== undefined && origin !== `http://${host}`) return foreign();
  // Some requests carry no Origin (images, scripts, forms sent with GET); browsers then still tell how the page relates to us.
  const site = headers['sec-fetch-site'];
  const navigates = headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
  if (origin === undefined && site !== undefined && site !== 'same-origin' && site !== 'none' && !navigates) {
    return foreign();
  }
  return undefined;
}

/**
 * A request that a browser's cookie vouches for must have been sent by our own page. Other ports of this computer count as
 * the same site, so `SameSite` alone does not keep their pages out.
 */
export function isOurPage({ method, headers }: Pick<DoorFacts, 'method' | 'headers'>): boolean {
  if (headers.origin !== undefined) return true; // compared with Host in turnAway
  const site = headers['sec-fetch-site'];
  if (method === 'GET' || method === 'HEAD') return site === undefined || site === 'same-origin' || site === 'none';
  return site === 'same-origin';
}

export function isLoopback(address: string | undefined): boolean {
  if (address === undefined) return false;
  const plain = address.replace(/^::ffff:/i, '');
  return plain === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(plain);
}

function refusal(sentence: string, next: string): Turned {
  return { status: 403, code: 'REFUSED', sentence, next };
}

function foreign(): Turned {
  return refusal('A web page of another origin may not use the control interface.', 'Use the screens under /ui/.');
}

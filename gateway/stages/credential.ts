/** Finds the credentials a caller sent, in every place that the contract accepts. Pure. */
import type { RawHeaders } from '../exchange.ts';

export interface Credential {
  /** Header name in lower case, or `?key=`. */
  readonly from: string;
  /** The credential alone: scheme word removed. */
  readonly value: string;
  /** The header as it came, for telling what is odd about it. */
  readonly raw: string;
  /** Authorization without (or with another) scheme than Bearer. */
  readonly scheme?: string;
}

const KEY_HEADERS: ReadonlySet<string> = new Set(['x-api-key', 'api-key', 'x-goog-api-key']);

/** All credentials in the order they stand; empty ones are left out. */
export function findCredentials(headers: RawHeaders, url: string): Credential[] {
  const found: Credential[] = [];
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const name = (headers[i] as string).toLowerCase();
    const raw = headers[i + 1] as string;
    if (name === 'authorization') {
      const credential = parseAuthorization(raw);
      if (credential) found.push(credential);
    } else if (KEY_HEADERS.has(name) && raw.trim() !== '') {
      found.push({ from: name, value: raw.trim(), raw });
    }
  }
  const query = url.indexOf('?');
  if (query !== -1 && url.includes('key=', query)) {
    const value = new URLSearchParams(url.slice(query + 1)).get('key');
    if (value) found.push({ from: '?key=', value, raw: value });
  }
  return found;
}

function parseAuthorization(raw: string): Credential | undefined {
  const match = /^\s*([A-Za-z][A-Za-z0-9-]*)[ \t]+(.*)$/s.exec(raw);
  if (match) {
    const value = (match[2] as string).trim();
    if (value === '') return undefined;
    return { from: 'authorization', value, raw, scheme: (match[1] as string).toLowerCase() };
  }
  const value = raw.trim();
  return value === '' || /^bearer$/i.test(value) ? undefined : { from: 'authorization', value, raw, scheme: '' };
}

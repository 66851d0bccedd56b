/** Reading flat header lists. Pure. */
import type { RawHeaders } from '../exchange.ts';

/** First value of a header, name in lower case; undefined when absent. */
export function headerValue(headers: RawHeaders, name: string): string | undefined {
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const key = headers[i] as string;
    if (key.length === name.length && (key === name || key.toLowerCase() === name)) return headers[i + 1];
  }
  return undefined;
}

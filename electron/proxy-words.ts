/**
 * The proxy URL that Chromium's answer to "how do I reach this host" names, or null for none: `PROXY h:8080; DIRECT` is
 * `http://h:8080`. The first usable one counts; SOCKS is none that the gateway speaks.
 */
export function proxyUrlOf(answer: string): string | null {
  for (const part of answer.split(';')) {
    const [kind, place] = part.trim().split(/\s+/);
    if (kind === 'DIRECT') return null;
    const scheme = kind === 'PROXY' || kind === 'HTTP' ? 'http' : kind === 'HTTPS' ? 'https' : undefined;
    if (scheme && place && URL.canParse(`${scheme}://${place}`)) return `${scheme}://${place}`;
  }
  return null;
}

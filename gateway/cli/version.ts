import { readFileSync } from 'node:fs';

/** Keyward's version, from package.json: two folders up from the sources and from what was built of them alike. */
export function version(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

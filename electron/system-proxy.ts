import type { Session } from 'electron';
import { proxyUrlOf } from './proxy-words.ts';

/** The longest that the start waits for a proxy script to be found and run. */
const ANSWER_LIMIT_MS = 1_000;

/**
 * The operating system's proxy for the web, as a URL; null for none. Chromium reads the system's settings, scripts
 * (PAC) included, which Node does not. Never rejects.
 */
export async function systemProxy(session: Session): Promise<string | null> {
  const late = new Promise<string>((resolve) => setTimeout(resolve, ANSWER_LIMIT_MS, 'DIRECT').unref());
  const answer = session.resolveProxy('https://example.com/').catch(() => 'DIRECT');
  return proxyUrlOf(await Promise.race([answer, late]));
}

/**
 * Which of a client's header lines go along when its request changes dialect: those that mean the same everywhere. What
 * one maker's API alone understands stays behind, and is listed where it asked for something. Pure.
 */
import type { LedgerEntry } from '../dialects/canonical/losses.ts';
import type { RawHeaders } from '../exchange.ts';

const TRAVELLING: ReadonlySet<string> = new Set([
  'user-agent',
  'accept-language',
  'traceparent',
  'tracestate',
  'baggage',
]);

/** They ask for something that the other dialect's provider will not do. */
const ASKING: ReadonlySet<string> = new Set([
  'anthropic-beta',
  'openai-beta',
  'openai-organization',
  'openai-project',
  'x-goog-user-project',
]);

export interface TravellingHeaders {
  readonly headers: RawHeaders;
  readonly ledger: readonly LedgerEntry[];
}

/** `written`: names (lower case) that rules of the owner's wrote, which mean the provider they are sent to. */
export function travellingHeaders(rawHeaders: RawHeaders, written: ReadonlySet<string> = new Set()): TravellingHeaders {
  const headers: string[] = ['content-type', 'application/json'];
  const ledger: LedgerEntry[] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = (rawHeaders[i] as string).toLowerCase();
    const value = rawHeaders[i + 1] as string;
    if (TRAVELLING.has(name) || written.has(name)) headers.push(name, value);
    else if (ASKING.has(name)) {
      ledger.push({
        path: `header ${name}`,
        action: 'dropped',
        why: 'Only the provider of the caller’s dialect understands it.',
        ...(value.length <= 64 ? { before: value } : {}),
      });
    }
  }
  return { headers, ledger };
}

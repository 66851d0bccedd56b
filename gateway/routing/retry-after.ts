/** How long a provider asks to be left alone, by its headers. Pure. */
import type { RawHeaders } from '../exchange.ts';
import { headerValue } from '../providers/headers.ts';

/** Nobody is kept waiting longer on a header's word. */
const LONGEST_MS = 24 * 3_600_000;

/**
 * Milliseconds; undefined where it does not say, or says nothing that can be read. `retry-after-ms` (OpenAI, Azure) is the
 * finer word and goes before `retry-after` (RFC 9110: seconds or a date).
 */
export function retryAfterMs(headers: RawHeaders, nowMs: number): number | undefined {
  const fine = headerValue(headers, 'retry-after-ms')?.trim();
  if (fine !== undefined && /^\d+(?:\.\d+)?$/.test(fine)) return bounded(Number(fine));
  const told = headerValue(headers, 'retry-after')?.trim();
  if (told === undefined || told === '') return undefined;
  if (/^\d+(?:\.\d+)?$/.test(told)) return bounded(Number(told) * 1000);
  const until = Date.parse(told);
  return Number.isNaN(until) ? undefined : bounded(Math.max(0, until - nowMs));
}

function bounded(ms: number): number {
  return Math.min(ms, LONGEST_MS);
}

/** `x-should-retry`, as OpenAI's and Anthropic's SDKs read it; undefined where it is not sent. */
export function shouldRetry(headers: RawHeaders): boolean | undefined {
  const told = headerValue(headers, 'x-should-retry')?.trim().toLowerCase();
  return told === 'true' ? true : told === 'false' ? false : undefined;
}

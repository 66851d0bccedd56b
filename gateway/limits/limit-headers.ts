/**
 * Limits as headers, by the names that the caller's SDK knows (platform.openai.com/docs/guides/rate-limits,
 * docs.claude.com/en/api/rate-limits). A provider's own header of the same name stays where it leaves less. Pure.
 */
import type { Family } from '../exchange.ts';
import { headerValue } from '../providers/headers.ts';
import { money } from './limit-words.ts';
import { fits, isBudget, type LimitReading, left, tightest } from './reading.ts';

/** Flat. `atMs`: epoch ms that resets count from. `warnAtPercent`: how much of a budget is used before it is told. */
export function limitHeaders(
  family: Family,
  readings: readonly LimitReading[],
  atMs: number,
  warnAtPercent: number,
): string[] {
  const headers: string[] = [];
  // Where one of them refuses, nothing was taken of the others.
  const passed = readings.every(fits);
  for (const [limit, unit] of UNITS) {
    const reading = tightest(readings, limit);
    if (!reading) continue;
    const remaining = String(Math.max(0, left(reading) - (passed ? reading.asked : 0)));
    const allowed = String(reading.allowed);
    if (family === 'anthropic') {
      const reset = new Date(Math.ceil((atMs + reading.resetMs) / 1000) * 1000).toISOString().replace('.000Z', 'Z');
      headers.push(`anthropic-ratelimit-${unit}-limit`, allowed, `anthropic-ratelimit-${unit}-remaining`, remaining);
      headers.push(`anthropic-ratelimit-${unit}-reset`, reset);
    } else {
      headers.push(`x-ratelimit-limit-${unit}`, allowed, `x-ratelimit-remaining-${unit}`, remaining);
      headers.push(`x-ratelimit-reset-${unit}`, duration(reading.resetMs));
    }
  }
  const warned = readings.filter((reading) => isNearEnd(reading, warnAtPercent));
  if (warned.length > 0) headers.push('x-keyward-budget', warned.map(budgetValue).join(', '));
  return headers;
}

const UNITS = [
  ['rpm', 'requests'],
  ['tpm', 'tokens'],
] as const;

export function isNearEnd({ limit, used, allowed }: LimitReading, warnAtPercent: number): boolean {
  return isBudget(limit) && used * 100 >= allowed * warnAtPercent;
}

/** `gateway-key day 83% ($4.15 of $5)`. */
function budgetValue({ of, limit, used, allowed }: LimitReading): string {
  const period = limit === 'budgetDayUsd' ? 'day' : 'month';
  return `${of} ${period} ${Math.floor((used / allowed) * 100)}% (${money(used)} of ${money(allowed)})`;
}

/** As OpenAI writes it: `850ms`, `12s`, `6m0s`. */
function duration(ms: number): string {
  if (ms <= 0) return '0s';
  if (ms < 1000) return `${Math.ceil(ms)}ms`;
  const seconds = Math.ceil(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  return minutes === 0 ? `${seconds}s` : `${minutes}m${seconds % 60}s`;
}

/** A provider's headers with ours among them: of one kind (requests, tokens) the three that leave less. */
export function withLimitHeaders(given: string[], ours: readonly string[] | undefined): string[] {
  if (ours === undefined || ours.length === 0) return given;
  const kept = [...given];
  for (const unit of ['requests', 'tokens']) {
    const own = namesOf(ours, unit);
    if (own.length === 0) continue;
    const remaining = own.find((name) => name.includes('remaining')) ?? '';
    const theirs = numberOf(kept, remaining);
    if (theirs !== undefined && theirs <= (numberOf(ours, remaining) ?? Number.POSITIVE_INFINITY)) continue;
    for (let at = kept.length - 2; at >= 0; at -= 2) {
      if (own.includes((kept[at] as string).toLowerCase())) kept.splice(at, 2);
    }
    push(kept, ours, own);
  }
  push(kept, ours, ['x-keyward-budget']);
  return kept;
}

/** What limits showed when an answer was first given is nobody's business when it is given again. */
export function withoutLimitHeaders(headers: readonly string[]): string[] {
  return headers.filter((_, at) => !LIMIT_HEADER.test(headers[at - (at % 2)] as string));
}

const LIMIT_HEADER = /^(?:x-ratelimit-|anthropic-ratelimit-|x-keyward-budget$)/i;

function push(to: string[], from: readonly string[], names: readonly string[]): void {
  for (let at = 0; at + 1 < from.length; at += 2) {
    if (names.includes(from[at] as string)) to.push(from[at] as string, from[at + 1] as string);
  }
}

function namesOf(headers: readonly string[], unit: string): string[] {
  return headers.filter((name, at) => at % 2 === 0 && name.includes(`-${unit}`) && name.includes('ratelimit'));
}

function numberOf(headers: readonly string[], name: string): number | undefined {
  const text = headerValue(headers, name);
  const number = text === undefined ? Number.NaN : Number(text);
  return Number.isFinite(number) ? number : undefined;
}

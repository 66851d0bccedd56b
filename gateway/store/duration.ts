/** Durations and dates as people type them: `90s`, `15m`, `12h`, `30d`, `2026-12-31`, `2026-12-31T18:00:00Z`. Pure. */
import { StoreError } from './store-error.ts';

const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const LONGEST_MS = 100 * 365 * 86_400_000;
const ISO = /^(\d{4})-(\d{2})-(\d{2})(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/i;

/** Milliseconds of `90s`, `15m`, `12h` or `30d`; undefined for anything else, zero and more than a century included. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d{1,12}(?:\.\d{1,6})?)\s*([smhd])$/i.exec(text.trim());
  if (!match) return undefined;
  const durationMs = Math.round(Number(match[1]) * (UNIT_MS[(match[2] as string).toLowerCase()] as number));
  return durationMs > 0 && durationMs <= LONGEST_MS ? durationMs : undefined;
}

/**
 * The instant of an ISO date or time, milliseconds since the epoch. A date alone is its first moment in UTC; a time
 * without zone is UTC too, so that the same text means the same on every machine. Undefined for anything else, also
 * for days that do not exist (30 February).
 */
export function parseDate(text: string): number | undefined {
  const trimmed = text.trim();
  const match = ISO.exec(trimmed);
  if (!match) return undefined;
  const [, year, month, day] = match.map(Number) as [number, number, number, number];
  const date = new Date(Date.UTC(year, month - 1, day));
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined; // rolled over: no such day
  const withTime = trimmed.length > 10;
  const zoned = /(?:Z|[+-]\d{2}:?\d{2})$/i.test(trimmed.slice(10));
  const instant = Date.parse(withTime ? trimmed.replace(' ', 'T') + (zoned ? '' : 'Z') : trimmed);
  return Number.isNaN(instant) ? undefined : instant;
}

/**
 * When something shall expire: a duration from `nowMs`, or a date. A day alone means the end of that day where this runs: what
 * expires "on the 31st" is good on the 31st. Throws StoreError `invalid` for nonsense and the past.
 */
export function parseExpiry(text: string, nowMs: number): number {
  const durationMs = parseDuration(text);
  const instant = durationMs === undefined ? (endOfDay(text) ?? parseDate(text)) : nowMs + durationMs;
  if (instant === undefined) throw misunderstood(text);
  if (instant <= nowMs) {
    throw new StoreError('invalid', `"${clip(text)}" is in the past.`, 'Give a later date, or a duration such as 30d.');
  }
  return instant;
}

/** The last millisecond of a day written as a date alone, by this machine's clock; undefined for anything else. */
function endOfDay(text: string): number | undefined {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text.trim());
  if (!match || parseDate(text) === undefined) return undefined;
  const [, year, month, day] = match.map(Number) as [number, number, number, number];
  return new Date(year, month - 1, day + 1).getTime() - 1;
}

/** Since when: a duration before `nowMs`, or a date. Throws StoreError `invalid` for nonsense. */
export function parseSince(text: string, nowMs: number): number {
  const durationMs = parseDuration(text);
  const instant = durationMs === undefined ? parseDate(text) : nowMs - durationMs;
  if (instant === undefined) throw misunderstood(text);
  return instant;
}

function misunderstood(text: string): StoreError {
  return new StoreError(
    'invalid',
    `"${clip(text)}" is neither a duration nor a date.`,
    'Write a duration such as 90s, 15m, 12h or 30d, or a date such as 2026-12-31.',
  );
}

function clip(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

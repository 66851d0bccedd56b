/** Numbers and times as people read them, each with its unit. Pure: the clock is an argument. */
import { words } from './words/words.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `just now`, `3 min ago`, `in 5 d`; beyond 30 days the date. */
export function relativeTime(iso: string, nowMs: number): string {
  const t = words.time;
  const awayMs = Date.parse(iso) - nowMs;
  const size = Math.abs(awayMs);
  if (Number.isNaN(size)) return iso;
  if (size < 10_000) return awayMs <= 0 ? t.justNow : t.now;
  const amount =
    size < MINUTE
      ? t.seconds(Math.round(size / 1000))
      : size < HOUR
        ? t.minutes(Math.round(size / MINUTE))
        : size < DAY
          ? t.hours(Math.round(size / HOUR))
          : size < 30 * DAY
            ? t.days(Math.round(size / DAY))
            : null;
  if (amount === null) return shortDate(iso);
  return awayMs <= 0 ? t.ago(amount) : t.in(amount);
}

export function exactTime(iso: string): string {
  const date = new Date(iso);
  return Number.isNaN(date.getTime())
    ? iso
    : date.toLocaleString(words.locale, { dateStyle: 'medium', timeStyle: 'medium' });
}

function shortDate(iso: string): string {
  return new Date(iso).toLocaleDateString(words.locale, { day: 'numeric', month: 'short', year: 'numeric' });
}

/** Time of day with seconds, for one line of a list. */
export function clockTime(iso: string, nowMs: number): string {
  const date = new Date(iso);
  const time = date.toLocaleTimeString(words.locale, {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hour12: false,
  });
  if (nowMs - date.getTime() < 18 * HOUR) return time;
  return `${date.toLocaleDateString(words.locale, { day: 'numeric', month: 'short' })} ${time.slice(0, 5)}`;
}

/** `0.4 ms`, `12 ms`, `1.2 s`, `2 min 3 s`. */
export function duration(ms: number): string {
  if (ms > 0 && ms < 0.05) return '<0.1 ms';
  if (ms < 10) return `${trim(ms, 1)} ms`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < MINUTE) return `${trim(ms / 1000, ms < 10_000 ? 2 : 1)} s`;
  if (ms < HOUR) {
    const seconds = Math.round((ms % MINUTE) / 1000);
    return `${Math.floor(ms / MINUTE)} min${seconds ? ` ${seconds} s` : ''}`;
  }
  return `${trim(ms / HOUR, 1)} h`;
}

/** A moment within an exchange: `+38 ms` after it was accepted. */
export function offset(ms: number): string {
  return `+${duration(ms < 0.05 ? 0 : ms)}`;
}

/** `512 B`, `1.2 KB`, `12 MB` (1 KB is 1024 B). */
export function bytes(size: number): string {
  if (size < 1024) return `${size} B`;
  if (size < 1024 * 1024) return `${trim(size / 1024, size < 10 * 1024 ? 1 : 0)} KB`;
  return `${trim(size / 1024 / 1024, size < 10 * 1024 * 1024 ? 1 : 0)} MB`;
}

/** Small amounts to the millionth: what a request costs is seldom a cent. */
export function dollars(usd: number): string {
  if (usd === 0) return '$0';
  if (usd < 0.000_001) return '<$0.000001';
  return `$${usd < 0.01 ? usd.toFixed(6).replace(/0+$/, '') : usd.toFixed(2)}`;
}

export function count(n: number): string {
  return n.toLocaleString(words.locale);
}

function trim(value: number, digits: number): string {
  return String(Number(value.toFixed(digits)));
}

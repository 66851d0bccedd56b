/**
 * The days and months of budgets: they turn at midnight of this computer's own time zone, and an exchange belongs to the
 * day on which it arrived, however long it takes.
 */

/** `2026-11-29`; its first seven characters are the month. */
export function localDay(timeMs: number): string {
  const date = new Date(timeMs);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

export function monthOf(day: string): string {
  return day.slice(0, 7);
}

/** Epoch ms at which the day or month of that moment ends. */
export function periodEndMs(period: 'day' | 'month', timeMs: number): number {
  const date = new Date(timeMs);
  return period === 'day'
    ? new Date(date.getFullYear(), date.getMonth(), date.getDate() + 1).getTime()
    : new Date(date.getFullYear(), date.getMonth() + 1, 1).getTime();
}

function two(part: number): string {
  return part < 10 ? `0${part}` : String(part);
}

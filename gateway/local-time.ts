/** Times for sentences that people read, by this computer's clock. Pure: the moment is an argument. */

/** `14:02`. */
export function localClock(ms: number): string {
  const date = new Date(ms);
  return `${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** `14:02:09`. */
export function localSeconds(ms: number): string {
  return `${localClock(ms)}:${two(new Date(ms).getSeconds())}`;
}

/** `2026-12-01, 00:00`. */
export function localMoment(ms: number): string {
  const date = new Date(ms);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}, ${localClock(ms)}`;
}

const two = (n: number) => String(n).padStart(2, '0');

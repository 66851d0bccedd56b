/** Where stretches of time begin, by the calendar of this machine: a day is the user's day, a week begins on Monday. Pure. */
export const STEPS = ['minute', 'hour', 'day', 'week', 'month'] as const;
export type Step = (typeof STEPS)[number];

/** Beginning of the stretch that holds this moment; epoch milliseconds. */
export function startOf(step: Step, ms: number): number {
  const date = new Date(ms);
  switch (step) {
    case 'minute':
      return date.setSeconds(0, 0);
    case 'hour':
      return date.setMinutes(0, 0, 0);
    case 'day':
      return date.setHours(0, 0, 0, 0);
    case 'week': {
      const day = date.setHours(0, 0, 0, 0);
      const back = (new Date(day).getDay() + 6) % 7;
      return new Date(day).setDate(new Date(day).getDate() - back);
    }
    case 'month':
      date.setDate(1);
      return date.setHours(0, 0, 0, 0);
  }
}

/** Beginning of the next stretch; a day may have 23 hours or 25. */
export function nextStart(step: Step, startMs: number): number {
  const date = new Date(startMs);
  switch (step) {
    case 'minute':
      return startMs + 60_000;
    case 'hour':
      return startMs + 3_600_000;
    case 'day':
      return date.setDate(date.getDate() + 1);
    case 'week':
      return date.setDate(date.getDate() + 7);
    case 'month':
      return date.setMonth(date.getMonth() + 1);
  }
}

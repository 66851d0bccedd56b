import { expect, it } from 'vitest';
import { refusalSentence } from '../../gateway/limits/limit-words.ts';

it.each([
  [40_000, 'in a minute'],
  [35 * 60_000, 'in 35 minutes'],
  [60 * 60_000, 'in an hour'],
  [61 * 60_000, 'in 2 hours'],
])('a spent budget that begins anew in %i ms does so %s', (resetMs, words) => {
  const spent = {
    limit: 'budgetDayUsd',
    of: 'route',
    id: 'r',
    name: 'r',
    allowed: 1,
    used: 2,
    held: 0,
    asked: 0,
    resetMs,
  } as const;
  expect(refusalSentence(spent, [spent])).toContain(`begins anew at midnight, ${words}.`);
});

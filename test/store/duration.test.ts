import { describe, expect, it } from 'vitest';
import { parseDate, parseDuration, parseExpiry, parseSince } from '../../gateway/store/duration.ts';
import { StoreError } from '../../gateway/store/store-error.ts';

const NOW = Date.parse('2026-11-23T12:00:00Z');

describe('durations', () => {
  it.each([
    ['90s', 90_000],
    ['15m', 900_000],
    ['12h', 43_200_000],
    ['30d', 2_592_000_000],
    [' 1.5H ', 5_400_000],
    ['2 d', 172_800_000],
  ])('reads %s', (text, durationMs) => expect(parseDuration(text)).toBe(durationMs));

  it.each(['', '90', 's', '0d', '-1h', '1w', '1y', '1h30m', '1e3s', '9999999d', 'NaNs', '٣d', '1 0s'])(
    'takes "%s" for no duration',
    (text) => expect(parseDuration(text)).toBeUndefined(),
  );
});

describe('dates', () => {
  it.each([
    ['2026-12-31', '2026-12-31T00:00:00.000Z'],
    ['2026-12-31T18:00', '2026-12-31T18:00:00.000Z'],
    ['2026-12-31 18:00:30', '2026-12-31T18:00:30.000Z'],
    ['2026-12-31T18:00:00.5+02:00', '2026-12-31T16:00:00.500Z'],
    ['2028-02-29', '2028-02-29T00:00:00.000Z'],
  ])('reads %s', (text, iso) => expect(new Date(parseDate(text) as number).toISOString()).toBe(iso));

  it.each([
    '2026-02-30',
    '2026-13-01',
    '31.12.2026',
    '12/31/2026',
    'tomorrow',
    '2026',
    '1767139200',
    '2026-12-31T25:00Z',
  ])('takes "%s" for no date, instead of guessing', (text) => expect(parseDate(text)).toBeUndefined());
});

describe('an expiry', () => {
  it('is counted from now, or stands as the date says', () => {
    expect(parseExpiry('30d', NOW)).toBe(NOW + 30 * 86_400_000);
    expect(parseExpiry('2026-12-31T00:00:00Z', NOW)).toBe(Date.parse('2026-12-31T00:00:00Z'));
  });

  it('on a day is good to the end of that day, by the clock on the wall', () => {
    const before = process.env.TZ;
    try {
      for (const [zone, end] of [
        ['Asia/Tokyo', '2026-12-31T14:59:59.999Z'],
        ['America/Los_Angeles', '2027-01-01T07:59:59.999Z'],
        ['UTC', '2026-12-31T23:59:59.999Z'],
      ] as const) {
        process.env.TZ = zone;
        expect(new Date(parseExpiry('2026-12-31', NOW)).toISOString()).toBe(end);
      }
    } finally {
      if (before === undefined) delete process.env.TZ;
      else process.env.TZ = before;
    }
  });

  it('today is not in the past', () => {
    const today = new Date(NOW);
    const day = `${today.getFullYear()}-${String(today.getMonth() + 1).padStart(2, '0')}-${String(today.getDate()).padStart(2, '0')}`;
    expect(parseExpiry(day, NOW)).toBeGreaterThan(NOW);
  });

  it('in the past is refused with a sentence and a next action', () => {
    const refusal = catchError(() => parseExpiry('2026-11-01', NOW));
    expect(refusal).toMatchObject({ code: 'invalid', message: '"2026-11-01" is in the past.' });
    expect(refusal.next).toContain('30d');
  });

  it('that is nonsense is refused with examples of what would do', () => {
    expect(catchError(() => parseExpiry('soon', NOW)).next).toContain('90s, 15m, 12h or 30d');
    expect(catchError(() => parseExpiry('x'.repeat(10_000), NOW)).message.length).toBeLessThan(120);
  });
});

it('"since" looks back from now', () => {
  expect(parseSince('1h', NOW)).toBe(NOW - 3_600_000);
  expect(parseSince('2026-11-01', NOW)).toBe(Date.parse('2026-11-01T00:00:00Z'));
});

function catchError(work: () => unknown): StoreError {
  try {
    work();
  } catch (error) {
    if (error instanceof StoreError) return error;
  }
  throw new Error('it did not refuse');
}

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  binOf,
  countOf,
  countUpTo,
  histogramOf,
  mergeHistograms,
  percentile,
  upperBoundMs,
} from '../../gateway/usage/histogram.ts';

const duration = fc.oneof(fc.double({ min: 0, max: 5, noNaN: true }), fc.double({ min: 0, max: 900_000, noNaN: true }));
const durations = fc.array(duration, { minLength: 1, maxLength: 60 });
const of = (all: readonly number[]) => histogramOf(all.map(binOf));

describe('a histogram of durations', () => {
  it('puts each duration into the first bin that is not below it', () => {
    fc.assert(
      fc.property(duration, (ms) => {
        const bin = binOf(ms);
        expect(ms).toBeLessThanOrEqual(upperBoundMs(bin) * (1 + 1e-9));
        if (bin > 0) expect(ms).toBeGreaterThan(upperBoundMs(bin - 1) * (1 - 1e-9));
      }),
    );
  });

  it('takes what it cannot measure for the least and the most there is', () => {
    expect(binOf(0)).toBe(0);
    expect(binOf(Number.NaN)).toBe(0);
    expect(upperBoundMs(binOf(1e12))).toBe(Number.POSITIVE_INFINITY);
  });

  it('is the same whether it was counted in one place or in several', () => {
    fc.assert(
      fc.property(durations, durations, durations, (a, b, c) => {
        const whole = of([...a, ...b, ...c]);
        expect(mergeHistograms(mergeHistograms(of(a), of(b)), of(c))).toEqual(whole);
        expect(mergeHistograms(of(c), mergeHistograms(of(b), of(a)))).toEqual(whole);
        expect(countOf(whole)).toBe(a.length + b.length + c.length);
      }),
    );
  });

  it('knows exactly how many stayed within the bounds that it is exported with', () => {
    fc.assert(
      fc.property(durations, fc.integer({ min: 0, max: 19 }), (all, power) => {
        expect(countUpTo(of(all), 2 ** power)).toBe(all.filter((ms) => ms <= 2 ** power).length);
      }),
    );
  });

  it('tells a percentile to within a fifth', () => {
    fc.assert(
      fc.property(durations, fc.constantFrom(0.5, 0.95, 0.99), (all, share) => {
        const sorted = [...all].sort((one, other) => one - other);
        const exact = sorted[Math.max(0, Math.ceil(share * all.length) - 1)] as number;
        const told = percentile(of(all), share) as number;
        expect(Math.abs(told - exact)).toBeLessThanOrEqual(Math.max(0.0625, exact * 0.2));
      }),
    );
  });

  it('of nothing has no percentile', () => {
    expect(percentile([], 0.5)).toBeUndefined();
  });
});

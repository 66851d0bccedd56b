/**
 * Durations, counted in bins whose bounds never change: four to each doubling, from a sixteenth of a millisecond to about
 * seventeen minutes. So counts of different times, apps and machines add up, and a percentile read from them is off by
 * less than a fifth of its value. Pure.
 */

/** `[bin, count, bin, count, …]`, bins ascending: what travels and what is stored. */
export type SparseHistogram = readonly number[];

const PER_DOUBLING = 4;
/** Bin 0 holds everything up to 2^-4 ms. */
const LOWEST_POWER = -4;
const HIGHEST_POWER = 20;
const LAST_BIN = (HIGHEST_POWER - LOWEST_POWER) * PER_DOUBLING + 1;

/** The bin of a duration: the one whose upper bound is the first that is not below it. */
export function binOf(ms: number): number {
  if (!(ms > 2 ** LOWEST_POWER)) return 0;
  const bin = Math.ceil(Math.log2(ms) * PER_DOUBLING - 1e-9) - LOWEST_POWER * PER_DOUBLING;
  return Math.min(bin, LAST_BIN);
}

/** Upper bound of a bin, ms, itself included; the last one has none. */
export function upperBoundMs(bin: number): number {
  return bin >= LAST_BIN ? Number.POSITIVE_INFINITY : 2 ** (bin / PER_DOUBLING + LOWEST_POWER);
}

const tally = new Uint32Array(LAST_BIN + 1);

/** From bins as they came, one for each duration. */
export function histogramOf(bins: readonly number[]): SparseHistogram {
  if (bins.length === 0) return NOTHING;
  if (bins.length === 1) return [bins[0] as number, 1];
  let lowest = LAST_BIN;
  let highest = 0;
  for (const bin of bins) {
    tally[bin] = (tally[bin] as number) + 1;
    if (bin < lowest) lowest = bin;
    if (bin > highest) highest = bin;
  }
  const histogram: number[] = [];
  for (let bin = lowest; bin <= highest; bin++) {
    const count = tally[bin] as number;
    if (count === 0) continue;
    histogram.push(bin, count);
    tally[bin] = 0;
  }
  return histogram;
}

const NOTHING: SparseHistogram = [];

export function mergeHistograms(one: SparseHistogram, other: SparseHistogram): SparseHistogram {
  if (one.length === 0) return other;
  if (other.length === 0) return one;
  const merged: number[] = [];
  let at = 0;
  for (let from = 0; from < other.length; from += 2) {
    const bin = other[from] as number;
    while (at < one.length && (one[at] as number) < bin) merged.push(one[at++] as number, one[at++] as number);
    const count = one[at] === bin ? (one[at + 1] as number) : 0;
    if (count > 0) at += 2;
    merged.push(bin, count + (other[from + 1] as number));
  }
  while (at < one.length) merged.push(one[at++] as number);
  return merged;
}

export function countOf(histogram: SparseHistogram): number {
  let count = 0;
  for (let at = 1; at < histogram.length; at += 2) count += histogram[at] as number;
  return count;
}

/** How many took at most that long; exact where `ms` is a bound of a bin. */
export function countUpTo(histogram: SparseHistogram, ms: number): number {
  const last = binOf(ms);
  let count = 0;
  for (let at = 0; at < histogram.length && (histogram[at] as number) <= last; at += 2) {
    count += histogram[at + 1] as number;
  }
  return count;
}

/** The duration, ms, that this share (0..1) of all did not exceed; undefined of none. */
export function percentile(histogram: SparseHistogram, share: number): number | undefined {
  const wanted = share * countOf(histogram);
  let passed = 0;
  for (let at = 0; at < histogram.length; at += 2) {
    const bin = histogram[at] as number;
    const count = histogram[at + 1] as number;
    if (passed + count >= wanted) {
      const upper = bin >= LAST_BIN ? 2 ** HIGHEST_POWER : upperBoundMs(bin);
      const lower = bin === 0 ? 0 : upperBoundMs(bin - 1);
      return lower + (upper - lower) * Math.min(1, Math.max(0, (wanted - passed) / count));
    }
    passed += count;
  }
  return undefined;
}

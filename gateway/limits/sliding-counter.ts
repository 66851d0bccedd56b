/**
 * Counts what happened in the last minute, in buckets of a second. What is counted stays until its whole bucket is older
 * than the window, so that any 60 seconds, wherever they begin, hold at most what this counter showed: a limit checked
 * against it is never exceeded, and refuses at most one bucket too early. A fixed 61 numbers, however much is counted.
 */

export const WINDOW_MS = 60_000;
export const BUCKET_MS = 1_000;
const BUCKETS = WINDOW_MS / BUCKET_MS + 1;

export class SlidingCounter {
  readonly #sums = new Float64Array(BUCKETS);
  /** Number of the newest bucket: time divided by BUCKET_MS. */
  #newest = 0;
  #total = 0;

  /** `nowMs`: a clock that never runs backwards. Returns the bucket, for `takeBack`. */
  add(amount: number, nowMs: number): number {
    this.#advance(nowMs);
    this.#sums[this.#newest % BUCKETS] = (this.#sums[this.#newest % BUCKETS] as number) + amount;
    this.#total += amount;
    return this.#newest;
  }

  /** As if it had never been added; nothing where it has left the window already. */
  takeBack(amount: number, bucket: number, nowMs: number): void {
    this.#advance(nowMs);
    if (bucket <= this.#newest - BUCKETS) return;
    this.#sums[bucket % BUCKETS] = (this.#sums[bucket % BUCKETS] as number) - amount;
    this.#total -= amount;
  }

  used(nowMs: number): number {
    this.#advance(nowMs);
    return this.#total;
  }

  /** Until at most `most` is used, were nothing added; null where `most` is less than nothing. */
  waitMs(most: number, nowMs: number): number | null {
    this.#advance(nowMs);
    if (most < 0) return null;
    let left = this.#total;
    if (left <= most) return 0;
    for (let bucket = Math.max(0, this.#newest - BUCKETS + 1); bucket <= this.#newest; bucket++) {
      left -= this.#sums[bucket % BUCKETS] as number;
      if (left <= most) return (bucket + BUCKETS) * BUCKET_MS - nowMs;
    }
    return null;
  }

  /** Until nothing is used, were nothing added. */
  resetMs(nowMs: number): number {
    this.#advance(nowMs);
    if (this.#total === 0) return 0;
    let bucket = this.#newest;
    while (bucket > 0 && this.#sums[bucket % BUCKETS] === 0) bucket--;
    return (bucket + BUCKETS) * BUCKET_MS - nowMs;
  }

  #advance(nowMs: number): void {
    const bucket = Math.floor(nowMs / BUCKET_MS);
    if (bucket <= this.#newest) return;
    const from = Math.max(this.#newest + 1, bucket - BUCKETS + 1);
    for (let fresh = from; fresh <= bucket; fresh++) {
      this.#total -= this.#sums[fresh % BUCKETS] as number;
      this.#sums[fresh % BUCKETS] = 0;
    }
    this.#newest = bucket;
  }
}

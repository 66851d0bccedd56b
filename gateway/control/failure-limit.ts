const WINDOW_MS = 60_000;
const FREE_FAILURES = 20;

/** Counts failed sign-ins. Who has a valid credential is never asked here, so a flood of bad ones locks nobody out. */
export class FailureLimit {
  readonly #now: () => number;
  #windowStart = 0;
  #failures = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Counts one failure; the seconds to wait before the next one, 0 while there were few. */
  count(): number {
    const now = this.#now();
    // A clock that was set back must not make a window that never ends.
    if (now - this.#windowStart >= WINDOW_MS || now < this.#windowStart) {
      this.#windowStart = now;
      this.#failures = 0;
    }
    this.#failures += 1;
    return this.#failures > FREE_FAILURES ? Math.ceil((this.#windowStart + WINDOW_MS - now) / 1000) : 0;
  }
}

/**
 * Deadlines that are nearly always called off: one timer looks after all of them ten times a second. A timer of its own
 * for each took 5 µs of a request three times over, as much as all stages before `route` together.
 */
export interface Deadline {
  /** Calls it off; nothing happens where it has passed or been called off already. */
  end(): void;
  /** Begins to count anew. */
  renew(): void;
}

const LOOK_EVERY_MS = 100;

/**
 * Those that run, linked one to the next. A Set would do but for the garbage collector: it copies its table every few
 * dozen changes, an old copy that has grown old still points to the next, and so on; through them a third of all
 * exchanges outlived their end until the next full collection.
 */
let first: RunningDeadline | undefined;
let timer: NodeJS.Timeout | undefined;

class RunningDeadline implements Deadline {
  readonly #afterMs: number;
  readonly #expire: () => void;
  #before: RunningDeadline | undefined;
  #after: RunningDeadline | undefined;
  #isRunning = true;
  #dueAt: number;

  constructor(afterMs: number, expire: () => void) {
    this.#afterMs = afterMs;
    this.#expire = expire;
    this.#dueAt = performance.now() + afterMs;
    this.#after = first;
    if (first) first.#before = this;
    first = this;
  }

  end(): void {
    if (!this.#isRunning) return;
    this.#isRunning = false;
    if (this.#before) this.#before.#after = this.#after;
    else first = this.#after;
    if (this.#after) this.#after.#before = this.#before;
    this.#before = undefined;
    this.#after = undefined;
  }

  renew(): void {
    this.#dueAt = performance.now() + this.#afterMs;
  }

  /** Adds to `due` all that have expired by then. */
  static collectDue(nowMs: number, due: RunningDeadline[]): void {
    for (let one = first; one; one = one.#after) if (one.#dueAt <= nowMs) due.push(one);
  }

  /** Nothing, where another's expiry has called it off meanwhile. */
  expire(): void {
    if (!this.#isRunning) return;
    this.end();
    this.#expire();
  }
}

/** Calls `expire` once `afterMs` have passed (a tenth of a second later at most), unless it is ended before. */
export function startDeadline(afterMs: number, expire: () => void): Deadline {
  const deadline = new RunningDeadline(afterMs, expire);
  // Nothing that waits for a deadline keeps the process by that alone: it has a socket that does.
  timer ??= setInterval(look, LOOK_EVERY_MS).unref();
  return deadline;
}

function look(): void {
  const now = performance.now();
  if (!first) {
    clearInterval(timer);
    timer = undefined;
    return;
  }
  const due: RunningDeadline[] = [];
  RunningDeadline.collectDue(now, due);
  for (const deadline of due) deadline.expire();
}

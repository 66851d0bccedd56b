/**
 * How long this machine stood still lately, judged by a heartbeat's worst lateness. Promises in milliseconds are made for
 * a machine that gets to run; on a shared one a test adds what it was kept waiting for.
 */
export interface StallWatch {
  /** Worst lateness since the start, ms. */
  worstMs(): number;
  stop(): void;
}

const BEAT_MS = 5;

export function watchStalls(): StallWatch {
  let last = performance.now();
  let worst = 0;
  const timer = setInterval(() => {
    const now = performance.now();
    worst = Math.max(worst, now - last - BEAT_MS);
    last = now;
  }, BEAT_MS);
  return { worstMs: () => worst, stop: () => clearInterval(timer) };
}

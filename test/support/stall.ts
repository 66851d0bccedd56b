import { readdirSync, readFileSync } from 'node:fs';

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

/**
 * How long a gateway's threads could really run: of a time, what is left without the waits for a processor of the thread that
 * answers and of the one that writes captures, as the kernel counts them. Linux only; elsewhere nothing is taken off.
 */
export interface RunWatch {
  /** Between two readings of the clock, ms; errs on the short side. */
  ranMs(from: number, to: number): number;
  stop(): void;
}

export function watchRunning(pid: number, clock: () => number): RunWatch {
  const samples: { readonly at: number; readonly waitedMs: number }[] = [];
  const sample = () => {
    // What is gone tells nothing any more.
    const waitedMs = Math.max(waitedForProcessorMs(pid), samples.at(-1)?.waitedMs ?? 0);
    samples.push({ at: clock(), waitedMs });
  };
  sample();
  const timer = setInterval(sample, BEAT_MS);
  return {
    ranMs: (from, to) => {
      const before = samples.findLast(({ at }) => at <= from) ?? samples[0];
      const after = samples.find(({ at }) => at >= to) ?? samples.at(-1);
      return to - from - ((after?.waitedMs ?? 0) - (before?.waitedMs ?? 0));
    },
    stop: () => {
      sample();
      clearInterval(timer);
    },
  };
}

/** Since the process began, both threads together. Source: Documentation/scheduler/sched-stats.rst, /proc/PID/task/TID/schedstat. */
function waitedForProcessorMs(pid: number): number {
  let waitedMs = 0;
  try {
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      const folder = `/proc/${pid}/task/${thread}`;
      if (Number(thread) !== pid && readFileSync(`${folder}/comm`, 'utf8').trim() !== 'captures') continue;
      waitedMs += Number(readFileSync(`${folder}/schedstat`, 'utf8').split(' ')[1]) / 1e6;
    }
  } catch {
    // No Linux, or no such process any more.
  }
  return waitedMs;
}

import { performance } from 'node:perf_hooks';
import { giveMemoryBack } from './give-memory-back.ts';

const LOOK_EVERY_MS = 2_000;
/** Of the time between two looks; an idle gateway takes a tenth of that. */
const QUIET_SHARE = 0.03;
/** Work (CPU time of the process) after which resting is worth its own. */
const WORTH_MS = 250;

export interface RestOptions {
  /** Exchanges in flight. */
  readonly active: () => number;
  /** What else can give memory back, once the whole process is quiet. */
  readonly also: () => void;
}

/** Gives memory back after the start and after every burst, in the first quiet moment; returns what ends it. */
export function restWhenQuiet({ active, also }: RestOptions): () => void {
  let busySinceRestMs = Number.POSITIVE_INFINITY;
  let seen = performance.eventLoopUtilization();
  let seenMs = 0;
  let restedMs = 0;
  const timer = setInterval(() => {
    const busyMs = performance.eventLoopUtilization(seen).active;
    seen = performance.eventLoopUtilization();
    busySinceRestMs += busyMs;
    const usedMs = cpuMs();
    const processQuiet = usedMs - seenMs < LOOK_EVERY_MS * QUIET_SHARE;
    seenMs = usedMs;
    if (active() > 0 || busyMs >= LOOK_EVERY_MS * QUIET_SHARE) return;
    // This thread's own memory does not wait for the captures' thread, which puts a burst in order for a long while after.
    if (busySinceRestMs > WORTH_MS) {
      giveMemoryBack();
      busySinceRestMs = 0;
      seen = performance.eventLoopUtilization();
    }
    // What resting itself takes, in two threads, is no work to rest from.
    if (!processQuiet || usedMs - restedMs <= WORTH_MS) return;
    also();
    restedMs = cpuMs();
  }, LOOK_EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

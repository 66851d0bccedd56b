import { performance } from 'node:perf_hooks';
import { giveMemoryBack } from './give-memory-back.ts';

const LOOK_EVERY_MS = 2_000;
/** Of the time between two looks; an idle gateway takes a tenth of that. */
const QUIET_SHARE = 0.03;
/**
 * After a burst so many looks in a row have to be quiet: a minute. With its garbage a thread loses its compiled code, and
 * the next requests take three times as much until that is made anew; between two calls of an app lie seconds. After the
 * start nothing of that kind is lost yet.
 */
const QUIET_LOOKS = 30;
/** Work (CPU time of the process) after which resting is worth its own. */
const WORTH_MS = 250;

export interface RestOptions {
  /** Exchanges in flight. */
  readonly active: () => number;
  /** What else can give memory back, once the whole process is quiet. */
  readonly also: () => void;
}

/** Gives memory back after the start, in the first quiet moment, and a minute after every burst; returns what ends it. */
export function restWhenQuiet({ active, also }: RestOptions): () => void {
  let busySinceRestMs = Number.POSITIVE_INFINITY;
  let seen = performance.eventLoopUtilization();
  let seenMs = 0;
  let restedMs = 0;
  let quietLooks = 0;
  let wantedLooks = 1;
  const timer = setInterval(() => {
    const busyMs = performance.eventLoopUtilization(seen).active;
    seen = performance.eventLoopUtilization();
    busySinceRestMs += busyMs;
    const usedMs = cpuMs();
    const processQuiet = usedMs - seenMs < LOOK_EVERY_MS * QUIET_SHARE;
    seenMs = usedMs;
    if (active() > 0 || busyMs >= LOOK_EVERY_MS * QUIET_SHARE) {
      quietLooks = 0;
      return;
    }
    quietLooks += 1;
    if (quietLooks < wantedLooks) return;
    // This thread's own memory does not wait for the captures' thread, which puts a burst in order for a long while after.
    if (busySinceRestMs > WORTH_MS) {
      giveMemoryBack();
      busySinceRestMs = 0;
      wantedLooks = QUIET_LOOKS;
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

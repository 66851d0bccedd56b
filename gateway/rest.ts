import { giveMemoryBack } from './give-memory-back.ts';

const LOOK_EVERY_MS = 2_000;
/** Of the time between two looks; an idle gateway takes a tenth of that. */
const QUIET_SHARE = 0.03;
/** Work (CPU time of the process) after which resting is worth its own. */
const WORTH_MS = 250;

export interface RestOptions {
  /** Exchanges in flight. */
  readonly active: () => number;
  /** What else can give memory back. */
  readonly also: () => void;
}

/** Gives memory back after the start and after every burst, in the first quiet moment; returns what ends it. */
export function restWhenQuiet({ active, also }: RestOptions): () => void {
  let seenMs = 0;
  let restedMs = 0;
  const timer = setInterval(() => {
    const usedMs = cpuMs();
    const quiet = usedMs - seenMs < LOOK_EVERY_MS * QUIET_SHARE && active() === 0;
    // What resting itself takes, in two threads, is no work to rest from.
    const tired = usedMs - restedMs > WORTH_MS;
    seenMs = usedMs;
    if (!quiet || !tired) return;
    also();
    giveMemoryBack();
    restedMs = cpuMs();
    seenMs = restedMs;
  }, LOOK_EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

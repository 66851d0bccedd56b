/** Starts the thread that owns captures.db; it opens the file when the recorder tells it to. */
import { Worker } from 'node:worker_threads';
import { sqliteMissing } from './database.ts';

/** The bundler writes the worker as captures-worker.js beside whatever file this ends up in. */
const URL_OF_WORKER = new URL(
  import.meta.url.endsWith('.ts') ? './worker.ts' : './captures-worker.js',
  import.meta.url,
);

/** It makes few objects and keeps none: a small young generation spares 7 MB and costs it nothing measurable. */
const YOUNG_GENERATION_MB = 4;

let waiting: Worker | undefined;

/**
 * Lets the thread start while the main thread is still loading and opening the home, of which it takes a quarter. One
 * that nobody comes for does not keep the process.
 */
export function startCaptureThreadEarly(): void {
  if (waiting || sqliteMissing()) return;
  const worker = start(URL_OF_WORKER);
  waiting = worker;
  worker.unref();
  // The recorder starts another one, and hears of that one's fault.
  worker.once('error', () => undefined);
  worker.once('exit', () => {
    if (waiting === worker) waiting = undefined;
  });
}

export function takeCaptureThread(): Worker {
  const worker = waiting ?? start(URL_OF_WORKER);
  waiting = undefined;
  worker.ref();
  return worker;
}

function start(url: URL): Worker {
  return new Worker(url, { name: 'captures', resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB } });
}

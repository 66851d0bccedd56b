/**
 * Counts texts by a tokenizer in a thread of its own: loading one takes a quarter of a second and 65 MB, which is nothing
 * for the main thread to wait for, nor for a home to hold that counts no tokens. The thread starts with the first
 * question and ends when none has come for a while.
 */
import { Worker } from 'node:worker_threads';
import type { TextsCounted } from './count-text.ts';
import type { Encoding } from './encodings.ts';
import type { FromCount, ToCount } from './tokens-worker.ts';

/** Resolves with undefined where it cannot be counted just now; never rejects. The caller then estimates. */
export type CountTexts = (encoding: Encoding, texts: readonly string[]) => Promise<TextsCounted | undefined>;

export interface TokenCounter {
  readonly count: CountTexts;
  /** Ends the thread; what is still waiting resolves with undefined. */
  close(): Promise<void>;
}

/** The bundler writes the worker as tokens-worker.js beside whatever file this ends up in. */
const URL_OF_WORKER = new URL(
  import.meta.url.endsWith('.ts') ? './tokens-worker.ts' : './tokens-worker.js',
  import.meta.url,
);

/** A coding agent asks every few seconds while it works, and then not for hours. */
const IDLE_MS = 60_000;

/** Of one question, which is copied to the thread at once: over a million tokens, some 10 ms. */
const MOST_CHARACTERS = 5_000_000;

/** Of all that waits. Beyond it nothing more is taken on. */
const MOST_WAITING = 32_000_000;

/** The texts of one question live here; the tokenizer itself grows old at once. */
const YOUNG_GENERATION_MB = 4;

interface Waiting {
  readonly characters: number;
  readonly done: (counted: TextsCounted | undefined) => void;
}

export function createTokenCounter(idleMs = IDLE_MS): TokenCounter {
  const waiting = new Map<number, Waiting>();
  let waitingCharacters = 0;
  let lastId = 0;
  let thread: Worker | undefined;
  let idle: NodeJS.Timeout | undefined;

  const settle = (id: number, counted: TextsCounted | undefined) => {
    const job = waiting.get(id);
    if (!job) return;
    waiting.delete(id);
    waitingCharacters -= job.characters;
    if (waiting.size === 0) rest();
    job.done(counted);
  };

  /** Nothing waits: the thread alone keeps no process, and ends after a while. */
  const rest = () => {
    thread?.unref();
    idle = setTimeout(() => void end(), idleMs);
    idle.unref();
  };

  const end = async () => {
    clearTimeout(idle);
    const ending = thread;
    thread = undefined;
    for (const id of [...waiting.keys()]) settle(id, undefined);
    clearTimeout(idle);
    await ending?.terminate();
  };

  const start = (): Worker => {
    const started = new Worker(URL_OF_WORKER, {
      name: 'tokens',
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
    });
    started.on('message', ({ id, counted }: FromCount) => settle(id, counted));
    // A thread that died has answered nobody; the next question starts another.
    const died = () => {
      if (thread === started) void end();
    };
    started.once('error', died);
    started.once('exit', died);
    return started;
  };

  return {
    count: (encoding, texts) => {
      const characters = texts.reduce((sum, text) => sum + text.length, 0);
      if (characters > MOST_CHARACTERS || waitingCharacters + characters > MOST_WAITING) {
        return Promise.resolve(undefined);
      }
      clearTimeout(idle);
      thread ??= start();
      thread.ref();
      const id = ++lastId;
      waitingCharacters += characters;
      thread.postMessage({ id, encoding, texts } satisfies ToCount);
      return new Promise((done) => waiting.set(id, { characters, done }));
    },
    close: end,
  };
}

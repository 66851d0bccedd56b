/** The live stream of one listener: what changed, in order, bounded however slowly it is read. */
import type { LiveEvent } from './contract/index.ts';
import type { ControlDeps } from './services.ts';

/** Rows waiting for a slow reader; beyond it the oldest are left out, as a listing shows them anyhow. */
const MOST_WAITING = 500;

/** Yields `hello` at once, then events until `signal` aborts. A capture that changes while it waits is told once. */
export async function* liveEvents(deps: ControlDeps, signal: AbortSignal | undefined): AsyncGenerator<LiveEvent> {
  const waiting = new Map<string, LiveEvent>();
  let wake = () => {};
  const add = (key: string, event: LiveEvent) => {
    waiting.delete(key);
    waiting.set(key, event);
    if (waiting.size > MOST_WAITING) waiting.delete(waiting.keys().next().value as string);
    wake();
  };
  const status = () => add('status', { type: 'status' });
  const ends = [
    deps.recorder.subscribe((row) => add(row.id, { type: 'capture', row })),
    // Its notices change without a new version, too.
    deps.store.subscribe(({ version }) => {
      add('config', { type: 'config', version });
      status();
    }),
    deps.vault.subscribe(status),
    deps.onStatusChange?.(status),
  ];
  const onAbort = () => wake();
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    yield { type: 'hello', configVersion: deps.store.snapshot.version };
    while (!signal?.aborted) {
      const [next] = waiting;
      if (next) {
        waiting.delete(next[0]);
        yield next[1];
        continue;
      }
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  } finally {
    signal?.removeEventListener('abort', onAbort);
    for (const end of ends) end?.();
  }
}

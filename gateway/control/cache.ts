import { cachesAtAll } from '../stages/cache-rules.ts';
import { os } from './implementer.ts';
import { findApp } from './names.ts';
import type { ControlDeps } from './services.ts';

/** What the cache holds, and emptying it. */
export function cacheProcedures({ store, cache }: ControlDeps) {
  return {
    status: os.cache.status.handler(() => ({ on: cachesAtAll(store.snapshot), ...cache.status() })),
    clear: os.cache.clear.handler(({ input }) => {
      const app = input.app === undefined ? undefined : findApp(store.snapshot.document, input.app);
      return { removed: cache.clear(app?.id) };
    }),
  };
}

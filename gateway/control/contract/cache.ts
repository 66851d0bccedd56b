/** The cache of answers: what it holds, and emptying it. */
import { z } from 'zod';
import { base } from './base.ts';

export const cacheStatusSchema = z.object({
  /** Whether any request could be answered from it: the settings or a route switch it on. */
  on: z.boolean(),
  entries: z.number(),
  sizeBytes: z.number(),
  maxBytes: z.number(),
  /** Since the start of the gateway; a cache in memory begins empty. */
  hits: z.number(),
  misses: z.number(),
  savedTokens: z.number(),
  savedUsd: z.number(),
});
export type CacheStatus = z.infer<typeof cacheStatusSchema>;

export const cacheContract = {
  status: base.route({ method: 'GET', path: '/cache' }).output(cacheStatusSchema),
  clear: base
    .route({ method: 'POST', path: '/cache/clear' })
    .input(
      z.object({
        /** Only what was kept for this app (name or id). */
        app: z.string().optional(),
      }),
    )
    .output(z.object({ removed: z.number() })),
};

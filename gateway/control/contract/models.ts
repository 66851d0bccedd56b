/** Models: the built-in catalogue and what providers list, as one; and those lists themselves. */
import { z } from 'zod';
import { base } from './base.ts';

export const modelRowSchema = z.object({
  /** As apps ask for it: `provider/model`. */
  id: z.string(),
  provider: z.string(),
  model: z.string(),
  name: z.string(),
  kind: z.string(),
  /** Tokens. */
  contextWindow: z.number().nullable(),
  maxOutput: z.number().nullable(),
  /** USD per 1,000,000 tokens. */
  inputPrice: z.number().nullable(),
  outputPrice: z.number().nullable(),
  /** Whose word it is that there is this model. */
  from: z.enum(['catalogue', 'list', 'both']),
});
export type ModelRow = z.infer<typeof modelRowSchema>;

export const modelListRowSchema = z.object({
  provider: z.string(),
  name: z.string(),
  /** When the list that is kept was answered; null where none ever was. */
  listedAt: z.string().nullable(),
  triedAt: z.string().nullable(),
  models: z.number(),
  /** Entries that were not kept: no usable name, or more than are kept of one provider. */
  leftOut: z.number(),
  /** Provider keys whose lists are in it; 0 where none is needed. */
  keys: z.number(),
  /** Why there is no list, or no newer one. */
  problem: z.object({ sentence: z.string(), capture: z.string().nullable() }).nullable(),
});
export type ModelListRow = z.infer<typeof modelListRowSchema>;

export const modelContract = {
  list: base
    .route({ method: 'GET', path: '/models' })
    .input(
      z.object({
        provider: z.string().optional(),
        /** In its id or name, case disregarded. */
        text: z.string().optional(),
        limit: z.coerce.number().int().min(1).max(100_000).default(1000),
      }),
    )
    .output(z.array(modelRowSchema)),
  lists: base.route({ method: 'GET', path: '/models/lists' }).output(z.array(modelListRowSchema)),
  /** Asks this provider, or all that are switched on, for its models and waits for what it says. */
  refresh: base
    .route({ method: 'POST', path: '/models/refresh' })
    .input(z.object({ provider: z.string().optional() }))
    .output(z.array(modelListRowSchema)),
};

/** Limits and budgets as they stand now, and setting them on whatever can carry some. */
import { z } from 'zod';
import { base } from './base.ts';

export const limitNameSchema = z.enum(['rpm', 'tpm', 'concurrency', 'budgetDayUsd', 'budgetMonthUsd']);
export const limitSubjectSchema = z.enum(['gateway-key', 'app', 'route', 'provider-key']);

export const limitUsageSchema = z.object({
  limit: limitNameSchema,
  of: limitSubjectSchema,
  /** A record's id; a route's name. */
  id: z.string(),
  name: z.string(),
  allowed: z.number(),
  /** In the last minute, at this moment (concurrency), or since the period began (budgets, in dollars). */
  used: z.number(),
  /** Reserved by requests under way. */
  held: z.number(),
  remaining: z.number(),
  /** When all of it is free again, or the budget begins anew; null: nothing is used, or when what is under way ends. */
  resetsAt: z.string().nullable(),
  /** A budget that is nearly or wholly used up. */
  warning: z.boolean(),
  /** Of a budget: answered requests whose cost is not known and not in `used`. */
  unpriced: z.number(),
});
export type LimitUsage = z.infer<typeof limitUsageSchema>;

/** A number sets, null takes away, what is left out stays. */
const change = z.object({
  rpm: z.number().int().positive().nullable().optional(),
  tpm: z.number().int().positive().nullable().optional(),
  concurrency: z.number().int().positive().nullable().optional(),
  budgetDayUsd: z.number().positive().nullable().optional(),
  budgetMonthUsd: z.number().positive().nullable().optional(),
});
export type LimitChange = z.infer<typeof change>;

export const limitContract = {
  list: base.route({ method: 'GET', path: '/limits' }).output(z.array(limitUsageSchema)),
  /** `id`: a gateway key's, app's or provider key's id (an app's name will do), or a route's name. */
  set: base
    .route({ method: 'PATCH', path: '/limits' })
    .input(z.object({ of: limitSubjectSchema, id: z.string(), limits: change }))
    .output(z.array(limitUsageSchema)),
};

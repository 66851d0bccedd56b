/** What the lists said of a name, as it stands in a recorded step. */
import { z } from 'zod';
import type { ListedAnswer } from '../exchange.ts';

const missingSchema = z.object({
  nearest: z.array(z.string()),
  lists: z.array(
    z.object({
      provider: z.string(),
      name: z.string(),
      ageMs: z.number().optional(),
      count: z.number(),
      failure: z.string().optional(),
    }),
  ),
});

export const listedSchema: z.ZodType<ListedAnswer> = z.union([
  z.object({ asked: z.string(), provider: z.string(), model: z.string() }),
  z.object({ asked: z.string(), missing: missingSchema }),
]);

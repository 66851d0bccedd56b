/** Edits of outgoing requests: those of every route and app, and setting one's. */
import { z } from 'zod';
import { modelNamesSchema, transformSchema } from '../../store/schema-transform.ts';
import { base } from './base.ts';

export const transformRowSchema = z.object({
  of: z.enum(['route', 'app']),
  /** Name of the route, id of the app. */
  id: z.string(),
  name: z.string(),
  transform: transformSchema.nullable(),
  /** Of an app: what it asks for, and what is asked in its place. */
  models: modelNamesSchema.nullable(),
});
export type TransformRow = z.infer<typeof transformRowSchema>;

export const transformContract = {
  list: base.route({ method: 'GET', path: '/transforms' }).output(z.array(transformRowSchema)),
  /** Replaces what that route or app has; null takes it away; what is not given stays. */
  set: base
    .route({ method: 'PUT', path: '/transforms' })
    .input(
      z.object({
        of: z.enum(['route', 'app']),
        /** Name of the route; id or name of the app. */
        id: z.string(),
        transform: transformSchema.nullable().optional(),
        models: modelNamesSchema.nullable().optional(),
      }),
    )
    .output(transformRowSchema),
};

/** Routes as the screens and the CLI see them: what is set, and how their targets do. */
import { z } from 'zod';
import { CAUSES } from '../../causes.ts';
import { routeSchema } from '../../store/schema.ts';
import { base } from './base.ts';

const done = z.object({ done: z.literal(true) });
const name = z.object({ name: z.string() });

/** How one target of a route does: its circuit, its keys, its speed. */
export const targetStateSchema = z.object({
  provider: z.string(),
  model: z.string(),
  /** `closed`: asked as usual. `open`: passed over. `trial`: its time is up, the next request tries it. */
  circuit: z.enum(['closed', 'open', 'trial']),
  /** What opened it; null where it is closed. */
  failure: z
    .object({
      cause: z.enum(CAUSES),
      sentence: z.string(),
      capture: z.string(),
      at: z.string(),
      failures: z.number(),
      /** Until when it is passed over. */
      until: z.string(),
    })
    .nullable(),
  /** Keys that were rejected or limited a moment ago, and come last until then. */
  resting: z.array(
    z.object({ key: z.string(), label: z.string(), lastFour: z.string(), cause: z.enum(CAUSES), until: z.string() }),
  ),
  /** Recent time to the first byte; null where none was measured lately. */
  firstByteMs: z.number().nullable(),
});
export type TargetState = z.infer<typeof targetStateSchema>;

export const routeStateSchema = z.object({ name: z.string(), targets: z.array(targetStateSchema) });
export type RouteState = z.infer<typeof routeStateSchema>;

export const routeContract = {
  list: base.route({ method: 'GET', path: '/routes' }).output(z.array(routeSchema)),
  set: base.route({ method: 'PUT', path: '/routes' }).input(routeSchema).output(routeSchema),
  remove: base.route({ method: 'POST', path: '/routes/remove' }).input(name).output(done),
  /** How the targets of all routes do just now, in the order of each route. */
  states: base.route({ method: 'GET', path: '/routes/states' }).output(z.array(routeStateSchema)),
  /** By hand: circuits of this route are closed and its keys woken, so that the next request asks them at once. */
  try: base.route({ method: 'POST', path: '/routes/try' }).input(name).output(routeStateSchema),
};

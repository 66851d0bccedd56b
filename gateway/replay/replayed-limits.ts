/**
 * What a replay asks of limits. At the time of the capture: what they showed then. Today, with nothing sent: what they show
 * now. Neither takes anything of them.
 */
import { z } from 'zod';
import type { RecordedStep } from '../captures/capture.ts';
import type { LimitAsk, Taken } from '../limits/limiter.ts';
import { LIMIT_NAMES, type LimitReading, SUBJECT_KINDS } from '../limits/reading.ts';
import type { TakeLimits, TakeLimitsNow } from '../stages/limit-run.ts';

const recordedSchema = z.object({
  readings: z.array(
    z.object({
      limit: z.enum(LIMIT_NAMES),
      of: z.enum(SUBJECT_KINDS),
      id: z.string(),
      name: z.string(),
      version: z.number().optional(),
      allowed: z.number(),
      used: z.number(),
      held: z.number(),
      asked: z.number(),
      resetMs: z.number(),
      waitMs: z.number().nullable().optional(),
    }),
  ),
  sharedCounters: z.enum(['asked', 'gone']).optional(),
});

/** What the limits showed, from a recorded step's output; undefined where that is something else. */
export function recordedReadings(output: unknown): readonly LimitReading[] | undefined {
  const read = recordedSchema.safeParse(output);
  return read.success ? read.data.readings : undefined;
}

interface Limits {
  readonly takeLimits: TakeLimits;
  readonly takeLimitsNow: TakeLimitsNow;
}

/**
 * With recorded steps, their readings, each once and in their order; `look` where the replay asks for somebody else's limits
 * than the recorded exchange did. A capture from before there were limits shows none. Without steps, what they show now.
 */
export function replayedLimits(steps: readonly RecordedStep[] | undefined, look: TakeLimits): Limits {
  // Nothing is sent, so no attempt follows another.
  if (!steps) return { takeLimits: look, takeLimitsNow: () => NONE };
  const recorded = steps.flatMap(({ stage, output }) => {
    const read = stage === 'limit' ? recordedSchema.safeParse(output) : undefined;
    return read?.success ? [read.data] : [];
  });
  if (recorded.length === 0) return { takeLimits: () => NONE, takeLimitsNow: () => NONE };
  const next = (ask: LimitAsk): Taken | undefined => {
    const at = recorded.findIndex(({ readings }) => readings.every((reading) => isOf(reading, ask)));
    const [found] = at === -1 ? [] : recorded.splice(at, 1);
    return found && { readings: found.readings, shared: found.sharedCounters };
  };
  return { takeLimits: (ask) => next(ask) ?? look(ask), takeLimitsNow: (ask) => next(ask) ?? NONE };
}

const NONE: Taken = { readings: [] };

function isOf({ of, id }: Pick<LimitReading, 'of' | 'id'>, { subjects }: LimitAsk): boolean {
  return subjects.some((subject) => subject.of === of && subject.id === id);
}

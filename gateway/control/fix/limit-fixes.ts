/** Raising a limit that refused a request. */
import { limitWords } from '../../limits/limit-words.ts';
import { isBudget, type LimitReading, refusing } from '../../limits/reading.ts';
import { recordedReadings } from '../../replay/replayed-limits.ts';
import { Problem } from '../problem.ts';
import { type FixAction, type FixContext, type Need, needed } from './fix-action.ts';

/** What refused, as it stood then. */
function refusedBy({ capture }: FixContext): LimitReading {
  const readings = recordedReadings(capture.steps.findLast(({ stage }) => stage === 'limit')?.output);
  const reading = readings && refusing(readings);
  if (reading) return reading;
  throw new Problem('CONFLICT', 'No limit refused this request.', 'Choose another fix.');
}

/** Twice as much, or as much as this request needs where that is more. */
function suggested({ limit, allowed, used, held, asked }: LimitReading): number {
  const twice = Math.max(allowed * 2, (used + held + asked) * (isBudget(limit) ? 2 : 1));
  return isBudget(limit) ? Math.ceil(twice * 100) / 100 : Math.ceil(twice);
}

function limitNeed(context: FixContext): Need {
  const reading = refusedBy(context);
  const title = `the new limit in place of ${limitWords(reading.limit, reading.allowed)}`;
  return { name: 'limit', title, secret: false, suggested: String(suggested(reading)) };
}

export const raiseLimit: FixAction = {
  changes: true,
  sentence: (context) => {
    const { limit, allowed } = refusedBy(context);
    const to = Number(context.values.limit?.trim() || limitNeed(context).suggested);
    return `Raises the limit of ${limitWords(limit, allowed)} to ${limitWords(limit, to)}.`;
  },
  needs: (context) => [limitNeed(context)],
  async apply(context) {
    const { of, id, limit } = refusedBy(context);
    const text = needed(context, limitNeed(context));
    const to = Number(text);
    if (!(to > 0) || !(isBudget(limit) || Number.isSafeInteger(to))) {
      throw new Problem('INVALID', `"${text.slice(0, 20)}" is no limit.`, 'Give a number above 0.');
    }
    await context.client.limits.set({ of, id, limits: { [limit]: to } });
    return { sentence: `The limit is ${limitWords(limit, to)} now.` };
  },
};

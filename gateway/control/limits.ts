import { isNearEnd } from '../limits/limit-headers.ts';
import { subjectWords, usedWords } from '../limits/limit-words.ts';
import { limitedSubjects } from '../limits/limited-subjects.ts';
import { localDay } from '../limits/periods.ts';
import { isBudget, type LimitReading, type Limits, left, type SubjectKind } from '../limits/reading.ts';
import { localMoment } from '../local-time.ts';
import type { Notice } from '../store/notice.ts';
import type { Document } from '../store/schema.ts';
import type { LimitChange, LimitUsage } from './contract/limits.ts';
import { os } from './implementer.ts';
import { findApp, findGatewayKey, findProviderKey, notFound } from './names.ts';
import type { ControlDeps } from './services.ts';

/** Limits and budgets: what is used of them now, and setting them. */
export function limitProcedures(deps: ControlDeps) {
  return {
    list: os.limits.list.handler(() => limitUsage(deps)),
    set: os.limits.set.handler(async ({ input, context }) => {
      const { of, limits } = input;
      const { id } = find(deps.store.snapshot.document, of, input.id);
      await deps.store.update({ actor: context.actor, action: `${of}.limits`, subject: id }, (draft) => {
        const { record } = find(draft, of, id);
        record.limits = changed(record.limits, limits);
      });
      return (await limitUsage(deps)).filter((row) => row.of === of && row.id === id);
    }),
  };
}

export async function limitUsage({ store, replay, recorder, now }: ControlDeps): Promise<LimitUsage[]> {
  const { warnAtPercent } = store.snapshot.settings.limits;
  const subjects = limitedSubjects(store.snapshot);
  const { readings } = await replay.lookLimits({ subjects, tokens: 0, costNanos: 0, spends: true });
  const nowMs = now();
  return readings.map((reading) => usageOf(reading, nowMs, warnAtPercent, recorder.spend));
}

/** Budgets that are nearly or wholly used up. */
export async function budgetNotices(deps: ControlDeps): Promise<Notice[]> {
  const rows = await limitUsage(deps);
  return rows
    .filter(({ warning }) => warning)
    .map((row) => ({
      id: `budget-${row.of}-${row.id}-${row.limit}`,
      level: 'warning' as const,
      sentence: `${usedWords({ ...row, asked: 0, resetMs: 0 })} on ${subjectWords(row)} ${row.remaining > 0 ? 'is' : 'is all'} spent.`,
      next:
        row.resetsAt === null
          ? null
          : `It begins anew on ${localMoment(Date.parse(row.resetsAt))}, or with a higher budget.`,
    }));
}

function usageOf(
  reading: LimitReading,
  nowMs: number,
  warnAtPercent: number,
  spend: ControlDeps['recorder']['spend'],
): LimitUsage {
  const { limit, of, id, name, allowed, used, held, resetMs } = reading;
  const period = limit === 'budgetDayUsd' ? 'day' : 'month';
  return {
    limit,
    of,
    id,
    name,
    allowed,
    used,
    held,
    remaining: left(reading),
    resetsAt: resetMs > 0 ? new Date(nowMs + resetMs).toISOString() : null,
    warning: isNearEnd(reading, warnAtPercent),
    unpriced: isBudget(limit) ? spend.spent(of, id, period, localDay(nowMs)).unpriced : 0,
  };
}

interface Limited {
  limits?: Limits;
}

/** The record that carries limits, by its id or, where it has one, its name. */
function find(document: Document, of: SubjectKind, asked: string): { readonly id: string; readonly record: Limited } {
  switch (of) {
    case 'gateway-key': {
      const record = findGatewayKey(document, asked);
      return { id: record.id, record };
    }
    case 'app': {
      const record = findApp(document, asked);
      return { id: record.id, record };
    }
    case 'provider-key': {
      const record = findProviderKey(document, asked);
      return { id: record.id, record };
    }
    case 'route': {
      const record = document.routes.find(({ name }) => name === asked);
      if (record) return { id: record.name, record };
      const names = document.routes.map(({ name }) => name);
      throw notFound('route', asked, names, '`keyward routes list` shows the routes there are.');
    }
  }
}

function changed(before: Limits | undefined, change: LimitChange): Limits {
  const entries = Object.entries({ ...before, ...change }).filter(([, value]) => typeof value === 'number');
  return Object.fromEntries(entries) as Limits;
}

/** Usage and provider weather for people: numbers with names, gaps filled, money in dollars. */
import type { UsageQuery, UsageSum } from '../captures/usage-store.ts';
import type { Cause } from '../causes.ts';
import { parseSince } from '../store/duration.ts';
import { nextStart, startOf } from '../usage/calendar.ts';
import type { Dimension } from '../usage/usage-entry.ts';
import type { Usage, UsageGroup, UsageStep } from './contract/usage.ts';
import { os } from './implementer.ts';
import { findApp } from './names.ts';
import { Problem } from './problem.ts';
import type { ControlDeps } from './services.ts';
import { usageNames } from './usage-names.ts';
import { mergedSum, noSum, numbersOf } from './usage-numbers.ts';
import { currentWeather } from './weather.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** More stretches than this nobody can read, and few charts can draw. */
const MOST_BUCKETS = 1500;
const OWN_KINDS = ['replay', 'probe', 'check'] as const;

const DIMENSION_OF: Readonly<Record<UsageGroup, Dimension>> = {
  app: 'app',
  provider: 'provider',
  model: 'model',
  key: 'providerKey',
  gatewayKey: 'gatewayKey',
  cause: 'cause',
};

export interface UsageAsked {
  readonly since: string;
  readonly until?: string;
  readonly step?: UsageStep;
  readonly by: UsageGroup;
  readonly practice: boolean;
  readonly app?: string;
  readonly provider?: string;
  readonly model?: string;
  readonly key?: string;
  readonly gatewayKey?: string;
}

export function usageProcedures(deps: ControlDeps) {
  return {
    get: os.usage.get.handler(({ input }) => usageOf(deps, input)),
    weather: os.usage.weather.handler(() => currentWeather(deps)),
  };
}

async function usageOf(deps: ControlDeps, asked: UsageAsked): Promise<Usage> {
  const now = deps.now();
  const sinceMs = parseSince(asked.since, now);
  const untilMs = asked.until === undefined ? now : parseSince(asked.until, now);
  if (untilMs <= sinceMs) {
    throw new Problem('INVALID', 'The time asked for ends before it begins.', 'Give a later --until, or none.');
  }
  const step = asked.step ?? stepFor(untilMs - sinceMs);
  // What began within the first stretch counts as a whole, so that the first bar of a chart is no stump.
  const fromMs = startOf(step, sinceMs);
  const starts = startsBetween(fromMs, untilMs, step);
  const common = { sinceMs: fromMs, untilMs: asked.until === undefined ? undefined : untilMs };
  const only = filterOf(deps, asked);
  const kinds = asked.practice ? ['app', 'practice'] : ['app'];
  const dimension = DIMENSION_OF[asked.by];
  const query = (by: readonly Dimension[], of: readonly string[], steps: UsageStep | null): UsageQuery => ({
    ...common,
    step: steps,
    by,
    only: { ...only, scope: ['exchange'], kind: of },
  });
  const [byTime, byGroup, others] = await Promise.all([
    deps.recorder.usage(query(['cause'], kinds, step)),
    deps.recorder.usage(query([dimension, 'kind'], kinds, null)),
    deps.recorder.usage(query(['kind'], ['practice', ...OWN_KINDS], null)),
  ]);
  const own = mergedSum(others.filter(({ dimensions }) => dimensions.kind !== 'practice'));
  return {
    since: new Date(fromMs).toISOString(),
    until: new Date(untilMs).toISOString(),
    step,
    total: numbersOf(mergedSum(byTime)),
    buckets: bucketsOf(byTime, starts),
    rows: rowsOf(deps, byGroup, asked.by, dimension),
    causes: causesOf(byTime),
    practiceRequests: mergedSum(others.filter(({ dimensions }) => dimensions.kind === 'practice')).counts.requests,
    own: { requests: own.counts.requests, costUsd: numbersOf(own).costUsd },
  };
}

function stepFor(spanMs: number): UsageStep {
  if (spanMs <= 3 * HOUR_MS) return 'minute';
  if (spanMs <= 3 * DAY_MS) return 'hour';
  if (spanMs <= 62 * DAY_MS) return 'day';
  return spanMs <= 400 * DAY_MS ? 'week' : 'month';
}

function startsBetween(fromMs: number, untilMs: number, step: UsageStep): number[] {
  const starts: number[] = [];
  for (let start = fromMs; start < untilMs; start = nextStart(step, start)) {
    starts.push(start);
    if (starts.length > MOST_BUCKETS) {
      throw new Problem(
        'INVALID',
        `That time holds more than ${MOST_BUCKETS} steps of one ${step}.`,
        'Ask for a longer step or a shorter time.',
      );
    }
  }
  return starts;
}

function filterOf(deps: ControlDeps, asked: UsageAsked): UsageQuery['only'] {
  const only: Partial<Record<Dimension, readonly string[]>> = {};
  if (asked.app !== undefined) only.app = [appId(deps, asked.app)];
  if (asked.provider !== undefined) only.provider = [asked.provider];
  if (asked.model !== undefined) only.model = [asked.model];
  if (asked.key !== undefined) only.providerKey = [asked.key];
  if (asked.gatewayKey !== undefined) only.gatewayKey = [asked.gatewayKey];
  return only;
}

/** An app that is gone is asked for by its id. */
function appId({ store }: ControlDeps, asked: string): string {
  try {
    return findApp(store.snapshot.document, asked).id;
  } catch (error) {
    if (error instanceof Problem && error.code === 'NOT_FOUND') return asked;
    throw error;
  }
}

function bucketsOf(sums: readonly UsageSum[], starts: readonly number[]): Usage['buckets'] {
  const byStart = new Map<number, UsageSum[]>(starts.map((start) => [start, []]));
  for (const sum of sums) byStart.get(sum.startMs as number)?.push(sum);
  return [...byStart].map(([start, all]) => ({
    ...numbersOf(all.length === 0 ? noSum() : mergedSum(all)),
    start: new Date(start).toISOString(),
  }));
}

function rowsOf(deps: ControlDeps, sums: readonly UsageSum[], by: UsageGroup, dimension: Dimension): Usage['rows'] {
  const nameOf = usageNames(deps, by);
  return sums
    .map((sum) => {
      const id = sum.dimensions[dimension] ?? '';
      return { ...numbersOf(sum), id, name: nameOf(id, sum.names), practice: sum.dimensions.kind === 'practice' };
    })
    .sort((one, other) => other.requests - one.requests || one.name.localeCompare(other.name));
}

function causesOf(sums: readonly UsageSum[]): Usage['causes'] {
  const counts = new Map<Cause, number>();
  for (const { dimensions, counts: of } of sums) {
    if (!dimensions.cause) continue;
    const cause = dimensions.cause as Cause;
    counts.set(cause, (counts.get(cause) ?? 0) + of.failures);
  }
  return [...counts]
    .map(([cause, count]) => ({ cause, count }))
    .sort((one, other) => other.count - one.count || one.cause.localeCompare(other.cause));
}

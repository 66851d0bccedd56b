/**
 * Does it stay within the limits of whoever asks, and of the key that is to be used? Decides from readings alone; taking
 * and giving back is the limiter's. Runs between `authorize` and `route` for gateway key, app and route, and once more
 * when the provider key is known.
 */
import type { Evidence, Exchange, Rule } from '../exchange.ts';
import { isNearEnd, limitHeaders } from '../limits/limit-headers.ts';
import { limitWords, money, refusalSentence, subjectWords, usedWords, wouldPass } from '../limits/limit-words.ts';
import type { LimitAsk, Taken } from '../limits/limiter.ts';
import {
  isBudget,
  isSpent,
  type LimitReading,
  left,
  neverFits,
  originOf,
  refusing,
  retryAfterSeconds,
} from '../limits/reading.ts';
import { familyOf } from './respond.ts';
import { refuse, type StageContext, type StageOutcome } from './stage.ts';

/** `earlier`: readings of this exchange's limits before. Undefined where nothing was to be limited after all. */
export function limit(
  exchange: Exchange,
  ask: LimitAsk,
  { readings, shared }: Taken,
  { config }: StageContext,
  earlier: readonly LimitReading[],
): StageOutcome | undefined {
  const { redisGone, warnAtPercent } = config.settings.limits;
  if (shared === 'gone' && redisGone === 'refuse') return sharedCountersGone();
  if (readings.length === 0) return undefined;
  const all = [...earlier, ...readings];
  exchange.limitHeaders = limitHeaders(familyOf(exchange), all, exchange.receivedAt, warnAtPercent);
  const facts = {
    input: { tokens: ask.tokens, estimatedUsd: ask.costNanos / 1e9, ...(ask.spends ? {} : { costsNothing: true }) },
    output: { readings, ...(shared === undefined ? {} : { sharedCounters: shared }) },
  };
  const deciding = refusing(readings);
  return deciding ? refused(deciding, readings, facts) : passed(readings, shared, warnAtPercent, facts);
}

interface Facts {
  readonly input: Readonly<Record<string, unknown>>;
  readonly output: Readonly<Record<string, unknown>>;
}

function refused(deciding: LimitReading, readings: readonly LimitReading[], facts: Facts): StageOutcome {
  const spent = isSpent(deciding);
  const noRetry = spent || neverFits(deciding);
  return refuse(
    {
      cause: spent ? 'quota_exhausted' : 'rate_limited',
      message: refusalSentence(deciding, readings),
      retryAfterSeconds: retryAfterSeconds(readings),
      headers: noRetry ? { 'x-should-retry': 'false' } : undefined,
      rule: ruleOf(deciding),
      evidence: evidenceOf(deciding),
    },
    facts,
  );
}

function ruleOf(reading: LimitReading): Rule {
  return { name: `limit.${reading.limit}`, origin: originOf(reading), value: reading.allowed };
}

function evidenceOf(reading: LimitReading): Evidence[] {
  const { limit: name, used, held, asked } = reading;
  const where = `limit ${name} of ${subjectWords(reading)}`;
  const amount = (value: number) => (isBudget(name) ? money(value) : value.toLocaleString('en-US'));
  const evidence = [
    { what: 'allowed', where, value: limitWords(name, reading.allowed) },
    { what: 'used', where, value: amount(used) },
  ];
  if (held > 0) evidence.push({ what: 'held by requests under way', where, value: amount(held) });
  if (!isBudget(name)) evidence.push({ what: 'asked for', where, value: amount(asked) });
  evidence.push({ what: 'would have let it pass', where, value: wouldPass(reading) });
  return evidence;
}

/** The limit with the smallest part left stands for all; budgets near their end are warned of by name. */
function passed(
  readings: readonly LimitReading[],
  shared: Taken['shared'],
  warnAtPercent: number,
  facts: Facts,
): StageOutcome {
  const closest = readings.reduce((a, b) => (left(b) / b.allowed < left(a) / a.allowed ? b : a));
  const near = readings.filter((reading) => isNearEnd(reading, warnAtPercent));
  const gone =
    shared === 'gone'
      ? ' The shared counters could not be asked, so only this gateway’s own requests are counted.'
      : '';
  const warning = near.length > 0 ? ` Nearly used up: ${near.map(usedWords).join(', ')}.` : '';
  return {
    decision: 'passed',
    summary: `Within its limits; closest is ${usedWords(closest)} on ${subjectWords(closest)}.${warning}${gone}`,
    rule: ruleOf(closest),
    evidence:
      near.length > 0
        ? near.map((reading) => ({
            what: 'budget nearly used up',
            where: `limit ${reading.limit} of ${subjectWords(reading)}`,
            value: usedWords(reading),
          }))
        : undefined,
    ...facts,
  };
}

function sharedCountersGone(): StageOutcome {
  return refuse(
    {
      cause: 'gateway_config',
      message: 'The counters that several gateways share cannot be reached, and nothing passes without them.',
      retryAfterSeconds: 5,
      rule: { name: 'limits.redisGone', origin: { from: 'settings', path: 'limits.redisGone' }, value: 'refuse' },
      evidence: [
        {
          what: 'would have let it pass',
          where: 'settings limits.redisGone',
          value: 'count-locally, or Redis reachable',
        },
      ],
    },
    { output: { readings: [], sharedCounters: 'gone' } },
  );
}

/** Options that set limits, the same wherever something can carry some. */
import type { Command } from 'commander';
import type { LimitChange, LimitUsage } from '../control/contract/limits.ts';
import { count, money } from './commands/options.ts';
import { localTime } from './words.ts';

export interface LimitOptions {
  readonly rpm?: number | 'none';
  readonly tpm?: number | 'none';
  readonly concurrency?: number | 'none';
  readonly budgetDay?: number | 'none';
  readonly budgetMonth?: number | 'none';
}

/** `edits`: `none` takes a limit away. */
export function withLimitOptions(command: Command, edits: boolean): Command {
  const none = edits ? "; 'none' takes it away" : '';
  const orNone =
    <T>(parse: (value: string) => T) =>
    (value: string) =>
      edits && value === 'none' ? ('none' as const) : parse(value);
  return command
    .option('--rpm <n>', `requests in any 60 seconds${none}`, orNone(count))
    .option('--tpm <n>', `tokens in any 60 seconds${none}`, orNone(count))
    .option('--concurrency <n>', `requests at the same time${none}`, orNone(count))
    .option('--budget-day <usd>', `dollars a day, from midnight by this computer's clock${none}`, orNone(money))
    .option('--budget-month <usd>', `dollars a month${none}`, orNone(money));
}

/** What was given, null for what is taken away; undefined where nothing was. */
export function limitChange(options: LimitOptions): LimitChange | undefined {
  const given = {
    rpm: options.rpm,
    tpm: options.tpm,
    concurrency: options.concurrency,
    budgetDayUsd: options.budgetDay,
    budgetMonthUsd: options.budgetMonth,
  };
  const entries = Object.entries(given).filter(([, value]) => value !== undefined);
  if (entries.length === 0) return undefined;
  return Object.fromEntries(entries.map(([name, value]) => [name, value === 'none' ? null : value]));
}

const UNITS: Readonly<Record<LimitUsage['limit'], string>> = {
  rpm: 'requests a minute',
  tpm: 'tokens a minute',
  concurrency: 'requests at once',
  budgetDayUsd: 'a day',
  budgetMonthUsd: 'a month',
};

/** `3 of 60 requests a minute`, `$4.20 of $5 a day`, with when it is free again. */
export function limitUsageWords({ limit, used, held, allowed, resetsAt, warning, unpriced }: LimitUsage): string {
  const isMoney = limit === 'budgetDayUsd' || limit === 'budgetMonthUsd';
  const amount = (value: number) => (isMoney ? `$${Number(value.toFixed(6))}` : value.toLocaleString('en'));
  const parts = [`${amount(used)} of ${amount(allowed)} ${UNITS[limit]}`];
  if (held > 0) parts.push(`${amount(held)} held`);
  if (resetsAt) parts.push(`${isMoney ? 'begins anew' : 'all free'} ${localTime(resetsAt)}`);
  if (unpriced > 0) parts.push(`${unpriced} ${unpriced === 1 ? 'request' : 'requests'} of unknown price not in it`);
  if (warning) parts.push('nearly used up');
  return parts.join('; ');
}

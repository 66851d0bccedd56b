import { Progress } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { GatewayKeyRow, Usage } from '../../../gateway/control/contract/index.ts';
import { queries } from '../../api.ts';
import { words } from '../../words/words.ts';
import classes from './usage.module.css';
import { dollars } from './usage-numbers.ts';

const NEARLY = 0.8;

/** Spend of today and this month beside what gateway keys may spend; nothing where none has a budget. */
export function BudgetsPanel() {
  const w = words.usage;
  const keys = useQuery(queries.gatewayKeys.list.queryOptions());
  const limited = (keys.data ?? []).filter(
    ({ state, limits }) => state === 'active' && (limits.budgetDayUsd || limits.budgetMonthUsd),
  );
  const enabled = limited.length > 0;
  const today = useQuery(
    queries.usage.get.queryOptions({ input: { ...spentSince('day'), by: 'gatewayKey' }, enabled }),
  );
  const month = useQuery(
    queries.usage.get.queryOptions({ input: { ...spentSince('month'), by: 'gatewayKey' }, enabled }),
  );
  if (!enabled || !today.data || !month.data) return null;
  return (
    <section className="kw-panel" aria-labelledby="usage-budgets">
      <div className="kw-panel-head">
        <h2 id="usage-budgets">{w.budgets}</h2>
        <span className="kw-dim">{w.budgetsLead}</span>
      </div>
      {limited.map((key) => (
        <div key={key.id} className="kw-row">
          <span className="kw-grow kw-clip">{nameOf(key)}</span>
          {key.limits.budgetDayUsd && (
            <Gauge
              what={w.budgetDay}
              of={nameOf(key)}
              spent={spentBy(key, today.data)}
              budget={key.limits.budgetDayUsd}
            />
          )}
          {key.limits.budgetMonthUsd && (
            <Gauge
              what={w.budgetMonth}
              of={nameOf(key)}
              spent={spentBy(key, month.data)}
              budget={key.limits.budgetMonthUsd}
            />
          )}
        </div>
      ))}
    </section>
  );
}

function Gauge({ what, of, spent, budget }: { what: string; of: string; spent: number; budget: number }) {
  const share = spent / budget;
  const color = share >= 1 ? 'var(--kw-bad)' : share >= NEARLY ? 'var(--kw-wait)' : 'var(--kw-ok)';
  const text = words.usage.budgetOf(dollars(spent), dollars(budget));
  return (
    <div className={classes.gauge}>
      <span>
        {text} <span className="kw-dim">{what}</span>
      </span>
      <Progress.Root size="sm">
        <Progress.Section value={Math.min(100, share * 100)} color={color} aria-label={`${of}, ${what}: ${text}`} />
      </Progress.Root>
    </div>
  );
}

function nameOf(key: GatewayKeyRow): string {
  return [key.app, key.label].filter(Boolean).join(', ');
}

function spentBy(key: GatewayKeyRow, usage: Usage): number {
  return usage.rows.find(({ id }) => id === key.id)?.costUsd ?? 0;
}

/** By this machine's calendar; the same text all day, so that the answer is kept. */
function spentSince(step: 'day' | 'month'): { since: string; step: 'day' | 'month' } {
  const date = new Date();
  date.setHours(0, 0, 0, 0);
  if (step === 'month') date.setDate(1);
  return { since: date.toISOString(), step };
}

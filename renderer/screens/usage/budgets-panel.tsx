import { Progress } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { LimitUsage } from '../../../gateway/control/contract/limits.ts';
import { queries } from '../../api.ts';
import { dollars, exactTime } from '../../format.ts';
import { words } from '../../words/words.ts';
import classes from './usage.module.css';

const NEARLY = 0.8;
const EVERY_MS = 15_000;

/** What is spent of each budget, whoever has it: apps, their gateway keys, routes, provider keys. Nothing where there is none. */
export function BudgetsPanel() {
  const w = words.usage;
  const usage = useQuery(queries.limits.list.queryOptions({ refetchInterval: EVERY_MS }));
  const apps = useQuery(queries.gatewayKeys.list.queryOptions());
  const budgets = (usage.data ?? []).filter(({ limit }) => limit in w.budgetPeriods);
  if (budgets.length === 0) return null;
  const appOf = new Map((apps.data ?? []).map(({ id, app }) => [id, app]));
  const nameOf = ({ of, id, name }: LimitUsage) =>
    [of === 'gateway-key' && appOf.get(id), name].filter(Boolean).join(', ');
  const owners = [...new Map(budgets.map((row) => [`${row.of} ${row.id}`, row])).entries()];
  return (
    <section className="kw-panel" aria-labelledby="usage-budgets">
      <div className="kw-panel-head">
        <h2 id="usage-budgets">{w.budgets}</h2>
        <span className="kw-dim">{w.budgetsLead}</span>
      </div>
      {owners.map(([owner, first]) => (
        <div key={owner} className={`kw-row ${classes.budget}`}>
          <span className="kw-grow">
            {nameOf(first)} <span className="kw-dim">{w.budgetOwners[first.of]}</span>
          </span>
          {budgets
            .filter((row) => `${row.of} ${row.id}` === owner)
            .map((row) => (
              <Gauge key={row.limit} row={row} of={nameOf(row)} />
            ))}
        </div>
      ))}
    </section>
  );
}

function Gauge({ row, of }: { row: LimitUsage; of: string }) {
  const w = words.usage;
  const what = w.budgetPeriods[row.limit as keyof typeof w.budgetPeriods];
  const spent = row.used + row.held;
  const share = spent / row.allowed;
  const color = share >= 1 ? 'var(--kw-bad)' : share >= NEARLY ? 'var(--kw-wait)' : 'var(--kw-ok)';
  const text = w.budgetOf(dollars(spent), dollars(row.allowed));
  return (
    <div className={classes.gauge} title={row.resetsAt ? w.budgetAnew(exactTime(row.resetsAt)) : undefined}>
      <span>
        {text} <span className="kw-dim">{what}</span>
      </span>
      <Progress.Root size="sm">
        <Progress.Section value={Math.min(100, share * 100)} color={color} aria-label={`${of}, ${what}: ${text}`} />
      </Progress.Root>
    </div>
  );
}

import { Progress } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { LimitUsage } from '../../../gateway/control/contract/limits.ts';
import { queries } from '../../api.ts';
import { count, dollars } from '../../format.ts';
import { RelativeTime } from '../../parts/relative-time.tsx';
import { words } from '../../words/words.ts';
import { isMoney } from './limit-draft.ts';
import classes from './limits.module.css';

/** What is used moves with every request, and by itself as the minute moves on. */
const EVERY_MS = 3_000;

/** A bar for each limit of whatever has some: used, allowed, and when it is free again. Nothing where none is set. */
export function LimitBars({ of, id, wide }: Pick<LimitUsage, 'of' | 'id'> & { wide?: boolean }) {
  const usage = useQuery(queries.limits.list.queryOptions({ refetchInterval: EVERY_MS }));
  const rows = (usage.data ?? []).filter((row) => row.of === of && row.id === id);
  if (rows.length === 0) return null;
  return (
    <ul className={classes.bars} data-wide={wide || undefined}>
      {rows.map((row) => (
        <LimitBar key={row.limit} row={row} />
      ))}
    </ul>
  );
}

function LimitBar({ row }: { row: LimitUsage }) {
  const w = words.limits;
  const taken = row.used + row.held;
  const percent = Math.min(100, (taken / row.allowed) * 100);
  const budget = isMoney(row.limit);
  const amount = budget ? dollars : count;
  const text = w.used[row.limit](amount(taken), amount(row.allowed));
  return (
    <li>
      <span>{text}</span>
      <Progress
        value={percent}
        size="sm"
        aria-label={text}
        color={row.remaining <= 0 ? 'red' : row.warning || percent >= 80 ? 'yellow' : undefined}
      />
      <span className="kw-dim">
        {row.remaining <= 0 ? w.reached : row.held > 0 ? w.held : ''}
        {row.resetsAt && (
          <>
            {' '}
            {budget ? w.anew : w.resets} <RelativeTime iso={row.resetsAt} />
          </>
        )}
        {row.unpriced > 0 && ` ${w.unpriced(row.unpriced)}`}
      </span>
    </li>
  );
}

import type { UsageNumbers } from '../../../gateway/control/contract/index.ts';
import { count, dollars, duration } from '../../format.ts';
import { words } from '../../words/words.ts';
import classes from './usage.module.css';
import { money, percent, short } from './usage-numbers.ts';

export function Tiles({ total }: { total: UsageNumbers }) {
  const t = words.usage.tiles;
  const { durationMs, firstByteMs, tokens } = total;
  const tiles: { label: string; value: string; more: string; bad?: boolean }[] = [
    {
      label: t.requests,
      value: count(total.requests),
      more: t.requestsMore(count(total.streams), total.clientGone),
    },
    {
      label: t.failures,
      value: count(total.failures),
      more: t.failuresMore(percent(total.requests === 0 ? 0 : total.failures / total.requests)),
      bad: total.failures > 0,
    },
    {
      label: t.duration,
      value: durationMs ? duration(durationMs.p50) : t.none,
      more: durationMs ? t.durationMore(duration(durationMs.p95), duration(durationMs.p99)) : '',
    },
    {
      label: t.firstByte,
      value: firstByteMs ? duration(firstByteMs.p50) : t.none,
      more: firstByteMs ? t.firstByteMore(duration(firstByteMs.p95)) : '',
    },
    {
      label: t.tokens,
      value: short(tokens.input + tokens.output),
      more: t.tokensMore(short(tokens.input), short(tokens.output)),
    },
    {
      label: t.spend,
      value: money(total),
      more: t.spendMore(total.savedUsd > 0 ? dollars(total.savedUsd) : null),
    },
  ];
  return (
    <dl className={classes.tiles} aria-label={t.label}>
      {tiles.map(({ label, value, more, bad }) => (
        <div key={label} className={classes.tile}>
          <dt>{label}</dt>
          <dd>
            <b data-bad={bad || undefined}>{value}</b>
            <span className="kw-dim">{more}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}

import { SegmentedControl } from '@mantine/core';
import type { Usage, UsageGroup } from '../../../gateway/control/contract/index.ts';
import { count, duration } from '../../format.ts';
import { Tag } from '../../parts/light.tsx';
import { words } from '../../words/words.ts';
import classes from './usage.module.css';
import { money, short } from './usage-numbers.ts';

export const GROUPS = ['app', 'provider', 'model', 'key', 'gatewayKey'] as const satisfies readonly UsageGroup[];
export type Group = (typeof GROUPS)[number];

export function GroupsPanel(props: { rows: Usage['rows']; by: Group; onBy: (by: Group) => void }) {
  const { rows, by } = props;
  const w = words.usage;
  const c = w.columns;
  return (
    <section className="kw-panel" aria-labelledby="usage-groups">
      <div className="kw-panel-head">
        <h2 id="usage-groups">
          {w.by} {w.groups[by].toLowerCase()}
        </h2>
        <SegmentedControl
          size="xs"
          aria-label={w.by}
          value={by}
          onChange={(value) => props.onBy(value as Group)}
          data={GROUPS.map((value) => ({ value, label: w.groups[value] }))}
        />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section className={classes.scroll} aria-label={w.tableOf(`${w.by} ${w.groups[by].toLowerCase()}`)} tabIndex={0}>
        <table className={classes.table}>
          <thead>
            <tr>
              <th scope="col">{w.groups[by]}</th>
              {Object.entries(c).map(([name, label]) => (
                <th key={name} scope="col" data-number>
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={`${row.id} ${row.practice}`}>
                <th scope="row">
                  {row.name} {row.practice && <Tag tone="practice">{w.rowPractice}</Tag>}
                </th>
                <td data-number>{count(row.requests)}</td>
                <td data-number data-bad={row.failures > 0 || undefined}>
                  {count(row.failures)}
                </td>
                <td data-number>{row.durationMs ? duration(row.durationMs.p50) : w.nothing}</td>
                <td data-number>{row.durationMs ? duration(row.durationMs.p95) : w.nothing}</td>
                <td data-number>{short(row.tokens.input)}</td>
                <td data-number>{short(row.tokens.output)}</td>
                <td data-number>{row.practice ? w.nothing : money(row)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </section>
  );
}

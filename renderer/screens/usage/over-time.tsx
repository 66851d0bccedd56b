import { Loader, SegmentedControl } from '@mantine/core';
import { lazy, Suspense } from 'react';
import type { Usage } from '../../../gateway/control/contract/index.ts';
import { exactTime } from '../../format.ts';
import { words } from '../../words/words.ts';
import classes from './usage.module.css';
import { MEASURES, type Measure, type Point, pointsOf, SERIES, valueText } from './usage-numbers.ts';

const UsageChart = lazy(() => import('./usage-chart.tsx'));

/** One measure as a chart, and the same numbers as a table. */
export function OverTime(props: { usage: Usage; measure: Measure; onMeasure: (measure: Measure) => void }) {
  const { usage, measure } = props;
  const w = words.usage;
  const points = pointsOf(usage, measure);
  const peak = Math.max(0, ...points.map((point) => totalOf(point, measure)));
  return (
    <section className="kw-panel" aria-labelledby="usage-over-time">
      <div className="kw-panel-head">
        <h2 id="usage-over-time">{w.overTime}</h2>
        <SegmentedControl
          size="xs"
          aria-label={w.measure}
          value={measure}
          onChange={(value) => props.onMeasure(value as Measure)}
          data={MEASURES.map((value) => ({ value, label: w.measures[value] }))}
        />
      </div>
      <div className="kw-panel-body">
        <div
          role="img"
          aria-label={w.chart(
            w.measures[measure],
            exactTime(usage.since),
            exactTime(usage.until),
            valueText(peak, measure),
          )}
          className={classes.chart}
        >
          <Suspense fallback={<Loader size="sm" aria-hidden />}>
            <UsageChart points={points} measure={measure} />
          </Suspense>
        </div>
        <details className={classes.twin}>
          <summary>{w.asTable}</summary>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
          <section className={classes.scroll} aria-label={w.tableOf(w.overTime)} tabIndex={0}>
            <PointTable points={points} measure={measure} />
          </section>
        </details>
      </div>
    </section>
  );
}

function PointTable({ points, measure }: { points: readonly Point[]; measure: Measure }) {
  const series = SERIES[measure];
  return (
    <table className={classes.table}>
      <thead>
        <tr>
          <th scope="col">{words.usage.when}</th>
          {series.map(({ name, label }) => (
            <th key={name} scope="col" data-number>
              {label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {points.map((point) => (
          <tr key={point.when}>
            <th scope="row">{point.when}</th>
            {series.map(({ name }) => (
              <td key={name} data-number>
                {valueText(point[name] as number | null, measure)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Stacked measures add up; of durations the longest counts. */
function totalOf(point: Point, measure: Measure): number {
  const values = SERIES[measure].map(({ name }) => (point[name] as number | null) ?? 0);
  return measure === 'duration' ? Math.max(...values) : values.reduce((sum, value) => sum + value, 0);
}

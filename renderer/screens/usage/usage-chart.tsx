/** Loaded when it is first shown: the charts weigh as much as the rest of the screen. */
import '@mantine/charts/styles.css';
import { BarChart, LineChart } from '@mantine/charts';
import { type Measure, type Point, SERIES, valueText } from './usage-numbers.ts';

export default function UsageChart({ points, measure }: { points: Point[]; measure: Measure }) {
  const common = {
    h: 220,
    data: points as unknown as Record<string, unknown>[],
    dataKey: 'when',
    series: SERIES[measure].map((one) => ({ ...one })),
    valueFormatter: (value: number) => valueText(value, measure),
    withLegend: SERIES[measure].length > 1,
    legendProps: { verticalAlign: 'top' as const, height: 32 },
    gridAxis: 'x' as const,
    tickLine: 'none' as const,
    strokeDasharray: '2 4',
    textColor: 'var(--kw-dim)',
    gridColor: 'var(--kw-line)',
    xAxisProps: { minTickGap: 28, tickMargin: 8 },
    yAxisProps: { width: 64 },
  };
  // Its numbers stand in a table for those who cannot see it; nothing in it takes the focus.
  return measure === 'duration' ? (
    <LineChart {...common} curveType="linear" connectNulls={false} lineChartProps={{ accessibilityLayer: false }} />
  ) : (
    <BarChart {...common} type="stacked" maxBarWidth={28} barChartProps={{ accessibilityLayer: false }} />
  );
}

import {
  Histogram,
  type MetricObjectWithValues,
  type MetricType,
  type MetricValueWithName,
  type Registry,
} from 'prom-client';
import { countOf, countUpTo, type SparseHistogram } from '../usage/histogram.ts';

const MICRO = 1e6;
/** Upper bounds in milliseconds; each is a bound of the bins that durations are counted in, so the counts are exact. */
const BOUNDS_MS: readonly number[] = Array.from({ length: 20 }, (_, power) => 2 ** power);

export interface CountedSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly histogram: SparseHistogram;
  readonly sumUs: number;
}

/** A histogram that was counted elsewhere: the library's own can only be told one duration after the other. */
export class CountedHistogram extends Histogram {
  private readonly counted: { name: string; help: string; series: readonly CountedSeries[] };

  constructor(name: string, help: string, series: readonly CountedSeries[], registry: Registry) {
    super({ name, help, labelNames: ['provider'], registers: [registry] });
    this.counted = { name, help, series };
  }

  /** Which of the two the library asks for its text depends on its version. */
  getForPromString() {
    return this.get();
  }

  override async get(): Promise<MetricObjectWithValues<MetricValueWithName<string>>> {
    const { name, help, series } = this.counted;
    const values = series.flatMap(({ labels, histogram, sumUs }) => {
      const count = countOf(histogram);
      if (count === 0) return [];
      const bucket = (le: string, value: number) => ({
        metricName: `${name}_bucket`,
        labels: { ...labels, le },
        value,
      });
      return [
        ...BOUNDS_MS.map((ms) => bucket(String(ms / 1000), countUpTo(histogram, ms))),
        bucket('+Inf', count),
        { metricName: `${name}_sum`, labels, value: sumUs / MICRO },
        { metricName: `${name}_count`, labels, value: count },
      ];
    });
    return { name, help, type: 'histogram' as unknown as MetricType, aggregator: 'sum', collect: () => {}, values };
  }
}

/** Numbers of the usage screen as text and as points of its chart. Pure. */
import type { Usage, UsageNumbers, UsageStep } from '../../../gateway/control/contract/index.ts';
import { count, dollars, duration } from '../../format.ts';
import { words } from '../../words/words.ts';

export const MEASURES = ['requests', 'duration', 'tokens', 'spend'] as const;
export type Measure = (typeof MEASURES)[number];

export interface ChartSeries {
  readonly name: string;
  readonly label: string;
  readonly color: string;
}

const COLORS = { ok: 'var(--kw-accent)', bad: 'var(--kw-bad)', third: 'var(--kw-line-strong)' } as const;

export const SERIES: Readonly<Record<Measure, readonly ChartSeries[]>> = {
  requests: [
    { name: 'answered', label: words.usage.series.answered, color: COLORS.ok },
    { name: 'failed', label: words.usage.series.failed, color: COLORS.bad },
    { name: 'clientGone', label: words.usage.series.clientGone, color: COLORS.third },
  ],
  duration: [
    { name: 'p50', label: words.usage.series.p50, color: COLORS.ok },
    { name: 'p95', label: words.usage.series.p95, color: COLORS.third },
  ],
  tokens: [
    { name: 'input', label: words.usage.series.input, color: COLORS.third },
    { name: 'output', label: words.usage.series.output, color: COLORS.ok },
  ],
  spend: [{ name: 'spend', label: words.usage.series.spend, color: COLORS.ok }],
};

/** Null where nothing was measured: a gap, not a zero. */
export type Point = Readonly<Record<string, number | string | null>> & { readonly when: string };

export function pointsOf({ buckets, step }: Pick<Usage, 'buckets' | 'step'>, measure: Measure): Point[] {
  return buckets.map((bucket) => ({ when: bucketName(bucket.start, step), ...valuesOf(bucket, measure) }));
}

function valuesOf(bucket: UsageNumbers, measure: Measure): Record<string, number | null> {
  switch (measure) {
    case 'requests':
      return {
        answered: bucket.requests - bucket.failures - bucket.clientGone,
        failed: bucket.failures,
        clientGone: bucket.clientGone,
      };
    case 'duration':
      return { p50: bucket.durationMs?.p50 ?? null, p95: bucket.durationMs?.p95 ?? null };
    case 'tokens':
      return { input: bucket.tokens.input, output: bucket.tokens.output };
    case 'spend':
      return { spend: bucket.costUsd };
  }
}

export function valueText(value: number | null, measure: Measure): string {
  if (value === null) return words.usage.nothing;
  if (measure === 'duration') return duration(value);
  return measure === 'spend' ? dollars(value) : short(value);
}

export function bucketName(start: string, step: UsageStep): string {
  const date = new Date(start);
  const say = (format: Intl.DateTimeFormatOptions) => date.toLocaleString(words.locale, { hour12: false, ...format });
  switch (step) {
    case 'minute':
      return say({ hour: '2-digit', minute: '2-digit' });
    case 'hour':
      return say({ day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
    case 'day':
      return say({ day: 'numeric', month: 'short' });
    case 'week':
      return words.usage.weekOf(say({ day: 'numeric', month: 'short' }));
    case 'month':
      return say({ month: 'short', year: 'numeric' });
  }
}

/** `1.2 k`, `3.4 M`; whole below ten thousand. */
export function short(n: number): string {
  if (n < 10_000) return count(n);
  return n < 1e6 ? `${Number((n / 1000).toFixed(1))} k` : `${Number((n / 1e6).toFixed(2))} M`;
}

/** Marked where any of it is worked out from list prices. */
export function money({ costUsd, estimatedUsd }: Pick<UsageNumbers, 'costUsd' | 'estimatedUsd'>): string {
  return `${estimatedUsd > 0 ? '≈ ' : ''}${dollars(costUsd)}`;
}

export function percent(share: number): string {
  if (share > 0.999 && share < 1) return '99.9 %';
  return `${Number((share * 100).toFixed(share < 0.1 ? 1 : 0))} %`;
}

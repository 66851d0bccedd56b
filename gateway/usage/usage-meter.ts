/**
 * Counts what the data plane does, as it ends: a few additions an exchange, no I/O. What was added since the last `take`
 * goes with the next batch of captures to the disk; what was added since the start stays here, for /metrics.
 */

import { type LimitRefusals, RefusalCounts } from './limit-refusals.ts';
import { MeteredSeries, type MeterTotal } from './metered-series.ts';
import { type Countable, type CountedSeries, type CountSink, countInto, type UsageEntry } from './usage-entry.ts';

/** Names of models that are told apart; clients may invent any number of them. */
const MOST_MODELS = 500;
export const OTHER_MODEL = 'other';

/** Series by their values, one map within the other: finding one makes no text of them all. */
type Branch<Of> = Map<string, Of>;
type ByModel = Branch<MeteredSeries>;
type ByScope = Branch<Branch<Branch<Branch<Branch<Branch<Branch<ByModel>>>>>>>;

export class UsageMeter implements CountSink {
  private readonly root: ByScope = new Map();
  private readonly all: MeteredSeries[] = [];
  private readonly models = new Set<string>();
  private readonly refused = new RefusalCounts();
  /** Those with something to take. */
  private touched: MeteredSeries[] = [];
  /** Of minutes that were over while something else of their series was counted. */
  private closed: UsageEntry[] = [];

  /** Never throws; to be called once for each exchange, when its verdict stands. */
  note(exchange: Countable): void {
    countInto(this, exchange);
    const { refusal, origin } = exchange;
    if (refusal && !origin) this.refused.note(refusal);
  }

  get hasPending(): boolean {
    return this.touched.length > 0;
  }

  /** What was counted since the last time. */
  take(): UsageEntry[] {
    const entries = this.closed;
    for (const series of this.touched) entries.push(series.close());
    this.closed = [];
    this.touched = [];
    return entries;
  }

  /** Everything counted since the start, what was not taken yet included. */
  totals(): MeterTotal[] {
    return this.all.map((series) => series.total());
  }

  /** What limits refused since the start. */
  get refusals(): LimitRefusals {
    return this.refused.all;
  }

  series(
    minuteMs: number,
    scope: string,
    kind: string,
    app: string,
    gatewayKey: string,
    provider: string,
    model: string,
    providerKey: string,
    cause: string,
  ): CountedSeries {
    const byKind = below(this.root, scope);
    const byApp = below(below(byKind, kind), cause);
    const byProvider = below(below(byApp, app), gatewayKey);
    const byModel: ByModel = below(below(byProvider, provider), providerKey);
    let series = byModel.get(model);
    if (!series) {
      const bounded = this.bounded(model);
      series = byModel.get(bounded);
      if (!series) {
        series = new MeteredSeries({ scope, kind, app, gatewayKey, provider, model: bounded, providerKey, cause });
        byModel.set(bounded, series);
        this.all.push(series);
      }
    }
    if (series.minuteMs !== minuteMs) {
      if (series.minuteMs === undefined) this.touched.push(series);
      else this.closed.push(series.close());
      series.minuteMs = minuteMs;
    }
    return series;
  }

  private bounded(model: string): string {
    if (model === '' || this.models.has(model)) return model;
    if (this.models.size >= MOST_MODELS) return OTHER_MODEL;
    this.models.add(model);
    return model;
  }
}

function below<Of extends Map<string, unknown>>(branch: Branch<Of>, value: string): Of {
  let next = branch.get(value);
  if (!next) {
    next = new Map() as unknown as Of;
    branch.set(value, next);
  }
  return next;
}

import { binOf, histogramOf, mergeHistograms, type SparseHistogram } from './histogram.ts';
import {
  AT,
  COUNTERS,
  type CountedSeries,
  type Counts,
  type Dimensions,
  namedCounts,
  seriesText,
  type UsageEntry,
} from './usage-entry.ts';

/** Since the process started. */
export interface MeterTotal {
  readonly dimensions: Dimensions;
  readonly counts: Counts;
  readonly durations: SparseHistogram;
  readonly firstBytes: SparseHistogram;
  readonly appName: string | undefined;
}

const SIZE = COUNTERS.length;

/** One series as it is counted: what one minute added that was not taken yet, and what was taken since the start. */
export class MeteredSeries implements CountedSeries {
  /** The minute that `counts` belong to; undefined: nothing was counted since the last `close`. */
  minuteMs: number | undefined;
  readonly counts = new Float64Array(SIZE);
  private readonly taken = new Float64Array(SIZE);
  private readonly dimensions: Dimensions;
  private readonly text: string;
  private durationBins: number[] = [];
  private firstByteBins: number[] = [];
  private durations: SparseHistogram = [];
  private firstBytes: SparseHistogram = [];
  private app: string | undefined;
  private gatewayKey: string | undefined;

  constructor(dimensions: Dimensions) {
    this.dimensions = dimensions;
    this.text = seriesText(dimensions);
  }

  took(durationMs: number | undefined, firstByteMs: number | undefined): void {
    const { counts } = this;
    if (durationMs !== undefined) {
      this.durationBins.push(binOf(durationMs));
      counts[AT.durationUs] = (counts[AT.durationUs] as number) + Math.round(durationMs * 1000);
    }
    if (firstByteMs !== undefined) {
      this.firstByteBins.push(binOf(firstByteMs));
      counts[AT.firstByteUs] = (counts[AT.firstByteUs] as number) + Math.round(firstByteMs * 1000);
    }
  }

  called(app: string, gatewayKey: string | undefined): void {
    this.app = app;
    this.gatewayKey = gatewayKey;
  }

  /** Takes what the minute added. */
  close(): UsageEntry {
    const { counts, taken } = this;
    const added: number[] = [];
    for (let at = 0; at < SIZE; at++) {
      const count = counts[at] as number;
      added.push(count);
      taken[at] = (taken[at] as number) + count;
    }
    counts.fill(0);
    const durations = histogramOf(this.durationBins);
    const firstBytes = histogramOf(this.firstByteBins);
    this.durationBins = [];
    this.firstByteBins = [];
    this.durations = mergeHistograms(this.durations, durations);
    this.firstBytes = mergeHistograms(this.firstBytes, firstBytes);
    const minuteMs = this.minuteMs as number;
    this.minuteMs = undefined;
    const { text: series, app, gatewayKey } = this;
    return { minuteMs, series, counts: added, durations, firstBytes, app, gatewayKey };
  }

  total(): MeterTotal {
    return {
      dimensions: this.dimensions,
      counts: namedCounts(this.taken.map((count, at) => count + (this.counts[at] as number))),
      durations: mergeHistograms(this.durations, histogramOf(this.durationBins)),
      firstBytes: mergeHistograms(this.firstBytes, histogramOf(this.firstByteBins)),
      appName: this.app,
    };
  }
}

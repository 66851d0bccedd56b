/** Counts as the contract gives them. Pure. */
import type { UsageSum } from '../captures/usage-store.ts';
import { countOf, mergeHistograms, percentile, type SparseHistogram } from '../usage/histogram.ts';
import { addCounts, noCounts } from '../usage/usage-entry.ts';
import type { UsageNumbers } from './contract/usage.ts';

const NANO = 1e9;

type Sum = Pick<UsageSum, 'counts' | 'durations' | 'firstBytes'>;

export function noSum(): Sum {
  return { counts: noCounts(), durations: [], firstBytes: [] };
}

export function mergedSum(sums: readonly Sum[]): Sum {
  const counts = noCounts();
  let durations: SparseHistogram = [];
  let firstBytes: SparseHistogram = [];
  for (const sum of sums) {
    addCounts(counts, sum.counts);
    durations = mergeHistograms(durations, sum.durations);
    firstBytes = mergeHistograms(firstBytes, sum.firstBytes);
  }
  return { counts, durations, firstBytes };
}

export function numbersOf({ counts, durations, firstBytes }: Sum): UsageNumbers {
  return {
    requests: counts.requests,
    failures: counts.failures,
    clientGone: counts.clientGone,
    streams: counts.streams,
    cacheHits: counts.cacheHits,
    attempts: counts.attempts,
    tokens: {
      input: counts.inputTokens,
      output: counts.outputTokens,
      cachedInput: counts.cachedInputTokens,
      cacheWrite: counts.cacheWriteTokens,
      reasoning: counts.reasoningTokens,
    },
    costUsd: counts.costNano / NANO,
    estimatedUsd: (counts.costNano - counts.statedNano) / NANO,
    savedUsd: counts.savedNano / NANO,
    unpriced: counts.unpriced,
    durationMs: spread(durations, counts.durationUs),
    firstByteMs: spread(firstBytes, counts.firstByteUs),
  };
}

function spread(histogram: SparseHistogram, sumUs: number): UsageNumbers['durationMs'] {
  const count = countOf(histogram);
  if (count === 0) return null;
  const at = (share: number) => rounded(percentile(histogram, share) as number);
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), mean: rounded(sumUs / 1000 / count) };
}

function rounded(ms: number): number {
  return Math.round(ms * 100) / 100;
}

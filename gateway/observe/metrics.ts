/**
 * What Prometheus scrapes: the counts since the process started and how it is just now, made anew for each scrape, so
 * that requests pay nothing for it. Names and units follow prometheus.io/docs/practices/naming. No label holds what a
 * client can invent: names of models that neither the catalogue nor a route knows are `other`.
 */
import { Counter, Gauge, Registry } from 'prom-client';
import { mergeHistograms, type SparseHistogram } from '../usage/histogram.ts';
import type { MeterTotal } from '../usage/metered-series.ts';
import type { Counter as CounterName } from '../usage/usage-entry.ts';
import { OTHER_MODEL } from '../usage/usage-meter.ts';
import { CountedHistogram } from './counted-histogram.ts';
import { addRuleMetrics, type RuleFacts } from './rule-metrics.ts';

export interface MetricFacts {
  readonly version: string;
  readonly totals: readonly MeterTotal[];
  /** An app's name just now; undefined when it is gone. */
  readonly appName: (id: string) => string | undefined;
  /** Whether a model's name is one that this home or the catalogue knows. */
  readonly isKnownModel: (provider: string, model: string) => boolean;
  readonly rules: RuleFacts;
  readonly inFlight: number;
  readonly queue: {
    readonly batches: number;
    readonly bytes: number;
    readonly leftOut: { bodies: number; rows: number };
  };
  readonly notices: Readonly<Record<'info' | 'warning' | 'error', number>>;
  readonly process: {
    readonly cpuSeconds: number;
    readonly residentBytes: number;
    readonly heapBytes: number;
    /** Epoch seconds. */
    readonly startedAt: number;
  };
}

export interface Metrics {
  readonly contentType: string;
  readonly text: string;
}

const NANO = 1e9;
type Labels = Readonly<Record<string, string>>;

export async function renderMetrics(facts: MetricFacts): Promise<Metrics> {
  const registry = new Registry();
  const exchanges = facts.totals.filter(({ dimensions }) => dimensions.scope === 'exchange');
  const theirs = exchanges.filter(({ dimensions }) => dimensions.kind === 'app' || dimensions.kind === 'practice');
  const attempts = facts.totals.filter(
    ({ dimensions }) => dimensions.scope === 'attempt' && (dimensions.kind === 'app' || dimensions.kind === 'practice'),
  );
  const app = ({ dimensions, appName }: MeterTotal) => facts.appName(dimensions.app) ?? appName ?? dimensions.app;
  const asked = (total: MeterTotal): Labels => ({
    app: app(total),
    provider: total.dimensions.provider,
    model: modelLabel(total, facts),
  });
  const counter = (
    name: string,
    help: string,
    totals: readonly MeterTotal[],
    of: CounterName,
    labels: (one: MeterTotal) => Labels,
    per = 1,
  ) => addCounter(registry, name, help, totals, ({ counts }) => counts[of] / per, labels);

  counter('keyward_requests_total', 'Requests of apps that are over, however they ended.', theirs, 'requests', asked);
  counter('keyward_request_failures_total', 'Requests of apps that failed, by cause.', theirs, 'failures', (total) => ({
    app: app(total),
    provider: total.dimensions.provider,
    cause: total.dimensions.cause,
  }));
  counter(
    'keyward_requests_abandoned_total',
    'Requests whose app hung up before the end.',
    theirs,
    'clientGone',
    (total) => ({
      app: app(total),
      provider: total.dimensions.provider,
    }),
  );
  counter('keyward_streams_total', 'Requests that asked for a stream.', theirs, 'streams', asked);
  counter('keyward_cache_hits_total', 'Requests answered out of the cache.', theirs, 'cacheHits', asked);
  counter('keyward_input_tokens_total', 'Input tokens as providers counted them.', theirs, 'inputTokens', asked);
  counter('keyward_output_tokens_total', 'Output tokens as providers counted them.', theirs, 'outputTokens', asked);
  counter(
    'keyward_cached_input_tokens_total',
    'Of the input tokens: read from a provider’s cache.',
    theirs,
    'cachedInputTokens',
    asked,
  );
  counter(
    'keyward_cache_write_tokens_total',
    'Of the input tokens: written to a provider’s cache.',
    theirs,
    'cacheWriteTokens',
    asked,
  );
  counter('keyward_reasoning_tokens_total', 'Of the output tokens: reasoning.', theirs, 'reasoningTokens', asked);
  counter(
    'keyward_cost_usd_total',
    'Known cost; what providers did not state is worked out from list prices.',
    theirs,
    'costNano',
    asked,
    NANO,
  );
  counter(
    'keyward_stated_cost_usd_total',
    'Of the cost: by the providers’ own word.',
    theirs,
    'statedNano',
    asked,
    NANO,
  );
  counter(
    'keyward_saved_usd_total',
    'What answers out of the cache would have cost.',
    theirs,
    'savedNano',
    asked,
    NANO,
  );
  counter(
    'keyward_unpriced_requests_total',
    'Requests with counted tokens and no known price.',
    theirs,
    'unpriced',
    asked,
  );
  counter(
    'keyward_own_requests_total',
    'Replays, probes and checks that were sent, which no request of an app is.',
    exchanges.filter(({ dimensions }) => dimensions.kind !== 'app' && dimensions.kind !== 'practice'),
    'requests',
    ({ dimensions }) => ({ kind: dimensions.kind, provider: dimensions.provider }),
  );

  const provider = ({ dimensions }: MeterTotal): Labels => ({ provider: dimensions.provider });
  counter(
    'keyward_provider_attempts_total',
    'Attempts at providers for requests of apps.',
    attempts,
    'requests',
    provider,
  );
  counter(
    'keyward_provider_attempt_failures_total',
    'Attempts at providers that failed, by cause.',
    attempts,
    'failures',
    ({ dimensions }) => ({
      provider: dimensions.provider,
      cause: dimensions.cause,
    }),
  );

  addHistogram(
    registry,
    'keyward_request_duration_seconds',
    'From acceptance of a request to the end of its answer.',
    theirs,
    provider,
    'durations',
    'durationUs',
  );
  addHistogram(
    registry,
    'keyward_request_first_byte_seconds',
    'From acceptance of a request to the first byte of its answer.',
    theirs,
    provider,
    'firstBytes',
    'firstByteUs',
  );
  addHistogram(
    registry,
    'keyward_provider_attempt_duration_seconds',
    'From the start of an attempt at a provider to its end.',
    attempts,
    provider,
    'durations',
    'durationUs',
  );
  addHistogram(
    registry,
    'keyward_provider_first_byte_seconds',
    'From the start of an attempt at a provider to its first byte.',
    attempts,
    provider,
    'firstBytes',
    'firstByteUs',
  );

  addRuleMetrics(registry, facts.rules);
  gauge(registry, 'keyward_requests_in_flight', 'Requests under way.', [[{}, facts.inFlight]]);
  gauge(registry, 'keyward_capture_queue_bytes', 'Captures on their way to the disk.', [[{}, facts.queue.bytes]]);
  gauge(registry, 'keyward_capture_queue_batches', 'Batches of captures on their way to the disk.', [
    [{}, facts.queue.batches],
  ]);
  const left = new Counter({
    name: 'keyward_captures_left_out_total',
    help: 'Captures that were kept without bodies, or not at all, since the disk could not follow.',
    labelNames: ['what'],
    registers: [registry],
  });
  left.inc({ what: 'bodies' }, facts.queue.leftOut.bodies);
  left.inc({ what: 'rows' }, facts.queue.leftOut.rows);
  gauge(
    registry,
    'keyward_notices',
    'What a person should know, as the status shows it.',
    Object.entries(facts.notices).map(([level, count]) => [{ level }, count]),
  );
  gauge(registry, 'keyward_build_info', 'The version that runs.', [[{ version: facts.version }, 1]]);

  const cpu = new Counter({
    name: 'process_cpu_seconds_total',
    help: 'CPU time of the process.',
    registers: [registry],
  });
  cpu.inc(facts.process.cpuSeconds);
  gauge(registry, 'process_resident_memory_bytes', 'Resident memory of the process.', [
    [{}, facts.process.residentBytes],
  ]);
  gauge(registry, 'process_start_time_seconds', 'Start of the process, seconds since the epoch.', [
    [{}, facts.process.startedAt],
  ]);
  gauge(registry, 'nodejs_heap_size_used_bytes', 'Used heap of the main thread.', [[{}, facts.process.heapBytes]]);
  return { contentType: registry.contentType, text: await registry.metrics() };
}

function modelLabel({ dimensions: { kind, provider, model } }: MeterTotal, facts: MetricFacts): string {
  if (model === '' || kind === 'practice' || facts.isKnownModel(provider, model)) return model;
  return OTHER_MODEL;
}

function addCounter(
  registry: Registry,
  name: string,
  help: string,
  totals: readonly MeterTotal[],
  valueIn: (total: MeterTotal) => number,
  labelsOf: (total: MeterTotal) => Labels,
): void {
  let metric: Counter | undefined;
  for (const total of totals) {
    const value = valueIn(total);
    if (value === 0) continue;
    const labels = labelsOf(total);
    metric ??= new Counter({ name, help, labelNames: Object.keys(labels), registers: [registry] });
    metric.inc(labels, value);
  }
  // With its name and help from the start, so that a dashboard can be made before there is traffic.
  metric ?? new Counter({ name, help, labelNames: ['provider'], registers: [registry] });
}

function gauge(registry: Registry, name: string, help: string, values: readonly (readonly [Labels, number])[]): void {
  const metric = new Gauge({ name, help, labelNames: Object.keys(values[0]?.[0] ?? {}), registers: [registry] });
  for (const [labels, value] of values) metric.set(labels, value);
}

function addHistogram(
  registry: Registry,
  name: string,
  help: string,
  totals: readonly MeterTotal[],
  labelsOf: (total: MeterTotal) => Labels,
  of: 'durations' | 'firstBytes',
  sumOf: 'durationUs' | 'firstByteUs',
): void {
  const series = new Map<string, { labels: Labels; histogram: SparseHistogram; sumUs: number }>();
  for (const total of totals) {
    const labels = labelsOf(total);
    const key = JSON.stringify(labels);
    const one = series.get(key) ?? { labels, histogram: [], sumUs: 0 };
    one.histogram = mergeHistograms(one.histogram, total[of]);
    one.sumUs += total.counts[sumOf];
    series.set(key, one);
  }
  new CountedHistogram(name, help, [...series.values()], registry);
}

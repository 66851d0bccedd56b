/**
 * Sends spans to an OpenTelemetry collector over OTLP/HTTP. Loaded only when it is switched on. Bounded on every side: a
 * collector that is slow or dead costs a fixed amount of memory, no request waits for it, and it is told as a notice.
 * Headers that the collector wants come from OTEL_EXPORTER_OTLP_HEADERS, as with every OpenTelemetry program: a secret
 * there is not ours to store.
 */
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, TraceFlags, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor, type SpanExporter } from '@opentelemetry/sdk-trace-base';
import type { Exchange } from '../exchange.ts';
import type { Notice } from '../store/notice.ts';
import { callersSpan, type SpanFacts, traceFactsOf, type Wording } from './span-facts.ts';

const MOST_WAITING = 2048;
const BATCH = 512;
const SEND_EVERY_MS = 1_000;
const SEND_TIMEOUT_MS = 5_000;

export interface SpanSender {
  note(exchange: Exchange): void;
  readonly notice: Notice | undefined;
  /** Sends what is waiting, once, and ends. */
  close(): Promise<void>;
}

export function createSpanSender(url: string, version: string, wording: Wording): SpanSender {
  let failing: string | undefined;
  let lost = 0;
  let waiting = 0;
  const inner = new OTLPTraceExporter({ url: tracesUrl(url), timeoutMillis: SEND_TIMEOUT_MS });
  const exporter: SpanExporter = {
    export: (spans, done) =>
      inner.export(spans, (result) => {
        waiting -= spans.length;
        if (result.code === 0) failing = undefined;
        else {
          failing = result.error?.message ?? 'unknown error';
          lost += spans.length;
        }
        done(result);
      }),
    shutdown: () => inner.shutdown(),
    forceFlush: async () => inner.forceFlush?.(),
  };
  const processor = new BatchSpanProcessor(exporter, {
    maxQueueSize: MOST_WAITING,
    maxExportBatchSize: BATCH,
    scheduledDelayMillis: SEND_EVERY_MS,
    exportTimeoutMillis: SEND_TIMEOUT_MS,
  });
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'keyward', 'service.version': version }),
    spanProcessors: [processor],
  });
  const tracer = provider.getTracer('keyward', version);

  const span = (facts: SpanFacts, parent: Parameters<typeof tracer.startSpan>[2]) => {
    const made = tracer.startSpan(
      facts.name,
      {
        kind: facts.kind === 'server' ? SpanKind.SERVER : SpanKind.CLIENT,
        startTime: timeOf(facts.startMs),
        attributes: facts.attributes,
      },
      parent,
    );
    for (const { name, atMs, attributes } of facts.events) made.addEvent(name, attributes, timeOf(atMs));
    if (facts.error !== undefined) made.setStatus({ code: SpanStatusCode.ERROR, message: facts.error });
    return made;
  };

  return {
    note(exchange) {
      const caller = callersSpan(exchange.request.rawHeaders);
      // Whoever began the trace decided that it is not kept.
      if (caller && (caller.traceFlags & TraceFlags.SAMPLED) === 0) return;
      const spans = exchange.attempts.length + 1;
      if (waiting + spans > MOST_WAITING) {
        lost += spans;
        return;
      }
      waiting += spans;
      const parent = caller ? trace.setSpanContext(ROOT_CONTEXT, { ...caller, isRemote: true }) : ROOT_CONTEXT;
      const facts = traceFactsOf(exchange, wording);
      const server = span(facts.server, parent);
      const beneath = trace.setSpan(parent, server);
      for (const attempt of facts.attempts) span(attempt, beneath).end(timeOf(attempt.endMs));
      server.end(timeOf(facts.server.endMs));
    },
    get notice(): Notice | undefined {
      if (failing === undefined) return undefined;
      return {
        id: 'otlp-failing',
        level: 'warning',
        sentence: `Traces do not reach the collector at ${new URL(url).origin} (${failing.slice(0, 160)}); ${lost} spans are lost so far.`,
        next: 'Start the collector, or switch tracing off (serve without --otlp, or Settings).',
      };
    },
    close: async () => {
      await provider.shutdown().catch(() => undefined);
    },
  };
}

/** As the collector's own documents give it: the base address, or the whole one. */
function tracesUrl(url: string): string {
  const parsed = new URL(url);
  if (parsed.pathname === '/' || parsed.pathname === '') parsed.pathname = '/v1/traces';
  return parsed.href;
}

/** In two numbers: a single small one would be taken for time since the start of the process. */
function timeOf(epochMs: number): [number, number] {
  const seconds = Math.floor(epochMs / 1000);
  return [seconds, Math.round((epochMs - seconds * 1000) * 1e6)];
}

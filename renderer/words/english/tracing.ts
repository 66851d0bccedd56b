/** Words of Settings › Traces. */
export const tracing = {
  lead: 'Keyward can tell a monitoring system about each request as it ends: which app asked, which model answered, how long each step took, and what it cost. It speaks OpenTelemetry (OTLP over HTTP), so Jaeger, Grafana, Langfuse and the like understand it.',
  on: 'Send a trace of each request',
  onHint: 'Nothing is sent anywhere until this is on.',
  url: 'Address of the collector',
  urlHint: 'Traces go to /v1/traces there.',
  badUrl: 'An address begins with http:// or https:// and names a host, like http://127.0.0.1:4318',
  content: 'Send what was asked and answered too',
  contentHint: 'With secrets taken out. Whoever can read the collector can then read the conversations.',
  headers:
    'If the collector wants a key, put it into the environment variable OTEL_EXPORTER_OTLP_HEADERS before Keyward starts. It does not belong in the address.',
  sending: (url: string) => `Traces go to ${url}.`,
  override: '`keyward serve --otlp` goes before what is set here.',
};

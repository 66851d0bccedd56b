/**
 * A request of the gateway's own to a provider (key check, reachability): one attempt over the production path, recorded
 * as a capture of its kind, so that what was sent and what came back can be seen like anything else.
 */
import { decodeText } from './captures/decode-body.ts';
import type { Attempt, Exchange } from './exchange.ts';
import { applyCredential } from './providers/credential.ts';
import { headerValue } from './providers/headers.ts';
import { findPreset } from './providers/presets.ts';
import { ownHosts, resolveUpstream } from './providers/resolve.ts';
import type { PipelineOptions } from './run-exchange.ts';
import { explainNetworkError } from './stages/network-cause.ts';
import { referenceOf } from './stages/prepare-attempt.ts';
import { recordStep } from './stages/stage.ts';
import { emptyTap, tapBytes, tapChunk, tapWhole } from './stages/tap.ts';
import type { ProbeAnswer, ProbeRequest } from './upstream.ts';

/** Refused before anything is sent: a key may go to its own provider's hosts only. */
export class ForeignProbeHost extends Error {
  constructor(host: string, provider: string) {
    super(`A check of ${provider} may not go to ${host}: its key must not travel there.`);
    this.name = 'ForeignProbeHost';
  }
}

/** Longest answer that is read where nothing else is asked for, and longest that is recorded. */
const PROBE_BODY_BYTES = 1024 * 1024;

/** Never rejects for what the provider or the network did; rejects for a foreign host or a key that cannot be opened. */
export async function probeProvider(probe: ProbeRequest, options: PipelineOptions): Promise<ProbeAnswer> {
  const config = options.config();
  const provider = config.providers.get(probe.provider);
  if (!provider) throw new Error(`No provider called ${probe.provider} is set up here.`);
  const preset = findPreset(provider.preset);
  if (!ownHosts(provider, preset).has(probe.url.host)) throw new ForeignProbeHost(probe.url.host, provider.name);
  const key = probe.keyId ? config.providerKeys.get(probe.keyId) : undefined;
  const { maxBytes = PROBE_BODY_BYTES } = probe;
  const exchange = openProbe(probe, options);
  options.recorder.begin(exchange);
  const elapsed = () => performance.now() - exchange.startedAt;
  const upstream = resolveUpstream(provider, preset, exchange.endpoint as NonNullable<Exchange['endpoint']>, undefined);
  const own = upstream.ok ? [...upstream.defaultHeaders, ...upstream.setHeaders] : [];
  const base = withOwnHeaders(probe, without(own, probe.omitHeaders));
  const head = upstream.ok
    ? applyCredential(upstream.auth, key ? options.openKey(key) : undefined, probe.url, base)
    : ({ ok: false, message: upstream.message, next: upstream.next } as const);
  if (!head.ok) {
    const message = `${head.message} ${head.next}`;
    recordStep(exchange, 'forward', { decision: 'skipped', summary: message }, 0, elapsed());
    exchange.verdict = {
      ok: false,
      cause: 'gateway_config',
      stage: 'forward',
      message,
      status: null,
      endMs: elapsed(),
    };
    options.recorder.finish(exchange);
    return {
      capture: exchange.id,
      status: null,
      headers: [],
      body: '',
      error: { code: 'NOT_SENT', message },
      durationMs: elapsed(),
    };
  }
  const attempt: Attempt = {
    index: 0,
    provider: provider.id,
    method: probe.method,
    url: head.url.href,
    requestHeaders: head.headers,
    requestBody: 'same',
    key: key ? referenceOf(key) : undefined,
    origins: [
      { name: 'probe', origin: { from: 'provider', id: provider.id }, value: probe.experiment ?? probe.origin.kind },
    ],
    timings: { startMs: elapsed() },
  };
  exchange.attempts.push(attempt);
  return new Promise((resolve) => {
    let timer: NodeJS.Timeout | undefined;
    const settle = (error: ProbeAnswer['error']) => {
      clearTimeout(timer);
      probe.signal?.removeEventListener('abort', breakOff);
      attempt.timings.endMs = elapsed();
      const bytes = attempt.responseBody ? tapBytes(attempt.responseBody) : Buffer.alloc(0);
      const body = decodeText(bytes, headerValue(attempt.responseHeaders ?? [], 'content-encoding'), maxBytes);
      if (probe.knownAway && attempt.status === undefined) exchange.recording = 'off';
      else if (exchange.recording === 'full' && leavesOutBody(probe, attempt)) exchange.recording = 'no-bodies';
      finishProbe(exchange, attempt, body, error, options, provider.name);
      resolve({
        capture: exchange.id,
        status: attempt.status ?? null,
        headers: attempt.responseHeaders ?? [],
        body,
        ...((attempt.responseBody?.sizeBytes ?? 0) > maxBytes ? { cut: true } : {}),
        error,
        ...(exchange.verdict?.cause ? { cause: exchange.verdict.cause } : {}),
        durationMs: elapsed(),
      });
    };
    const breakOff = () => {
      control.abort();
      settle({ code: 'ECANCELED', message: 'broken off' });
    };
    const control = options.dispatcher.send(
      {
        method: probe.method,
        url: head.url,
        headers: head.headers,
        body: probe.body,
        signIn: head.signIn,
        onSigned: (headers) => {
          attempt.requestHeaders = headers;
        },
        timeouts: {
          connectMs: Math.min(probe.timeoutMs, config.settings.timeouts.connectMs),
          firstByteMs: probe.timeoutMs,
          idleMs: probe.timeoutMs,
        },
      },
      {
        onHeaders: (status, statusText, headers) => {
          attempt.status = status;
          attempt.statusText = statusText;
          attempt.responseHeaders = headers;
          attempt.responseBody = emptyTap();
        },
        onChunk: (chunk) => {
          const body = attempt.responseBody;
          if (body) tapChunk(body, chunk, maxBytes, elapsed());
          if (body && body.sizeBytes > maxBytes) {
            control.abort();
            settle(null);
          }
          return true;
        },
        onEnd: () => {
          if (attempt.responseBody) attempt.responseBody.complete = true;
          settle(null);
        },
        onError: (error) => settle(error),
      },
      attempt.timings,
      exchange.startedAt,
    );
    timer = setTimeout(() => {
      control.abort();
      settle({ code: 'KEYWARD_TOTAL_TIMEOUT', message: `not finished within ${probe.timeoutMs} ms` });
    }, probe.timeoutMs);
    probe.signal?.addEventListener('abort', breakOff);
  });
}

function leavesOutBody(
  { leavesOutGoodBody = false }: ProbeRequest,
  { status, responseHeaders, responseBody }: Attempt,
) {
  if ((responseBody?.sizeBytes ?? 0) > PROBE_BODY_BYTES) return true;
  const type = headerValue(responseHeaders ?? [], 'content-type') ?? '';
  return leavesOutGoodBody && status === 200 && /json/i.test(type);
}

function openProbe(probe: ProbeRequest, options: PipelineOptions): Exchange {
  const config = options.config();
  return {
    id: options.newCaptureId(),
    receivedAt: options.now(),
    startedAt: performance.now(),
    configVersion: config.version,
    request: {
      method: probe.method,
      url: probe.url.pathname + probe.url.search,
      path: probe.url.pathname,
      httpVersion: '1.1',
      rawHeaders: probe.headers,
      remoteAddress: '',
      body: probe.body ? tapWhole(probe.body, PROBE_BODY_BYTES, 0) : { ...emptyTap(), complete: true },
    },
    endpoint: {
      name: 'raw',
      family: 'raw',
      dialect: 'raw',
      upstreamPath: probe.url.pathname,
      modelIn: 'none',
      provider: probe.provider,
    },
    recording: config.settings.recording,
    steps: [],
    attempts: [],
    origin: probe.origin,
  };
}

function withOwnHeaders(probe: ProbeRequest, defaults: readonly string[]): string[] {
  const headers = [...probe.headers];
  for (let i = 0; i + 1 < defaults.length; i += 2) {
    if (headerValue(headers, defaults[i] as string) === undefined)
      headers.push(defaults[i] as string, defaults[i + 1] as string);
  }
  return headers;
}

function without(headers: readonly string[], names: readonly string[] = []): string[] {
  return headers.filter((_, index) => !names.includes((headers[index - (index % 2)] as string).toLowerCase()));
}

function finishProbe(
  exchange: Exchange,
  attempt: Attempt,
  body: string,
  error: ProbeAnswer['error'],
  options: PipelineOptions,
  providerName: string,
) {
  const network = error ? explainNetworkError(error, attempt.status !== undefined) : undefined;
  const failed = attempt.status !== undefined && attempt.status >= 400;
  const cause = network?.cause ?? (failed ? options.classify(exchange, attempt, body, options.config()) : null);
  attempt.outcome = {
    ok: cause === null,
    cause: cause ?? undefined,
    errorCode: error?.code,
    errorMessage: error?.message,
  };
  const message = network
    ? `${providerName} ${network.words}.`
    : `${providerName} answered the check with status ${attempt.status}.`;
  const endMs = performance.now() - exchange.startedAt;
  recordStep(
    exchange,
    'forward',
    { decision: cause === null ? 'passed' : 'skipped', summary: message },
    attempt.timings.startMs,
    endMs,
  );
  if (attempt.status !== undefined)
    exchange.answer = { status: attempt.status, headers: attempt.responseHeaders ?? [], body: 'same' };
  exchange.verdict = {
    ok: cause === null,
    cause,
    stage: cause === null ? null : 'forward',
    message,
    status: attempt.status ?? null,
    endMs,
  };
  options.recorder.finish(exchange);
}

/**
 * Captures as HAR 1.2 (http://www.softwareishard.com/blog/har-12-spec): an entry for each attempt at a provider, and for
 * what the gateway answered by itself one for the app's own request. Pure.
 */
import type { Capture, RecordedAttempt, RecordedBody } from '../captures/capture.ts';

type Pairs = readonly (readonly [string, string])[];

export interface HarOptions {
  readonly version: string;
  readonly gatewayUrl: string;
}

export function harHead({ version }: HarOptions): string {
  return `{"log":{"version":"1.2","creator":${JSON.stringify({ name: 'Keyward', version })},"entries":[\n`;
}

export const HAR_END = '\n]}}\n';

export function harEntries(capture: Capture, gatewayUrl: string): unknown[] {
  if (capture.attemptList.length > 0) return capture.attemptList.map((attempt) => attemptEntry(capture, attempt));
  const { request, answer } = capture;
  const entry = {
    startedDateTime: capture.time,
    time: capture.durationMs ?? 0,
    request: requestOf(
      request.method,
      `${gatewayUrl}${request.url}`,
      request.httpVersion,
      request.headers,
      request.body,
    ),
    response: responseOf(answer?.status, '', request.httpVersion, answer?.headers, answer?.body),
    cache: {},
    timings: { blocked: -1, dns: -1, connect: -1, ssl: -1, send: -1, wait: capture.durationMs ?? -1, receive: -1 },
    ...about(capture),
  };
  return [entry];
}

function attemptEntry(capture: Capture, attempt: RecordedAttempt): unknown {
  const timings = phasesOf(attempt);
  const { outcome } = attempt;
  const failed =
    outcome?.errorCode === undefined ? {} : { _error: `${outcome.errorCode}: ${outcome.errorMessage ?? ''}` };
  return {
    startedDateTime: new Date(Date.parse(capture.time) + attempt.timings.startMs).toISOString(),
    time: Object.entries(timings).reduce((sum, [name, ms]) => (name === 'ssl' || ms < 0 ? sum : sum + ms), 0),
    request: requestOf(attempt.method, attempt.url, '1.1', attempt.requestHeaders, attempt.requestBody),
    response: {
      ...responseOf(attempt.status, attempt.statusText ?? '', '1.1', attempt.responseHeaders, attempt.responseBody),
      ...failed,
    },
    cache: {},
    timings,
    ...(attempt.remoteAddress === undefined ? {} : { serverIPAddress: attempt.remoteAddress }),
    ...about(capture),
  };
}

function about({ id, cause, stage, message, app, provider, model }: Capture): object {
  return { _keyward: { capture: id, cause, stage, message, app, provider, model } };
}

function requestOf(method: string, url: string, version: string, headers: Pairs, body: RecordedBody): object {
  return {
    method,
    url,
    httpVersion: `HTTP/${version}`,
    cookies: [],
    headers: named(headers),
    queryString: URL.canParse(url) ? named([...new URL(url).searchParams]) : [],
    ...(body.sizeBytes === 0 ? {} : { postData: postDataOf(headers, body) }),
    headersSize: -1,
    bodySize: body.sizeBytes,
  };
}

function postDataOf(headers: Pairs, body: RecordedBody): object {
  const mimeType = firstOf(headers, 'content-type') ?? 'application/octet-stream';
  if (body.base64 !== undefined) return { mimeType, params: [], text: body.base64, _encoding: 'base64' };
  return { mimeType, params: [], text: body.text ?? '', ...leftOut(body) };
}

function responseOf(
  status: number | undefined,
  statusText: string,
  version: string,
  headers: Pairs = [],
  body?: RecordedBody,
): object {
  const mimeType = firstOf(headers, 'content-type') ?? 'x-unknown';
  const content =
    body === undefined
      ? { size: 0, mimeType }
      : {
          size: body.sizeBytes,
          mimeType,
          ...(body.text !== undefined ? { text: body.text } : {}),
          ...(body.base64 !== undefined ? { text: body.base64, encoding: 'base64' } : {}),
          ...leftOut(body),
        };
  return {
    status: status ?? 0,
    statusText,
    httpVersion: `HTTP/${version}`,
    cookies: [],
    headers: named(headers),
    content,
    redirectURL: firstOf(headers, 'location') ?? '',
    headersSize: -1,
    bodySize: body?.sizeBytes ?? -1,
  };
}

function leftOut({ leftOut, keptBytes, sizeBytes }: RecordedBody): object {
  if (leftOut === undefined) return {};
  return { comment: keptBytes > 0 ? `the first ${keptBytes} of ${sizeBytes} bytes` : `not recorded: ${leftOut}` };
}

/** Offsets as HAR's phases; -1 where one did not happen or was not measured. `connect` includes `ssl`. */
function phasesOf({ timings }: RecordedAttempt): Record<string, number> {
  const { startMs, dnsMs, connectMs, tlsMs, sentMs, firstByteMs, endMs } = timings;
  const lastMs = timings.lastByteMs ?? endMs;
  const beforeSending = tlsMs ?? connectMs ?? dnsMs ?? startMs;
  const sent = sentMs ?? beforeSending;
  return {
    blocked: -1,
    dns: between(startMs, dnsMs),
    connect: connectMs === undefined ? -1 : between(dnsMs ?? startMs, tlsMs ?? connectMs),
    ssl: tlsMs === undefined ? -1 : between(connectMs ?? dnsMs ?? startMs, tlsMs),
    send: sentMs === undefined ? -1 : between(beforeSending, sentMs),
    wait: between(sent, firstByteMs ?? endMs),
    receive: firstByteMs === undefined ? -1 : between(firstByteMs, lastMs),
  };
}

function between(fromMs: number, toMs: number | undefined): number {
  return toMs === undefined ? -1 : Math.max(0, Math.round((toMs - fromMs) * 1000) / 1000);
}

function named(pairs: Pairs): { name: string; value: string }[] {
  return pairs.map(([name, value]) => ({ name, value }));
}

function firstOf(headers: Pairs, name: string): string | undefined {
  return headers.find(([candidate]) => candidate.toLowerCase() === name)?.[1];
}

/** Facts of the attempt that decided a capture: what was sent to the provider and what came back, secrets already removed. */
import type { Capture, RecordedAttempt, RecordedBody } from '../captures/capture.ts';
import type { Facts } from './facts.ts';
import { findKeyFlaws, modelOf, nameServices, parseAddress, withAnswerer, withTransport } from './facts-of-record.ts';
import { recordedFlaws } from './key-shape.ts';
import { unwrap } from './unwrap/unwrap.ts';

export interface ProviderFacts {
  readonly preset: string | null;
  readonly name: string;
}

export function factsOfAttempt(capture: Capture, attempt: RecordedAttempt, provider?: ProviderFacts): Facts {
  const address = parseAddress(attempt.url, undefined);
  const transport = transportOf(attempt);
  const text = bodyText(attempt.responseBody);
  const responseHeaders = new Map((attempt.responseHeaders ?? []).map(([name, value]) => [name.toLowerCase(), value]));
  const named = withAnswerer(nameServices(provider?.preset ?? attempt.provider, address.host), responseHeaders, text);
  const body = withTransport(unwrap(text), transport);
  const requestBody = bodyText(sentBody(capture, attempt));
  return {
    ...named,
    services: [...new Set([attempt.provider, ...named.services])],
    providerName: provider?.name ?? named.providerName,
    baseUrl: attempt.url,
    host: address.host,
    local: /^(?:localhost|127\.|\[?::1)/.test(address.host ?? ''),
    surface: capture.endpoint ?? undefined,
    method: attempt.method,
    path: undefined,
    requestHeaders: attempt.requestHeaders,
    requestBody: requestBody?.slice(0, 64_000),
    model: attempt.model ?? modelOf(requestBody?.slice(0, 64_000), address.path),
    credentialSent: attempt.key !== undefined || undefined,
    keyFindings: [
      ...recordedFlaws(attempt.outcome?.keyFlaws ?? []),
      ...findKeyFlaws(attempt.requestHeaders, undefined, body, named.services),
    ],
    status: attempt.status,
    statuses: [...new Set([...(attempt.status === undefined ? [] : [attempt.status]), ...body.statuses])],
    responseHeaders,
    bodyKnown: text !== undefined,
    body,
    transport,
    phase: phaseOf(attempt),
    stageCause: attempt.outcome?.cause ?? capture.verdict?.cause ?? undefined,
  };
}

function transportOf(attempt: RecordedAttempt): Facts['transport'] {
  const { errorCode, errorMessage } = attempt.outcome ?? {};
  return errorCode === undefined && errorMessage === undefined
    ? undefined
    : { code: errorCode ?? '', message: (errorMessage ?? '').slice(0, 2_000) };
}

function phaseOf({ timings, status }: RecordedAttempt): Facts['phase'] {
  if (timings.firstByteMs !== undefined || status !== undefined) return 'in-body';
  return timings.connectMs === undefined && !timings.reusedConnection ? 'before-connect' : 'before-first-byte';
}

/** What an attempt sent: the client's own bytes, or those written for it. */
export function sentBody(capture: Capture, { requestBody }: RecordedAttempt): RecordedBody {
  return requestBody.sameAs === 'request' ? capture.request.body : requestBody;
}

/** Text of a recorded body; bytes that are no UTF-8 are read as Latin-1, whose letters are enough for an error's words. */
export function bodyText(body: RecordedBody | undefined): string | undefined {
  if (body === undefined) return undefined;
  if (body.text !== undefined) return body.text;
  if (body.base64 !== undefined) return Buffer.from(body.base64.slice(0, 80_000), 'base64').toString('latin1');
  return body.leftOut === undefined && body.sizeBytes === 0 ? '' : undefined;
}

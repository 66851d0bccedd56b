/**
 * The last stage: writes the gateway's own answers in the caller's dialect. A provider's answers are streamed by
 * `forward`; what it could not pass on as it came, it hands over here.
 */
import type { ServerResponse } from 'node:http';
import type { KeptAnswer } from '../cache/response-cache.ts';
import { type Cause, REFUSAL_STATUS } from '../causes.ts';
import { matchEndpoint } from '../dialects/endpoints.ts';
import { buildErrorBody, type KeywardMember } from '../dialects/error-body.ts';
import type { Exchange, Family, Refusal } from '../exchange.ts';

/** Where an answer goes: the client's response, or a replay's memory. */
export type AnswerSink = Pick<ServerResponse, 'destroyed' | 'headersSent' | 'writableFinished' | 'flushHeaders'> & {
  once(event: 'close' | 'drain', listener: () => void): unknown;
  writeHead(status: number, headers: string[]): unknown;
  writeHead(status: number, statusText: string, headers: string[]): unknown;
  /** False asks for a pause, until `drain`. */
  write(chunk: Buffer): boolean;
  end(chunk?: Buffer): unknown;
  destroy(): unknown;
};

/** Marks every answer with what Keyward knows of it, so that a log on the client's side leads to the capture. */
export function keywardHeaders(exchange: Exchange, cause: Cause | undefined): string[] {
  const last = exchange.attempts[exchange.attempts.length - 1];
  const headers = ['x-keyward-capture', exchange.id];
  if (last) {
    headers.push('x-keyward-provider', headerSafe(last.provider));
    if (last.model !== undefined) headers.push('x-keyward-model', headerSafe(last.model));
  }
  const { cache } = exchange;
  if (!last && cache?.provider !== undefined) {
    headers.push('x-keyward-provider', headerSafe(cache.provider));
    if (cache.model !== undefined) headers.push('x-keyward-model', headerSafe(cache.model));
  }
  headers.push('x-keyward-attempts', String(exchange.attempts.length), 'x-keyward-cache', cache?.state ?? 'off');
  if (cache?.ageMs !== undefined) headers.push('age', String(Math.floor(cache.ageMs / 1000)));
  if (cause) headers.push('x-keyward-cause', cause);
  return headers;
}

/** Model names come from the request and may hold anything; a header holds printable ASCII. */
function headerSafe(text: string): string {
  return /^[\u0021-\u007e ]*$/.test(text) ? text : encodeURIComponent(text);
}

export function familyOf(exchange: Exchange): Family {
  if (exchange.endpoint) return exchange.endpoint.family;
  const match = matchEndpoint(exchange.request.method, exchange.request.path);
  return match.kind === 'endpoint' ? match.endpoint.family : match.family;
}

export interface OwnAnswer {
  readonly status: number;
  readonly headers: string[];
  readonly body: Buffer;
}

/** A refusal as the caller sees it. `explainUrl` is the explanation's address. */
export function refusalAnswer(exchange: Exchange, refusal: Refusal, explainUrl: string): OwnAnswer {
  const status = refusal.status ?? REFUSAL_STATUS[refusal.cause];
  const keyward: KeywardMember = {
    capture: exchange.id,
    cause: refusal.cause,
    stage: refusal.stage,
    explain: explainUrl,
  };
  const body = buildErrorBody(familyOf(exchange), { status, message: refusal.message, param: refusal.param, keyward });
  return ownAnswer(exchange, status, body, refusal.cause, [
    ...(refusal.retryAfterSeconds === undefined ? [] : ['retry-after', String(refusal.retryAfterSeconds)]),
    ...Object.entries(refusal.headers ?? {}).flat(),
    ...(exchange.limitHeaders ?? []),
  ]);
}

export function ownAnswer(
  exchange: Exchange,
  status: number,
  body: string | Buffer,
  cause: Cause | undefined,
  extra: readonly string[] = [],
  contentType = 'application/json; charset=utf-8',
): OwnAnswer {
  const bytes = typeof body === 'string' ? Buffer.from(body, 'utf8') : body;
  return {
    status,
    headers: [
      'content-type',
      contentType,
      'content-length',
      String(bytes.length),
      'cache-control',
      'no-store',
      ...extra,
      ...keywardHeaders(exchange, cause),
    ],
    body: bytes,
  };
}

/** Writes an answer; a body is left out for HEAD. Returns false when the client has already gone. */
export function writeAnswer(response: AnswerSink, answer: OwnAnswer, isHead: boolean): boolean {
  if (response.destroyed || response.headersSent) return false;
  response.writeHead(answer.status, answer.headers);
  if (isHead) response.end();
  else response.end(answer.body);
  return true;
}

/** Writes an answer whose bytes are all there, a chunk for each of its chunks; Node sends what is written in one go together. */
export function writeKept(response: AnswerSink, { status, chunks }: KeptAnswer, headers: string[]) {
  if (response.destroyed || response.headersSent) return;
  response.writeHead(status, headers);
  const last = chunks.length - 1;
  for (let nth = 0; nth < last; nth += 1) response.write(chunks[nth] as Buffer);
  response.end(chunks[last]);
}

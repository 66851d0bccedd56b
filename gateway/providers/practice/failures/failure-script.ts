/** A cause, acted out: the refusal of a provider, or a failure on the way. */
import type { Cause } from '../../../causes.ts';
import type { PracticeCall } from '../practice-call.ts';
import type { PracticeModel } from '../practice-model.ts';
import { jsonAnswer, type Script, type Shape } from '../script.ts';
import { blockedPrompt, geminiStream } from '../shapes/gemini.ts';
import { headersOf } from '../shapes/provider-headers.ts';
import { ANTHROPIC_FAILURES } from './anthropic.ts';
import { errorBody } from './error-body.ts';
import { GEMINI_FAILURES } from './gemini.ts';
import { networkFailure } from './network.ts';
import { OPENAI_FAILURES } from './openai.ts';
import { PLAIN_FAILURES } from './plain.ts';
import type { FailureTable, NetworkCause, WireFailure } from './wire-failure.ts';

export const FAILURES: Readonly<Record<Shape, FailureTable>> = {
  openai: OPENAI_FAILURES,
  anthropic: ANTHROPIC_FAILURES,
  gemini: GEMINI_FAILURES,
  plain: PLAIN_FAILURES,
};

export function failureScript(
  cause: Cause,
  call: PracticeCall,
  model: PracticeModel,
  begin: (events: number) => Script,
  whole: () => Script,
): Script {
  const shape = model.as ?? call.api;
  const failure = failureOf(shape, cause);
  if (!failure) return networkFailure(cause as NetworkCause | 'clock_skew', call, model, shape, begin, whole);
  const generates = call.operation === 'generate' || call.operation === 'stream-generate';
  if (cause === 'content_blocked' && shape === 'gemini' && generates) {
    const body = blockedPrompt(call, 'gemini-practice');
    return call.stream ? geminiStream(call, [body], 0) : jsonAnswer(200, headersOf('gemini', call.digest), body);
  }
  const retry = model.numbers.retry;
  return refusal(shape, retry === undefined ? failure : withRetry(failure, retry), call);
}

/** The refusal in the tables; undefined for causes that are no provider's answer. */
export function failureOf(shape: Shape, cause: Cause): WireFailure | undefined {
  const table: Readonly<Partial<Record<Cause, WireFailure>>> = FAILURES[shape];
  return table[cause];
}

export function refusal(shape: Shape, failure: WireFailure, call: PracticeCall): Script {
  const body = errorBody(shape, failure, call.digest);
  const headers = {
    ...headersOf(shape, call.digest),
    ...failure.headers,
    ...(failure.contentType ? { 'content-type': failure.contentType } : {}),
  };
  // Streaming without alt=sse, Gemini wraps its errors in the array that the stream would have been.
  const wrapped =
    shape === 'gemini' && call.operation === 'stream-generate' && call.query.get('alt') !== 'sse' && !failure.body;
  return jsonAnswer(failure.status, headers, wrapped ? JSON.stringify([body], null, 2) : body);
}

function withRetry(failure: WireFailure, seconds: number): WireFailure {
  const headers: Record<string, string> = { ...failure.headers };
  if ('retry-after' in headers) headers['retry-after'] = String(seconds);
  if ('retry-after-ms' in headers) headers['retry-after-ms'] = String(seconds * 1000);
  const details = failure.details?.map((detail) =>
    typeof detail === 'object' && detail !== null && 'retryDelay' in detail
      ? { ...detail, retryDelay: `${seconds}s` }
      : detail,
  );
  return { ...failure, headers, details, message: failure.message.replace(/in 20s\b/, `in ${seconds}s`) };
}

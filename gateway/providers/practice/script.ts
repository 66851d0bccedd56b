/** What the practice provider will do with one request, as data: a lazy list of acts that the upstream plays. */
import { createHash } from 'node:crypto';

export type Act =
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'head'; readonly status: number; readonly headers: Readonly<Record<string, string>> }
  | { readonly kind: 'chunk'; readonly bytes: string | Buffer }
  | { readonly kind: 'end' }
  /** Transport failure, with the code and message that Node or undici really give. */
  | { readonly kind: 'error'; readonly code: string; readonly message: string };

/** Lazy, so that a stream of a million chunks costs nothing until it is read. */
export type Script = Iterable<Act>;

/** Whose error envelope and whose headers. `plain` is an OpenAI-compatible gateway such as LiteLLM or one-api. */
export const SHAPES = ['openai', 'anthropic', 'gemini', 'plain'] as const;
export type Shape = (typeof SHAPES)[number];

/** All times in answers are this one: the practice provider is deterministic. 2026-01-01T00:00:00Z, in seconds. */
export const PRACTICE_EPOCH_S = 1_767_225_600;

/** Letters and digits that depend on the text alone: ids of answers, request ids. */
export function idFrom(text: string, length: number, alphabet = ALPHANUMERIC): string {
  let id = '';
  for (let round = 0; id.length < length; round += 1) {
    for (const byte of createHash('sha256').update(`${round}:${text}`).digest()) id += alphabet[byte % alphabet.length];
  }
  return id.slice(0, length);
}
const ALPHANUMERIC = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
export const HEX = '0123456789abcdef';

/** A whole JSON answer. */
export function* jsonAnswer(status: number, headers: Readonly<Record<string, string>>, body: unknown): Script {
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const type: Record<string, string> = typeof body === 'string' ? {} : { 'content-type': 'application/json' };
  yield { kind: 'head', status, headers: { ...type, ...headers, 'content-length': String(bytes.length) } };
  yield { kind: 'chunk', bytes };
  yield { kind: 'end' };
}

/** A stream of ready-made pieces; `delayMs` is waited before each but the first. */
export function* streamAnswer(
  headers: Readonly<Record<string, string>>,
  pieces: Iterable<string>,
  delayMs = 0,
): Script {
  yield { kind: 'head', status: 200, headers };
  let first = true;
  for (const bytes of pieces) {
    if (!first && delayMs > 0) yield { kind: 'wait', ms: delayMs };
    first = false;
    yield { kind: 'chunk', bytes };
  }
  yield { kind: 'end' };
}

export const SSE_HEADERS = { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' } as const;

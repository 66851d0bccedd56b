/** Reads a request to the practice provider: whose API, which operation, which model, what is asked. Pure. */
import { createHash } from 'node:crypto';
import type { UpstreamRequest } from '../../upstream.ts';
import { headerValue } from '../headers.ts';

export type Api = 'openai' | 'anthropic' | 'gemini';

export type Operation =
  | 'chat'
  | 'completions'
  | 'responses'
  | 'embeddings'
  | 'images'
  | 'speech'
  | 'transcription'
  | 'moderations'
  | 'rerank'
  | 'models'
  | 'model'
  | 'messages'
  | 'count-tokens'
  | 'generate'
  | 'stream-generate'
  | 'gemini-count'
  | 'embed'
  | 'batch-embed'
  | 'unknown';

export interface PracticeCall {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly api: Api;
  readonly operation: Operation;
  readonly headers: Readonly<Record<string, string>>;
  readonly bodyText: string;
  /** Undefined where the body is no JSON object. */
  readonly json: Readonly<Record<string, unknown>> | undefined;
  /** As asked, parameters included; undefined where the request names none. */
  readonly model: string | undefined;
  readonly stream: boolean;
  /** Stands for the whole request; every id in an answer comes from it. */
  readonly digest: string;
}

const OPERATIONS: Readonly<Record<string, readonly [Api, Operation]>> = {
  '/chat/completions': ['openai', 'chat'],
  '/completions': ['openai', 'completions'],
  '/responses': ['openai', 'responses'],
  '/embeddings': ['openai', 'embeddings'],
  '/images/generations': ['openai', 'images'],
  '/images/edits': ['openai', 'images'],
  '/images/variations': ['openai', 'images'],
  '/audio/speech': ['openai', 'speech'],
  '/audio/transcriptions': ['openai', 'transcription'],
  '/audio/translations': ['openai', 'transcription'],
  '/moderations': ['openai', 'moderations'],
  '/rerank': ['openai', 'rerank'],
  '/messages': ['anthropic', 'messages'],
  '/messages/count_tokens': ['anthropic', 'count-tokens'],
};

const ACTIONS: Readonly<Record<string, Operation>> = {
  generateContent: 'generate',
  streamGenerateContent: 'stream-generate',
  countTokens: 'gemini-count',
  embedContent: 'embed',
  batchEmbedContents: 'batch-embed',
};

/** Headers that could hold a credential are not echoed back. */
const SECRET_HEADER = /^(?:authorization|proxy-authorization|cookie|x-api-key|api-key|x-goog-api-key)$/;

export function readPracticeCall(request: UpstreamRequest): PracticeCall {
  const { pathname, searchParams } = request.url;
  const path = decoded(pathname).replace(/\/+$/, '');
  const bodyText = request.body ? request.body.toString('utf8') : '';
  const headers: Record<string, string> = {};
  for (let i = 0; i + 1 < request.headers.length; i += 2) {
    const name = (request.headers[i] as string).toLowerCase();
    if (!SECRET_HEADER.test(name)) headers[name] = request.headers[i + 1] as string;
  }
  const json = jsonObject(bodyText);
  const { api, operation, modelInPath } = route(path, request);
  const model = modelInPath ?? stringOf(json?.model) ?? multipartField(request, bodyText, 'model');
  return {
    method: request.method,
    path,
    query: searchParams,
    api,
    operation,
    headers,
    bodyText,
    json,
    model,
    stream: operation === 'stream-generate' || json?.stream === true,
    digest: createHash('sha256').update(`${request.method} ${pathname}\n`).update(bodyText).digest('hex'),
  };
}

function route(
  path: string,
  request: UpstreamRequest,
): { readonly api: Api; readonly operation: Operation; readonly modelInPath?: string } {
  const rest = path.replace(/^\/v1(?:beta)?(?=\/|$)/, '');
  const beta = path.startsWith('/v1beta');
  const fixed = Object.hasOwn(OPERATIONS, rest) ? OPERATIONS[rest] : undefined;
  if (fixed) return { api: fixed[0], operation: request.method === 'POST' ? fixed[1] : 'unknown' };
  const colon = rest.lastIndexOf(':');
  const action = ACTIONS[rest.slice(colon + 1)];
  if (rest.startsWith('/models/') && colon > 0 && action) {
    return { api: 'gemini', operation: action, modelInPath: rest.slice('/models/'.length, colon) };
  }
  const api: Api =
    beta || request.url.searchParams.has('key') || headerValue(request.headers, 'x-goog-api-key') !== undefined
      ? 'gemini'
      : headerValue(request.headers, 'anthropic-version') !== undefined
        ? 'anthropic'
        : 'openai';
  if (rest === '/models') return { api, operation: 'models' };
  if (rest.startsWith('/models/')) return { api, operation: 'model', modelInPath: rest.slice('/models/'.length) };
  return { api, operation: 'unknown' };
}

/** A text field of a multipart form; files are not looked into. */
export function multipartField(request: UpstreamRequest, bodyText: string, name: string): string | undefined {
  if (!headerValue(request.headers, 'content-type')?.startsWith('multipart/form-data')) return undefined;
  const field = new RegExp(`name="${name}"\\r?\\n(?:[^\\r\\n]+\\r?\\n)*\\r?\\n([^\\r\\n]*)\\r?\\n`).exec(bodyText);
  return field?.[1];
}

export function stringOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

export function recordOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined;
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function jsonObject(text: string): Readonly<Record<string, unknown>> | undefined {
  if (text === '') return undefined;
  try {
    return recordOf(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

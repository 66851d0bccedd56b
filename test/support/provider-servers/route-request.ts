/** What a test provider answers to one request, by path, key and body; pure. */
import { KEY_STATES, type KeyState, keyOf, missingKey, refusalOf, type ServerDialect, unknownKey } from './accounts.ts';
import {
  chat,
  embeddings,
  generate,
  good,
  headersOf,
  type Json,
  MODELS,
  messages,
  modelList,
  type WireAnswer,
} from './wire.ts';

export interface SeenRequest {
  readonly method: string;
  /** Path and query as received. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
}

/** The key a client sent, from the places this provider reads and no others. */
export function credentialOf(dialect: ServerDialect, request: SeenRequest): string | undefined {
  const url = new URL(request.url, 'http://x');
  const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
  switch (dialect) {
    case 'anthropic':
      return request.headers['x-api-key'] ?? bearer;
    case 'gemini':
      return request.headers['x-goog-api-key'] ?? url.searchParams.get('key') ?? undefined;
    default:
      return bearer;
  }
}

export function answerRequest(dialect: ServerDialect, request: SeenRequest): WireAnswer {
  const url = new URL(request.url, 'http://x');
  const path = decodeURIComponent(url.pathname).replace(/^\/v1(?:beta)?/, '');
  const listing = request.method === 'GET' && path.startsWith('/models');
  const key = credentialOf(dialect, request);
  if (!key) return refused(missingKey(dialect));
  const state = KEY_STATES.find((candidate: KeyState) => keyOf(dialect, candidate) === key);
  if (!state) return refused(unknownKey(dialect, key));
  const foreign = state === 'other-account' && request.headers['openai-organization'] !== undefined;
  const refusal = refusalOf(dialect, foreign ? 'other-organization' : state, key, listing);
  if (refusal) return refused(refusal);
  if (listing) return path === '/models' ? modelList(dialect) : one(dialect, path.slice('/models/'.length));
  if (request.method === 'GET') return refused(noPath(dialect, request, url));
  const body = parse(request.body);
  if (body === undefined && !request.headers['content-type']?.startsWith('multipart/'))
    return refused(badJson(dialect));
  return post(dialect, path, url, body ?? {}, request);

  function refused(item: { status: number; body: unknown; headers?: Readonly<Record<string, string>> }): WireAnswer {
    return {
      status: item.status,
      headers: { 'content-type': 'application/json', ...headersOf(dialect), ...item.headers },
      body: item.body,
    };
  }
  function one(of: ServerDialect, id: string): WireAnswer {
    return MODELS[of].includes(id)
      ? good(of, { id, object: 'model', created: 1767225600, owned_by: 'test' })
      : refused(noModel(of, id));
  }
  function post(of: ServerDialect, at: string, full: URL, json: Json, seen: SeenRequest): WireAnswer {
    if (of === 'gemini') {
      const match = /^\/models\/(.+):(\w+)$/.exec(at);
      const [, model = '', action] = match ?? [];
      if (!match || !/^(?:stream)?generateContent$|^streamGenerateContent$/.test(action ?? ''))
        return refused(noPath(of, seen, full));
      if (!MODELS.gemini.includes(model)) return refused(noModel(of, model));
      return generate(model, json, action === 'streamGenerateContent', full.searchParams.get('alt') === 'sse');
    }
    const known =
      of === 'anthropic'
        ? ['/messages', '/messages/count_tokens']
        : ['/chat/completions', '/embeddings', '/audio/transcriptions'];
    if (!known.includes(at)) return refused(noPath(of, seen, full));
    if (at === '/audio/transcriptions') return good(of, { text: `heard ${seen.body.length} bytes` });
    if (of === 'anthropic' && seen.headers['anthropic-version'] === undefined) {
      return refused({
        status: 400,
        body: anthropicError('invalid_request_error', 'anthropic-version: header is required'),
      });
    }
    if (!MODELS[of].includes(String(json.model))) return refused(noModel(of, String(json.model)));
    if (at === '/messages/count_tokens') return good(of, { input_tokens: 11 });
    if (of === 'anthropic') {
      if (typeof json.max_tokens !== 'number')
        return refused({ status: 400, body: anthropicError('invalid_request_error', 'max_tokens: Field required') });
      return messages(json);
    }
    return at === '/embeddings' ? embeddings(of, json) : chat(of, json);
  }
}

function parse(body: Buffer): Json | undefined {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
  } catch {
    return undefined;
  }
}

function anthropicError(type: string, message: string): Json {
  return { type: 'error', error: { type, message }, request_id: 'req_011CTestTestTestTestTest' };
}
function openaiError(message: string, code: string | null = null): Json {
  return { error: { message, type: 'invalid_request_error', param: null, code } };
}
function googleError(code: number, status: string, message: string): Json {
  return { error: { code, message, status } };
}

function badJson(dialect: ServerDialect) {
  if (dialect === 'anthropic')
    return { status: 400, body: anthropicError('invalid_request_error', 'The request body is not valid JSON.') };
  if (dialect === 'gemini')
    return {
      status: 400,
      body: googleError(400, 'INVALID_ARGUMENT', 'Invalid JSON payload received. Unexpected end of string.'),
    };
  return { status: 400, body: openaiError('We could not parse the JSON body of your request.') };
}

function noModel(dialect: ServerDialect, model: string) {
  if (dialect === 'anthropic') return { status: 404, body: anthropicError('not_found_error', `model: ${model}`) };
  if (dialect === 'gemini')
    return {
      status: 404,
      body: googleError(
        404,
        'NOT_FOUND',
        `models/${model} is not found for API version v1beta, or is not supported for generateContent. Call ListModels to see the list of available models and their supported methods.`,
      ),
    };
  if (dialect === 'plain')
    return {
      status: 503,
      body: { error: { message: `当前分组 default 下对于模型 ${model} 无可用渠道`, type: 'new_api_error' } },
    };
  return {
    status: 404,
    body: openaiError(`The model \`${model}\` does not exist or you do not have access to it.`, 'model_not_found'),
  };
}

function noPath(dialect: ServerDialect, request: SeenRequest, url: URL) {
  if (dialect === 'anthropic') return { status: 404, body: anthropicError('not_found_error', 'Not Found') };
  if (dialect === 'gemini')
    return { status: 404, body: googleError(404, 'NOT_FOUND', 'Requested entity was not found.') };
  return { status: 404, body: openaiError(`Invalid URL (${request.method} ${url.pathname})`) };
}

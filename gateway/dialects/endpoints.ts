/**
 * The data plane's paths: which method and path mean which endpoint of which dialect. Pure; the one place that knows
 * the public addresses of the APIs that unmodified clients speak.
 */
import type { Endpoint, Family } from '../exchange.ts';

export type EndpointMatch =
  | { readonly kind: 'endpoint'; readonly endpoint: Endpoint }
  | { readonly kind: 'wrong-method'; readonly family: Family; readonly allowed: readonly string[] }
  | {
      readonly kind: 'unknown';
      readonly family: Family;
      readonly nearest?: string;
      /** Where a path that only its provider knows is reached as it is. */
      readonly raw?: string;
    };

interface PathRule {
  readonly method: 'POST' | 'GET';
  readonly path: string;
  readonly endpoint: Endpoint;
}

function openai(
  name: string,
  dialect: Endpoint['dialect'],
  path: string,
  modelIn: Endpoint['modelIn'] = 'body',
): PathRule {
  return {
    method: 'POST',
    path: `/v1${path}`,
    endpoint: { name, family: 'openai', dialect, upstreamPath: path, modelIn },
  };
}

/** Paths without a variable part. Sources: platform.openai.com/docs/api-reference, docs.claude.com/en/api. */
const FIXED: readonly PathRule[] = [
  openai('chat.completions', 'openai-chat', '/chat/completions'),
  openai('completions', 'openai-completions', '/completions'),
  openai('responses', 'openai-responses', '/responses'),
  openai('embeddings', 'openai-embeddings', '/embeddings'),
  openai('images.generations', 'openai-images', '/images/generations'),
  openai('images.edits', 'openai-images', '/images/edits', 'multipart'),
  openai('images.variations', 'openai-images', '/images/variations', 'multipart'),
  openai('audio.speech', 'openai-audio', '/audio/speech'),
  openai('audio.transcriptions', 'openai-audio', '/audio/transcriptions', 'multipart'),
  openai('audio.translations', 'openai-audio', '/audio/translations', 'multipart'),
  openai('moderations', 'openai-moderations', '/moderations'),
  openai('rerank', 'openai-rerank', '/rerank'),
  {
    method: 'POST',
    path: '/v1/messages',
    endpoint: {
      name: 'messages',
      family: 'anthropic',
      dialect: 'anthropic-messages',
      upstreamPath: '/messages',
      modelIn: 'body',
    },
  },
  {
    method: 'POST',
    path: '/v1/messages/count_tokens',
    endpoint: {
      name: 'messages.count_tokens',
      family: 'anthropic',
      dialect: 'anthropic-count-tokens',
      upstreamPath: '/messages/count_tokens',
      modelIn: 'body',
    },
  },
];

const FIXED_BY_PATH: ReadonlyMap<string, PathRule> = new Map(FIXED.map((rule) => [rule.path, rule]));

const MODELS: Endpoint = {
  name: 'models',
  family: 'openai',
  dialect: 'openai-models',
  upstreamPath: '/models',
  modelIn: 'none',
};

const REALTIME: Endpoint = {
  name: 'realtime',
  family: 'openai',
  dialect: 'openai-realtime',
  upstreamPath: '/realtime',
  modelIn: 'query',
  websocket: true,
};

/** Gemini's actions (ai.google.dev/api): the part of the path after the last colon. */
const GEMINI_ACTIONS: Readonly<Record<string, Pick<Endpoint, 'name' | 'dialect'>>> = {
  generateContent: { name: 'generateContent', dialect: 'gemini-generate' },
  streamGenerateContent: { name: 'streamGenerateContent', dialect: 'gemini-generate' },
  countTokens: { name: 'countTokens', dialect: 'gemini-count-tokens' },
  embedContent: { name: 'embedContent', dialect: 'gemini-embed' },
  batchEmbedContents: { name: 'batchEmbedContents', dialect: 'gemini-embed' },
};

const GEMINI_PREFIX = /^\/(?:v1beta|v1)\/models\//;
/** Vercel's `ai` takes a model's name that holds a slash for a whole resource name: `/v1beta/PROVIDER/MODEL:ACTION`. */
const GEMINI_RESOURCE = /^\/(?:v1beta|v1)\/(?!models\/)(?=[^/]+\/.+:[A-Za-z]+$)/;
const KNOWN_ROOT = /^\/(?:v1beta|v1)(?:\/|$)/;
/** What providers keep for their callers. Sources: platform.openai.com/docs/api-reference, docs.claude.com/en/api, ai.google.dev/api. */
const PROVIDERS_OWN =
  /^\/(?:v1beta|v1)(\/(?:files|batches|fine_tuning|uploads|vector_stores|assistants|threads|containers|evals|conversations|videos|cachedContents|messages\/batches|responses\/(?!responses)[\w-]+)(?:\/[\w./-]*)?)$/;

/**
 * Matches method and path (without query). `upgrade` tells a WebSocket handshake. Never throws: a path with broken
 * percent-encoding is unknown.
 */
export function matchEndpoint(method: string, path: string, upgrade = false): EndpointMatch {
  const fixed = FIXED_BY_PATH.get(path);
  if (fixed) {
    if (method === fixed.method) return { kind: 'endpoint', endpoint: fixed.endpoint };
    return { kind: 'wrong-method', family: fixed.endpoint.family, allowed: [fixed.method] };
  }
  if (path.startsWith('/p/')) return matchRaw(path);
  if (path === '/v1/realtime') {
    if (upgrade) return { kind: 'endpoint', endpoint: REALTIME };
    return { kind: 'wrong-method', family: 'openai', allowed: ['GET with Upgrade: websocket'] };
  }
  if (GEMINI_PREFIX.test(path) && path.lastIndexOf(':') > path.lastIndexOf('/models/')) {
    const gemini = matchGeminiAction(method, path.replace(GEMINI_PREFIX, ''));
    if (gemini) return gemini;
  }
  if (GEMINI_RESOURCE.test(path)) {
    const gemini = matchGeminiAction(method, path.replace(GEMINI_RESOURCE, ''));
    if (gemini) return gemini;
  }
  return matchModels(method, path) ?? unknown(path);
}

function matchRaw(path: string): EndpointMatch {
  const slash = path.indexOf('/', 3);
  const provider = decode(slash === -1 ? path.slice(3) : path.slice(3, slash));
  if (!provider) return { kind: 'unknown', family: 'openai', nearest: '/p/PROVIDER/…' };
  return {
    kind: 'endpoint',
    endpoint: {
      name: 'raw',
      family: 'raw',
      dialect: 'raw',
      upstreamPath: slash === -1 ? '' : path.slice(slash),
      modelIn: 'none',
      provider,
    },
  };
}

/** `rest`: `MODEL:ACTION`, as the path ends. */
function matchGeminiAction(method: string, rest: string): EndpointMatch | undefined {
  const colon = rest.lastIndexOf(':');
  const action = GEMINI_ACTIONS[rest.slice(colon + 1)];
  if (!action) return undefined;
  if (method !== 'POST') return { kind: 'wrong-method', family: 'gemini', allowed: ['POST'] };
  const model = decode(rest.slice(0, colon));
  if (!model) return { kind: 'unknown', family: 'gemini', nearest: '/v1beta/models/MODEL:generateContent' };
  return {
    kind: 'endpoint',
    endpoint: {
      ...action,
      family: 'gemini',
      upstreamPath: `/models/{model}:${rest.slice(colon + 1)}`,
      modelIn: 'path',
      modelInPath: model,
    },
  };
}

function matchModels(method: string, path: string): EndpointMatch | undefined {
  const list = /^\/(v1beta|v1)\/models\/?$/.exec(path);
  const one = list ? null : /^\/(v1beta|v1)\/models\/(.+)$/.exec(path);
  const version = (list ?? one)?.[1];
  if (!version) return undefined;
  const family: Family = version === 'v1beta' ? 'gemini' : 'openai';
  if (method !== 'GET' && method !== 'HEAD') {
    return path.includes(':')
      ? { kind: 'unknown', family: 'gemini', nearest: '/v1beta/models/MODEL:generateContent' }
      : { kind: 'wrong-method', family, allowed: ['GET'] };
  }
  if (list) return { kind: 'endpoint', endpoint: { ...MODELS, family } };
  const model = one?.[2] === undefined ? undefined : decode(one[2]);
  if (!model) return undefined;
  return {
    kind: 'endpoint',
    endpoint: { ...MODELS, name: 'models.retrieve', family, modelIn: 'path', modelInPath: model },
  };
}

function unknown(path: string): EndpointMatch {
  // Unknown paths answer in OpenAI's form (contract); the nearest known one is told, as that is nearly always the mend.
  const own = PROVIDERS_OWN.exec(path)?.[1];
  if (own !== undefined) return { kind: 'unknown', family: 'openai', raw: `/p/PROVIDER${own}` };
  return { kind: 'unknown', family: 'openai', nearest: nearestPath(path) };
}

/** Base URLs pasted with too much or too little are the usual mistake: `/v1/v1/…`, no `/v1`, `/openai/v1/…`, a doubled endpoint. */
function nearestPath(path: string): string | undefined {
  for (const rule of FIXED) {
    const tail = rule.path.slice('/v1'.length);
    if (path === tail || path.endsWith(rule.path) || path.endsWith(`/v1${tail}`)) return rule.path;
  }
  for (const rule of FIXED) if (path.includes(rule.path.slice('/v1'.length))) return rule.path;
  if (path.includes('generateContent') || path.includes('GenerateContent')) {
    return '/v1beta/models/MODEL:generateContent';
  }
  if (path === '/models') return '/v1/models';
  return KNOWN_ROOT.test(path) ? '/v1/chat/completions' : undefined;
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** Names that `--endpoints` of a gateway key may use. */
export const ENDPOINT_NAMES: readonly string[] = [
  ...FIXED.map((rule) => rule.endpoint.name),
  'models',
  'models.retrieve',
  'realtime',
  ...Object.values(GEMINI_ACTIONS).map((action) => action.name),
  'raw',
];

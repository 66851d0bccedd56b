/**
 * Turns a chosen target into the exact request that will be sent: URL, headers with the key put in, body with the model's
 * name exchanged. Pure but for opening the key. Replay's dry run stops behind it.
 */
import type { Attempt, AttemptTimings, Endpoint, Exchange, KeyReference, Rule, TappedBody } from '../exchange.ts';
import { headerValue, withHeader } from '../providers/headers.ts';
import { standInCredential } from '../providers/practice/stand-in-key.ts';
import { findPreset } from '../providers/presets.ts';
import { resolveUpstream, upstreamHead } from '../providers/resolve.ts';
import { VERTEX, VERTEX_ANTHROPIC_VERSION } from '../providers/vertex.ts';
import type { Provider, ProviderKey } from '../store/schema.ts';
import type { SignIn } from '../upstream.ts';
import { findTopLevelMember, replaceSpan } from './json-member.ts';
import { findMultipartFields, multipartBoundary } from './multipart-field.ts';
import { PRACTICE } from './resolve-target.ts';
import { refuse, type StageOutcome } from './stage.ts';
import { tapWhole } from './tap.ts';
import type { Translation } from './translate.ts';
import type { ChosenTarget } from './usable-target.ts';

export interface PreparedAttempt {
  readonly url: URL;
  readonly headers: string[];
  /** Null where the request has none, or where it is streamed. */
  readonly body: Buffer | null;
  readonly attempt: Attempt;
  /** Absent where the provider is asked in the caller's own dialect. */
  readonly translation?: Translation;
  /** What it is still to be signed in with on its way out. */
  readonly signIn?: SignIn;
  /** It is answered with a run that is to be waited for, or whose stream is to be opened. */
  readonly run?: { readonly stream: boolean };
}

export interface PrepareOptions {
  readonly openKey: (key: ProviderKey) => string;
  readonly captureBodyBytes: number;
  readonly elapsedMs: number;
  /** The body is streamed by the forwarder and not in `body`. */
  readonly streamed: boolean;
  /** Rules besides the target's and the key's that decide how it is sent. */
  readonly origins?: readonly Rule[];
  /** The request in the provider's dialect, where that is another than the caller's. */
  readonly translation?: Translation;
}

export type Prepared =
  | { readonly ok: true; readonly prepared: PreparedAttempt }
  | { readonly ok: false; readonly outcome: StageOutcome };

const NOTHING: ReadonlySet<string> = new Set();
const CODING: ReadonlySet<string> = new Set(['content-encoding']);

/** Address of the practice provider in attempts; nothing is ever sent to it. */
const PRACTICE_BASE = 'http://practice.invalid';

export function prepareAttempt(
  exchange: Exchange,
  target: ChosenTarget,
  body: Buffer,
  options: PrepareOptions,
): Prepared {
  const { translation } = options;
  const endpoint = translation?.endpoint ?? exchange.endpoint;
  const changed = withVersion(
    endpoint,
    target,
    translation?.body ?? withModel(exchange, target, exchange.edited?.body ?? body),
  );
  const sentBody = options.streamed ? null : changed === body && body.length === 0 ? null : changed;
  const tapped: TappedBody | 'same' =
    changed === body ? 'same' : tapWhole(changed, options.captureBodyBytes, options.elapsedMs);
  if (target.providerId === PRACTICE)
    return { ok: true, prepared: practiceAttempt(exchange, target, sentBody, tapped, options) };
  const { provider } = target;
  if (!provider || !endpoint) throw new Error('prepareAttempt without a provider');
  const query = translation ? translation.search : queryOf(exchange.request.url);
  const upstream = resolveOnce(provider, endpoint, target.model, query, exchange.stream === true);
  if (!upstream.ok) {
    return {
      ok: false,
      outcome: refuse({ cause: upstream.cause, message: `${upstream.message} ${upstream.next}`, rule: target.rule }),
    };
  }
  if (endpoint.modelIn === 'query' && target.model !== undefined) upstream.url.searchParams.set('model', target.model);
  const secret = target.key ? options.openKey(target.key) : undefined;
  const head = upstreamHead(
    upstream,
    translation?.headers ?? exchange.edited?.rawHeaders ?? exchange.request.rawHeaders,
    secret,
    {
      websocket: endpoint.websocket,
      // Bodies that were understood here go on without their coding; raw ones as they came.
      drop: endpoint.family === 'raw' ? NOTHING : CODING,
    },
  );
  if (!head.ok) {
    return {
      ok: false,
      outcome: refuse({ cause: head.cause, message: `${head.message} ${head.next}`, rule: keyRule(target) }),
    };
  }
  // A stream is watched for its end and its errors while it passes, and what is translated is read: uncompressed.
  const plain = exchange.stream || translation !== undefined;
  const headers = plain ? withHeader(head.headers, 'accept-encoding', 'identity') : head.headers;
  return {
    ok: true,
    prepared: {
      url: head.url,
      headers,
      body: sentBody,
      ...(head.signIn ? { signIn: head.signIn } : {}),
      ...(endpoint.runs ? { run: { stream: exchange.stream === true } } : {}),
      attempt: newAttempt(exchange, target, head.url.href, headers, tapped, options, upstream.rules),
      translation,
    },
  };
}

/** By provider record (a new one after every change), endpoint and model: most requests repeat an earlier one's answer. */
const resolved = new WeakMap<Provider, Map<string, ReturnType<typeof resolveUpstream>>>();
const REMEMBERED_TARGETS = 256;

function queryOf(url: string): string | undefined {
  const query = url.indexOf('?');
  return query === -1 ? undefined : url.slice(query);
}

function resolveOnce(
  provider: Provider,
  endpoint: Endpoint,
  model: string | undefined,
  search: string | undefined,
  stream: boolean,
) {
  const preset = findPreset(provider.preset);
  // Only what cannot vary by request is remembered; a URL that is changed afterwards must be a fresh one.
  if (search !== undefined || endpoint.modelIn !== 'body') {
    return resolveUpstream(provider, preset, endpoint, model, { search, stream });
  }
  const known = resolved.get(provider) ?? new Map<string, ReturnType<typeof resolveUpstream>>();
  resolved.set(provider, known);
  const name = `${endpoint.name} ${stream} ${model}`;
  let answer = known.get(name);
  if (!answer) {
    answer = resolveUpstream(provider, preset, endpoint, model, { stream });
    if (known.size < REMEMBERED_TARGETS) known.set(name, answer);
  }
  return answer;
}

function practiceAttempt(
  exchange: Exchange,
  target: ChosenTarget,
  body: Buffer | null,
  tapped: TappedBody | 'same',
  options: PrepareOptions,
): PreparedAttempt {
  // The practice provider reads the caller's own path and query, so that every dialect's form is answered in kind.
  const { url: received, path } = exchange.request;
  const rawHeaders = exchange.edited?.rawHeaders ?? exchange.request.rawHeaders;
  const query = received.indexOf('?');
  const url = new URL(PRACTICE_BASE);
  url.pathname = exchange.endpoint?.name === 'raw' ? exchange.endpoint.upstreamPath || '/' : path;
  url.search =
    query === -1
      ? ''
      : received
          .slice(query)
          .replace(/([?&])key=[^&]*/g, '$1')
          .replace(/[?&]+$/, '');
  const headers: string[] = [];
  for (const name of ['content-type', 'accept', 'anthropic-version', 'anthropic-beta']) {
    const value = headerValue(rawHeaders, name);
    if (value !== undefined) headers.push(name, value);
  }
  const family = exchange.endpoint?.family ?? 'openai';
  headers.push(...standInCredential(target.model, family === 'raw' ? 'openai' : family));
  return { url, headers, body, attempt: newAttempt(exchange, target, url.href, headers, tapped, options, []) };
}

function newAttempt(
  exchange: Exchange,
  target: ChosenTarget,
  url: string,
  headers: string[],
  requestBody: TappedBody | 'same',
  options: PrepareOptions,
  rules: readonly Rule[],
): Attempt {
  return {
    index: exchange.attempts.length,
    provider: target.providerId,
    model: target.model,
    method: exchange.request.method,
    url,
    requestHeaders: headers,
    requestBody,
    key: target.key ? referenceOf(target.key) : undefined,
    origins: [target.rule, ...rules, ...(target.key ? [keyRule(target) as Rule] : []), ...(options.origins ?? [])],
    timings: timingsFrom(options.elapsedMs),
    status: undefined,
    statusText: undefined,
    responseHeaders: undefined,
    responseTrailers: undefined,
    responseBody: undefined,
    remoteAddress: undefined,
    keyFlaws: undefined,
    outcome: undefined,
  };
}

/** All in their places from the start, so that what reads them meets one shape whether a connection was new or not. */
function timingsFrom(startMs: number): AttemptTimings {
  return {
    startMs,
    dnsMs: undefined,
    connectMs: undefined,
    tlsMs: undefined,
    sentMs: undefined,
    firstByteMs: undefined,
    lastByteMs: undefined,
    endMs: undefined,
    reusedConnection: undefined,
  };
}

export function referenceOf(key: ProviderKey): KeyReference {
  const { id, version, label, lastFour, fingerprint } = key;
  return { id, version, label, lastFour, fingerprint };
}

function keyRule(target: ChosenTarget): Rule | undefined {
  return target.key
    ? { name: 'provider-key', origin: { from: 'provider-key', id: target.key.id, version: target.key.version } }
    : undefined;
}

/** The body with the target's model name in place of the asked one; the same buffer where nothing changes. */
function withModel(exchange: Exchange, target: ChosenTarget, body: Buffer): Buffer {
  const { endpoint, modelSpan } = exchange;
  const named = exchange.namedModel ?? exchange.askedModel;
  if (target.model === undefined || target.model === named || body.length === 0) return body;
  if (endpoint?.modelIn === 'body') {
    return modelSpan ? replaceSpan(body, modelSpan, JSON.stringify(target.model)) : body;
  }
  if (endpoint?.modelIn === 'multipart') {
    const boundary = multipartBoundary(headerValue(exchange.request.rawHeaders, 'content-type') ?? '');
    const field = boundary ? findMultipartFields(body, boundary, 'model')[0] : undefined;
    return field ? replaceSpan(body, field, target.model) : body;
  }
  return body;
}

/** Claude on Vertex wants its version where the model stood: the one member is exchanged, all other bytes stay. */
function withVersion(endpoint: Endpoint | undefined, target: ChosenTarget, body: Buffer): Buffer {
  if (target.provider?.preset !== VERTEX || endpoint?.dialect !== 'anthropic-messages') return body;
  const [model] = findTopLevelMember(body, 'model');
  if (!model) return body;
  const start = body.lastIndexOf('"model"', model.start);
  return start === -1 ? body : replaceSpan(body, { start, end: model.end }, VERTEX_ANTHROPIC_VERSION);
}

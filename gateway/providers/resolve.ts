/**
 * Which address a request goes to and which headers it wears, from a provider's record, its preset and the endpoint.
 * Pure: `forward`, probes and replay ask the same question and get the same answer.
 */
import type { Endpoint, RawHeaders, Rule } from '../exchange.ts';
import type { Provider } from '../store/schema.ts';
import type { SignInWay } from '../upstream.ts';
import { joinPath, type WireFormat } from './base-url.ts';
import { applyCredential, customAuth, presetAuth, type UpstreamAuth } from './credential.ts';
import {
  type ForwardOptions,
  forwardableHeaders,
  headerValue,
  isHeaderName,
  isHeaderValue,
  withHeader,
} from './headers.ts';
import type { Preset } from './preset-schema.ts';
import { canSignIn, whyUnsupported } from './presets.ts';
import { baseFor, probeBase } from './provider-base.ts';
import { replicateCall } from './replicate.ts';
import { type UnresolvedUpstream, unresolved } from './unresolved.ts';
import { VERTEX, vertexCall } from './vertex.ts';
import { WATSONX, watsonxCall, watsonxLacks, watsonxTokenUrl, watsonxVersion } from './watsonx.ts';

export { applyCredential, type UpstreamAuth } from './credential.ts';
export type { UnresolvedUpstream } from './unresolved.ts';

export interface ResolvedUpstream {
  readonly ok: true;
  /** Absolute, without the key. A WebSocket endpoint has `ws:` or `wss:`. */
  readonly url: URL;
  /** Flat; these replace what the client sent. */
  readonly setHeaders: RawHeaders;
  /** Flat; these are added where the client sent none of that name. */
  readonly defaultHeaders: RawHeaders;
  readonly auth: UpstreamAuth;
  /** Where each decision was made, for the attempt's `origins`. */
  readonly rules: readonly Rule[];
}

export interface ResolveOptions {
  /** The client's query with or without `?`; credentials in it are left out. */
  readonly search?: string;
  readonly stream?: boolean;
}

/** Answers where this request goes. Never throws; what is missing comes back as a sentence and a next action. */
export function resolveUpstream(
  provider: Provider,
  preset: Preset | undefined,
  asked: Endpoint,
  askedModel: string | undefined,
  options: ResolveOptions = {},
): ResolvedUpstream | UnresolvedUpstream {
  if (preset && !canSignIn(preset)) {
    return unresolved(
      'gateway_config',
      whyUnsupported(preset) ?? '',
      'Use the same models through another provider, such as OpenRouter.',
    );
  }
  const vertex = preset?.id === VERTEX ? vertexCall(asked, askedModel, options.stream === true) : undefined;
  if (preset?.id === VERTEX && !vertex) {
    return unresolved(
      'wrong_endpoint',
      `${preset.name} has no address for ${asked.name}.`,
      'Ask it for conversations, in any dialect, or use /p/ for its own paths.',
    );
  }
  const lacks = preset?.id === WATSONX ? watsonxLacks(provider, asked, askedModel) : undefined;
  if (lacks) return lacks;
  const watsonx = preset?.id === WATSONX ? watsonxCall(asked, askedModel) : undefined;
  const replicate = asked.dialect === 'replicate-predictions' ? replicateCall(asked, askedModel) : undefined;
  const { endpoint, model } = vertex ?? watsonx ?? replicate ?? { endpoint: asked, model: askedModel };
  const base = baseFor(provider, preset, endpoint, model);
  if (!base.ok) return base;
  const { format, isOwnFormat } = base;
  const url = new URL(base.url);
  const rules: Rule[] = [base.rule];
  const path = joinPath(url.pathname, fillModel(endpoint.upstreamPath, model));
  url.pathname = path;
  mergeQuery(url, options.search, endpoint);
  if (endpoint.websocket) url.protocol = url.protocol === 'http:' ? 'ws:' : 'wss:';
  const version = apiVersion(url, provider, preset);
  if (version) {
    if (!version.ok) return version;
    url.searchParams.set(version.name, version.value);
    rules.push({ name: 'api-version', origin: { from: 'provider', id: provider.id }, value: version.value });
  }
  // Gemini's OpenAI-compatible path wants the key elsewhere, also when it is asked raw.
  const rawOpenai = endpoint.family === 'raw' && /\/openai(?:\/|$)/.test(path) && format === 'gemini';
  const authFormat = rawOpenai ? 'openai' : format;
  const signIn = preset ? signInWay(preset, provider, url) : undefined;
  if (signIn && 'ok' in signIn) return signIn;
  const auth = { ...(preset ? presetAuth(preset, authFormat, isOwnFormat && !rawOpenai) : customAuth(format)), signIn };
  rules.push({
    name: `auth.${auth.kind}`,
    origin: preset ? { from: 'preset', id: preset.id } : { from: 'default', name: 'auth' },
    value: auth.kind === 'none' ? undefined : auth.name,
  });
  const setHeaders: string[] = [];
  for (const [name, value] of Object.entries(provider.headers)) {
    if (!isHeaderName(name) || !isHeaderValue(value)) {
      return unresolved(
        'gateway_config',
        `The extra header "${name.replace(/[^\x20-\x7e]/g, '?').slice(0, 60)}" of ${provider.name} cannot be sent: a line break or an unusual character is in it.`,
        'Correct the header in the provider’s settings.',
      );
    }
    setHeaders.push(name, value);
  }
  return {
    ok: true,
    url,
    setHeaders,
    defaultHeaders: defaultHeaders(preset, format, endpoint, options.stream === true),
    auth,
    rules,
  };
}

/** Headers for the provider: the client's own that may travel, defaults, the user's, and the key. */
export function upstreamHead(
  upstream: ResolvedUpstream,
  clientHeaders: RawHeaders,
  secret: string | undefined,
  options: ForwardOptions = {},
): ReturnType<typeof applyCredential> {
  const drop = new Set(options.drop);
  if (upstream.auth.kind === 'header') drop.add(upstream.auth.name.toLowerCase());
  let headers = forwardableHeaders(clientHeaders, { ...options, drop });
  for (let i = 0; i + 1 < upstream.defaultHeaders.length; i += 2) {
    const name = upstream.defaultHeaders[i] as string;
    if (headerValue(headers, name) === undefined) headers.push(name, upstream.defaultHeaders[i + 1] as string);
  }
  for (let i = 0; i + 1 < upstream.setHeaders.length; i += 2) {
    headers = withHeader(headers, upstream.setHeaders[i] as string, upstream.setHeaders[i + 1] as string);
  }
  return applyCredential(upstream.auth, secret, upstream.url, headers);
}

/** `host:port` of every address that a key of this provider may be sent to, probe host included. */
export function ownHosts(provider: Provider, preset: Preset | undefined): ReadonlySet<string> {
  const hosts = new Set<string>();
  const endpoints: Endpoint[] = [
    ...(['openai', 'anthropic', 'gemini', 'raw'] as const).map((family) => ({ ...ANY_ENDPOINT, family })),
    ...(['bedrock', 'cohere', 'watsonx', 'ollama', 'replicate'] as const).map((format) => ({
      ...ANY_ENDPOINT,
      format,
    })),
  ];
  for (const endpoint of endpoints) {
    const base = baseFor(provider, preset, endpoint, 'any');
    if (base.ok) hosts.add(new URL(base.url).host);
  }
  const own = baseFor(provider, preset, ANY_ENDPOINT, 'any');
  const signIn = preset && own.ok ? signInWay(preset, provider, new URL(own.url)) : undefined;
  if (signIn && 'kind' in signIn && signIn.kind === 'ibm-iam') hosts.add(new URL(signIn.tokenUrl).host);
  const probeHost = preset && probeBase(provider, preset);
  if (probeHost) hosts.add(new URL(probeHost).host);
  return hosts;
}

const ANY_ENDPOINT: Endpoint = { name: 'raw', family: 'raw', dialect: 'raw', upstreamPath: '', modelIn: 'none' };

/** AWS needs the region for the signature, also where the address is one of the user's own. */
function signInWay(preset: Preset, provider: Provider, url: URL): SignInWay | UnresolvedUpstream | undefined {
  if (preset.id === VERTEX) return { kind: 'google' };
  if (preset.id === WATSONX) {
    const tokenUrl = watsonxTokenUrl(provider, url);
    return typeof tokenUrl === 'string' ? { kind: 'ibm-iam', tokenUrl } : tokenUrl;
  }
  if (preset.auth.kind !== 'aws-sigv4') return undefined;
  const named = /^bedrock(?:-[a-z-]+)?\.([a-z0-9-]+)\.amazonaws\.com/.exec(url.hostname)?.[1];
  const region = provider.settings.region?.trim() || named;
  if (region) return { kind: 'aws-sigv4', service: preset.auth.service, region };
  return unresolved(
    'gateway_config',
    `The setting "AWS region" is missing, so requests to ${provider.name} cannot be signed.`,
    'Set it with `keyward providers add … --set region=us-east-1`.',
  );
}

function fillModel(path: string, model: string | undefined): string {
  // Bedrock's model may be an ARN, colons and slashes included: one segment (docs.aws.amazon.com, Converse, modelId).
  if (path.includes('{modelId}')) return path.replace('{modelId}', encodeURIComponent(model ?? ''));
  if (!path.includes('{model}')) return path;
  const name = (model ?? '').replace(/^models\//, '');
  const safe = name.split('/').map(encodeURIComponent).join('/').replaceAll('%3A', ':');
  // Tuned models have a collection of their own beside models/ (ai.google.dev/api/tuning).
  if (safe.startsWith('tunedModels/')) return path.replace('/models/{model}', `/${safe}`);
  return path.replace('{model}', safe);
}

/** Gateway keys in the query never travel on; for `/p/` only what looks like one, as `key` may be the API's own word. */
function mergeQuery(url: URL, search: string | undefined, endpoint: Endpoint): void {
  if (!search) return;
  const pairs = search
    .replace(/^\?/, '')
    .split('&')
    .filter((pair) => {
      if (pair === '') return false;
      const [name = '', value = ''] = pair.split('=', 2);
      return !(/^(?:key|api[-_]?key)$/i.test(name) && (endpoint.family !== 'raw' || value.startsWith('kw_')));
    });
  // Text, not URLSearchParams: the client's own spelling of the rest must arrive as it was sent.
  if (pairs.length > 0) url.search = url.search ? `${url.search}&${pairs.join('&')}` : `?${pairs.join('&')}`;
}

/** Azure's classic API refuses every request without an API version, and so does watsonx.ai. */
function apiVersion(
  url: URL,
  provider: Provider,
  preset: Preset | undefined,
): { readonly ok: true; readonly name: string; readonly value: string } | UnresolvedUpstream | undefined {
  if (preset?.id === WATSONX) {
    if (url.searchParams.has('version')) return undefined;
    return { ok: true, name: 'version', value: watsonxVersion(provider) };
  }
  if (preset?.id !== 'azure-openai' || !url.pathname.includes('/openai/deployments/')) return undefined;
  if (url.searchParams.has('api-version')) return undefined;
  const value = provider.settings.apiVersion?.trim();
  if (value) return { ok: true, name: 'api-version', value };
  return unresolved(
    'gateway_config',
    'Azure’s classic address (…/deployments/…) needs an API version, and none is set.',
    'Fill in "API version", for example 2024-10-21, or use the base URL that ends in /openai/v1.',
  );
}

function defaultHeaders(preset: Preset | undefined, format: WireFormat, endpoint: Endpoint, stream: boolean): string[] {
  const headers: string[] = [];
  for (const { name, value, required } of preset?.extraHeaders ?? []) {
    // Anthropic's version header means nothing on its OpenAI-compatible path, and does no harm there.
    if (required && value !== undefined) headers.push(name, value);
  }
  // Held open until the run is over, a minute at most (replicate.com/docs/topics/predictions/create-a-prediction, *Sync mode*).
  if (endpoint.runs && !stream) headers.push('prefer', 'wait');
  if (format === 'anthropic' && endpoint.family !== 'raw' && headerValue(headers, 'anthropic-version') === undefined) {
    headers.push('anthropic-version', '2023-06-01');
  }
  return headers;
}

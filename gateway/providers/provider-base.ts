/** Which base URL a provider is asked at, for each of the wire formats it speaks. Pure. */
import type { Endpoint, Rule } from '../exchange.ts';
import type { Provider } from '../store/schema.ts';
import {
  defaultBaseUrl,
  endsInVersion,
  fillPlaces,
  normaliseBaseUrl,
  presetBase,
  WIRE_FORMAT_OF,
  type WireFormat,
} from './base-url.ts';
import type { Preset } from './preset-schema.ts';
import { type UnresolvedUpstream, unresolved } from './unresolved.ts';
import { VERTEX, vertexBase } from './vertex.ts';

/** The preset's separate probe host, filled in; undefined where it has none or where the user's base URL is not the maker's. */
export function probeBase(provider: Provider, preset: Preset): string | undefined {
  if (!preset.probe.host || !isMakersHost(provider, preset)) return undefined;
  const filled = fillPlaces(preset.probe.host, provider.settings);
  return filled.ok ? filled.url : undefined;
}

/** False when the user set a base URL on a host that the preset does not name: a proxy, a mirror, a test server. */
export function isMakersHost(provider: Provider, preset: Preset): boolean {
  if (!provider.baseUrl) return true;
  const given = normaliseBaseUrl(provider.baseUrl);
  if (!given.ok) return false;
  const filled = fillPlaces(given.url, provider.settings);
  const host = filled.ok ? new URL(filled.url).hostname : '';
  return preset.baseUrls.some(({ url }) => hostPattern(url).test(host));
}

function hostPattern(template: string): RegExp {
  const host = /^https?:\/\/([^/:?#]*)/.exec(template)?.[1] ?? '';
  const parts = host.split(/\{\w+\}/).map((part) => part.replace(/[.*+?^$()|[\]\\]/g, '\\$&'));
  // A place that is the whole host (a gateway of one's own) matches nothing: there is no maker's host then.
  return host.replace(/\{\w+\}/g, '') === '' ? /^(?!)/ : new RegExp(`^${parts.join('[A-Za-z0-9-]+')}$`, 'i');
}

/** The endpoint that asks for this path in the provider's own form. */
export function ownEndpoint(provider: Provider, path: string, dialect: Endpoint['dialect']): Endpoint {
  const own = WIRE_FORMAT_OF[provider.dialect];
  const place = { name: dialect === 'raw' ? 'raw' : 'models', dialect, upstreamPath: path, modelIn: 'none' } as const;
  if (own === 'bedrock' || own === 'cohere' || own === 'watsonx' || own === 'ollama' || own === 'replicate')
    return { ...place, family: 'raw', format: own };
  return { ...place, family: own ?? 'raw' };
}

export interface Base {
  readonly ok: true;
  readonly url: string;
  readonly format: WireFormat;
  readonly isOwnFormat: boolean;
  readonly rule: Rule;
}

/** The base URL for one request, places filled, and where that decision was made. */
export function baseFor(
  provider: Provider,
  preset: Preset | undefined,
  endpoint: Endpoint,
  model: string | undefined,
): Base | UnresolvedUpstream {
  const ownFormat = WIRE_FORMAT_OF[provider.dialect];
  const isRaw = endpoint.family === 'raw' && endpoint.format === undefined;
  const format = endpoint.format ?? (endpoint.family === 'raw' ? (ownFormat ?? 'openai') : endpoint.family);
  const isOwnFormat = isRaw || format === ownFormat;
  const template = preset && templateFor(provider, preset, isRaw ? undefined : format);
  if (!isRaw && !isOwnFormat && !template) return wrongFormat(provider, format, ownFormat);
  if (preset?.dialect === 'openai-embeddings' && endpoint.dialect === 'openai-chat') {
    return unresolved(
      'wrong_endpoint',
      `${preset.name} answers embeddings only, not chat.`,
      'Ask for embeddings at /v1/embeddings, or choose a chat model of another provider.',
    );
  }
  // Azure's deployment may be named in the settings or by the model that the app asks for.
  const settings =
    provider.settings.deployment || !model ? provider.settings : { ...provider.settings, deployment: model };
  const titleOf = (name: string) => preset?.settings.find((setting) => setting.name === name)?.label ?? name;
  if (!provider.baseUrl) {
    if (!template) {
      return unresolved('gateway_config', `${provider.name} has no base URL.`, 'Set the base URL in its settings.');
    }
    const filled = fillPlaces(template, settings, titleOf);
    if (!filled.ok) return unresolved('gateway_config', filled.message, filled.next);
    const moved = relocate(filled.url, preset.group === 'local' ? provider.settings.host : undefined);
    const url = isRaw ? rawBase(moved, preset, endpoint.upstreamPath) : moved;
    const origin = preset
      ? ({ from: 'preset', id: preset.id } as const)
      : ({ from: 'provider', id: provider.id } as const);
    return { ok: true, url, format, isOwnFormat, rule: { name: 'base-url', origin, value: url } };
  }
  const given = normaliseBaseUrl(provider.baseUrl);
  if (!given.ok) return unresolved('gateway_config', given.message, given.next);
  const filled = fillPlaces(given.url, settings, titleOf);
  if (!filled.ok) return unresolved('gateway_config', filled.message, filled.next);
  const url =
    isRaw || preset?.id === VERTEX
      ? rawBase(filled.url, preset, endpoint.upstreamPath)
      : isOwnFormat
        ? completeOwn(filled.url, preset, format)
        : format === 'ollama'
          ? beside(filled.url, preset as Preset, template as string)
          : onSameOrigin(filled.url, template as string, settings);
  return {
    ok: true,
    url,
    format,
    isOwnFormat,
    rule: { name: 'base-url', origin: { from: 'provider', id: provider.id }, value: url },
  };
}

/** The preset's address for a format (or for raw requests), Azure's classic one when an API version is set. */
function templateFor(provider: Provider, preset: Preset, format: WireFormat | undefined): string | undefined {
  if (preset.id === VERTEX) return vertexBase(provider.settings.location);
  if (format === undefined) return preset.baseUrls[0]?.url;
  const base = presetBase(preset, format);
  if (base && base === preset.baseUrls[0]?.url && provider.settings.apiVersion) {
    return preset.baseUrls.find(({ use }) => use.includes('api-version='))?.url ?? base;
  }
  return base;
}

/**
 * A base URL given without its version: `https://api.deepseek.com/anthropic` is how Anthropic's clients are configured,
 * `http://localhost:8000` how people name an OpenAI-compatible server. The preset's own path wins on the maker's host.
 */
function completeOwn(given: string, preset: Preset | undefined, format: WireFormat): string {
  const url = new URL(given);
  const path = url.pathname.replace(/\/+$/, '');
  const known = preset ? defaultBaseUrl(preset) : '';
  if (path === '' && known.startsWith(`${url.origin}`) && !known.includes('{')) return known;
  // The address of Ollama's own paths, given for the provider.
  if (preset && path.endsWith('/api') && presetBase(preset, 'ollama')) return beside(given, preset, known);
  // Bedrock's paths begin at the host's root.
  if (format === 'bedrock') return given;
  if (path === '' || (format !== 'openai' && !endsInVersion(path))) {
    url.pathname = `${path}/${VERSIONS[format]}`;
    return url.href;
  }
  return given;
}

const VERSIONS: Readonly<Record<WireFormat, string>> = {
  openai: 'v1',
  anthropic: 'v1',
  gemini: 'v1beta',
  bedrock: '',
  cohere: 'v2',
  watsonx: 'ml/v1',
  ollama: 'api',
  replicate: 'v1',
};

/** Another format of the same provider stays on the host that the user chose: a key must not leave for another one. */
function onSameOrigin(given: string, template: string, settings: Readonly<Record<string, string>>): string {
  const own = new URL(given);
  const filled = fillPlaces(template, settings);
  const path = filled.ok ? new URL(filled.url).pathname : '/v1';
  return `${own.origin}${path}`;
}

/** Another base URL of the preset behind the same root: `http://nas/ollama/v1` is `http://nas/ollama/api` for Ollama's own paths. */
function beside(given: string, preset: Preset, template: string): string {
  return rootOf(given, preset) + pathOf(template);
}

/** A raw request for one of the preset's own paths beside its main ones (`/p/ollama/api/chat`) begins at the root of both. */
function rawBase(given: string, preset: Preset | undefined, path: string): string {
  const isNative = preset?.baseUrls.some(({ url, use }) => {
    const own = pathOf(url);
    return use.startsWith('native') && own.startsWith('/api') && (path === own || path.startsWith(`${own}/`));
  });
  return preset && isNative ? rootOf(given, preset) : given;
}

/** An address without the path of whichever base URL of the preset it ends in. */
function rootOf(given: string, preset: Preset): string {
  const { origin, pathname } = new URL(given);
  const path = pathname.replace(/\/+$/, '');
  const own = preset.baseUrls.map(({ url }) => pathOf(url)).find((end) => end !== '' && path.endsWith(end));
  return origin + (own === undefined ? path : path.slice(0, -own.length));
}

/** Of a template, whose host may have places. */
function pathOf(url: string): string {
  return url.replace(/^https?:\/\/[^/]*/, '').replace(/\/+$/, '');
}

/** Local runtimes on another machine or port: the address in the settings takes the default one's place. */
function relocate(url: string, host: string | undefined): string {
  if (!host?.trim()) return url;
  const given = normaliseBaseUrl(host);
  return given.ok ? `${new URL(given.url).origin}${new URL(url).pathname}` : url;
}

function wrongFormat(provider: Provider, format: WireFormat, own: WireFormat | undefined): UnresolvedUpstream {
  const name = {
    openai: 'OpenAI',
    anthropic: 'Anthropic',
    gemini: 'Gemini',
    bedrock: 'Bedrock',
    cohere: 'Cohere',
    watsonx: 'watsonx.ai',
    ollama: 'Ollama',
    replicate: 'Replicate',
  };
  const path = {
    openai: '/v1/chat/completions',
    anthropic: '/v1/messages',
    gemini: '/v1beta/models/MODEL:generateContent',
    bedrock: '/v1/chat/completions',
    cohere: '/v1/chat/completions',
    watsonx: '/v1/chat/completions',
    ollama: '/v1/chat/completions',
    replicate: '/v1/chat/completions',
  };
  return unresolved(
    'wrong_endpoint',
    `${provider.name} cannot be asked in ${name[format]}'s form: it has no address for it.`,
    own ? `Ask for this model at ${path[own]}.` : `Use /p/${provider.id}/… for this provider.`,
  );
}

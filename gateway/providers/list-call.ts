/** How a provider is asked which models it has, and why some are not asked. Pure. */
import type { RawHeaders } from '../exchange.ts';
import type { Provider } from '../store/schema.ts';
import { WIRE_FORMAT_OF } from './base-url.ts';
import type { Preset } from './preset-schema.ts';
import { whyUnsupported } from './presets.ts';
import { callAddress, type NoProbe } from './probe.ts';
import { isMakersHost, ownEndpoint } from './provider-base.ts';
import { resolveUpstream } from './resolve.ts';
import { VERTEX } from './vertex.ts';
import { WATSONX, watsonxVersion } from './watsonx.ts';

export interface ListCall {
  readonly ok: true;
  /** First pages; together they are the list. */
  readonly urls: readonly URL[];
  /** Without the key, which the gateway's own calls put in where the provider wants it. */
  readonly headers: RawHeaders;
  /** The query parameter that asks for a further page; undefined where the list comes whole. */
  readonly nextParameter?: string;
}

/** What is asked for, and with which parameter a further page of it. */
interface ListRow {
  readonly paths: readonly string[];
  readonly query?: Readonly<Record<string, string>>;
  readonly next?: string;
}

/** GET these; no body, no tokens. What is missing or not offered comes back as a sentence and a next action. */
export function listCall(provider: Provider, preset: Preset | undefined): ListCall | NoProbe {
  const skipped = whyNot(provider, preset);
  if (skipped) return skipped;
  const endpoint = ownEndpoint(provider, '/models', 'openai-models');
  const resolved = resolveUpstream(provider, preset, endpoint, undefined);
  if (!resolved.ok) return { ok: false, message: resolved.message, next: resolved.next };
  const { paths, query = {}, next } = rowFor(provider, preset);
  const urls: URL[] = [];
  for (const path of paths) {
    const address = path.startsWith(HOST)
      ? ({ ok: true, url: new URL(path.slice(HOST.length), resolved.url) } as const)
      : callAddress(provider, preset, { path }, endpoint);
    if (!address.ok) return address;
    for (const [name, value] of Object.entries(query)) address.url.searchParams.set(name, value);
    urls.push(address.url);
  }
  const headers = [...resolved.defaultHeaders, ...resolved.setHeaders, 'accept', 'application/json'];
  return { ok: true, urls, headers, ...(next === undefined ? {} : { nextParameter: next }) };
}

function whyNot(provider: Provider, preset: Preset | undefined): NoProbe | undefined {
  const unsupported = preset && whyUnsupported(preset);
  if (unsupported) return { ok: false, message: unsupported, next: BUILT_IN };
  if (preset?.id === VERTEX) {
    return { ok: false, message: `${preset.name} does not tell which models a project may use.`, next: BUILT_IN };
  }
  if (preset?.id === 'replicate') {
    // Its list is of everybody's public models, of every kind, by the hundred thousand.
    return {
      ok: false,
      message: `${preset.name} lists whatever anybody published, which is not read.`,
      next: BUILT_IN,
    };
  }
  if (preset?.capabilities.modelList === false) {
    return { ok: false, message: `${provider.name} has no call that lists its models.`, next: BUILT_IN };
  }
  if (WIRE_FORMAT_OF[provider.dialect] !== undefined) return undefined;
  return {
    ok: false,
    message: `${provider.name} is reached through /p/ only, so its list of models is not known.`,
    next: `Ask it at /p/${provider.id}/….`,
  };
}

const BUILT_IN = 'What is built in of its models is used; any other is asked for as provider/model.';

function rowFor(provider: Provider, preset: Preset | undefined): ListRow {
  const makers = preset !== undefined && isMakersHost(provider, preset);
  switch (preset?.id) {
    case 'aws-bedrock':
      // docs.aws.amazon.com, ListFoundationModels and ListInferenceProfiles, on the control plane's host.
      return makers
        ? { paths: ['/foundation-models', '/inference-profiles?maxResults=1000'], next: 'nextToken' }
        : { paths: ['{base}/foundation-models'] };
    case 'azure-openai':
      // What is asked for there is a deployment by its own name; /openai/v1/models lists what could be deployed. The data
      // plane lists deployments in this version of its API alone (learn.microsoft.com, Azure OpenAI, 2023-03-15-preview).
      return { paths: ['/openai/deployments'], query: { 'api-version': '2023-03-15-preview' } };
    case WATSONX:
      // cloud.ibm.com/apidocs/watsonx-ai, List the available foundation models; 200 is the most for one page.
      return {
        paths: ['{base}/foundation_model_specs'],
        query: { version: watsonxVersion(provider), limit: '200' },
      };
    case 'databricks':
      return makers ? { paths: ['/api/2.0/serving-endpoints'] } : WHOLE;
    case 'github-models':
      // Its probes go to another host (docs.github.com/en/rest/models/catalog).
      return makers ? { paths: ['{host}/catalog/models'] } : WHOLE;
  }
  switch (WIRE_FORMAT_OF[provider.dialect]) {
    case 'anthropic':
      return { paths: ['{base}/models'], query: { limit: '1000' }, next: 'after_id' };
    case 'gemini':
      return { paths: ['{base}/models'], query: { pageSize: '1000' }, next: 'pageToken' };
    case 'cohere':
      return { paths: ['/v1/models'], query: { page_size: '1000' }, next: 'page_token' };
    default:
      return WHOLE;
  }
}

/** The base URL's host. */
const HOST = '{host}';
const WHOLE: ListRow = { paths: ['{base}/models'] };

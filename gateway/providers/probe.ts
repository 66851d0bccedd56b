/** The cheapest request that tells whether a key works; judge-probe.ts reads its answer. Pure. */
import type { RawHeaders } from '../exchange.ts';
import type { Provider } from '../store/schema.ts';
import { fillPlaces, joinPath, WIRE_FORMAT_OF } from './base-url.ts';
import type { Preset } from './preset-schema.ts';
import { whyUnsupported } from './presets.ts';
import { baseFor, isMakersHost, ownEndpoint, probeBase } from './provider-base.ts';
import { resolveUpstream, type UpstreamAuth } from './resolve.ts';
import { VERTEX } from './vertex.ts';
import { WATSONX, watsonxVersion } from './watsonx.ts';

export { matchErrorRow } from './error-rows.ts';
export { judgeProbe } from './judge-probe.ts';

export interface ProbePlan {
  readonly ok: true;
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  /** Without the key; it goes where `auth` says. */
  readonly headers: RawHeaders;
  readonly body: Buffer | null;
  readonly auth: UpstreamAuth;
  /** False: the answer does not depend on the key (a public list, a version call). */
  readonly provesKey: boolean;
  /** The request is meant to fail validation: a complaint about it proves that the key passed. */
  readonly failsOnPurpose: boolean;
}

export interface NoProbe {
  readonly ok: false;
  readonly message: string;
  readonly next: string;
}

interface ProbeRow {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: string;
}

/** What to send. Spends no tokens. `secret` only chooses between calls for different kinds of keys; it is not put in. */
export function probePlan(provider: Provider, preset: Preset | undefined, secret?: string): ProbePlan | NoProbe {
  const unsupported = preset && whyUnsupported(preset);
  if (unsupported) {
    return {
      ok: false,
      message: unsupported,
      next: 'Use the same models through another provider, such as OpenRouter.',
    };
  }
  const family = WIRE_FORMAT_OF[provider.dialect] ?? 'raw';
  const endpoint = ownEndpoint(provider, '/models', preset?.id === VERTEX ? 'raw' : 'openai-models');
  const resolved = resolveUpstream(provider, preset, endpoint, undefined);
  if (!resolved.ok) return { ok: false, message: resolved.message, next: resolved.next };
  const row = preset ? rowFor(provider, preset, secret) : { method: 'GET' as const, path: '{base}/models' };
  const address = callAddress(provider, preset, row, endpoint);
  if (!address.ok) return address;
  const { url } = address;
  if (family === 'gemini' && row.path.endsWith('/models')) url.searchParams.set('pageSize', '1');
  if (preset?.id === WATSONX)
    url.search = new URLSearchParams({ version: watsonxVersion(provider), limit: '200' }).toString();
  const headers = [...resolved.defaultHeaders, ...resolved.setHeaders, 'accept', 'application/json'];
  if (row.body !== undefined) headers.push('content-type', 'application/json');
  return {
    ok: true,
    method: row.method,
    url,
    headers,
    body: row.body === undefined ? null : Buffer.from(row.body),
    auth: resolved.auth,
    provesKey: preset ? provesKey(preset, row) : true,
    failsOnPurpose: row.method === 'POST' && row.body !== undefined && /chat|embeddings/.test(row.path),
  };
}

/** What IBM lists it lists to anybody; but the token that goes along is made from the key first. */
function provesKey(preset: Preset, row: ProbeRow): boolean {
  return preset.id === WATSONX || (preset.probe.auth && !PUBLIC_LIST.has(`${preset.id} ${row.path}`));
}

/** llama.cpp lists its models to anybody, key or not. */
const PUBLIC_LIST: ReadonlySet<string> = new Set(['llama-cpp /v1/models', 'llama-cpp {base}/models']);

function rowFor(provider: Provider, preset: Preset, secret: string | undefined): ProbeRow {
  // NVIDIA's check wants the key in a form's body, and its list is public: an empty question tells as much.
  if (preset.id === 'nvidia-nim') return { method: 'POST', path: '{base}/chat/completions', body: '{}' };
  if (preset.id === 'llama-cpp' && secret) return { method: 'POST', path: '/tokenize', body: '{"content":"x"}' };
  // MiniMax's plan call knows plan keys only.
  if (preset.id.startsWith('minimax') && !secret?.startsWith('sk-cp-')) return { method: 'GET', path: '{base}/models' };
  // Counting a word is free, and proves token, project, region and the API at once.
  if (preset.id === VERTEX) {
    const path = '{base}/publishers/google/models/gemini-2.5-flash:countTokens';
    return { method: 'POST', path, body: '{"contents":[{"role":"user","parts":[{"text":"x"}]}]}' };
  }
  if (preset.id === WATSONX) return { method: 'GET', path: '{base}/foundation_model_specs' };
  const { method, path, body } = preset.probe;
  if (isMakersHost(provider, preset)) return { method, path, body };
  if (preset.id === 'aws-bedrock') return { method, path: `{base}${path}` };
  if (preset.id === 'cohere' && provider.dialect === 'cohere-v2') return { method: 'GET', path: '/v1/models' };
  // On a proxy or mirror only the calls of the dialect itself can be expected.
  return method === 'POST' && body !== undefined && path.endsWith('/chat/completions')
    ? { method, path: '{base}/chat/completions', body }
    : { method: 'GET', path: '{base}/models' };
}

/** Where a call of our own goes: a path from the root of the provider's (or its probes') host, or behind its base URL. */
export function callAddress(
  provider: Provider,
  preset: Preset | undefined,
  row: Pick<ProbeRow, 'path'>,
  endpoint: Parameters<typeof baseFor>[2],
): { readonly ok: true; readonly url: URL } | NoProbe {
  const base = baseFor(provider, preset, endpoint, undefined);
  if (!base.ok) return { ok: false, message: base.message, next: base.next };
  const url = new URL(base.url);
  if (row.path.startsWith('{base}')) {
    url.pathname = joinPath(url.pathname, row.path.slice('{base}'.length));
    return { ok: true, url };
  }
  // Filled as the path of a stand-in host, so that settings are escaped for a path.
  const filled = fillPlaces(`http://x${row.path}`, provider.settings);
  if (!filled.ok) return { ok: false, message: filled.message, next: filled.next };
  const host = (preset && probeBase(provider, preset)) ?? url.origin;
  return { ok: true, url: new URL(host.replace(/\/+$/, '') + filled.url.slice('http://x'.length)) };
}

/** Facts of a failure record from anywhere. Every member may be missing; what is missing stays unknown. */
import { findPreset, type Preset, presets } from '../providers/presets.ts';
import { recogniseAnswerer } from './answerer.ts';
import type { FailureRecord } from './explanation.ts';
import type { Facts } from './facts.ts';
import { echoedKey, inspectKey, type KeyFinding } from './key-shape.ts';
import type { Unwrapped } from './unwrap/layer.ts';
import { readProse } from './unwrap/prose.ts';
import { unwrap } from './unwrap/unwrap.ts';

const CREDENTIAL_HEADERS =
  /^(?:authorization|proxy-authorization|x-api-key|api-key|x-goog-api-key|ocp-apim-subscription-key|apikey|x-auth-token|xi-api-key|x-subscription-token|private-token)$/i;
const MAX_REQUEST_BODY_CHARACTERS = 64_000;
const MAX_TRANSPORT_CHARACTERS = 2_000;
const MAX_HEADER_CHARACTERS = 4_000;

export function factsOfRecord(record: FailureRecord): Facts {
  const request = record.request ?? undefined;
  const response = record.response ?? undefined;
  const baseUrl = request?.base_url ?? record.base_url ?? undefined;
  const transport = transportOf(record);
  const body = withTransport(unwrap(response?.body), transport);
  const headers = Object.entries(request?.headers ?? {}).map(([name, value]): [string, string] => [
    name,
    asText(value),
  ]);
  const address = parseAddress(baseUrl, request?.path ?? undefined);
  const responseHeaders = new Map(
    Object.entries(response?.headers ?? {}).map(([name, value]) => [name.toLowerCase(), asText(value)]),
  );
  const said = typeof response?.body === 'string' ? response.body : undefined;
  const named = withAnswerer(nameServices(record.provider ?? undefined, address.host), responseHeaders, said);
  const requestBody = bodyText(request?.body);
  const status = response?.status ?? undefined;
  return {
    ...named,
    baseUrl,
    host: address.host,
    local: isLocal(address.host, named.preset),
    surface: record.surface ?? undefined,
    method: request?.method ?? undefined,
    path: address.path,
    requestHeaders: headers,
    requestBody,
    model: modelOf(requestBody, address.path),
    credentialSent:
      headers.length === 0 ? undefined : headers.some(([name]) => CREDENTIAL_HEADERS.test(name)) || undefined,
    keyFindings: findKeyFlaws(headers, request?.path ?? undefined, body, named.services),
    status,
    statuses: [...new Set([...(status === undefined ? [] : [status]), ...body.statuses])],
    responseHeaders,
    bodyKnown: response?.body !== undefined && response?.body !== null,
    body,
    transport,
  };
}

function transportOf(record: FailureRecord): Facts['transport'] {
  const error = record.transport_error;
  if (!error || (!error.code && !error.message)) return undefined;
  return { code: (error.code ?? '').slice(0, 200), message: (error.message ?? '').slice(0, MAX_TRANSPORT_CHARACTERS) };
}

/** The words of a transport error are read like the words of an answer. */
export function withTransport(body: Unwrapped, transport: Facts['transport']): Unwrapped {
  if (!transport) return body;
  const { codes, status } = readProse(transport.message);
  const where = 'transport error';
  return {
    ...body,
    pieces: [...body.pieces, { text: transport.message, where }],
    prose: `${transport.message}\n${body.prose}`,
    codes: [
      ...body.codes,
      ...[transport.code, ...codes].filter((code) => code !== '').map((text) => ({ text, where })),
    ],
    statuses: status === undefined ? body.statuses : [...body.statuses, status],
  };
}

interface Address {
  readonly host?: string;
  readonly path?: string;
}

/** The path is the one of the whole URL, base URL's own part included. */
export function parseAddress(baseUrl: string | undefined, path: string | undefined): Address {
  if (!baseUrl) return { path };
  const match = /^(?:[a-z][a-z0-9+.-]*:\/\/)?([^/?#\s]{1,255})([^?#\s]*)/i.exec(baseUrl.trim());
  return { host: match?.[1]?.toLowerCase().replace(/^.*@/, ''), path: path ?? (match?.[2] || undefined) };
}

function isLocal(host: string | undefined, preset: Preset | undefined): boolean {
  if (host === undefined) return preset?.group === 'local';
  return /^(?:localhost|127\.|0\.0\.0\.0|\[?::1|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|host\.docker\.internal|[\w-]+(?::\d+)?$)/.test(
    host,
  );
}

/** Who was spoken to, under every name it goes by. */
export function nameServices(
  provider: string | undefined,
  host: string | undefined,
): Pick<Facts, 'services' | 'preset' | 'providerName' | 'hostOf'> {
  const said = provider?.trim().toLowerCase();
  const spoken = said?.replace(/^generic:/, '');
  const byHost = host === undefined ? undefined : presetOfHost(host);
  const byName = findPreset(spoken);
  const preset = byName ?? byHost;
  const services = new Set<string>();
  for (const name of [spoken, byName?.id, byHost?.id, ...(byName?.aliases ?? []), ...hostNames(host)])
    if (name) services.add(name);
  return {
    services: [...services],
    preset,
    providerName: preset?.name ?? (spoken ? spoken.charAt(0).toUpperCase() + spoken.slice(1) : 'the provider'),
    hostOf: byName && byHost && byHost.id !== byName.id ? byHost.id : undefined,
  };
}

/** Where neither name nor address is known, the answer's own marks say who was spoken to; the name in the words stays. */
export function withAnswerer<T extends Pick<Facts, 'services' | 'preset'>>(
  named: T,
  headers: ReadonlyMap<string, string>,
  body: string | undefined,
): T {
  const preset = named.preset ? undefined : recogniseAnswerer(headers, body);
  return preset
    ? { ...named, preset, services: [...new Set([...named.services, preset.id, ...preset.aliases])] }
    : named;
}

let hostIndex: Map<string, Preset> | undefined;

function presetOfHost(host: string): Preset | undefined {
  hostIndex ??= indexHosts();
  const bare = host.replace(/:\d+$/, '');
  const exact = hostIndex.get(bare) ?? hostIndex.get(host);
  if (exact) return exact;
  if (/\.openai\.azure\.com$|\.services\.ai\.azure\.com$|\.cognitiveservices\.azure\.com$/.test(bare))
    return findPreset('azure-openai');
  if (/^bedrock[\w-]*\.[^.]+\.amazonaws\.com$/.test(bare)) return findPreset('aws-bedrock');
  if (/aiplatform\.googleapis\.com$/.test(bare)) return findPreset('vertex-ai');
  return undefined;
}

/** Hosts that are written out (no `{place}`), local ones left out: their ports are shared by many programs. */
function indexHosts(): Map<string, Preset> {
  const index = new Map<string, Preset>();
  for (const preset of presets) {
    if (preset.group === 'local') continue;
    for (const { url } of preset.baseUrls) {
      const host = /^https?:\/\/([^/{}]+)(?:\/|$)/.exec(url)?.[1];
      if (host && !index.has(host)) index.set(host, preset);
    }
  }
  return index;
}

const HOST_NAMES: readonly (readonly [RegExp, string])[] = [
  [/(?:^|\.)amazonaws\.com/, 'aws'],
  [/execute-api\./, 'aws-apigateway'],
  [/azure-api\.net/, 'azure-apim'],
  [/googleapis\.com/, 'google'],
  [/github\.com/, 'github'],
  [/stripe\.com/, 'stripe'],
  [/sendgrid\.com/, 'sendgrid'],
  [/slack\.com/, 'slack'],
  [/aliyuncs\.com/, 'aliyun'],
  [/:11434\b/, 'ollama'],
  [/:1234\b/, 'lm-studio'],
];

function hostNames(host: string | undefined): string[] {
  return host === undefined ? [] : HOST_NAMES.filter(([pattern]) => pattern.test(host)).map(([, name]) => name);
}

/** Flaws of every credential in sight: header stand-ins, `?key=`, and the key that the answer repeats. */
export function findKeyFlaws(
  headers: readonly (readonly [string, string])[],
  path: string | undefined,
  body: Unwrapped,
  services: readonly string[],
): KeyFinding[] {
  const findings: KeyFinding[] = [];
  for (const [name, value] of headers) {
    if (CREDENTIAL_HEADERS.test(name)) {
      const place = { where: `request header ${name.toLowerCase()}`, withScheme: /authorization$/i.test(name) };
      findings.push(...inspectKey(value, place, services));
    } else if (/[\r\n]/.test(value)) {
      findings.push({
        flaw: 'line-break',
        where: `request header ${name.toLowerCase()}`,
        says: 'contains a line break',
        shown: value.trim().slice(0, 40),
      });
    }
  }
  const inQuery = /[?&](?:key|api_key|apikey|access_token|token)=([^&#\s]{1,300})/i.exec(path ?? '')?.[1];
  if (inQuery !== undefined)
    findings.push(...inspectKey(inQuery, { where: 'request query', withScheme: false }, services));
  const echo = echoedKey(body.prose);
  if (echo !== undefined)
    findings.push(...inspectKey(echo, { where: 'response message', withScheme: false, echoed: true }, services));
  return findings;
}

function bodyText(body: unknown): string | undefined {
  if (body === null || body === undefined) return undefined;
  if (typeof body === 'string') return body.slice(0, MAX_REQUEST_BODY_CHARACTERS);
  try {
    return JSON.stringify(body)?.slice(0, MAX_REQUEST_BODY_CHARACTERS);
  } catch {
    return undefined;
  }
}

export function modelOf(requestBody: string | undefined, path: string | undefined): string | undefined {
  const inBody = /"model"\s{0,3}:\s{0,3}"([^"\\]{1,200})"/.exec(requestBody ?? '')?.[1];
  return inBody ?? /\/models?\/([^/:?{}]{1,120})[:/?]/.exec(path ?? '')?.[1];
}

/** Hostile JSON can hold objects whose `toString` is no function: only plain values become text. */
function asText(value: unknown): string {
  if (Array.isArray(value)) return value.filter(isPlain).join(', ').slice(0, MAX_HEADER_CHARACTERS);
  return isPlain(value) ? String(value).slice(0, MAX_HEADER_CHARACTERS) : '';
}

function isPlain(value: unknown): value is string | number | boolean | bigint {
  return ['string', 'number', 'boolean', 'bigint'].includes(typeof value);
}

/**
 * Base URLs: what people paste made into one, places filled from settings, and which one serves which wire format of a
 * provider. Pure.
 */
import type { Preset } from './preset-schema.ts';
import { presetDialect, type UpstreamDialect, upstreamDialect } from './presets.ts';

export interface Problem {
  readonly ok: false;
  readonly message: string;
  readonly next: string;
}

/** Wire formats a request can be in; each may live behind its own base URL of one provider. */
export type WireFormat = 'openai' | 'anthropic' | 'gemini' | 'bedrock' | 'cohere' | 'watsonx' | 'ollama' | 'replicate';

export const WIRE_FORMAT_OF: Readonly<Partial<Record<UpstreamDialect, WireFormat>>> = {
  'openai-chat': 'openai',
  'openai-responses': 'openai',
  'anthropic-messages': 'anthropic',
  gemini: 'gemini',
  'bedrock-converse': 'bedrock',
  'cohere-v2': 'cohere',
  'watsonx-chat': 'watsonx',
  'replicate-predictions': 'replicate',
};

/** Endpoints that people copy together with the base URL. The longer ones first. */
const PASTED_ENDPOINT =
  /\/(?:chat\/completions|completions|responses|embeddings|messages\/count_tokens|messages|moderations|rerank|images\/(?:generations|edits|variations)|audio\/(?:speech|transcriptions|translations)|models(?:\/[^/]+:\w+)?)$/;

/** A path segment that names an API version: `v1`, `v1beta`, `v4`, `v2.1`. */
const VERSION_SEGMENT = /^v\d+(?:\.\d+)?(?:alpha|beta|preview)?\d*$/;

const LOCAL_HOST =
  /^(?:localhost|[^:/.]+\.local|127(?:\.\d+){3}|10(?:\.\d+){3}|192\.168(?:\.\d+){2}|172\.(?:1[6-9]|2\d|3[01])(?:\.\d+){2}|\[::1\])(?::\d+)?(?:\/|$)/i;

/**
 * Makes a base URL of what a person pasted: surrounding spaces and quotes, a missing scheme, trailing slashes and a
 * copied endpoint (`…/chat/completions`) are mended; places like `{resource}` are kept. Anything else is refused.
 */
export function normaliseBaseUrl(text: string): { readonly ok: true; readonly url: string } | Problem {
  const bad = (message: string): Problem => ({
    ok: false,
    message,
    next: 'Enter the address the provider gives for its API, like https://api.example.com/v1.',
  });
  let trimmed = text.trim().replace(/^["'<“”]+|["'>“”]+$/g, '');
  if (trimmed === '') return bad('The base URL is empty.');
  if (/[\s\p{Cc}]/u.test(trimmed)) return bad('The base URL has a space or a line break inside.');
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed))
    trimmed = `${LOCAL_HOST.test(trimmed) ? 'http' : 'https'}://${trimmed}`;
  // Braces survive neither in the host nor in the path of a parsed URL; stand-ins keep the places while it is checked.
  const places: string[] = [];
  const held = trimmed.replace(/\{([A-Za-z]\w*)\}/g, (_, name: string) => `kwplace${places.push(name) - 1}kw`);
  let url: URL;
  try {
    url = new URL(held);
  } catch {
    return bad(`"${clip(trimmed)}" is not an address.`);
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    return bad(`A base URL starts with https:// (or http:// on your own network), not ${url.protocol}//.`);
  }
  if (url.username || url.password) {
    return bad('The base URL has a user name or password in it: put the key in its own field instead.');
  }
  let path = url.pathname.replace(/\/{2,}/g, '/').replace(/\/+$/, '');
  path = path.replace(PASTED_ENDPOINT, '').replace(/\/+$/, '');
  const whole = `${url.protocol}//${url.host}${path}${url.search}`;
  return { ok: true, url: whole.replace(/kwplace(\d+)kw/g, (_, i: string) => `{${places[Number(i)]}}`) };
}

/**
 * Fills `{name}` places from the settings. A whole host (or URL) pasted where a part of the host is wanted takes the
 * host's place: people paste `https://x.openai.azure.com/` for a resource called `x`.
 */
export function fillPlaces(
  template: string,
  settings: Readonly<Record<string, string>>,
  titleOf: (name: string) => string = (name) => name,
): { readonly ok: true; readonly url: string } | Problem {
  const match = /^(https?:\/\/)([^/?#]*)(.*)$/s.exec(template);
  if (!match) return { ok: false, message: `"${clip(template)}" is not a base URL.`, next: 'Mend the base URL.' };
  let [, scheme = '', host = '', rest = ''] = match;
  for (const part of ['host', 'rest'] as const) {
    const text = part === 'host' ? host : rest;
    for (const [place, name = ''] of text.matchAll(/\{([A-Za-z]\w*)\}/g)) {
      const value = settings[name]?.trim();
      if (!value) {
        return {
          ok: false,
          message: `The setting "${titleOf(name)}" is missing, so the provider's address cannot be built.`,
          next: `Fill in "${titleOf(name)}" in the provider's settings.`,
        };
      }
      if (part === 'rest') {
        rest = rest.replace(place, encodeURIComponent(value));
        continue;
      }
      const given = /^(https?:\/\/)?([^/?#\s]+)(?:[/?#].*)?$/i.exec(value);
      const name2 = given?.[2] ?? '';
      if (!given || !/^[A-Za-z0-9._-]+(?::\d+)?$|^\[[0-9a-fA-F:]+\](?::\d+)?$/.test(name2)) {
        return {
          ok: false,
          message: `"${clip(value)}" cannot be part of an address (setting "${titleOf(name)}").`,
          next: `Correct "${titleOf(name)}" in the provider's settings.`,
        };
      }
      const wholeHost =
        host !== place && (name2.includes(':') || (name2.includes('.') && host.startsWith(`${place}.`)));
      if (wholeHost) host = name2;
      else host = host.replace(place, name2);
      if (given[1]) scheme = given[1].toLowerCase();
    }
  }
  return { ok: true, url: `${scheme}${host}${rest}` };
}

/** The provider's address for one wire format as the preset's data has it, places unfilled; undefined: it has none. */
export function presetBase(preset: Preset, format: WireFormat): string | undefined {
  const main = preset.baseUrls[0]?.url;
  if (!main) return undefined;
  if (WIRE_FORMAT_OF[upstreamDialect(preset.dialect)] === format) return main;
  if (format === 'ollama') return nativeBase(preset);
  // Bedrock's OpenAI-compatible path serves a few open-weight models and no others.
  if (preset.id === 'aws-bedrock') return undefined;
  for (const other of preset.otherDialects) {
    if (WIRE_FORMAT_OF[upstreamDialect(other.dialect)] !== format) continue;
    const whole = other.url ?? (other.path ? main + other.path : undefined);
    // Vertex's `…:streamRawPredict` is no endpoint of the format: it has the model in the path and needs translating.
    if (whole && PASTED_ENDPOINT.test(whole)) return whole.replace(PASTED_ENDPOINT, '');
  }
  return undefined;
}

/** Where a preset's own paths begin that are no dialect's: Ollama's `/api`. Undefined where it lists none. */
function nativeBase(preset: Preset): string | undefined {
  if (!preset.otherDialects.some(({ dialect }) => dialect === 'ollama-chat')) return undefined;
  return preset.baseUrls.find(({ use }) => use === 'native')?.url;
}

/** The default base URL of a preset, in the dialect it is spoken to in; places unfilled. */
export function defaultBaseUrl(preset: Preset): string {
  const format = WIRE_FORMAT_OF[presetDialect(preset)];
  return (format && presetBase(preset, format)) ?? preset.baseUrls[0]?.url ?? '';
}

/**
 * `/v1` + `/v1/models` is `/v1/models`: people put the version in both. Only what repeats the base collapses (all of it, or its
 * last segment where that is a version); another version is a path of its own and is appended like any other.
 */
export function joinPath(basePath: string, rest: string): string {
  const base = basePath.replace(/\/+$/, '');
  const tail = rest === '' || rest.startsWith('/') ? rest : `/${rest}`;
  if (base === '' || tail === '') return base + tail || '/';
  if (tail === base || tail.startsWith(`${base}/`)) return tail;
  const lastOfBase = base.slice(base.lastIndexOf('/') + 1);
  const firstOfTail = tail.split('/', 2)[1] ?? '';
  if (VERSION_SEGMENT.test(lastOfBase) && firstOfTail === lastOfBase) {
    return base.slice(0, base.lastIndexOf('/')) + tail;
  }
  return base + tail;
}

/** True when the last segment of a path names an API version. */
export function endsInVersion(path: string): boolean {
  return VERSION_SEGMENT.test(path.slice(path.lastIndexOf('/') + 1));
}

function clip(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

/** Where a provider wants its key, and putting it there. Pure. */
import type { RawHeaders } from '../exchange.ts';
import type { SignIn, SignInWay } from '../upstream.ts';
import type { WireFormat } from './base-url.ts';
import { headerValue, isHeaderValue, withHeader } from './headers.ts';
import type { AuthAlternative, Preset } from './preset-schema.ts';
import { readAwsCredentials, readGoogleCredential } from './sign-in.ts';

/** Where the key goes. `none`: nowhere, unless there is one and `optional` says where it would go. */
export interface UpstreamAuth {
  readonly kind: 'header' | 'query' | 'none';
  readonly name: string;
  readonly prefix: string;
  /** For keys of another form than the usual one: the first whose pattern matches the key wins. */
  readonly alternatives: readonly TokenAuth[];
  /** The usual credential is not sent but signs the request in. */
  readonly signIn?: SignInWay;
}

/** Tokens that go elsewhere than the provider's usual keys. */
export interface TokenAuth {
  readonly pattern: RegExp;
  readonly name: string;
  readonly prefix: string;
  /** A header that must be there as well; its value is added to a comma-separated list where one is sent already. */
  readonly also?: { readonly name: string; readonly value: string };
}

export const BEARER: UpstreamAuth = { kind: 'header', name: 'Authorization', prefix: 'Bearer ', alternatives: [] };

/**
 * Subscription tokens of Claude go in Authorization with a beta header (docs.claude.com, claude-code's own requests);
 * Entra ID tokens are JSON Web Tokens and go in Authorization, where a resource key is refused.
 */
const TOKENS: Readonly<Record<string, readonly TokenAuth[]>> = {
  anthropic: [
    {
      pattern: /^sk-ant-oat\d{2}-/,
      name: 'Authorization',
      prefix: 'Bearer ',
      also: { name: 'anthropic-beta', value: 'oauth-2025-04-20' },
    },
  ],
  // AWS_BEARER_TOKEN_BEDROCK (docs.aws.amazon.com/bedrock/latest/userguide/api-keys.html).
  'aws-bedrock': [{ pattern: /^(?:ABSK|bedrock-api-key-)/, name: 'Authorization', prefix: 'Bearer ' }],
  // A token that somebody else refreshes, and the API keys of express mode (cloud.google.com, vertex-ai-express-mode).
  'vertex-ai': [
    { pattern: /^ya29\./, name: 'Authorization', prefix: 'Bearer ' },
    { pattern: /^(?:AIza|AQ\.)/, name: 'x-goog-api-key', prefix: '' },
  ],
  // A token that somebody else refreshes: IBM Cloud's own, or one of Cloud Pak for Data.
  watsonx: [{ pattern: /^eyJ[\w-]+\.[\w-]+\.[\w-]*$/, name: 'Authorization', prefix: 'Bearer ' }],
  'azure-openai': [{ pattern: /^eyJ[\w-]+\.[\w-]+\.[\w-]*$/, name: 'Authorization', prefix: 'Bearer ' }],
};

/** Where this preset's key goes for a request in that wire format. */
export function presetAuth(preset: Preset, format: WireFormat, isOwnFormat: boolean): UpstreamAuth {
  const { auth } = preset;
  const alternatives = TOKENS[preset.id] ?? [];
  const bearer = auth.alternatives.find(isBearer);
  if (auth.kind === 'none') {
    return { kind: 'none', name: bearer?.header ?? 'Authorization', prefix: bearer?.prefix ?? 'Bearer ', alternatives };
  }
  if (auth.kind !== 'header') return { ...BEARER, alternatives };
  // The OpenAI-compatible forms of Anthropic and Gemini read Authorization only, as OpenAI's own clients send it.
  if (format === 'openai' && !isOwnFormat && bearer) {
    return { kind: 'header', name: bearer.header, prefix: bearer.prefix, alternatives: [] };
  }
  return { kind: 'header', name: auth.header, prefix: auth.prefix, alternatives };
}

function isBearer(way: AuthAlternative): way is Extract<AuthAlternative, { kind: 'header' }> {
  return way.kind === 'header' && way.header.toLowerCase() === 'authorization';
}

/** Providers set up without a preset: the place that the dialect's own maker uses. */
export function customAuth(format: WireFormat): UpstreamAuth {
  if (format === 'anthropic')
    return { kind: 'header', name: 'x-api-key', prefix: '', alternatives: TOKENS.anthropic ?? [] };
  if (format === 'gemini') return { kind: 'header', name: 'x-goog-api-key', prefix: '', alternatives: [] };
  return BEARER;
}

export type Credentialed =
  | { readonly ok: true; readonly url: URL; readonly headers: string[]; readonly signIn?: SignIn }
  | {
      readonly ok: false;
      readonly cause: 'gateway_config' | 'key_malformed';
      readonly message: string;
      readonly next: string;
    };

/**
 * Puts the key in its place, in copies of URL and headers; without a key both stay as they are. A key that cannot be
 * sent (line break, characters beyond latin-1) is refused as `key_malformed`; the message never holds it.
 */
export function applyCredential(
  auth: UpstreamAuth,
  secret: string | undefined,
  url: URL,
  headers: RawHeaders,
): Credentialed {
  if (secret === undefined || secret === '') return { ok: true, url, headers: [...headers] };
  const token = auth.alternatives.find(({ pattern }) => pattern.test(secret));
  if (auth.signIn && auth.signIn.kind !== 'ibm-iam' && !token) return signedIn(auth.signIn, secret, url, headers);
  if (!isHeaderValue(secret) || /^\s|\s$/.test(secret)) {
    return {
      ok: false,
      cause: 'key_malformed',
      message: 'The stored key holds a line break or a character that no key has, so it cannot be sent.',
      next: 'Paste the key again.',
    };
  }
  // One text, as any key is, and exchanged all the same.
  if (auth.signIn?.kind === 'ibm-iam' && !token)
    return { ok: true, url, headers: [...headers], signIn: { ...auth.signIn, apiKey: secret } };
  if (auth.kind === 'query') {
    const target = new URL(url);
    target.searchParams.set(auth.name, secret);
    return { ok: true, url: target, headers: [...headers] };
  }
  const way = token ?? auth;
  let result = withHeader(headers, way.name, way.prefix + secret);
  if (token?.also) {
    const sent = headerValue(headers, token.also.name);
    const has = sent?.split(',').some((item) => item.trim() === token.also?.value);
    if (!has) result = withHeader(result, token.also.name, sent ? `${sent},${token.also.value}` : token.also.value);
  }
  return { ok: true, url, headers: result };
}

/** The credential stays out of the request; what signs it in goes along. */
function signedIn(
  way: Exclude<SignInWay, { kind: 'ibm-iam' }>,
  secret: string,
  url: URL,
  headers: RawHeaders,
): Credentialed {
  if (way.kind === 'google') {
    const read = readGoogleCredential(secret);
    if (!read.ok) return { cause: 'key_malformed', ...read };
    return { ok: true, url, headers: [...headers], signIn: { kind: 'google', credential: read.value } };
  }
  const read = readAwsCredentials(secret);
  if (!read.ok) return { cause: 'key_malformed', ...read };
  return { ok: true, url, headers: [...headers], signIn: { ...way, credentials: read.value } };
}

/** Who answered, told by the marks its answers bear, where neither the provider's name nor the address says it. Pure. */
import { findPreset, type Preset } from '../providers/presets.ts';

interface Mark {
  readonly preset: string;
  readonly header?: readonly [string, RegExp];
  readonly body?: RegExp;
}

/** Gateways first: they pass their provider's headers on beside their own. */
const MARKS: readonly Mark[] = [
  // docs.litellm.ai/docs/proxy/response_headers
  { preset: 'litellm-proxy', header: ['x-litellm-call-id', /./] },
  // learn.microsoft.com: API Management stands before every Azure OpenAI resource
  { preset: 'azure-openai', header: ['apim-request-id', /./] },
  // platform.openai.com/docs/api-reference/debugging-requests
  { preset: 'openai', header: ['openai-version', /./] },
  // docs.claude.com/en/api/errors, docs.claude.com/en/api/rate-limits
  { preset: 'anthropic', header: ['anthropic-organization-id', /./] },
  { preset: 'anthropic', header: ['anthropic-ratelimit-requests-limit', /./] },
  // cloud.google.com/apis/design/errors: the service names itself in the error's details
  { preset: 'google-gemini', body: /generativelanguage\.googleapis\.com|ai\.google\.dev\/gemini-api/ },
];

const LOOKED_AT_CHARACTERS = 16_000;

/** The preset whose marks the answer bears; undefined where it bears none. */
export function recogniseAnswerer(headers: ReadonlyMap<string, string>, body: string | undefined): Preset | undefined {
  const text = body?.slice(0, LOOKED_AT_CHARACTERS) ?? '';
  const mark = MARKS.find(
    ({ header, body: pattern }) => header?.[1].test(headers.get(header[0]) ?? '') || pattern?.test(text),
  );
  return findPreset(mark?.preset);
}

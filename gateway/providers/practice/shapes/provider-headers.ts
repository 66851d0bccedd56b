/** Response headers of each provider besides content type (rate limits, request ids), the same for the same request. */
import { HEX, idFrom, type Shape } from '../script.ts';

/** platform.openai.com/docs/guides/rate-limits and docs/api-reference/debugging-requests. */
export function openaiHeaders(digest: string): Record<string, string> {
  return {
    'x-request-id': `req_${idFrom(digest, 32, HEX)}`,
    'openai-organization': 'practice',
    'openai-processing-ms': '12',
    'openai-version': '2020-10-01',
    'x-ratelimit-limit-requests': '500',
    'x-ratelimit-limit-tokens': '200000',
    'x-ratelimit-remaining-requests': '499',
    'x-ratelimit-remaining-tokens': '199000',
    'x-ratelimit-reset-requests': '120ms',
    'x-ratelimit-reset-tokens': '300ms',
  };
}

/** docs.claude.com/en/api/rate-limits; reset times are RFC 3339. */
export function anthropicHeaders(digest: string): Record<string, string> {
  return {
    'request-id': `req_${idFrom(digest, 24)}`,
    'anthropic-organization-id': '00000000-0000-4000-8000-000000000000',
    'anthropic-ratelimit-requests-limit': '50',
    'anthropic-ratelimit-requests-remaining': '49',
    'anthropic-ratelimit-requests-reset': '2026-01-01T00:00:02Z',
    'anthropic-ratelimit-input-tokens-limit': '50000',
    'anthropic-ratelimit-input-tokens-remaining': '49000',
    'anthropic-ratelimit-input-tokens-reset': '2026-01-01T00:00:02Z',
  };
}

/** Google sends neither rate-limit headers nor a request id (ai.google.dev/gemini-api/docs/troubleshooting). */
export function geminiHeaders(): Record<string, string> {
  return { vary: 'Origin, X-Origin, Referer', server: 'scaffolding on HTTPServer2', 'x-frame-options': 'SAMEORIGIN' };
}

export function headersOf(shape: Shape, digest: string): Record<string, string> {
  switch (shape) {
    case 'openai':
      return openaiHeaders(digest);
    case 'anthropic':
      return anthropicHeaders(digest);
    case 'gemini':
      return geminiHeaders();
    case 'plain':
      // LiteLLM's proxy names the call in this header (docs.litellm.ai/docs/proxy/response_headers).
      return { 'x-litellm-call-id': idFrom(digest, 32, HEX) };
  }
}

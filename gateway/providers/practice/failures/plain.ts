/**
 * An OpenAI-compatible gateway's refusals: LiteLLM's proxy mostly (BerriAI/litellm-docs, its `litellm-proxy` record in
 * data/providers.json), one-api (songquanpeng/one-api, `one-api` record) where the words are Chinese, nginx for 413.
 */
import type { FailureTable } from './wire-failure.ts';

const MODEL = 'practice-model';
const AUTH = 'auth_error';

export const PLAIN_FAILURES: FailureTable = {
  key_missing: {
    status: 401,
    type: AUTH,
    code: '401',
    param: 'None',
    message: 'Authentication Error, No api key passed in.',
  },
  key_malformed: {
    status: 401,
    type: AUTH,
    code: '401',
    param: 'None',
    message:
      'Authentication Error, LiteLLM Virtual Key expected. Received="YOUR_API_KEY", expected to start with \'sk-\'.',
  },
  key_wrong_provider: {
    status: 401,
    type: AUTH,
    code: '401',
    param: 'None',
    message:
      "Authentication Error, LiteLLM Virtual Key expected. Received=AIza****************1234, expected to start with 'sk-'.",
  },
  key_invalid_unknown: {
    status: 401,
    type: 'token_not_found_in_db',
    code: '401',
    param: 'key',
    message:
      'Authentication Error, Invalid proxy server token passed. Received API Key = sk-...1234, Key Hash (Token) =0000000000000000. Unable to find token in cache or `LiteLLM_VerificationTokenTable`',
  },
  key_expired: {
    status: 401,
    type: 'expired_key',
    code: '401',
    param: 'key',
    message:
      'Authentication Error - Expired Key. Key Expiry time 2025-12-31 00:00:00+00:00 and current time 2026-01-01 00:00:00+00:00',
  },
  key_revoked: {
    status: 401,
    type: AUTH,
    code: '401',
    param: 'None',
    message: "Authentication Error, Key is blocked. Update via `/key/unblock` if you're an admin.",
  },
  key_mismatch: { status: 403, type: AUTH, code: '403', message: 'Invalid user associated with this key' },
  permission_missing: {
    status: 403,
    type: AUTH,
    code: '403',
    param: 'None',
    message:
      "Virtual key is not allowed to call this route. Only allowed to call routes: ['/v1/models']. Tried to call route: /v1/chat/completions",
  },
  model_not_found: {
    status: 400,
    type: 'None',
    code: '400',
    param: 'None',
    message: `/chat/completions: Invalid model name passed in model=${MODEL}. Call \`/v1/models\` to view available models for your key.`,
  },
  model_no_access: {
    status: 403,
    type: 'key_model_access_denied',
    code: '403',
    param: 'model',
    message: `key not allowed to access model. This key can only access models=['other-model']. Tried to access ${MODEL}`,
  },
  region_blocked: {
    status: 403,
    type: 'forbidden',
    code: '403',
    message: 'This service is not available in your country or region.',
  },
  // one-api's words for "the user has been banned".
  account_disabled: {
    status: 403,
    type: 'one_api_error',
    message: '用户已被封禁 (request id: 2026010100000000000000)',
  },
  rate_limited: {
    status: 429,
    type: 'None',
    code: '429',
    param: 'None',
    message:
      'Rate limit exceeded for api_key: 0000000000000000. Limit type: requests. Current limit: 10, Remaining: 0. Limit resets at: 2026-01-01 00:00:20 UTC',
    headers: { 'retry-after': '20' },
  },
  quota_exhausted: {
    status: 400,
    type: 'budget_exceeded',
    code: '400',
    param: 'None',
    message: 'Budget has been exceeded! Current cost: 10.02, Max budget: 10.0',
  },
  bad_request_parameter: {
    status: 400,
    type: 'None',
    code: '400',
    param: 'None',
    message: `litellm.UnsupportedParamsError: practice does not support parameters: ['frequency_penalty'], for model=${MODEL}. To drop these, set \`litellm.drop_params=True\` or for proxy: \`litellm_settings: drop_params: true\``,
  },
  context_too_long: {
    status: 400,
    type: 'None',
    code: '400',
    param: 'None',
    message:
      "litellm.ContextWindowExceededError: litellm.BadRequestError: ContextWindowExceededError: OpenAIException - This model's maximum context length is 8192 tokens. However, your messages resulted in 9001 tokens.",
  },
  payload_too_large: {
    status: 413,
    message: '413 Request Entity Too Large',
    contentType: 'text/html',
    body: '<html>\r\n<head><title>413 Request Entity Too Large</title></head>\r\n<body>\r\n<center><h1>413 Request Entity Too Large</h1></center>\r\n<hr><center>nginx/1.27.0</center>\r\n</body>\r\n</html>\r\n',
  },
  content_blocked: {
    status: 400,
    type: 'None',
    code: '400',
    param: 'None',
    message:
      'litellm.ContentPolicyViolationError: litellm.BadRequestError: ContentPolicyViolationError: The response was filtered due to the prompt triggering the content management policy.',
  },
  // FastAPI's own answer to an unknown path.
  wrong_endpoint: { status: 404, message: 'Not Found', body: { detail: 'Not Found' } },
  provider_outage: {
    status: 500,
    type: 'None',
    code: '500',
    param: 'None',
    message: 'litellm.InternalServerError: InternalServerError: OpenAIException - Internal Server Error',
  },
  provider_overloaded: {
    status: 503,
    type: 'None',
    code: '503',
    param: 'None',
    message:
      'litellm.ServiceUnavailableError: ServiceUnavailableError: OpenAIException - The server is currently overloaded. Please try again later.',
  },
  // one-api's words for "no channel serves this model in your group".
  gateway_config: {
    status: 503,
    type: 'one_api_error',
    message: `当前分组 default 下对于模型 ${MODEL} 无可用渠道 (request id: 2026010100000000000000)`,
  },
  other: { status: 409, type: 'None', code: '409', param: 'None', message: 'litellm.APIError: Conflict' },
};

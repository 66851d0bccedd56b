/**
 * OpenAI's refusals, in its words. Sources: developers.openai.com/docs/guides/error-codes and the rows and sources of
 * the `openai` record in data/providers.json; the others name theirs. Keys are masked as OpenAI masks them.
 */
import type { FailureTable } from './wire-failure.ts';

const PAGE = 'You can find your API key at https://platform.openai.com/account/api-keys.';
const REQUEST = 'invalid_request_error';
const MODEL = 'gpt-practice';

export const OPENAI_FAILURES: FailureTable = {
  key_missing: {
    status: 401,
    type: REQUEST,
    message:
      "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY), or as the password field (with blank username) if you're accessing the API from your browser and are prompted for a username and password. You can obtain an API key from https://platform.openai.com/account/api-keys.",
  },
  // A placeholder left in: the masked key still shows its words.
  key_malformed: {
    status: 401,
    type: REQUEST,
    code: 'invalid_api_key',
    message: `Incorrect API key provided: YOUR_API*****HERE. ${PAGE}`,
  },
  // An Anthropic key at OpenAI's door.
  key_wrong_provider: {
    status: 401,
    type: REQUEST,
    code: 'invalid_api_key',
    message: `Incorrect API key provided: sk-ant-a************************************************************************************************abAA. ${PAGE}`,
  },
  key_invalid_unknown: {
    status: 401,
    type: REQUEST,
    code: 'invalid_api_key',
    message: `Incorrect API key provided: sk-proj-********************************************************************************************1234. ${PAGE}`,
  },
  // Seen in github.com/openai/codex issues on signing in.
  key_expired: {
    status: 401,
    type: null,
    code: 'token_expired',
    message: 'Provided authentication token is expired. Please try signing in again.',
  },
  // Seen in github.com/openai/codex issues on signing in.
  key_revoked: {
    status: 401,
    type: REQUEST,
    code: 'token_revoked',
    message: 'Your authentication token has been invalidated. Please try signing in again.',
  },
  // Common in community.openai.com threads.
  key_mismatch: {
    status: 401,
    type: REQUEST,
    code: 'mismatched_organization',
    message: 'OpenAI-Organization header should match organization for API key',
  },
  permission_missing: {
    status: 401,
    type: REQUEST,
    message:
      "You have insufficient permissions for this operation. Missing scopes: model.request. Check that you have the correct role in your organization (Reader, Writer, Owner) and project (Member, Owner), and if you're using a restricted API key, that it has the necessary scopes.",
  },
  model_not_found: {
    status: 404,
    type: REQUEST,
    code: 'model_not_found',
    message: `The model \`${MODEL}\` does not exist or you do not have access to it.`,
  },
  model_no_access: {
    status: 403,
    type: REQUEST,
    code: 'model_not_found',
    message: `Project \`proj_practice\` does not have access to model \`${MODEL}\``,
  },
  region_blocked: {
    status: 403,
    type: 'request_forbidden',
    code: 'unsupported_country_region_territory',
    message: 'Country, region, or territory not supported',
  },
  account_disabled: {
    status: 429,
    type: 'billing_not_active',
    code: 'billing_not_active',
    message: 'Your account is not active, please check your billing details on our website.',
  },
  rate_limited: {
    status: 429,
    type: 'requests',
    code: 'rate_limit_exceeded',
    message: `Rate limit reached for ${MODEL} in organization org-practice on requests per min (RPM): Limit 3, Used 3, Requested 1. Please try again in 20s. Visit https://platform.openai.com/account/rate-limits to learn more.`,
    headers: {
      'retry-after': '20',
      'retry-after-ms': '20000',
      'x-ratelimit-limit-requests': '3',
      'x-ratelimit-remaining-requests': '0',
      'x-ratelimit-reset-requests': '20s',
    },
  },
  quota_exhausted: {
    status: 429,
    type: 'insufficient_quota',
    code: 'insufficient_quota',
    message:
      'You exceeded your current quota, please check your plan and billing details. For more information on this error, read the docs: https://platform.openai.com/docs/guides/error-codes/api-errors.',
  },
  bad_request_parameter: {
    status: 400,
    type: REQUEST,
    code: 'unsupported_parameter',
    param: 'max_tokens',
    message:
      "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
  },
  context_too_long: {
    status: 400,
    type: REQUEST,
    code: 'context_length_exceeded',
    param: 'messages',
    message:
      "This model's maximum context length is 8192 tokens. However, your messages resulted in 9001 tokens. Please reduce the length of the messages.",
  },
  payload_too_large: {
    status: 413,
    type: REQUEST,
    message: 'Request body is too large. The maximum size is 26214400 bytes.',
  },
  content_blocked: {
    status: 400,
    type: REQUEST,
    code: 'content_policy_violation',
    message:
      'Your request was rejected as a result of our safety system. Your prompt may contain text that is not allowed by our safety system.',
  },
  wrong_endpoint: { status: 404, type: REQUEST, message: 'Invalid URL (POST /v1/v1/chat/completions)' },
  provider_outage: {
    status: 500,
    type: 'server_error',
    message: 'The server had an error while processing your request. Sorry about that!',
  },
  provider_overloaded: {
    status: 503,
    type: 'service_unavailable_error',
    code: 'server_is_overloaded',
    message: 'Our servers are currently overloaded. Please try again later.',
  },
  // OpenAI has no routing of ours to be wrong: this is what a reseller in front of it answers, in OpenAI's envelope.
  gateway_config: {
    status: 503,
    type: 'new_api_error',
    code: 'model_not_found',
    message: `No available channel for model ${MODEL} under group default (distributor)`,
  },
  other: {
    status: 409,
    type: 'conflict',
    message: 'The resource was updated by another process. Please try again or contact us through our help center.',
  },
};

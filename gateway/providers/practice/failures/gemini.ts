/**
 * The Gemini API's refusals. Sources: ai.google.dev/gemini-api/docs/troubleshooting, google.rpc error details
 * (cloud.google.com/apis/design/errors), the rows and sources of the `google-gemini` record in data/providers.json.
 * A malformed key and an unknown one get the same answer; a blocked prompt gets status 200 (shapes/gemini.ts).
 */
import type { FailureTable } from './wire-failure.ts';

const MODEL = 'gemini-practice';

function quota(metric: string, id: string, value: string, delay: string): readonly unknown[] {
  return [
    {
      '@type': 'type.googleapis.com/google.rpc.QuotaFailure',
      violations: [
        { quotaMetric: metric, quotaId: id, quotaDimensions: { location: 'global', model: MODEL }, quotaValue: value },
      ],
    },
    {
      '@type': 'type.googleapis.com/google.rpc.Help',
      links: [
        { description: 'Learn more about Gemini API quotas', url: 'https://ai.google.dev/gemini-api/docs/rate-limits' },
      ],
    },
    { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: delay },
  ];
}

const FREE_REQUESTS = 'generativelanguage.googleapis.com/generate_content_free_tier_requests';
const OVER_QUOTA =
  'You exceeded your current quota, please check your plan and billing details. For more information on this error, head to: https://ai.google.dev/gemini-api/docs/rate-limits.';

export const GEMINI_FAILURES: FailureTable = {
  key_missing: {
    status: 403,
    type: 'PERMISSION_DENIED',
    message:
      "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other form of API consumer identity to call this API.",
  },
  key_malformed: {
    status: 400,
    type: 'INVALID_ARGUMENT',
    code: 'API_KEY_INVALID',
    message: 'API key not valid. Please pass a valid API key.',
  },
  key_wrong_provider: {
    status: 401,
    type: 'UNAUTHENTICATED',
    code: 'ACCESS_TOKEN_TYPE_UNSUPPORTED',
    message:
      'Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.',
  },
  key_invalid_unknown: {
    status: 400,
    type: 'INVALID_ARGUMENT',
    code: 'API_KEY_INVALID',
    message: 'API key not valid. Please pass a valid API key.',
  },
  key_expired: {
    status: 400,
    type: 'INVALID_ARGUMENT',
    code: 'API_KEY_INVALID',
    message: 'API key expired. Please renew the API key.',
  },
  key_revoked: {
    status: 403,
    type: 'PERMISSION_DENIED',
    message: 'Your API key was reported as leaked. Please use another API key.',
  },
  key_mismatch: {
    status: 400,
    type: 'INVALID_ARGUMENT',
    message: 'The API Key and the authentication credential are from different projects.',
  },
  permission_missing: {
    status: 403,
    type: 'PERMISSION_DENIED',
    code: 'SERVICE_DISABLED',
    message:
      'Generative Language API has not been used in project 123456789012 before or it is disabled. Enable it by visiting https://console.developers.google.com/apis/api/generativelanguage.googleapis.com/overview?project=123456789012 then retry. If you enabled this API recently, wait a few minutes for the action to propagate to our systems and retry.',
  },
  model_not_found: {
    status: 404,
    type: 'NOT_FOUND',
    message: `models/${MODEL} is not found for API version v1beta, or is not supported for generateContent. Call ListModels to see the list of available models and their supported methods.`,
  },
  model_no_access: {
    status: 403,
    type: 'PERMISSION_DENIED',
    message: `You do not have permission to access the Tuned Model tunedModels/${MODEL} or it may not exist.`,
  },
  region_blocked: {
    status: 400,
    type: 'FAILED_PRECONDITION',
    message: 'User location is not supported for the API use.',
  },
  account_disabled: {
    status: 403,
    type: 'PERMISSION_DENIED',
    code: 'CONSUMER_SUSPENDED',
    message: "Permission denied: Consumer 'projects/123456789012' has been suspended.",
  },
  rate_limited: {
    status: 429,
    type: 'RESOURCE_EXHAUSTED',
    message: `${OVER_QUOTA}\n* Quota exceeded for metric: ${FREE_REQUESTS}, limit: 15, model: ${MODEL}\nPlease retry in 20s.`,
    details: quota(FREE_REQUESTS, 'GenerateRequestsPerMinutePerProjectPerModel-FreeTier', '15', '20s'),
  },
  quota_exhausted: {
    status: 429,
    type: 'RESOURCE_EXHAUSTED',
    message: `${OVER_QUOTA}\n* Quota exceeded for metric: ${FREE_REQUESTS}, limit: 250, model: ${MODEL}\nPlease retry in 31s.`,
    details: quota(FREE_REQUESTS, 'GenerateRequestsPerDayPerProjectPerModel-FreeTier', '250', '31s'),
  },
  bad_request_parameter: {
    status: 400,
    type: 'INVALID_ARGUMENT',
    message: 'Invalid JSON payload received. Unknown name "temprature" at \'generation_config\': Cannot find field.',
    details: [
      {
        '@type': 'type.googleapis.com/google.rpc.BadRequest',
        fieldViolations: [
          {
            field: 'generation_config',
            description:
              'Invalid JSON payload received. Unknown name "temprature" at \'generation_config\': Cannot find field.',
          },
        ],
      },
    ],
  },
  context_too_long: {
    status: 400,
    type: 'INVALID_ARGUMENT',
    message: 'The input token count (1200042) exceeds the maximum number of tokens allowed (1048576).',
  },
  payload_too_large: {
    status: 400,
    type: 'INVALID_ARGUMENT',
    message: 'Request payload size exceeds the limit: 20971520 bytes.',
  },
  // Never sent: shapes/gemini.ts answers a blocked prompt with status 200, as Google does. Kept for other callers' envelopes.
  content_blocked: {
    status: 400,
    type: 'INVALID_ARGUMENT',
    message: 'The prompt was blocked: PROHIBITED_CONTENT.',
  },
  // Google's front end answers paths it does not know with its own page, not with JSON.
  wrong_endpoint: {
    status: 404,
    message: 'The requested URL was not found on this server.',
    contentType: 'text/html; charset=UTF-8',
    body: '<!DOCTYPE html>\n<html lang=en>\n  <meta charset=utf-8>\n  <title>Error 404 (Not Found)!!1</title>\n  <a href=//www.google.com/><span id=logo aria-label=Google></span></a>\n  <p><b>404.</b> <ins>That’s an error.</ins>\n  <p>The requested URL <code>/v1beta/v1beta/models/gemini-practice:generateContent</code> was not found on this server.  <ins>That’s all we know.</ins>\n',
  },
  provider_outage: {
    status: 500,
    type: 'INTERNAL',
    message:
      'An internal error has occurred. Please retry or report in https://developers.generativeai.google/guide/troubleshooting',
  },
  provider_overloaded: {
    status: 503,
    type: 'UNAVAILABLE',
    message: 'The model is overloaded. Please try again later.',
  },
  // Google's token service, asked by a machine whose clock is wrong (cloud.google.com/docs/authentication/troubleshoot-adc).
  clock_skew: {
    status: 400,
    message: 'Invalid JWT',
    body: {
      error: 'invalid_grant',
      error_description:
        'Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim.',
    },
  },
  // As a reseller in front of Google answers, in Google's envelope.
  gateway_config: {
    status: 503,
    type: 'UNAVAILABLE',
    message: `No available channel for model ${MODEL} under group default (distributor)`,
  },
  other: { status: 409, type: 'ABORTED', message: 'The operation was aborted.' },
};

/** Words for causes of pace, money and capacity. */
import type { CauseWords } from './words.ts';

export const limitWords = {
  rate_limited: {
    title: 'Too many requests in too short a time.',
    means:
      'A limit per minute (requests, tokens or requests at once) was reached at {provider}. The key itself is good.',
    why: 'Several programs share one account, a loop sends without pause, or one request alone is bigger than the allowance of a minute.',
    fixes: ['retry-later', 'open-limits-page', 'use-model', 'retry'],
    probes: ['limit-headers', 'minimal-request'],
    atGateway: {
      title: 'A limit that was set in this gateway is reached for the moment.',
      means: 'Nothing was sent to a provider.',
      why: 'A limit per minute or on requests at once was set on the gateway key, its app, the route or the provider key.',
      fixes: ['raise-limit', 'retry-later', 'issue-gateway-key'],
    },
  },
  quota_exhausted: {
    title: 'The credit or allowance at {provider} is used up.',
    means:
      'The account’s balance, plan or daily allowance is spent. The key itself is good; waiting a minute does not help.',
    why: 'Free credit ran out or expired, a spending limit was reached, or a chat subscription was taken for API credit.',
    fixes: ['open-billing-page', 'open-limits-page', 'use-model', 'retry'],
    probes: ['balance-page', 'minimal-request', 'other-key'],
    atGateway: {
      title: 'A budget that was set in this gateway is used up.',
      means: 'Nothing was sent to a provider.',
      why: 'A budget for the day or the month was set on the gateway key, its app, the route or the provider key.',
      fixes: ['raise-limit', 'retry-later', 'issue-gateway-key'],
    },
  },
  provider_overloaded: {
    title: '{provider} is too busy just now.',
    means: 'The provider has no room for the request; key and request are not at fault.',
    why: 'Many people ask at once, or the model has to be loaded first.',
    fixes: ['retry-later', 'use-model', 'open-status-page'],
    probes: ['status-page', 'repeat'],
  },
  provider_outage: {
    title: '{provider} has a fault of its own.',
    means: 'The provider failed while working on the request; key and request are not at fault as far as can be seen.',
    why: 'A fault or an incident at the provider, or at one that it passes requests on to.',
    fixes: ['retry', 'open-status-page', 'use-model', 'contact-support'],
    probes: ['status-page', 'repeat'],
  },
} as const satisfies Record<string, CauseWords>;

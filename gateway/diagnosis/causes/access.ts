/** Words for causes where the key is known and the answer is still no. */
import type { CauseWords } from './words.ts';

export const accessWords = {
  permission_missing: {
    title: 'The key works, but it may not do this.',
    means: '{provider} knows the key and refused the operation: a scope, role, network rule or enabled API is missing.',
    why: 'The key is restricted, its owner lacks a role, the API was never switched on for the project, or the account’s own rules exclude the target.',
    fixes: ['open-keys-page', 'replace-key', 'open-docs', 'retry'],
    probes: ['list-models', 'other-key'],
    atGateway: {
      title: 'This gateway key may not do that.',
      means: 'What was asked for lies outside the scope of the gateway key.',
      why: 'The key was issued for certain providers, models or endpoints only.',
      fixes: ['edit-gateway-key-scope', 'issue-gateway-key', 'retry'],
    },
  },
  model_not_found: {
    title: '{provider} has no model of that name.',
    means: 'The model, deployment or version named in the request is not known to the provider at this address.',
    why: 'The name is misspelled, belongs to another provider, is a deployment that was never made or a model that was never downloaded, or the model has been retired.',
    fixes: ['pull-model', 'use-model', 'open-docs', 'retry'],
    probes: ['list-models', 'nearest-model'],
    atGateway: {
      title: 'No model, route or provider here has that name.',
      means: 'The gateway could not tell which provider “{model}” means.',
      why: 'The name is misspelled, or the provider that serves it has not been set up here.',
      fixes: ['use-model', 'add-provider', 'edit-route', 'retry'],
    },
  },
  model_no_access: {
    title: 'This account may not use that model.',
    means:
      'The model exists, but the account behind the key has no access: tier, plan, verification, terms or project settings.',
    why: 'Some models must be requested, verified for, paid for or started first, or the project’s list of models leaves it out.',
    fixes: ['use-model', 'open-limits-page', 'open-keys-page', 'retry'],
    probes: ['list-models', 'other-model', 'other-key'],
    atGateway: {
      title: 'This gateway key may not use that model.',
      means: 'The model lies outside the models that this gateway key was issued for.',
      why: 'The key’s scope names certain models only.',
      fixes: ['edit-gateway-key-scope', 'use-model', 'retry'],
    },
  },
  region_blocked: {
    title: '{provider} does not serve the place this request came from.',
    means:
      'The request was refused for the country, region or network of its sender, usually before the key was looked at.',
    why: 'The provider does not offer its service there, or the exit address of a VPN, server or cloud function counts as such a place.',
    fixes: ['set-proxy', 'open-docs', 'retry'],
    probes: ['other-network', 'reach'],
  },
  account_disabled: {
    title: 'The account behind this key is closed or suspended.',
    means: '{provider} knows the key and refuses its account, organisation or project as a whole.',
    why: 'Unpaid bills, a breach of the terms, an archived project, or an owner who left the organisation. Only the provider can undo it.',
    fixes: ['open-billing-page', 'contact-support', 'replace-key', 'retry'],
    probes: ['list-models', 'other-key'],
  },
} as const satisfies Record<string, CauseWords>;

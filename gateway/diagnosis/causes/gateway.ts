/** Words for causes in a gateway, in the form of an answer, and for what nobody can name. */
import type { CauseWords } from './words.ts';

export const gatewayWords = {
  gateway_config: {
    title: 'A gateway on the way is not set up for this request.',
    means: 'The gateway between the app and the provider has no target for it, or changed the request on its way.',
    why: 'A model has no channel or deployment, a model name is mapped to another model, or headers are added after signing.',
    fixes: ['edit-route', 'edit-base-url', 'open-docs', 'retry'],
    probes: ['direct-call', 'list-models'],
    atGateway: {
      title: 'This gateway is not set up to answer that yet.',
      means: 'The request is good, but a provider, a provider key or a setting that it needs is missing here.',
      why: 'The provider has no active key, is switched off, or the key store is locked.',
      fixes: [
        'unlock-vault',
        'enable-provider',
        'enable-key',
        'enter-key',
        'edit-provider-settings',
        'add-provider',
        'edit-route',
        'retry',
      ],
    },
  },
  response_format: {
    title: 'An answer came, but it cannot be used.',
    means:
      'The answer was a success in name, and empty, not in the promised form, or an error text in the assistant’s voice.',
    why: 'A relay hid an error inside a normal answer, the provider ended early, or the program expected another form.',
    fixes: ['retry', 'open-status-page', 'use-model'],
    probes: ['raw-answer', 'repeat'],
  },
  other: {
    title: 'The request failed, and nothing recorded tells why.',
    means: 'No rule fits what was recorded.',
    why: 'The error carries no code or words that are known.',
    fixes: ['retry', 'contact-support', 'open-docs'],
    probes: ['repeat', 'list-models', 'minimal-request'],
  },
} as const satisfies Record<string, CauseWords>;

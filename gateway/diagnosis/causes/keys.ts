/** Words for causes that lie in the credential. */
import type { CauseWords } from './words.ts';

export const keyWords = {
  key_missing: {
    title: 'No key reached {provider}.',
    means: 'The request carried no credential, or carried it where {provider} does not look.',
    why: 'The variable that holds the key was empty or not loaded, the program read another name, or the key was put into the wrong header.',
    fixes: ['enable-key', 'enter-key', 'open-keys-page', 'open-docs', 'retry'],
    probes: ['headers-sent', 'same-request-through-gateway'],
    atGateway: {
      title: 'The app sent no gateway key.',
      means:
        'None of the places where a gateway key may stand (Authorization: Bearer, x-api-key, api-key, x-goog-api-key, ?key=) held one.',
      why: 'The app was pointed at this gateway but not given a key for it, or its setting for the key is empty.',
      fixes: ['issue-gateway-key', 'connect-app', 'retry'],
    },
  },
  key_malformed: {
    title: 'The key sent to {provider} is damaged or not a key at all.',
    means: 'What was sent has a visible flaw: quotes, a line break, a missing piece, a placeholder or a word.',
    why: 'Keys pick up quotes, spaces or line breaks when they are copied into files and variables, or the example’s placeholder was never replaced.',
    fixes: ['replace-key', 'open-keys-page', 'retry'],
    probes: ['key-shape', 'list-models'],
    atGateway: {
      title: 'What the app sent is not a gateway key.',
      means:
        'The credential does not have the form kw_id_secret, or its check characters do not fit: it was cut off, mistyped or never filled in.',
      why: 'Part of the key was lost in copying, or the example’s placeholder is still there.',
      fixes: ['rotate-gateway-key', 'issue-gateway-key', 'connect-app', 'retry'],
    },
  },
  key_wrong_provider: {
    title: 'The key is not one for {provider}: it belongs somewhere else.',
    means:
      'The credential is another provider’s, another site’s or region’s, or another kind of credential than this path takes.',
    why: 'Two keys were mixed up, a base URL still points at another service, or a subscription or session token stands where an API key belongs.',
    fixes: ['replace-key', 'edit-base-url', 'open-keys-page', 'retry'],
    probes: ['key-shape', 'key-elsewhere', 'list-models'],
    atGateway: {
      title: 'The app sent a provider’s key instead of a gateway key.',
      means:
        'The credential has the shape of a provider key. The gateway keeps those itself; apps identify themselves with a gateway key.',
      why: 'Only the base URL was changed and the old key was left in the app.',
      fixes: ['issue-gateway-key', 'connect-app', 'retry'],
    },
  },
  key_invalid_unknown: {
    title: '{provider} does not accept this key, and does not say why.',
    means:
      'The credential was refused. It may be mistyped, deleted, or another account’s; the answer does not tell these apart.',
    why: 'Most often the key was deleted or replaced on the provider’s page, or a character was lost in copying.',
    fixes: ['replace-key', 'check-key', 'open-keys-page', 'retry'],
    probes: ['key-shape', 'list-models', 'key-elsewhere', 'other-key'],
    atGateway: {
      title: 'The app’s gateway key is not known here.',
      means:
        'The credential has a gateway key’s form, but its check characters, its id or its secret do not match any key of this gateway.',
      why: 'The key was mistyped, was removed together with its app, or was issued by another Keyward.',
      fixes: ['issue-gateway-key', 'rotate-gateway-key', 'connect-app', 'retry'],
    },
  },
  key_expired: {
    title: 'The key for {provider} has expired.',
    means: 'The provider knows the key and says that its time is over.',
    why: 'Keys with an end date, temporary cloud credentials and sign-in tokens stop working when it passes.',
    fixes: ['replace-key', 'open-keys-page', 'retry'],
    probes: ['list-models', 'clock'],
    atGateway: {
      title: 'The app’s gateway key has expired.',
      means: 'The key is genuine, and its expiry date has passed.',
      why: 'It was issued with an end date.',
      fixes: ['extend-gateway-key', 'rotate-gateway-key', 'retry'],
    },
  },
  key_revoked: {
    title: 'The key for {provider} was taken out of service.',
    means: 'The key was deleted, disabled, or withdrawn because it was seen in public.',
    why: 'Somebody removed it on the provider’s page, or the provider found it in a public place and blocked it.',
    fixes: ['replace-key', 'open-keys-page', 'retry'],
    probes: ['list-models', 'other-key'],
    atGateway: {
      title: 'The app’s gateway key was revoked.',
      means: 'The key is genuine and was revoked here.',
      why: 'Somebody revoked it in Keyward, or it was replaced by a newer one and its grace period is over.',
      fixes: ['restore-gateway-key', 'issue-gateway-key', 'retry'],
    },
  },
  key_mismatch: {
    title: 'The key belongs to another account, organisation or project than the request.',
    means:
      'The credential is good, but not for the organisation, project, resource, tenant or mode that the request names.',
    why: 'A key was taken from another account or resource, or an organisation header or id from an older set-up was left in place.',
    fixes: ['replace-key', 'edit-provider-headers', 'edit-base-url', 'open-keys-page', 'retry'],
    probes: ['without-organisation-header', 'key-elsewhere', 'other-key'],
    atGateway: {
      title: 'This gateway key belongs to another user than the request names.',
      means: 'The key is bound to named users, and the user that the request asserts is not one of them or is missing.',
      why: 'The key was handed on, or the app does not send the user’s name.',
      fixes: ['edit-gateway-key-users', 'issue-gateway-key', 'retry'],
    },
  },
} as const satisfies Record<string, CauseWords>;

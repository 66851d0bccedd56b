/** The headline journey: the five ways in which a key stops working, what proves each and what mends it. */
import type { Cause } from '../../gateway/causes.ts';
import type { FixId } from '../../gateway/diagnosis/fixes.ts';
import type { ProbeId } from '../../gateway/diagnosis/probes.ts';
import type { KeyState, ServerDialect } from './provider-servers/accounts.ts';
import type { ProviderServer } from './provider-servers/start-provider-server.ts';

export interface Journey {
  readonly what: string;
  readonly dialect: ServerDialect;
  readonly bad: (server: ProviderServer) => string;
  readonly headers?: readonly string[];
  readonly cause: Cause;
  readonly probe: ProbeId;
  readonly fix: FixId;
  /** The secret that the person brings; none for a fix that needs none. */
  readonly secret?: KeyState;
}

export const PRESETS = { openai: 'openai', anthropic: 'anthropic', gemini: 'google-gemini', plain: undefined } as const;
export const MODEL = {
  openai: 'gpt-4o-mini',
  anthropic: 'claude-sonnet-4-5',
  gemini: 'gemini-2.5-flash',
  plain: 'gpt-4o-mini',
};

/** One letter wrong, as when it is typed from a photograph. */
function mistyped(key: string): string {
  return `${key.slice(0, 30)}${key[30] === 'Q' ? 'Z' : 'Q'}${key.slice(31)}`;
}

export const JOURNEYS: readonly Journey[] = [
  {
    what: 'expired',
    dialect: 'openai',
    bad: (server) => server.key('expired'),
    cause: 'key_expired',
    probe: 'other-key',
    fix: 'replace-key',
    secret: 'valid',
  },
  {
    what: 'revoked',
    dialect: 'gemini',
    bad: (server) => server.key('revoked'),
    cause: 'key_revoked',
    probe: 'other-key',
    fix: 'replace-key',
    secret: 'valid',
  },
  {
    what: 'mistyped',
    dialect: 'openai',
    bad: (server) => mistyped(server.key('valid')),
    cause: 'key_invalid_unknown',
    probe: 'other-key',
    fix: 'replace-key',
    secret: 'valid',
  },
  {
    what: 'swapped with another account’s',
    dialect: 'openai',
    bad: (server) => server.key('other-account'),
    headers: ['OpenAI-Organization: org-of-the-team'],
    cause: 'key_mismatch',
    probe: 'without-organisation-header',
    fix: 'edit-provider-headers',
  },
  {
    what: 'stripped of a permission',
    dialect: 'openai',
    bad: (server) => server.key('restricted'),
    cause: 'permission_missing',
    probe: 'other-key',
    fix: 'replace-key',
    secret: 'valid',
  },
];

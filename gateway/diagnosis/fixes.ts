/** Fixes: buttons that the control interface carries out, or pages of the provider. One row of data each. */
import type { Preset } from '../providers/presets.ts';
import type { Fix } from './explanation.ts';

type Page = 'keys' | 'billing' | 'limits' | 'status' | 'docs';

interface FixRow {
  readonly title: string;
  /** Operation of the control interface, by kind; null: a thing to do by hand. */
  readonly kind: string | null;
  /** What the operation needs to know; without it the fix is words only, or is left out where it would mean nothing. */
  readonly needs?: keyof FixContext;
  readonly page?: Page;
  /** Presets that it is for; undefined: every provider. */
  readonly presets?: readonly string[];
}

export const FIXES = {
  'enter-key': { title: 'Add a key for {provider}', kind: 'keys.add', needs: 'provider', page: 'keys' },
  'replace-key': { title: 'Put in a new key for {provider}', kind: 'keys.replace', needs: 'keyId', page: 'keys' },
  'enable-key': { title: 'Switch the key on again', kind: 'keys.enable', needs: 'disabledKeyId' },
  'check-key': { title: 'Check the key with {provider} (free)', kind: 'keys.test', needs: 'keyId' },
  'open-keys-page': { title: 'Open {provider}’s page for keys', kind: 'open-url', page: 'keys' },
  'open-billing-page': { title: 'Open {provider}’s billing page', kind: 'open-url', page: 'billing' },
  'open-limits-page': { title: 'Open {provider}’s page for limits', kind: 'open-url', page: 'limits' },
  'open-status-page': { title: 'Look whether {provider} has an incident', kind: 'open-url', page: 'status' },
  'open-docs': { title: 'Open {provider}’s documentation', kind: 'open-url', page: 'docs' },
  'edit-base-url': { title: 'Correct the base URL of {provider}', kind: 'providers.update', needs: 'provider' },
  'edit-provider-headers': {
    title: 'Correct the extra headers of {provider}',
    kind: 'providers.update',
    needs: 'provider',
  },
  'edit-provider-settings': {
    title: 'Fill in the settings of {provider}',
    kind: 'providers.update',
    needs: 'provider',
  },
  'enable-provider': { title: 'Switch {provider} on again', kind: 'providers.update', needs: 'disabledProvider' },
  'add-provider': {
    title: 'Set up the provider that serves this model',
    kind: 'providers.add',
    needs: 'missingProvider',
  },
  'use-model': { title: 'Use another model', kind: 'use-model', needs: 'model' },
  'edit-route': { title: 'Point this model name at a target that exists', kind: 'routes.set', needs: 'route' },
  'issue-gateway-key': { title: 'Issue a gateway key for the app', kind: 'gateway-keys.issue', needs: 'capture' },
  'connect-app': { title: 'Show how to connect the app', kind: 'connect.show', needs: 'capture' },
  'extend-gateway-key': {
    title: 'Extend the gateway key by 30 days',
    kind: 'gateway-keys.edit',
    needs: 'gatewayKeyId',
  },
  'restore-gateway-key': { title: 'Take the revocation back', kind: 'gateway-keys.restore', needs: 'gatewayKeyId' },
  'rotate-gateway-key': { title: 'Issue the gateway key anew', kind: 'gateway-keys.rotate', needs: 'gatewayKeyId' },
  'edit-gateway-key-scope': {
    title: 'Widen what the gateway key may do',
    kind: 'gateway-keys.edit',
    needs: 'gatewayKeyId',
  },
  'edit-gateway-key-users': {
    title: 'Allow this user on the gateway key',
    kind: 'gateway-keys.edit',
    needs: 'gatewayKeyId',
  },
  'raise-limit': { title: 'Raise the limit', kind: 'limits.set', needs: 'limit' },
  'raise-body-bound': { title: 'Let the gateway take bigger requests', kind: 'settings.set', needs: 'capture' },
  'raise-timeout': { title: 'Wait longer for an answer', kind: 'settings.set', needs: 'capture' },
  'set-proxy': { title: 'Set the proxy for outgoing requests', kind: 'settings.set', needs: 'capture' },
  'unlock-vault': { title: 'Unlock the key store', kind: 'vault.unlock', needs: 'vaultLocked' },
  'edit-and-replay': { title: 'Change the request and send it again', kind: 'replay.edit', needs: 'capture' },
  retry: { title: 'Send the request again', kind: 'retry', needs: 'capture' },
  'retry-later': { title: 'Wait, then send the request again', kind: 'retry', needs: 'capture' },
  'contact-support': { title: 'Give {provider}’s support the facts', kind: 'captures.export', needs: 'capture' },
  'check-network': {
    title: 'Check the network: is the computer online, does a VPN or proxy stand in between?',
    kind: null,
  },
  'check-clock': { title: 'Set the computer’s clock to the right time', kind: null },
  'trust-certificate': {
    title: 'Trust the company’s root certificate (NODE_EXTRA_CA_CERTS), or ask who issues it',
    kind: null,
  },
  'pull-model': { title: 'Download it on that machine: ollama pull {model}', kind: null, presets: ['ollama'] },
  'start-server': { title: 'Start the local server and check its port', kind: null },
} as const satisfies Record<string, FixRow>;

export type FixId = keyof typeof FIXES;

/** A provider or another model is wanted, and nothing tells which. */
export const OPEN_CHOICE = '?';

/** Ids that the operations act on; all unknown for a record from elsewhere. */
export interface FixContext {
  readonly provider?: string;
  readonly preset?: Preset;
  readonly providerName: string;
  readonly keyId?: string;
  readonly disabledKeyId?: string;
  readonly disabledProvider?: string;
  /** Preset of the provider that would have to be set up, or OPEN_CHOICE. */
  readonly missingProvider?: string;
  readonly gatewayKeyId?: string;
  /** The limit set here that refused. */
  readonly limit?: { readonly of: string; readonly id: string; readonly limit: string };
  readonly appId?: string;
  readonly capture?: string;
  /** To use in the failed one's place, or OPEN_CHOICE. */
  readonly model?: string;
  /** The one that failed, as the provider was asked for it. */
  readonly failedModel?: string;
  readonly route?: string;
  readonly vaultLocked?: true;
  /** The practice provider played the failure: fixes are tried out on it and change nothing. */
  readonly rehearsal?: true;
  /** Ready parameters of one fix, such as the user to allow or the end of an extension. */
  readonly parameters?: Readonly<Partial<Record<FixId, Readonly<Record<string, unknown>>>>>;
}

/** The fixes of a cause that make sense here, at most six. What lacks its page or its object is left out or left to words. */
export function buildFixes(ids: readonly FixId[], context: FixContext): Fix[] {
  return ids.flatMap((id) => buildFix(id, context) ?? []).slice(0, 6);
}

function buildFix(id: FixId, context: FixContext): Fix | undefined {
  const row: FixRow = FIXES[id];
  const url = row.page ? (context.preset?.urls[row.page] ?? undefined) : undefined;
  if (row.presets && !row.presets.includes(context.preset?.id ?? '')) return undefined;
  const title = row.title
    .replace('{provider}', () => context.providerName)
    .replace('{model}', () => plainName(context.failedModel));
  const known = row.needs === undefined || context[row.needs] !== undefined;
  if (row.kind === 'open-url') return url ? { id, title, action: { kind: 'open-url', url }, url } : undefined;
  if (!known) {
    // Elsewhere than in this gateway the advice still holds, though there is no button for it.
    const advice = context.capture === undefined && ADVICE_ANYWHERE.has(id);
    return advice ? { id, title, action: null, ...(url ? { url } : {}) } : undefined;
  }
  if (row.kind === null) return { id, title, action: null };
  if (context.rehearsal && !NOT_REHEARSED.has(row.kind))
    return { id, title, action: { kind: 'rehearse', capture: context.capture } };
  return {
    id,
    title,
    action: { kind: row.kind, ...subjectOf(id, context), ...context.parameters?.[id] },
    ...(url ? { url } : {}),
  };
}

/** A name that can be typed into a shell as it stands. */
function plainName(model: string | undefined): string {
  return model !== undefined && /^[\w./:-]{1,100}$/.test(model) && !model.startsWith('-') ? model : 'NAME';
}

/** They lie with somebody else, or show something: there is nothing to rehearse. */
const NOT_REHEARSED: ReadonlySet<string> = new Set(['captures.export', 'connect.show']);

const ADVICE_ANYWHERE: ReadonlySet<FixId> = new Set<FixId>([
  'enter-key',
  'replace-key',
  'edit-base-url',
  'edit-provider-headers',
  'use-model',
  'edit-route',
  'retry',
  'retry-later',
  'edit-and-replay',
  'raise-timeout',
  'set-proxy',
]);

function subjectOf(id: FixId, context: FixContext): Record<string, unknown> {
  const row: FixRow = FIXES[id];
  switch (row.needs) {
    case 'keyId':
      return { id: context.keyId };
    case 'disabledKeyId':
      return { id: context.disabledKeyId };
    case 'gatewayKeyId':
      return { id: context.gatewayKeyId };
    case 'provider':
      return row.kind === 'keys.add' ? { provider: context.provider } : { id: context.provider };
    case 'disabledProvider':
      return { id: context.disabledProvider, enabled: true };
    case 'missingProvider':
      return context.missingProvider === OPEN_CHOICE ? {} : { provider: context.missingProvider };
    case 'model':
      return context.model === OPEN_CHOICE ? {} : { model: context.model };
    case 'route':
      return { name: context.route };
    case 'limit':
      return { ...context.limit };
    case 'capture':
      return row.kind === 'gateway-keys.issue'
        ? { app: context.appId }
        : row.kind === 'retry' || /^(?:replay|captures)/.test(row.kind ?? '')
          ? { capture: context.capture }
          : {};
    default:
      return {};
  }
}

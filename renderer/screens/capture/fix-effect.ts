/** What a fix's button does. Pure. Undefined: a thing to do by hand, shown as advice and never as a dead button. */
import type { Fix } from '../../../gateway/control/contract/index.ts';

export type FixEffect =
  | { readonly kind: 'open-url'; readonly url: string }
  | { readonly kind: 'test-key'; readonly id: string }
  | { readonly kind: 'visit'; readonly place: Place }
  /** Opens the debugger with the request to be edited. */
  | { readonly kind: 'edit-request' }
  /** The text for the provider's support. */
  | { readonly kind: 'support-text' }
  /** The gateway shows what it would do, does it, sends the request again and says whether it helped. */
  | { readonly kind: 'carry-out'; readonly byHand?: Place };

/** A dialog of ours, by its address. */
export type Place =
  | { readonly to: '/keys'; readonly search: { add?: string; replace?: string; edit?: string } }
  | { readonly to: '/apps'; readonly search: { issue?: string; edit?: string; connect?: string; rotate?: string } }
  | { readonly to: '/providers'; readonly search: { add?: string; edit?: string } }
  | { readonly to: '/settings'; readonly search: { section?: string } };

export function fixEffect(fix: Pick<Fix, 'id' | 'action' | 'url'>): FixEffect | undefined {
  const { action } = fix;
  if (!action) return openUrl(fix.url);
  const id = typeof action.id === 'string' ? action.id : undefined;
  switch (action.kind) {
    case 'open-url':
      return openUrl(action.url) ?? openUrl(fix.url);
    case 'keys.test':
      return id === undefined ? undefined : { kind: 'test-key', id };
    case 'replay.edit':
      return { kind: 'edit-request' };
    case 'captures.export':
      return { kind: 'support-text' };
    case 'connect.show':
      return { kind: 'visit', place: { to: '/apps', search: { connect: 'any' } } };
    case 'vault.unlock':
      return { kind: 'visit', place: { to: '/settings', search: { section: 'vault' } } };
    default: {
      const place = byHand(fix.id, action, id);
      return { kind: 'carry-out', ...(place ? { byHand: place } : {}) };
    }
  }
}

function openUrl(url: unknown): FixEffect | undefined {
  return typeof url === 'string' && /^https?:\/\//.test(url) ? { kind: 'open-url', url } : undefined;
}

/** Where a person finds the same thing, for what is more than a value or two. */
function byHand(
  fixId: string,
  action: { kind: string } & Record<string, unknown>,
  id: string | undefined,
): Place | undefined {
  switch (action.kind) {
    case 'keys.replace':
    case 'keys.enable':
      return id === undefined
        ? undefined
        : { to: '/keys', search: action.kind === 'keys.replace' ? { replace: id } : {} };
    case 'keys.add':
      return { to: '/keys', search: { add: typeof action.provider === 'string' ? action.provider : 'any' } };
    case 'gateway-keys.edit':
    case 'gateway-keys.restore':
      return id === undefined ? undefined : { to: '/apps', search: { edit: id } };
    case 'gateway-keys.rotate':
      return id === undefined ? undefined : { to: '/apps', search: { rotate: id } };
    case 'gateway-keys.issue':
      return { to: '/apps', search: { issue: typeof action.app === 'string' ? action.app : 'new' } };
    case 'providers.update':
      return id === undefined ? undefined : { to: '/providers', search: { edit: id } };
    case 'providers.add':
      return { to: '/providers', search: { add: 'any' } };
    case 'settings.set':
      return { to: '/settings', search: { section: fixId === 'raise-timeout' ? 'timeouts' : 'gateway' } };
    default:
      return undefined;
  }
}

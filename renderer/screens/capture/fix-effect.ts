/**
 * What a fix's button does with today's control interface. Pure. Undefined: there is no such operation (yet), so the
 * fix is shown as advice, never as a dead button.
 */
import type { Fix } from '../../../gateway/control/contract/index.ts';

export type FixEffect =
  | { readonly kind: 'open-url'; readonly url: string }
  | { readonly kind: 'test-key'; readonly id: string }
  | { readonly kind: 'enable-key'; readonly id: string }
  | { readonly kind: 'restore-gateway-key'; readonly id: string }
  /** The fix brings ready parameters: one click applies them. */
  | { readonly kind: 'apply-gateway-key'; readonly input: GatewayKeyChange }
  | { readonly kind: 'enable-provider'; readonly id: string }
  | { readonly kind: 'visit'; readonly place: Place };

export interface GatewayKeyChange {
  readonly id: string;
  readonly expires?: string;
  readonly scope?: Record<string, string[]>;
  readonly users?: string[];
}

/** A dialog of ours, by its address. */
export type Place =
  | { readonly to: '/keys'; readonly search: { add?: string; replace?: string; edit?: string } }
  | { readonly to: '/apps'; readonly search: { issue?: string; edit?: string; connect?: string; rotate?: string } }
  | { readonly to: '/providers'; readonly search: { add?: string; edit?: string } }
  | { readonly to: '/settings'; readonly search: { section?: string } };

const visit = (place: Place): FixEffect => ({ kind: 'visit', place });

export function fixEffect(fix: Pick<Fix, 'id' | 'action' | 'url'>): FixEffect | undefined {
  const byAction = fix.action ? actionEffect(fix.id, fix.action) : undefined;
  return byAction ?? openUrl(fix.url);
}

function openUrl(url: unknown): FixEffect | undefined {
  return typeof url === 'string' && /^https?:\/\//.test(url) ? { kind: 'open-url', url } : undefined;
}

function actionEffect(fixId: string, action: { kind: string } & Record<string, unknown>): FixEffect | undefined {
  const id = typeof action.id === 'string' ? action.id : undefined;
  switch (action.kind) {
    case 'keys.test':
      return id === undefined ? undefined : { kind: 'test-key', id };
    case 'keys.enable':
      return id === undefined ? undefined : { kind: 'enable-key', id };
    case 'keys.replace':
      return id === undefined ? undefined : visit({ to: '/keys', search: { replace: id } });
    case 'keys.add':
      return visit({ to: '/keys', search: { add: typeof action.provider === 'string' ? action.provider : 'any' } });
    case 'gateway-keys.restore':
      return id === undefined ? undefined : { kind: 'restore-gateway-key', id };
    case 'gateway-keys.edit':
      return id === undefined ? undefined : gatewayKeyEdit(id, action);
    case 'gateway-keys.rotate':
      return id === undefined ? undefined : visit({ to: '/apps', search: { rotate: id } });
    case 'gateway-keys.issue':
      return visit({ to: '/apps', search: { issue: typeof action.app === 'string' ? action.app : 'new' } });
    case 'providers.update':
      if (id === undefined) return undefined;
      return action.enabled === true
        ? { kind: 'enable-provider', id }
        : visit({ to: '/providers', search: { edit: id } });
    case 'providers.add':
      return visit({ to: '/providers', search: { add: 'any' } });
    case 'connect.show':
      return visit({ to: '/apps', search: { connect: 'any' } });
    case 'settings.set':
      return visit({ to: '/settings', search: { section: fixId === 'raise-timeout' ? 'timeouts' : 'gateway' } });
    case 'vault.unlock':
      return visit({ to: '/settings', search: { section: 'vault' } });
    case 'open-url':
      return openUrl(action.url);
    default:
      return undefined;
  }
}

function gatewayKeyEdit(id: string, action: Record<string, unknown>): FixEffect {
  const { expires, scope, users } = action;
  const input: GatewayKeyChange = {
    id,
    ...(typeof expires === 'string' ? { expires } : {}),
    ...(typeof scope === 'object' && scope !== null ? { scope: scope as Record<string, string[]> } : {}),
    ...(Array.isArray(users) ? { users: users.filter((user) => typeof user === 'string') } : {}),
  };
  return Object.keys(input).length > 1
    ? { kind: 'apply-gateway-key', input }
    : visit({ to: '/apps', search: { edit: id } });
}

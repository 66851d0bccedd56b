/** What a fix's button does with today's control interface. Pure. Undefined: nothing, so no button is shown. */
import type { Fix } from '../../../gateway/control/contract/index.ts';

export type FixEffect =
  | { readonly kind: 'open-url'; readonly url: string }
  | { readonly kind: 'test-key'; readonly id: string }
  | { readonly kind: 'enable-key'; readonly id: string }
  | { readonly kind: 'replace-key'; readonly id: string }
  | { readonly kind: 'edit-key'; readonly id: string }
  | { readonly kind: 'add-key'; readonly provider: string }
  | { readonly kind: 'restore-gateway-key'; readonly id: string }
  | { readonly kind: 'edit-gateway-key'; readonly id: string }
  | { readonly kind: 'issue-gateway-key'; readonly app?: string }
  | { readonly kind: 'edit-provider'; readonly id: string }
  | { readonly kind: 'open-settings'; readonly section?: string }
  | { readonly kind: 'connect-app' };

export function fixEffect(fix: Pick<Fix, 'action' | 'url'>): FixEffect | undefined {
  const byAction = fix.action ? actionEffect(fix.action) : undefined;
  if (byAction) return byAction;
  return fix.url && /^https?:\/\//.test(fix.url) ? { kind: 'open-url', url: fix.url } : undefined;
}

function actionEffect(action: { kind: string } & Record<string, unknown>): FixEffect | undefined {
  const text = (...names: string[]) => names.map((name) => action[name]).find((value) => typeof value === 'string');
  const key = text('key', 'keyId', 'id');
  const gatewayKey = text('gatewayKey', 'gatewayKeyId', 'key', 'id');
  const provider = text('provider', 'providerId', 'id');
  switch (action.kind) {
    case 'keys.test':
      return key ? { kind: 'test-key', id: key } : undefined;
    case 'keys.enable':
      return key ? { kind: 'enable-key', id: key } : undefined;
    case 'keys.replace':
      return key ? { kind: 'replace-key', id: key } : undefined;
    case 'keys.update':
    case 'keys.edit':
      return key ? { kind: 'edit-key', id: key } : undefined;
    case 'keys.add':
      return provider ? { kind: 'add-key', provider } : { kind: 'add-key', provider: 'any' };
    case 'gateway-keys.restore':
      return gatewayKey ? { kind: 'restore-gateway-key', id: gatewayKey } : undefined;
    case 'gateway-keys.edit':
      return gatewayKey ? { kind: 'edit-gateway-key', id: gatewayKey } : undefined;
    case 'gateway-keys.issue': {
      const app = text('app', 'appId');
      return app ? { kind: 'issue-gateway-key', app } : { kind: 'issue-gateway-key' };
    }
    case 'providers.update':
    case 'providers.edit':
      return provider ? { kind: 'edit-provider', id: provider } : undefined;
    case 'settings.set':
    case 'settings.open':
      return { kind: 'open-settings' };
    case 'vault.unlock':
      return { kind: 'open-settings', section: 'vault' };
    case 'connect.snippets':
    case 'connect.app':
      return { kind: 'connect-app' };
    case 'open-url': {
      const url = text('url');
      return url && /^https?:\/\//.test(url) ? { kind: 'open-url', url } : undefined;
    }
    default:
      return undefined;
  }
}

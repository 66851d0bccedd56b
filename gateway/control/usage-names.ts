/** What the ids in the statistics are called, now or, where they are gone, then. */
import type { UsageSum } from '../captures/usage-store.ts';
import type { UsageGroup } from './contract/usage.ts';
import type { ControlDeps } from './services.ts';

/** The empty id: it did not apply, or could not be told. */
const NONE: Readonly<Record<UsageGroup, string>> = {
  app: 'not identified',
  provider: 'not sent to a provider',
  model: 'no model',
  key: 'without a provider key',
  gatewayKey: 'not identified',
  cause: 'no failure',
};

export function usageNames(
  { store }: Pick<ControlDeps, 'store'>,
  by: UsageGroup,
): (id: string, then: UsageSum['names']) => string {
  const { apps, gatewayKeys, providers, providerKeys } = store.snapshot;
  return (id, then) => {
    if (id === '') return NONE[by];
    switch (by) {
      case 'app':
        return apps.get(id)?.name ?? (then.app ? `${then.app} (removed)` : id);
      case 'gatewayKey': {
        const key = gatewayKeys.get(id);
        const label = key?.label || then.gatewayKey;
        const app = (key && apps.get(key.app)?.name) ?? then.app;
        return [app, label || id].filter(Boolean).join(', ') + (key ? '' : ' (removed)');
      }
      case 'provider':
        return providers.get(id)?.name ?? id;
      case 'key': {
        const key = providerKeys.get(id);
        if (!key) return `${id} (removed)`;
        const provider = providers.get(key.provider)?.name ?? key.provider;
        return `${provider}, ${key.label || `…${key.lastFour}`}`;
      }
      case 'model':
      case 'cause':
        return id;
    }
  };
}

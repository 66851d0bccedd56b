/** Whose limits there are: the records of the configuration that carry some, as the limiter knows them. Pure. */
import type { App, GatewayKey, ProviderKey, Route } from '../store/schema.ts';
import type { ConfigSnapshot } from '../store/snapshot.ts';
import type { LimitSubject } from './limiter.ts';
import type { Limits } from './reading.ts';

export function ofGatewayKey({ id, label, limits }: GatewayKey): LimitSubject | undefined {
  return isLimited(limits) ? { of: 'gateway-key', id, name: label, limits } : undefined;
}

export function ofApp({ id, name, limits }: App): LimitSubject | undefined {
  return isLimited(limits) ? { of: 'app', id, name, limits } : undefined;
}

export function ofRoute({ name, limits }: Route): LimitSubject | undefined {
  return isLimited(limits) ? { of: 'route', id: name, name, limits } : undefined;
}

export function ofProviderKey({ id, label, lastFour, version, limits }: ProviderKey): LimitSubject | undefined {
  if (!isLimited(limits)) return undefined;
  return { of: 'provider-key', id, name: label === '' ? `…${lastFour}` : label, version, limits };
}

export function limitedSubjects({ document }: Pick<ConfigSnapshot, 'document'>): LimitSubject[] {
  return [
    ...document.gatewayKeys.map(ofGatewayKey),
    ...document.apps.map(ofApp),
    ...document.routes.map(ofRoute),
    ...document.providerKeys.map(ofProviderKey),
  ].filter((subject) => subject !== undefined);
}

function isLimited(limits: Limits | undefined): limits is Limits {
  for (const name in limits) if (limits[name as keyof Limits] !== undefined) return true;
  return false;
}

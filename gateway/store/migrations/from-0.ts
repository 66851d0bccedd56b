/**
 * Schema 0, the early draft: provider keys stood inside their provider, a gateway key's app was its name, and the
 * version was called `revision`. Apps become records of their own.
 */
export function migrateFrom0(old: Record<string, unknown>): Record<string, unknown> {
  const { revision, providers, gatewayKeys, ...rest } = old;
  const changedAt = typeof old.changedAt === 'string' ? old.changedAt : new Date(0).toISOString();
  const oldProviders = records(providers);
  const oldGatewayKeys = records(gatewayKeys);
  const appNames = [...new Set(oldGatewayKeys.map((key) => String(key.app ?? 'App')))];
  const appId = (name: unknown) => `app_0${String(appNames.indexOf(String(name ?? 'App'))).padStart(7, '0')}`;
  return {
    ...rest,
    schema: 1,
    version: revision ?? 1,
    changedAt,
    providers: oldProviders.map(({ keys: _keys, ...provider }) => provider),
    providerKeys: oldProviders.flatMap((provider) =>
      records(provider.keys).map((key) => ({ ...key, provider: provider.id })),
    ),
    apps: appNames.map((name) => ({ id: appId(name), name, createdAt: changedAt })),
    gatewayKeys: oldGatewayKeys.map((key) => ({ ...key, app: appId(key.app) })),
  };
}

function records(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'object' && item !== null) : [];
}

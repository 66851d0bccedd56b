import type { Command } from 'commander';
import { headerSort } from '../../captures/credential-names.ts';
import { handle } from '../command.ts';

export function addConfigCommands(program: Command): void {
  const config = program.command('config').description('the configuration as a whole');
  config
    .command('export')
    .description('everything but secrets, as one JSON object')
    .action(
      handle(async ({ out, session }) => {
        const { client } = await session();
        const [status, settings, providers, keys, apps, gatewayKeys, routes] = await Promise.all([
          client.status.get(),
          client.settings.get(),
          client.providers.list(),
          client.keys.list(),
          client.apps.list(),
          client.gatewayKeys.list(),
          client.routes.list(),
        ]);
        const exported = {
          keyward: status.version,
          settings: { ...settings, proxyUrl: withoutPassword(settings.proxyUrl) },
          providers: providers
            .filter((provider) => !provider.practice)
            .map(({ practice: _, keys: __, ...provider }) => ({
              ...provider,
              headers: plainHeaders(provider.headers),
            })),
          providerKeys: keys.map(({ id, provider, label, lastFour, expires, disabled }) => ({
            id,
            provider,
            label,
            lastFour,
            expires,
            disabled,
          })),
          apps: apps.map(({ id, name, owner, recording }) => ({ id, name, owner, recording })),
          gatewayKeys: gatewayKeys.map(({ lastUsedAt: _, graceUntil: __, ...key }) => key),
          routes,
        };
        out.value(exported, () => JSON.stringify(exported, null, 2));
      }),
    );
}

/** A header whose name says that it carries a credential keeps its name only. */
function plainHeaders(headers: Readonly<Record<string, string>>): Record<string, string | null> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, headerSort(name) === 'plain' ? value : null]),
  );
}

function withoutPassword(proxyUrl: string | null): string | null {
  if (proxyUrl === null || !URL.canParse(proxyUrl)) return proxyUrl;
  const url = new URL(proxyUrl);
  url.password = '';
  return url.href;
}

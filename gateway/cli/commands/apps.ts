import type { Command } from 'commander';
import type { AppRow } from '../../control/contract/index.ts';
import { CliError, EXIT } from '../cli-error.ts';
import { handle } from '../command.ts';
import { type LimitOptions, limitChange, withLimitOptions } from '../limit-options.ts';
import { confirm } from '../secret-input.ts';
import { ago } from '../words.ts';

export function addAppCommands(program: Command): void {
  const apps = program.command('apps').description('programs that use the gateway');
  apps
    .command('list')
    .description('all apps')
    .action(
      handle(async ({ out, session }) => {
        const rows = await (await session()).client.apps.list();
        const now = Date.now();
        out.list(
          rows,
          [
            { title: 'ID', text: (app) => app.id },
            { title: 'NAME', text: (app) => app.name },
            { title: 'OWNER', text: (app) => app.owner ?? '' },
            { title: 'KEYS', text: (app) => String(app.gatewayKeys), align: 'right' },
            { title: 'LAST USED', text: (app) => ago(app.lastUsedAt, now) },
          ],
          'No apps yet. Add one: keyward apps add NAME',
        );
      }),
    );
  withLimitOptions(
    apps.command('add <name>').description('add an app').option('--owner <who>', 'person who owns it'),
    false,
  ).action(
    handle<LimitOptions & { owner?: string }, [string]>(async ({ out, session }, options, name) => {
      const limits = limitChange(options) as AppRow['limits'];
      const app = await (await session(true)).client.apps.add({ name, owner: options.owner, limits });
      out.value(
        app,
        () => `Added ${app.name} (${app.id}). Make its key: keyward gateway-keys issue --app ${quoted(app.name)}`,
      );
    }),
  );
  apps
    .command('remove <app>')
    .description('remove an app and its gateway keys (by id or name)')
    .option('-y, --yes', 'do not ask')
    .action(
      handle<{ yes?: boolean }, [string]>(async ({ out, session }, { yes }, id) => {
        const { client } = await session();
        const found = (await client.apps.list()).find((app) => app.id === id || sameWord(app.name, id));
        const keys = found && !yes ? await client.gatewayKeys.list() : [];
        const live = keys.filter((key) => key.appId === found?.id && key.state === 'active').length;
        if (found && live > 0) {
          const words = live === 1 ? 'a gateway key that is in use' : `${live} gateway keys that are in use`;
          const sure = await confirm(`${found.name} has ${words}. Remove both? Its programs will be turned away.`);
          if (sure === false) throw new CliError(EXIT.failed, 'Nothing was removed.');
          if (sure === undefined) {
            throw new CliError(
              EXIT.locked,
              `${found.name} has ${words}, which would stop working.`,
              `Say so with --yes, or revoke first: keyward gateway-keys list`,
            );
          }
        }
        const done = await client.apps.remove({ id });
        out.value(done, () => `Removed ${found?.name ?? id}.`);
      }),
    );
}

function sameWord(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

function quoted(text: string): string {
  return /^[\w.-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

import type { Command } from 'commander';
import type { LimitUsage } from '../../control/contract/limits.ts';
import { usage } from '../cli-error.ts';
import { handle } from '../command.ts';
import { type LimitOptions, limitChange, limitUsageWords, withLimitOptions } from '../limit-options.ts';

const KINDS: Readonly<Record<LimitUsage['of'], string>> = {
  'gateway-key': 'gateway key',
  app: 'app',
  route: 'route',
  'provider-key': 'provider key',
};

export function addLimitCommands(program: Command): void {
  const limits = program.command('limits').description('limits and budgets: what is used of them now');
  limits
    .command('list')
    .description('every limit that is set, with what is used, allowed and when it is free again')
    .action(
      handle(async ({ out, session }) => {
        const rows = await (await session()).client.limits.list();
        out.list(
          rows,
          [
            { title: 'OF', text: (row) => KINDS[row.of] },
            { title: 'NAME', text: (row) => row.name || row.id },
            {
              title: 'USED NOW',
              text: limitUsageWords,
              paint: (text, row) =>
                row.remaining <= 0 ? out.paint.red(text) : row.warning ? out.paint.yellow(text) : text,
            },
          ],
          'No limits are set. Set some: keyward limits set app NAME --rpm 60 --budget-day 5',
        );
      }),
    );
  withLimitOptions(
    limits
      .command('set <kind> <id>')
      .description('set limits of an app, a route, a gateway-key or a provider-key (by id or name)'),
    true,
  ).action(
    handle<LimitOptions, [string, string]>(async ({ out, session }, options, kind, id) => {
      if (!Object.hasOwn(KINDS, kind)) {
        throw usage(`"${kind.slice(0, 40)}" cannot have limits.`, `Choose ${Object.keys(KINDS).join(', ')}.`);
      }
      const change = limitChange(options);
      if (!change) throw usage('No limit was given.', 'See --help for the options.');
      const of = kind as LimitUsage['of'];
      const rows = await (await session()).client.limits.set({ of, id, limits: change });
      out.value(rows, () =>
        rows.length === 0
          ? `No limits on ${KINDS[of]} ${id} any more.`
          : rows.map((row) => `${KINDS[of]} ${row.name || row.id}: ${limitUsageWords(row)}`).join('\n'),
      );
    }),
  );
}

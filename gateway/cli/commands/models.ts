import type { Command } from 'commander';
import type { ModelListRow, ModelRow } from '../../control/contract/index.ts';
import { EXIT, type ExitCode } from '../cli-error.ts';
import { handle, type Run } from '../command.ts';
import { unlockIfAsked } from '../session.ts';
import { ago } from '../words.ts';

interface ListOptions {
  readonly provider?: string;
  readonly text?: string;
  readonly limit?: string;
}

export function addModelCommands(program: Command): void {
  const models = program
    .command('models')
    .description('models of the providers that are set up, and whence they are known');
  models
    .command('list')
    .description('what can be asked for: the built-in catalogue, and what providers list')
    .option('--provider <id>', 'of this provider only')
    .option('--text <text>', 'with this in its id or name')
    .option('--limit <n>', 'so many at most (default 1000)')
    .action(
      handle<ListOptions, []>(async ({ out, session }, { provider, text, limit }) => {
        const rows = await (await session()).client.models.list({ provider, text, limit: limit ?? 1000 });
        out.list<ModelRow>(
          rows,
          [
            { title: 'MODEL', text: ({ id }) => id },
            { title: 'WINDOW', text: ({ contextWindow }) => contextWindow?.toString() ?? '', align: 'right' },
            { title: 'IN $/M', text: ({ inputPrice }) => inputPrice?.toString() ?? '', align: 'right' },
            { title: 'OUT $/M', text: ({ outputPrice }) => outputPrice?.toString() ?? '', align: 'right' },
            { title: 'KIND', text: ({ kind }) => kind },
            { title: 'KNOWN FROM', text: ({ from }) => WHENCE[from] },
          ],
          'No such models. `keyward models refresh` asks the providers what they have.',
        );
      }),
    );
  models
    .command('lists')
    .description('when each provider listed its models, how many, and what went wrong')
    .action(
      handle(async ({ out, session }) => {
        listLists(out, await (await session()).client.models.lists());
      }),
    );
  models
    .command('refresh [provider]')
    .description('ask a provider, or all, for its models now')
    .action(
      handle<object, [string | undefined]>(async ({ out, session }, _options, provider): Promise<ExitCode> => {
        const open = await session();
        await unlockIfAsked(open);
        const rows = await open.client.models.refresh({ provider });
        listLists(out, rows);
        const none = rows.length > 0 && rows.every(({ problem }) => problem !== null);
        return none ? EXIT.failed : EXIT.done;
      }),
    );
}

const WHENCE: Readonly<Record<ModelRow['from'], string>> = {
  catalogue: 'catalogue',
  list: 'its list',
  both: 'both',
};

function listLists(out: Run['out'], rows: readonly ModelListRow[]): void {
  const now = Date.now();
  out.list(
    rows,
    [
      { title: 'PROVIDER', text: ({ provider }) => provider },
      { title: 'MODELS', text: ({ listedAt, models }) => (listedAt === null ? '' : String(models)), align: 'right' },
      { title: 'LEFT OUT', text: ({ leftOut }) => (leftOut === 0 ? '' : String(leftOut)), align: 'right' },
      { title: 'LISTED', text: ({ listedAt }) => ago(listedAt, now) },
      { title: 'TRIED', text: ({ triedAt }) => ago(triedAt, now) },
      { title: 'PROBLEM', text: ({ problem }) => problem?.sentence ?? '' },
    ],
    'No providers yet.',
  );
}

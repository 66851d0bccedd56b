import type { Command } from 'commander';
import type { CacheStatus } from '../../control/contract/index.ts';
import { handle } from '../command.ts';

export function addCacheCommands(program: Command): void {
  const cache = program.command('cache').description('answers kept in memory and given again to equal requests');
  cache
    .command('status')
    .description('whether it is on, what it holds and what it saved')
    .action(
      handle(async ({ out, session }) => {
        const status = await (await session()).client.cache.status();
        out.value(status, () => describe(status));
      }),
    );
  cache
    .command('clear')
    .description('forget all kept answers, or those of one app')
    .option('--app <app>', 'only those kept for this app (name or id)')
    .action(
      handle<{ app?: string }, []>(async ({ out, session }, { app }) => {
        const done = await (await session()).client.cache.clear({ app });
        out.value(done, () => `Forgot ${done.removed} kept ${done.removed === 1 ? 'answer' : 'answers'}.`);
      }),
    );
}

function describe({ on, entries, sizeBytes, maxBytes, hits, misses, savedTokens, savedUsd }: CacheStatus): string {
  const megabytes = (bytes: number) => `${(bytes / 1024 / 1024).toFixed(1)} MB`;
  return [
    on
      ? 'The cache is on.'
      : 'The cache is off. Switch it on for a route: keyward routes set NAME --target provider/model --cache 10m',
    `It holds ${entries} ${entries === 1 ? 'answer' : 'answers'} (${megabytes(sizeBytes)} of ${megabytes(maxBytes)}).`,
    `Since the start: ${hits} ${hits === 1 ? 'hit' : 'hits'}, ${misses} ${misses === 1 ? 'miss' : 'misses'}; saved ${savedTokens} tokens, $${savedUsd.toFixed(4)}.`,
  ].join('\n');
}

import type { Command } from 'commander';
import type { Route } from '../../control/contract/index.ts';
import { usage } from '../cli-error.ts';
import { handle } from '../command.ts';
import { collect, milliseconds } from './options.ts';

interface SetOptions {
  readonly target: string[];
  readonly strategy?: Route['strategy'];
  readonly cache?: number;
  readonly cacheRandom?: boolean;
  readonly cacheShared?: boolean;
}

export function addRouteCommands(program: Command): void {
  const routes = program.command('routes').description('model names of your own, and what answers them');
  routes
    .command('list')
    .description('all routes')
    .action(
      handle(async ({ out, session }) => {
        const rows = await (await session()).client.routes.list();
        out.list(
          rows,
          [
            { title: 'NAME', text: (route) => route.name },
            { title: 'STRATEGY', text: (route) => route.strategy },
            { title: 'TARGETS', text: (route) => route.targets.map(targetText).join(' → ') },
          ],
          'No routes yet. Make one: keyward routes set NAME --target provider/model',
        );
      }),
    );
  routes
    .command('set <name>')
    .description('make a route, or replace it')
    .requiredOption(
      '--target <provider/model>',
      'what answers, in order; provider/model or provider/model@weight',
      collect,
    )
    .option('--strategy <strategy>', 'fallback (in order), weighted or fastest', strategy)
    .option(
      '--cache <duration>',
      'keep answers this long and give them again to equal requests; `off` for never',
      cacheTtl,
    )
    .option('--cache-random', 'also for requests with a temperature and no seed, answers that call tools, and pictures')
    .option('--cache-shared', 'give one app also the answers that were kept for another')
    .action(
      handle<SetOptions, [string]>(async ({ out, session }, options, name) => {
        const route = await (await session(true)).client.routes.set({
          name,
          targets: options.target.map(target),
          strategy: options.strategy ?? 'fallback',
          ...(options.cache === undefined ? {} : { cacheTtlMs: options.cache }),
          ...(options.cacheRandom ? { cacheRandom: true } : {}),
          ...(options.cacheShared ? { cacheShared: true } : {}),
        });
        out.value(route, () => `"${route.name}" is answered by ${route.targets.map(targetText).join(', then ')}.`);
      }),
    );
  routes
    .command('remove <name>')
    .description('remove a route')
    .action(
      handle<object, [string]>(async ({ out, session }, _options, name) => {
        const done = await (await session()).client.routes.remove({ name });
        out.value(done, () => `Removed the route "${name}".`);
      }),
    );
}

/** Model names hold `@` too (`claude@20240229`): only a small number behind the last one is a weight. */
function target(text: string): Route['targets'][number] {
  const slash = text.indexOf('/');
  if (slash < 1 || slash === text.length - 1) {
    throw usage(`"${text.slice(0, 80)}" is no target.`, 'Write provider/model, such as openai/gpt-5-mini.');
  }
  const weight = /@(\d{1,4}(?:\.\d+)?)$/.exec(text);
  const model = text.slice(slash + 1, weight ? weight.index : undefined);
  return { provider: text.slice(0, slash), model, ...(weight ? { weight: Number(weight[1]) } : {}) };
}

function cacheTtl(text: string): number {
  return text === 'off' ? 0 : milliseconds(text);
}

function strategy(text: string): Route['strategy'] {
  if (text === 'fallback' || text === 'weighted' || text === 'fastest') return text;
  throw usage(`There is no strategy "${text.slice(0, 40)}".`, 'Choose fallback, weighted or fastest.');
}

function targetText({ provider, model, weight }: Route['targets'][number]): string {
  return `${provider}/${model}${weight === undefined ? '' : `@${weight}`}`;
}

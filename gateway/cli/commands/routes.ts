import type { Command } from 'commander';
import type { Route, TargetState } from '../../control/contract/index.ts';
import { ROUTE_RETRIES } from '../../routing/policy.ts';
import { usage } from '../cli-error.ts';
import { handle } from '../command.ts';
import { type LimitOptions, limitChange, withLimitOptions } from '../limit-options.ts';
import { collect, milliseconds, wholeNumber } from './options.ts';

interface SetOptions extends LimitOptions {
  readonly target: string[];
  readonly strategy?: Route['strategy'];
  readonly retries?: number;
  readonly retryWithin?: number;
  readonly timeoutConnect?: number;
  readonly timeoutFirstByte?: number;
  readonly timeoutIdle?: number;
  readonly timeoutTotal?: number;
  readonly breakerFailures?: number;
  readonly breakerOpen?: number;
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
        const { routes: calls } = (await session()).client;
        const [rows, states] = await Promise.all([calls.list(), calls.states()]);
        out.list(
          rows.map((row) => ({ ...row, states: states.find(({ name }) => name === row.name)?.targets ?? [] })),
          [
            { title: 'NAME', text: (route) => route.name },
            { title: 'STRATEGY', text: (route) => route.strategy },
            { title: 'RETRIES', text: ({ retries = ROUTE_RETRIES }) => String(retries) },
            { title: 'PATH', text: pathText },
          ],
          'No routes yet. Make one: keyward routes set NAME --target provider/model',
        );
      }),
    );
  const set = routes
    .command('set <name>')
    .description('make a route, or replace it')
    .requiredOption(
      '--target <provider/model>',
      'what answers, in order; provider/model or provider/model@weight',
      collect,
    )
    .option('--strategy <strategy>', 'fallback (in order), weighted or fastest', strategy)
    .option('--retries <n>', 'ask one target again so often before the next (2)', wholeNumber)
    .option(
      '--retry-within <duration>',
      'ask nothing again later than this after the request came in (30s)',
      milliseconds,
    )
    .option('--timeout-connect <duration>', 'for a connection to a target', milliseconds)
    .option('--timeout-first-byte <duration>', 'for its answer to begin', milliseconds)
    .option('--timeout-idle <duration>', 'for the next piece of its answer', milliseconds)
    .option('--timeout-total <duration>', 'for the whole request, all attempts together', milliseconds)
    .option(
      '--breaker-failures <n>',
      'pass a target over after so many failures in a row (5); 0 for never',
      wholeNumber,
    )
    .option('--breaker-open <duration>', 'for how long at first (30s)', milliseconds)
    .option(
      '--cache <duration>',
      'keep answers this long and give them again to equal requests; `off` for never',
      cacheTtl,
    )
    .option('--cache-random', 'also for requests with a temperature and no seed, answers that call tools, and pictures')
    .option('--cache-shared', 'give one app also the answers that were kept for another');
  withLimitOptions(set, false).action(
    handle<SetOptions, [string]>(async ({ out, session }, options, name) => {
      checkName(name);
      const route = await (await session(true)).client.routes.set({
        name,
        targets: options.target.map(target),
        strategy: options.strategy ?? 'fallback',
        ...routingOf(options),
        ...(options.cache === undefined ? {} : { cacheTtlMs: options.cache }),
        ...(options.cacheRandom ? { cacheRandom: true } : {}),
        ...(options.cacheShared ? { cacheShared: true } : {}),
        ...limitsGiven(options),
      });
      out.value(route, () => `"${route.name}" is answered by ${route.targets.map(targetText).join(', then ')}.`);
    }),
  );
  routes
    .command('try <name>')
    .description('close the circuits of a route by hand and wake its keys: the next request asks them at once')
    .action(
      handle<object, [string]>(async ({ out, session }, _options, name) => {
        const state = await (await session()).client.routes.try({ name });
        out.value(state, () => `The next request for "${name}" asks its targets again, whatever they did before.`);
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

function limitsGiven(options: LimitOptions): Pick<Route, 'limits'> {
  const change = limitChange(options);
  return change ? { limits: change as NonNullable<Route['limits']> } : {};
}

function checkName(name: string) {
  if (/^[^\s/]\S{0,127}$/.test(name)) return;
  throw usage(
    name.trim() === '' ? 'A route needs a name.' : `"${name.slice(0, 80)}" cannot be the name of a route.`,
    'Name it as apps will ask for it, without spaces and with no slash in front: keyward routes set fast --target provider/model',
  );
}

function target(text: string): Route['targets'][number] {
  const slash = text.indexOf('/');
  if (slash < 1 || slash === text.length - 1) {
    throw usage(`"${text.slice(0, 80)}" is no target.`, 'Write provider/model, such as openai/gpt-5-mini.');
  }
  const weight = weightOf(text);
  const model = text.slice(slash + 1, weight === undefined ? undefined : text.lastIndexOf('@'));
  return { provider: text.slice(0, slash), model, ...(weight === undefined ? {} : { weight }) };
}

/**
 * Model names hold `@` too (`claude@20240229`, `gemini@latest`): only a small number behind the last one is a weight, and what
 * is nearly one was mistyped.
 */
function weightOf(text: string): number | undefined {
  const at = text.lastIndexOf('@');
  const tail = text.slice(at + 1);
  if (at === -1 || !/^[-+.,%\d]*$/.test(tail) || /^\d{6,}$/.test(tail)) return undefined;
  const weight = Number(tail);
  if (/^\d{1,4}(?:\.\d+)?$/.test(tail) && weight > 0) return weight;
  throw usage(
    `"@${tail.slice(0, 20)}" is no weight.`,
    `A weight is a number above 0 and below 10000, such as ${text.slice(0, at).slice(0, 80)}@3`,
  );
}

/** Only what was said: everything else keeps its default. */
function routingOf(options: SetOptions): Partial<Route> {
  const timeouts = given({
    connectMs: options.timeoutConnect,
    firstByteMs: options.timeoutFirstByte,
    idleMs: options.timeoutIdle,
    totalMs: options.timeoutTotal,
  });
  const breaker = given({ failures: options.breakerFailures, openMs: options.breakerOpen });
  return given({ retries: options.retries, retryWithinMs: options.retryWithin, timeouts, breaker }) ?? {};
}

function given<T extends object>(values: T): Partial<T> | undefined {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return entries.length === 0 ? undefined : (Object.fromEntries(entries) as Partial<T>);
}

/** In the order they are asked, or beside each other where chance or speed decides; what is passed over says so. */
function pathText({ targets, strategy: by, states }: Route & { readonly states: readonly TargetState[] }): string {
  const texts = targets.map((each, index) => {
    const failure = states[index]?.failure;
    return failure ? `${targetText(each)} (passed over until ${failure.until.slice(11, 19)} UTC)` : targetText(each);
  });
  return texts.join(by === 'fallback' ? ' → ' : ' | ');
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

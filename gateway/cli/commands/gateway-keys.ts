import type { Command } from 'commander';
import type { GatewayKeyRow, IssuedKey } from '../../control/contract/index.ts';
import type { LimitChange, LimitUsage } from '../../control/contract/limits.ts';
import { usage } from '../cli-error.ts';
import { handle } from '../command.ts';
import { type LimitOptions, limitChange, limitUsageWords, withLimitOptions } from '../limit-options.ts';
import type { Output } from '../output.ts';
import { ago, localTime } from '../words.ts';
import { collect, collectWords, milliseconds } from './options.ts';

interface KeyOptions extends LimitOptions {
  readonly label?: string;
  readonly expires?: string;
  readonly providers?: string[];
  readonly models?: string[];
  readonly endpoints?: string[];
  readonly user?: string[];
}

export function addGatewayKeyCommands(program: Command): void {
  const keys = program.command('gateway-keys').description('keys that apps use to reach the gateway');
  keys
    .command('list')
    .description('all gateway keys')
    .action(
      handle(async ({ out, session }) => {
        const rows = await (await session()).client.gatewayKeys.list();
        const now = Date.now();
        const colour = (text: string, row: GatewayKeyRow) =>
          row.state === 'active' ? out.paint.green(text) : out.paint.red(text);
        out.list(
          rows,
          [
            { title: 'ID', text: (key) => key.id },
            { title: 'APP', text: (key) => key.app },
            { title: 'LABEL', text: (key) => key.label },
            { title: 'STATE', text: (key) => key.state, paint: colour },
            { title: 'EXPIRES', text: (key) => (key.expires ? ago(key.expires, now) : 'never') },
            { title: 'LAST USED', text: (key) => ago(key.lastUsedAt, now) },
            { title: 'MAY USE', text: scopeOf },
          ],
          'No gateway keys yet. Make one: keyward gateway-keys issue --app NAME',
        );
      }),
    );
  keys
    .command('show <id>')
    .description('one gateway key, with its scope and limits (never its secret)')
    .action(
      handle<object, [string]>(async ({ out, session }, _options, id) => {
        const key = await (await session()).client.gatewayKeys.show({ id });
        out.value(key, () => describe(key, key.usage));
      }),
    );
  withKeyOptions(keys.command('issue').description('make a key for an app; it is shown this once'), false)
    .requiredOption('--app <name>', 'app it is for (name or id)')
    .action(
      handle<KeyOptions & { app: string }, []>(async ({ out, session }, options) => {
        const { client } = await session(true);
        const { scope, limits, ...rest } = settingsOf(options);
        tell(out, await client.gatewayKeys.issue({ app: options.app, ...rest, scope, limits }));
      }),
    );
  withKeyOptions(keys.command('edit <id>').description('change label, expiry, scope, limits or users'), true).action(
    handle<KeyOptions, [string]>(async ({ out, session }, options, id) => {
      if (Object.keys(options).length === 0) throw usage('Nothing was given to change.', 'See --help for the options.');
      const { client } = await session();
      const current = await client.gatewayKeys.show({ id });
      const { scope, limits, ...rest } = settingsOf(options);
      const key = await client.gatewayKeys.edit({
        id,
        ...rest,
        scope: scope && withoutUndefined({ ...current.scope, ...scope }),
        limits: limits && withoutUndefined({ ...current.limits, ...limits }),
      });
      const shown = await client.gatewayKeys.show({ id: key.id });
      out.value(key, () => describe(key, shown.usage));
    }),
  );
  for (const [name, description] of [
    ['revoke', 'make a key useless at once'],
    ['restore', 'take a revocation back'],
  ] as const) {
    keys
      .command(`${name} <id>`)
      .description(description)
      .action(
        handle<object, [string]>(async ({ out, session }, _options, id) => {
          const key = await (await session()).client.gatewayKeys[name]({ id });
          out.value(key, () => `Gateway key ${key.id} of ${key.app} is ${key.state} now.`);
        }),
      );
  }
  keys
    .command('rotate <id>')
    .description('a new secret for the same key; shown this once')
    .option('--grace <duration>', 'how long the old one stays good, such as 24h', milliseconds)
    .action(
      handle<{ grace?: number }, [string]>(async ({ out, session }, { grace }, id) => {
        tell(out, await (await session()).client.gatewayKeys.rotate({ id, graceMs: grace }));
      }),
    );
}

function withKeyOptions(command: Command, edits: boolean): Command {
  const none = edits ? "; 'none' takes it away" : '';
  return withLimitOptions(command, edits)
    .option('--label <label>', 'what it is for')
    .option('--expires <when>', `duration or date: 30d, 12h, 2026-12-31; never`)
    .option('--providers <ids>', `providers it may use, comma-separated${none}`, collectWords)
    .option('--models <patterns>', `models and routes it may use, such as 'openai/*'${none}`, collectWords)
    .option('--endpoints <names>', `endpoints it may use, such as chat.completions,messages${none}`, collectWords)
    .option('--user <user>', `user it is bound to (repeatable)${none}`, collect);
}

/** What was given, in the contract's shape; a value that is taken away is there as undefined. */
function settingsOf(options: KeyOptions) {
  const { providers, models, endpoints, user } = options;
  const scope = { providers, models, endpoints };
  return {
    label: options.label,
    expires: options.expires === undefined ? undefined : options.expires === 'never' ? null : options.expires,
    users: user && (isNone(user) ? [] : user),
    scope: given(scope, isNone),
    limits: limitsOf(limitChange(options)),
  };
}

function given<T extends object>(
  parts: T,
  isTakenAway: (value: unknown) => boolean,
): { [K in keyof T]?: Exclude<T[K], 'none'> } | undefined {
  const found = Object.entries(parts).filter(([, value]) => value !== undefined);
  if (found.length === 0) return undefined;
  const entries = found.map(([name, value]) => [name, isTakenAway(value) ? undefined : value]);
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], 'none'> };
}

function isNone(value: unknown): boolean {
  return Array.isArray(value) && value.length === 1 && value[0] === 'none';
}

function withoutUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined)) as T;
}

/** The key alone on stdout, so that a script can take it; the words beside it. */
function tell(out: Output, issued: IssuedKey): void {
  out.value(issued, () => issued.key);
  out.note(
    `Key ${issued.id} for ${issued.app}${issued.expires ? `, good until ${localTime(issued.expires)}` : ''}. It is shown this once and kept nowhere: copy it now.`,
  );
}

function scopeOf({ scope, users }: GatewayKeyRow): string {
  const parts = [scope.providers, scope.models, scope.endpoints].flatMap((list) => (list ? [list.join(', ')] : []));
  if (users.length > 0) parts.push(`as ${users.join(', ')}`);
  return parts.length === 0 ? 'everything' : parts.join('; ');
}

function limitsOf(change: LimitChange | undefined): { [K in keyof LimitChange]: number | undefined } | undefined {
  if (!change) return undefined;
  return Object.fromEntries(Object.entries(change).map(([name, value]) => [name, value ?? undefined]));
}

function describe(key: GatewayKeyRow, usage: readonly LimitUsage[]): string {
  const lines: [string, string][] = [
    ['key', `kw_${key.id}_…${key.lastFour}`],
    ['app', `${key.app} (${key.appId})`],
    ['label', key.label],
    ['state', key.state],
    ['created', localTime(key.createdAt)],
    ['expires', key.expires ? localTime(key.expires) : 'never'],
    ['revoked', key.revokedAt ? localTime(key.revokedAt) : ''],
    ['old secret good until', key.graceUntil ? localTime(key.graceUntil) : ''],
    ['may use', scopeOf(key)],
    ...(usage.length === 0 ? [['limits', 'none'] as [string, string]] : []),
    ...usage.map((limit, at): [string, string] => [at === 0 ? 'limits' : ' ', limitUsageWords(limit)]),
    ['last used', key.lastUsedAt ? localTime(key.lastUsedAt) : 'never'],
  ];
  return lines
    .filter(([, text]) => text !== '')
    .map(([name, text]) => `${name.padEnd(22)}${text}`)
    .join('\n');
}

import type { Command } from 'commander';
import type { KeyCheck, KeyRow } from '../../control/contract/index.ts';
import { EXIT, type ExitCode, usage } from '../cli-error.ts';
import { handle } from '../command.ts';
import type { Output } from '../output.ts';
import { readSecret } from '../secret-input.ts';
import { type Session, unlockIfAsked } from '../session.ts';
import { ago } from '../words.ts';
import { collectSettings } from './options.ts';

const GOOD: readonly KeyRow['health'][] = ['valid'];
/** Not the key's fault, so not a failed command either. */
const UNSURE: readonly KeyRow['health'][] = ['unreachable', 'never_checked'];

export function addKeyCommands(program: Command): void {
  const keys = program.command('keys').description('provider keys: stored encrypted, never shown again');
  keys
    .command('list')
    .description('all provider keys, without their secrets')
    .action(
      handle(async ({ out, session }) => {
        const rows = await (await session()).client.keys.list();
        const now = Date.now();
        out.list(
          rows,
          [
            { title: 'ID', text: (key) => key.id },
            { title: 'PROVIDER', text: (key) => key.provider },
            { title: 'LABEL', text: (key) => key.label },
            { title: 'ENDS IN', text: (key) => key.lastFour },
            { title: 'HEALTH', text: healthWord, paint: (text, key) => paintHealth(out, text, key) },
            { title: 'CHECKED', text: (key) => ago(key.healthDetail.checkedAt, now) },
            { title: 'EXPIRES', text: (key) => (key.expires ? ago(key.expires, now) : '') },
            { title: 'LAST USED', text: (key) => ago(key.lastUsedAt, now) },
            { title: '', text: (key) => (GOOD.includes(key.health) ? '' : key.healthDetail.sentence) },
          ],
          'No provider keys yet. Store one: keyward keys add --provider ID',
        );
      }),
    );
  keys
    .command('add')
    .description('store a key, read from standard input or asked for unseen, and check it with the provider')
    .requiredOption('--provider <id>', 'provider or preset it belongs to, such as openai (see: providers presets)')
    .option('--label <label>', 'what it is called here')
    .option('--expires <when>', 'when it runs out: a date or a duration')
    .option('--base-url <url>', 'address of the provider, where it is not the usual one')
    .option('--set <name=value>', 'a setting of the provider (repeatable)', collectSettings)
    .option('--no-check', 'do not ask the provider whether it works')
    .action(
      handle<AddOptions, []>(async ({ out, session }, options) => {
        // Read first: a home that is worked on by its files is locked meanwhile.
        const secret = await readSecret(
          `Key of ${options.provider} (it is not shown): `,
          `Pipe it in: printf %s "$KEY" | keyward keys add --provider ${options.provider}`,
        );
        const open = await session(true);
        await unlockIfAsked(open);
        const { provider, label, expires, baseUrl, set: settings, check } = options;
        await tellDoubts(open, out, secret, provider);
        const result = await open.client.keys.add({ provider, secret, label, expires, baseUrl, settings, check });
        return tell(out, result, 'Stored');
      }),
    );
  keys
    .command('test [id]')
    .description('check a key (or all of them) with a call that spends nothing')
    .action(
      handle<object, [string | undefined]>(async ({ out, session }, _options, id) => {
        const open = await session();
        await unlockIfAsked(open);
        const ids = id === undefined ? (await open.client.keys.list()).map((key) => key.id) : [id];
        if (ids.length === 0) throw usage('There are no keys to test.', 'Store one: keyward keys add --provider ID');
        let code: ExitCode = EXIT.done;
        for (const each of ids) {
          const check = await open.client.keys.test({ id: each });
          await out.line(check, () => checkWords(out, check));
          if (isBad(check.health.state)) code = EXIT.failed;
        }
        return code;
      }),
    );
  keys
    .command('replace <id>')
    .description('put a new secret in the place of the old one, read like that of `add`')
    .option('--expires <when>', 'when the new one runs out')
    .option('--no-check', 'do not ask the provider whether it works')
    .action(
      handle<{ expires?: string; check: boolean }, [string]>(async ({ out, session }, { expires, check }, id) => {
        const secret = await readSecret(
          'New key (it is not shown): ',
          `Pipe it in: printf %s "$KEY" | keyward keys replace ${id}`,
        );
        const open = await session();
        await unlockIfAsked(open);
        const { provider } = (await open.client.keys.list()).find((key) => key.id === id) ?? {};
        await tellDoubts(open, out, secret, provider);
        return tell(out, await open.client.keys.replace({ id, secret, expires, check }), 'Replaced');
      }),
    );
  for (const [name, word, description] of [
    ['disable', 'off', 'switch a key off without removing it'],
    ['enable', 'on', 'switch a key on again'],
  ] as const) {
    keys
      .command(`${name} <id>`)
      .description(description)
      .action(
        handle<object, [string]>(async ({ out, session }, _options, id) => {
          const key = await (await session()).client.keys[name]({ id });
          out.value(key, () => `"${key.label}" (${key.id}) is switched ${word}.`);
        }),
      );
  }
  keys
    .command('remove <id>')
    .description('forget a key; it cannot be brought back')
    .action(
      handle<object, [string]>(async ({ out, session }, _options, id) => {
        const done = await (await session()).client.keys.remove({ id });
        out.value(done, () => `Removed ${id}.`);
      }),
    );
}

interface AddOptions {
  readonly provider: string;
  readonly label?: string;
  readonly expires?: string;
  readonly baseUrl?: string;
  readonly set?: Record<string, string>;
  readonly check: boolean;
}

/** What was odd about the paste, mended or not: said also where the provider is not asked. Never the key. */
async function tellDoubts(open: Session, out: Output, text: string, provider: string | undefined): Promise<void> {
  if (text.trimStart().startsWith('{')) return;
  const { faults, usable } = await open.client.keys.analyse({ text, provider });
  // What makes it unusable is the refusal's to say. The line break of `echo` is no news.
  if (usable) for (const fault of faults) if (fault.kind !== 'spaces') out.note(fault.sentence);
}

/** One value with `--json`: the key's row, its check beside it. */
function tell(out: Output, { key, check }: { key: KeyRow; check: KeyCheck | null }, done: string): ExitCode {
  out.value(
    { ...key, check },
    () => `${done} "${key.label}" (${key.id})${key.lastFour ? `, ending in ${key.lastFour}` : ''}.`,
  );
  if (check) out.say(checkWords(out, check));
  return check && isBad(check.health.state) ? EXIT.failed : EXIT.done;
}

function checkWords(out: Output, { key, provider, health }: KeyCheck): string {
  const mark = GOOD.includes(health.state)
    ? out.paint.green('✓')
    : UNSURE.includes(health.state)
      ? out.paint.yellow('?')
      : out.paint.red('✗');
  return `${mark} ${provider} ${key}: ${health.sentence}`;
}

function isBad(state: KeyRow['health']): boolean {
  return !GOOD.includes(state) && !UNSURE.includes(state);
}

function healthWord(key: KeyRow): string {
  return key.disabled ? 'switched off' : key.health.replaceAll('_', ' ');
}

function paintHealth(out: Output, text: string, key: KeyRow): string {
  if (key.disabled || UNSURE.includes(key.health)) return out.paint.yellow(text);
  return GOOD.includes(key.health) ? out.paint.green(text) : out.paint.red(text);
}

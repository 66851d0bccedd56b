import { type Command, Option } from 'commander';
import type { ProviderRow } from '../../control/contract/index.ts';
import { CliError, EXIT, type ExitCode } from '../cli-error.ts';
import { handle } from '../command.ts';
import { confirm } from '../secret-input.ts';
import { unlockIfAsked } from '../session.ts';
import { collectHeaders, collectSettings } from './options.ts';

interface AddOptions {
  readonly preset?: string;
  readonly name?: string;
  readonly baseUrl?: string;
  readonly dialect?: ProviderRow['dialect'];
  readonly header?: Record<string, string>;
  readonly set?: Record<string, string>;
}

export function addProviderCommands(program: Command): void {
  const providers = program.command('providers').description('the APIs that the gateway passes requests on to');
  providers
    .command('list')
    .description('providers that are set up, and practice, which is built in')
    .action(
      handle(async ({ out, session }) => {
        const { client } = await session();
        const [providers, weather] = await Promise.all([client.providers.list(), client.usage.weather()]);
        const rows = providers.map((provider) => ({
          ...provider,
          weather: weather.find((row) => row.key === null && row.provider === provider.id)?.state ?? 'quiet',
        }));
        out.list(
          rows,
          [
            { title: 'ID', text: (provider) => provider.id },
            { title: 'NAME', text: (provider) => provider.name },
            { title: 'PRESET', text: (provider) => provider.preset ?? '' },
            { title: 'DIALECT', text: (provider) => provider.dialect },
            { title: 'KEYS', text: (provider) => (provider.practice ? '' : String(provider.keys)), align: 'right' },
            { title: 'STATE', text: (provider) => (provider.enabled ? '' : 'switched off') },
            { title: 'LATELY', text: (provider) => (provider.weather === 'quiet' ? '' : provider.weather) },
            { title: 'BASE URL', text: (provider) => provider.baseUrl },
          ],
          'No providers yet.',
        );
      }),
    );
  providers
    .command('presets')
    .description('the built-in list of providers')
    .action(
      handle(async ({ out }) => {
        // Built in: needs neither a home nor an instance.
        const [{ presets }, { presetRow }] = await Promise.all([
          import('../../providers/presets.ts'),
          import('../../providers/preset-row.ts'),
        ]);
        out.list(
          presets.map(presetRow),
          [
            { title: 'ID', text: (preset) => preset.id },
            { title: 'NAME', text: (preset) => preset.name },
            { title: 'DIALECT', text: (preset) => preset.dialect },
            { title: 'KEY', text: (preset) => (preset.needsKey ? 'needed' : 'none needed') },
            { title: '', text: (preset) => preset.unsupportedBecause ?? '' },
            { title: 'BASE URL', text: (preset) => preset.baseUrls[0]?.url ?? '' },
          ],
          'No presets.',
        );
      }),
    );
  providers
    .command('add <id>')
    .description('set up a provider: a preset by its id alone, any other with --base-url')
    .option('--preset <preset>', 'preset to start from, where the id is a name of your own')
    .option('--name <name>', 'what it is called')
    .option('--base-url <url>', 'address of its API, such as https://api.example.com/v1')
    .addOption(
      new Option(
        '--dialect <dialect>',
        'openai-chat (the default), openai-responses, anthropic-messages, gemini, bedrock-converse, cohere-v2, watsonx-chat, replicate-predictions, or other (for /p/ only)',
      ).choices([
        'openai-chat',
        'openai-responses',
        'anthropic-messages',
        'gemini',
        'bedrock-converse',
        'cohere-v2',
        'watsonx-chat',
        'replicate-predictions',
        'other',
      ]),
    )
    .option('--header <header>', "extra header sent with every request, 'Name: value' (repeatable)", collectHeaders)
    .option('--set <name=value>', 'a setting of the preset (repeatable)', collectSettings)
    .action(
      handle<AddOptions, [string]>(async ({ out, session }, options, id) => {
        const { preset, name, baseUrl, dialect, header: headers, set: settings } = options;
        const { client } = await session(true);
        const row = await client.providers.add({ id, preset, name, baseUrl, dialect, headers, settings });
        const { findPreset, needsKey } = await import('../../providers/presets.ts');
        const next =
          row.preset === null || needsKey(findPreset(row.preset))
            ? `Store its key: keyward keys add --provider ${row.id}`
            : `It needs no key: ask for ${row.id}/MODEL (keyward models list).`;
        out.value(row, () => `Added ${row.name} (${row.id}) at ${row.baseUrl}. ${next}`);
      }),
    );
  providers
    .command('remove <id>')
    .description('remove a provider and its keys')
    .option('-y, --yes', 'do not ask')
    .action(
      handle<{ yes?: boolean }, [string]>(async ({ out, session }, { yes }, id) => {
        const { client } = await session();
        const found = (await client.providers.list()).find((provider) => provider.id === id);
        if (!yes && found && found.keys > 0) {
          const sure = await confirm(`Remove ${found.name} and its ${found.keys} key(s)? They cannot be brought back.`);
          if (sure === false) throw new CliError(EXIT.failed, 'Nothing was removed.');
          if (sure === undefined) {
            throw new CliError(
              EXIT.locked,
              `${found.name} has ${found.keys} key(s), which would go with it.`,
              'Say so with --yes.',
            );
          }
        }
        const done = await client.providers.remove({ id });
        out.value(done, () => `Removed ${id}.`);
      }),
    );
  providers
    .command('test <id>')
    .description('is it reachable, and does its first key work?')
    .action(
      handle<object, [string]>(async ({ out, session }, _options, id): Promise<ExitCode> => {
        const open = await session();
        await unlockIfAsked(open);
        const result = await open.client.providers.test({ id });
        out.value(result, () =>
          result.check ? `${result.sentence}\n${result.check.health.sentence}` : result.sentence,
        );
        const state = result.check?.health.state;
        const keyWorks = state === undefined || ['valid', 'unreachable', 'never_checked'].includes(state);
        return result.reachable && keyWorks ? EXIT.done : EXIT.failed;
      }),
    );
}

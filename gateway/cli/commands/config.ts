import { writeFile } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import {
  CONFIG_FORMATS,
  type ConfigItem,
  type ConfigPreview,
  MOST_CONFIG_BYTES,
} from '../../control/contract/config.ts';
import { CliError, EXIT, type ExitCode, usage } from '../cli-error.ts';
import { handle, type Run } from '../command.ts';
import { fileFault, readInput } from '../input-file.ts';
import type { Output } from '../output.ts';
import { confirm, passphraseOfFile, readPassphrase } from '../secret-input.ts';
import { unlockIfAsked } from '../session.ts';

const TOO_LARGE = {
  what: 'for a configuration',
  next: 'Name the file that holds the configuration.',
};

export function addConfigCommands(program: Command): void {
  const config = program.command('config').description('the configuration as a whole');
  config
    .command('export')
    .description('everything but secrets, as one JSON object; with --sealed, the secrets under a passphrase too')
    .option('--out <file>', 'write it there, for you alone to read')
    .option('--sealed', 'secrets go along, under a passphrase that is asked for')
    .option('--sealed-with <file>', 'the same, with the passphrase in that file')
    .action(handle(exportConfig));
  config
    .command('import')
    .description('take over a configuration: shows what would change, then asks')
    .argument('<file>', '`-` for standard input')
    .addOption(new Option('--format <name>', 'what the file is').choices(['auto', ...CONFIG_FORMATS]).default('auto'))
    .option('--sealed-with <file>', 'passphrase of a sealed file; else it is asked for')
    .option('--dry-run', 'only show what would change')
    .option('--yes', 'do not ask')
    .action(handle(importConfig));
  config
    .command('schema')
    .description('JSON Schema of the file, for editors: put it beside the file as keyward-config.schema.json')
    .action(
      handle(async ({ out }) => {
        const { configJsonSchema } = await import('../../transfer/config/config-file.ts');
        const schema = configJsonSchema();
        out.value(schema, () => JSON.stringify(schema, null, 2));
      }),
    );
}

interface ExportOptions {
  readonly out?: string;
  readonly sealed?: boolean;
  readonly sealedWith?: string;
}

async function exportConfig({ out, session }: Run, options: ExportOptions): Promise<ExitCode> {
  const open = await session();
  let passphrase: string | undefined;
  if (options.sealed || options.sealedWith !== undefined) {
    passphrase = await sealPassphrase(options.sealedWith, 'Passphrase for the file: ');
    if (passphrase === undefined) throw noPassphrase();
    await unlockIfAsked(open);
  }
  const { content } = await open.client.config.export({ passphrase });
  if (options.out === undefined) {
    out.value(JSON.parse(content), () => content.trimEnd());
    return EXIT.done;
  }
  const file = options.out;
  await writeFile(file, content, { mode: 0o600 }).catch((error) => {
    throw fileFault(file, error, 'written');
  });
  out.value({ file, sealed: passphrase !== undefined }, () => `Wrote the configuration to ${file}.`);
  return EXIT.done;
}

interface ImportOptions {
  readonly format: ConfigPreview['format'] | 'auto';
  readonly sealedWith?: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

async function importConfig({ out, session }: Run, options: ImportOptions, file: string): Promise<ExitCode> {
  const content = (await readInput(file, MOST_CONFIG_BYTES, TOO_LARGE)).toString('base64');
  const open = await session(true);
  const { client } = open;
  const passphrase = options.sealedWith === undefined ? undefined : await sealPassphrase(options.sealedWith, '');
  let input = {
    content,
    encoding: 'base64' as const,
    fileName: file,
    format: options.format,
    passphrase,
    environment: {},
  };
  let preview = await client.config.preview(input);
  if (preview.sealed) {
    const asked = await sealPassphrase(undefined, 'Passphrase of the file: ');
    if (asked === undefined && !options.dryRun) {
      out.note('The secrets in this file stay sealed: no passphrase was given (--sealed-with FILE).');
    }
    input = { ...input, passphrase: asked };
  }
  // Only what the file names is looked up, here where the person set it.
  const environment = Object.fromEntries(
    preview.missing.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])),
  );
  input = { ...input, environment };
  if (input.passphrase !== passphrase || Object.keys(environment).length > 0)
    preview = await client.config.preview(input);
  if (options.dryRun) {
    out.value(preview, () => previewText(preview, out));
    return EXIT.done;
  }
  if (!options.yes && !preview.items.some(({ action }) => action === 'add' || action === 'change')) {
    out.value(preview, () => `${previewText(preview, out)}\nThere is nothing to import.`);
    return EXIT.done;
  }
  if (!options.yes) {
    out.note(previewText(preview, out));
    const agreed = await confirm('Import this?');
    if (agreed === undefined)
      throw usage('Importing changes the configuration.', 'Say --yes, or --dry-run to only look.');
    if (!agreed) throw new CliError(EXIT.failed, 'Given up; nothing was changed.');
  }
  await unlockIfAsked(open);
  const done = await client.config.import(input);
  out.value(done, () => (options.yes ? previewText(done, out) : 'Done.'));
  return EXIT.done;
}

async function sealPassphrase(file: string | undefined, prompt: string): Promise<string | undefined> {
  // Not the vault's, which KEYWARD_PASSPHRASE_FILE names.
  return file === undefined ? readPassphrase(prompt, '') : passphraseOfFile(file);
}

function noPassphrase(): CliError {
  return usage('There is no terminal to ask for the passphrase on.', 'Name a file that holds it with --sealed-with.');
}

const SIGNS: Readonly<Record<ConfigItem['action'], string>> = { add: '+', change: '~', keep: '=', skip: '–' };

function previewText({ items, notes, missing, applied, format }: ConfigPreview, { paint }: Output): string {
  const count = (action: ConfigItem['action']) => items.filter((item) => item.action === action).length;
  const verb = applied ? 'were' : 'would be';
  const lines = items.map(({ what, name, action, sentence, lastFour, fingerprint }) => {
    const key = what === 'provider-key' && lastFour ? ` …${lastFour}${fingerprint ? ` (${fingerprint})` : ''}` : '';
    const line = `  ${SIGNS[action]} ${what} ${name}${key}  ${sentence}`;
    return action === 'add' ? paint.green(line) : action === 'change' ? paint.yellow(line) : paint.dim(line);
  });
  return [
    `${format}: ${count('add')} ${verb} added, ${count('change')} changed; ${count('keep')} are here already, ${count('skip')} cannot be taken.`,
    ...lines,
    ...missing.map((name) => paint.yellow(`  ? ${name}  This environment variable is not set.`)),
    ...notes.map(({ place, sentence }) => paint.dim(`  ! ${place}  ${sentence}`)),
  ].join('\n');
}

#!/usr/bin/env node
/** `keyward`: reads the command line, runs the one command, and turns whatever happens into the contract's exit code. */
import { Command, CommanderError } from 'commander';
import { type CliError, EXIT, toCliError, usage } from './cli-error.ts';
import { addAppCommands } from './commands/apps.ts';
import { addCacheCommands } from './commands/cache.ts';
import { addCaptureCommands } from './commands/captures.ts';
import { addConfigCommands } from './commands/config.ts';
import { addExplainCommand } from './commands/explain.ts';
import { addFixCommand } from './commands/fix.ts';
import { addGatewayKeyCommands } from './commands/gateway-keys.ts';
import { addHomeCommands } from './commands/home.ts';
import { addKeyCommands } from './commands/keys.ts';
import { addLimitCommands } from './commands/limits.ts';
import { addModelCommands } from './commands/models.ts';
import { addProviderCommands } from './commands/providers.ts';
import { addReplayCommand } from './commands/replay.ts';
import { addRouteCommands } from './commands/routes.ts';
import { addServeCommand } from './commands/serve.ts';
import { addSuiteCommands } from './commands/suites.ts';
import { addTransformCommands } from './commands/transforms.ts';
import { addUsageCommands } from './commands/usage.ts';
import { addVaultCommands } from './commands/vault.ts';
import { version } from './version.ts';

const LINGER_MS = 1000;

const FIRST_STEPS = `
First steps:
  keyward serve                                   start the gateway and its screens
  keyward keys add --provider openai              store a provider key (it is asked for, unseen)
  keyward apps add my-script                      name a program that may use the gateway
  keyward gateway-keys issue --app my-script      make its key
  keyward captures list --failed                  what went wrong lately
  keyward explain CAPTURE                         why, and what to do about it
  keyward fix CAPTURE FIX                         mend it, and see it answered

Every command takes --help. Exit codes: 0 done, 1 failed, 2 wrong usage, 3 nothing there, 4 locked or refused.`;

function createProgram(): Command {
  const program = new Command('keyward')
    .description('Your own AI gateway: provider keys in one place, one address for every app, failures explained.')
    .option('--home <dir>', 'folder of this Keyward (default: KEYWARD_HOME, else the usual place for user data)')
    .option('--json', 'print JSON: one value, or one a line for listings')
    .option(
      '--key-file <file>',
      'key file that opens the vault (default: KEYWARD_KEY_FILE, else master.key in the home)',
    )
    .option('--passphrase-file <file>', 'file with the passphrase of the vault (default: KEYWARD_PASSPHRASE_FILE)')
    .option('-V, --version', 'print the version')
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
    // Errors are worded below, once, as text or as JSON.
    .configureOutput({ outputError: () => {} })
    .exitOverride()
    .addHelpText('after', FIRST_STEPS);
  for (const add of [
    addServeCommand,
    addHomeCommands,
    addProviderCommands,
    addKeyCommands,
    addModelCommands,
    addAppCommands,
    addGatewayKeyCommands,
    addRouteCommands,
    addTransformCommands,
    addCacheCommands,
    addLimitCommands,
    addCaptureCommands,
    addExplainCommand,
    addFixCommand,
    addReplayCommand,
    addSuiteCommands,
    addUsageCommands,
    addVaultCommands,
    addConfigCommands,
  ]) {
    add(program);
  }
  return program;
}

/** Commander's own errors: always wrong usage. What stands behind a `=` may be a secret and is not repeated. */
function wordCommanderError(error: CommanderError): CliError {
  const [first = '', ...rest] = error.message.replace(/^error: /, '').split('\n');
  const sentence = first.replace(/(--?[\w-]+)=[^']*/g, '$1=…');
  const hint = rest
    .join(' ')
    .replace(/^\(|\)$/g, '')
    .trim();
  const next =
    hint ||
    (error.code === 'commander.excessArguments'
      ? 'Secrets are read from standard input or a prompt, never from arguments. See --help.'
      : 'See --help.');
  return usage(`${sentence.charAt(0).toUpperCase()}${sentence.slice(1).replace(/\.?$/, '.')}`, next);
}

function report(error: CliError, json: boolean): void {
  if (json) {
    process.stderr.write(`${JSON.stringify({ error: { message: error.message, next: error.next } })}\n`);
    return;
  }
  process.stderr.write(`keyward: ${error.message}\n${error.next ? `${error.next}\n` : ''}`);
}

/** A reader that has seen enough (`| head`) is no failure. */
function endQuietlyOnClosedPipe(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(process.exitCode ?? EXIT.done);
    throw error;
  });
}

/** The command is done; whatever would still keep the process (an idle connection, a thread that will not end) must not. */
function endSoon(): void {
  setTimeout(() => {
    if (process.stdout.writableLength === 0) process.exit();
    endSoon();
  }, LINGER_MS).unref();
}

async function main(args: readonly string[]): Promise<void> {
  endQuietlyOnClosedPipe();
  const json = args.includes('--json');
  try {
    if (args[0] === '--version' || args[0] === '-V') process.stdout.write(`${version()}\n`);
    else if (args.every((arg) => arg === '--json')) createProgram().outputHelp();
    else await createProgram().parseAsync(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) {
      const shown = toCliError(error);
      report(shown, json);
      process.exitCode = shown.exitCode;
    } else if (error.exitCode !== 0) {
      // A group without its command shows its help, which says more to a person than an error would.
      if (error.code !== 'commander.help') report(wordCommanderError(error), json);
      else if (json) report(usage('A command is missing.', 'See --help for the commands there are.'), json);
      process.exitCode = EXIT.usage;
    }
  }
}

await main(process.argv.slice(2));
endSoon();

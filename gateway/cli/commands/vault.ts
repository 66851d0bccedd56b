import type { Command } from 'commander';
import type { VaultStatus } from '../../control/contract/index.ts';
import { CliError, EXIT, usage } from '../cli-error.ts';
import { handle, type Run } from '../command.ts';
import { confirm, readPassphrase } from '../secret-input.ts';

export function addVaultCommands(program: Command): void {
  const vault = program.command('vault').description('what protects the provider keys');
  vault
    .command('status')
    .description('is it open, and what opens it')
    .action(
      handle(async (run) => {
        tell(run, await (await run.session()).client.vault.status());
      }),
    );
  vault
    .command('unlock')
    .description('open the vault of the running Keyward with its passphrase')
    .action(
      handle(async (run) => {
        const { client } = await run.session();
        const passphrase = await ask(run, 'Passphrase: ');
        tell(run, await client.vault.unlock({ passphrase }));
      }),
    );
  vault
    .command('passphrase')
    .description('set or change the passphrase (from --passphrase-file or the terminal)')
    .option('--remove', 'take the passphrase away')
    .action(
      handle<{ remove?: boolean }, []>(async (run, { remove }) => {
        if (remove) {
          tell(run, await (await run.session()).client.vault.passphrase({ passphrase: null }));
          return;
        }
        const passphrase = await ask(run, 'New passphrase (8 characters or more): ');
        if (!passphraseFile(run) && (await ask(run, 'Once more: ')) !== passphrase) {
          throw new CliError(EXIT.failed, 'The two are not the same; nothing was changed.');
        }
        if (passphrase.length < 8)
          throw usage('A passphrase has 8 characters or more.', 'Four random words are better still.');
        const { client } = await run.session(true);
        tell(run, await client.vault.passphrase({ passphrase }));
      }),
    );
  vault
    .command('reset')
    .description('begin a new vault; all provider keys are lost, everything else stays')
    .option('-y, --yes', 'do not ask')
    .action(
      handle<{ yes?: boolean }, []>(async (run, { yes }) => {
        const { client } = await run.session();
        if (!yes) {
          const sure = await confirm('All provider keys stored here will be lost. Go on?');
          if (sure === undefined)
            throw new CliError(EXIT.locked, 'All provider keys stored here would be lost.', 'Say so with --yes.');
          if (!sure) throw new CliError(EXIT.failed, 'Nothing was changed.');
        }
        tell(run, await client.vault.reset({ confirm: true }));
      }),
    );
}

function passphraseFile(run: Run): string | undefined {
  return run.globals.passphraseFile ?? process.env.KEYWARD_PASSPHRASE_FILE;
}

async function ask(run: Run, prompt: string): Promise<string> {
  const passphrase = await readPassphrase(prompt, passphraseFile(run));
  if (passphrase) return passphrase;
  throw usage(
    'There is no terminal to type the passphrase into.',
    'Put it into a file that only you can read, and name that with --passphrase-file.',
  );
}

function tell({ out }: Run, status: VaultStatus): void {
  out.value(status, () => (status.next ? `${status.sentence}\n${status.next}` : status.sentence));
}

import type { Command } from 'commander';
import type { Fix } from '../../control/contract/index.ts';
import { CliError, EXIT, type ExitCode, usage } from '../cli-error.ts';
import { handle, type Run } from '../command.ts';
import { confirm, readSecret } from '../secret-input.ts';
import { type Session, unlockIfAsked } from '../session.ts';

interface FixOptions {
  readonly yes?: boolean;
  readonly value?: readonly string[];
  readonly undo?: string;
}

export function addFixCommand(program: Command): void {
  program
    .command('fix [capture] [fix]')
    .description(
      'mend what made a request fail, send it again, and say whether that helped; without FIX: what there is',
    )
    .option('--yes', 'carry it out without asking')
    .option('--value <name=value>', 'a value that the fix needs; may be given several times', collect)
    .option('--undo <token>', 'put back what a fix changed')
    .addHelpText(
      'after',
      '\nSecrets (a new key, a passphrase) are read from standard input or asked for, never given as values.',
    )
    .action(
      handle<FixOptions, [string | undefined, string | undefined]>(async (run, options, capture, fix) => {
        if (options.undo !== undefined) {
          if (capture !== undefined) throw usage('Give either a capture and a fix, or --undo TOKEN.');
          return undo(run, options.undo);
        }
        if (capture === undefined) throw usage('Which failure is to be mended?', 'Give the id of a capture.');
        const session = await run.session();
        return fix === undefined ? list(run, session, capture) : apply(run, session, capture, fix, options);
      }),
    );
}

function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

async function list(run: Run, session: Session, capture: string): Promise<ExitCode> {
  const { fixes } = await session.client.captures.explain({ id: capture });
  const rows = fixes.map(({ id, title, action, url }: Fix) => ({
    id,
    title,
    action: action?.kind ?? null,
    url: url ?? null,
  }));
  run.out.list(
    rows,
    [
      { title: 'fix', text: (row) => row.id },
      { title: 'what it does', text: (row) => row.title },
    ],
    'There is nothing to mend here.',
  );
  return EXIT.done;
}

async function apply(
  run: Run,
  session: Session,
  capture: string,
  fix: string,
  { yes, value = [] }: FixOptions,
): Promise<ExitCode> {
  const { client } = session;
  const preview = await client.fixes.preview({ id: capture, fix });
  const values = valuesOf(
    value,
    preview.needs.filter(({ secret }) => secret).map(({ name }) => name),
  );
  // What stays the same and costs nothing needs nobody's word.
  const asks = preview.changes || preview.costUsd !== 0;
  const secret = preview.needs.find((need) => need.secret && need.suggested === null);
  if (asks && yes !== true) {
    const word =
      secret && !process.stdin.isTTY
        ? undefined
        : await confirm(`${preview.sentence}${costWords(preview.costUsd)} Do it?`);
    if (word === undefined) {
      throw new CliError(
        EXIT.locked,
        `This needs your word first: ${preview.sentence}${costWords(preview.costUsd)}`,
        'Say it with --yes.',
      );
    }
    if (!word) throw new CliError(EXIT.failed, 'Nothing was changed.');
  }
  const missing = preview.needs.find(
    ({ name, suggested, secret: hidden }) => !hidden && suggested === null && !values[name],
  );
  const edits = missing?.name === 'body' && Object.keys(values).length > 0;
  if (missing && !edits) {
    throw usage(`This needs ${missing.title}.`, `Give it: keyward fix ${capture} ${fix} --value ${missing.name}=VALUE`);
  }
  if (secret) {
    await unlockIfAsked(session);
    values[secret.name] = await readSecret(
      `${capitalised(secret.title)}: `,
      `keyward fix ${capture} ${fix} --yes < FILE`,
    );
  }
  const result = await client.fixes.apply({ id: capture, fix, values });
  run.out.value(result, () =>
    [
      result.fixed === true ? run.out.paint.green(result.sentence) : result.sentence,
      ...(result.issued ? [`  ${run.out.paint.bold(result.issued.key)}`] : []),
      ...(result.next ? [result.next] : []),
      ...(result.capture ? [run.out.paint.dim(`The replay: keyward captures show ${result.capture}`)] : []),
      ...(result.undo ? [run.out.paint.dim(`To put it back: keyward fix --undo ${result.undo}`)] : []),
    ].join('\n'),
  );
  return result.fixed === false ? EXIT.failed : EXIT.done;
}

function valuesOf(given: readonly string[], secrets: readonly string[]): Record<string, string> {
  const values: Record<string, string> = {};
  for (const pair of given) {
    const equals = pair.indexOf('=');
    if (equals < 1) throw usage('A value is given as NAME=VALUE.');
    const name = pair.slice(0, equals);
    if (secrets.includes(name)) {
      throw usage(
        `"${name}" is a secret, and arguments can be read by every user of this computer.`,
        'Give it on standard input.',
      );
    }
    values[name] = pair.slice(equals + 1);
  }
  return values;
}

function costWords(costUsd: number | null): string {
  if (costUsd === 0) return '';
  return costUsd === null
    ? ' The request that is sent again may cost something.'
    : ` The request that is sent again may cost about $${costUsd.toFixed(4)}.`;
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

async function undo(run: Run, token: string): Promise<ExitCode> {
  const session = await run.session();
  const { sentence } = await session.client.fixes.undo({ undo: token });
  run.out.value({ undone: true, sentence }, () => sentence);
  return EXIT.done;
}

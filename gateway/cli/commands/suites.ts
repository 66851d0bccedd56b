import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import { CAUSES, type Cause } from '../../causes.ts';
import { junitXml } from '../../control/contract/junit.ts';
import type { Replay } from '../../control/contract/replay.ts';
import type { CaseResult, Expectation, SuiteRow, SuiteRun } from '../../control/contract/suites.ts';
import { CliError, EXIT, type ExitCode, usage } from '../cli-error.ts';
import { handle, type Run } from '../command.ts';
import type { Output } from '../output.ts';
import { unlockIfAsked } from '../session.ts';
import { oneLine } from '../table.ts';
import { duration, localTime } from '../words.ts';
import { collect, milliseconds } from './options.ts';
import { parseEdit } from './replay.ts';

/** Those of the contract, whose schemas need not be loaded to say so. */
const MODES: readonly Replay['mode'][] = ['explain', 'dry-run', 'recorded', 'live'];

interface AddOptions {
  readonly title?: string;
  readonly mode?: Replay['mode'];
  readonly config?: Replay['config'];
  readonly set?: readonly string[];
  readonly expect?: string;
  readonly status?: string;
  readonly cause?: string;
  readonly contains?: string[];
  readonly lacks?: string[];
  readonly within?: number;
}

interface RunOptions {
  readonly junit?: string;
  readonly mode?: Replay['mode'];
  readonly recordingsOnly?: boolean;
}

export function addSuiteCommands(program: Command): void {
  const suites = program.command('suites').description('captures pinned with what must hold, run again whenever asked');
  suites
    .command('list')
    .description('the suites of this home, with their last run')
    .action(
      handle<object, []>(async ({ out, session }) => {
        const rows = await (await session()).client.suites.list();
        out.list(rows, columns(out), 'There are no suites yet. Make one: keyward suites add NAME CAPTURE');
      }),
    );
  suites
    .command('show <name>')
    .description('the cases of a suite, with their last results')
    .action(
      handle<object, [string]>(async ({ out, session }, _options, name) => {
        const suite = await (await session()).client.suites.get({ name });
        out.value(suite, () => describe(suite, out));
      }),
    );
  suites
    .command('run <name-or-file>')
    .description('run all cases; exit code 0: all passed, 1: some did not')
    .option('--junit <file>', 'write the results as JUnit XML too')
    .addOption(new Option('--mode <mode>', 'in place of the mode of each case').choices(MODES))
    .option('--recordings-only', 'skip what would send a request')
    .action(handle<RunOptions, [string]>(run));
  suites
    .command('add <name> <capture>')
    .description('pin a capture as a case; without expectations: that its outcome stays what it is')
    .option('--title <text>', 'name of the case')
    .addOption(new Option('--mode <mode>', 'how it is replayed (default: recorded)').choices(MODES))
    .addOption(new Option('--config <config>', 'configuration of its time, or of today').choices(['then', 'now']))
    .option('--set <path=value>', 'change something in the request first, as in `keyward replay` (repeatable)', collect)
    .option('--expect <json>', 'all that must hold, as JSON; the options below add to it')
    .option('--status <n>', 'the status of the answer')
    .option('--cause <cause>', 'the cause of the failure, or none')
    .option('--contains <text>', 'a text that the answer must contain (repeatable)', collect)
    .option('--lacks <text>', 'a text that the answer must not contain (repeatable)', collect)
    .option('--within <duration>', 'the longest it may take, such as 30s', milliseconds)
    .action(handle<AddOptions, [string, string]>(add));
  suites
    .command('remove <name> [case]')
    .description('remove a suite, or one of its cases; captures stay')
    .action(
      handle<object, [string, string | undefined]>(async ({ out, session }, _options, name, caseId) => {
        const { client } = await session();
        if (caseId === undefined) await client.suites.remove({ name });
        else await client.suites.removeCase({ name, case: caseId });
        out.value({ done: true }, () =>
          caseId === undefined ? `Removed the suite ${name}.` : `Removed ${caseId} from ${name}.`,
        );
      }),
    );
  suites
    .command('compare <name> [before] [after]')
    .description('what differs between two runs (default: the last two)')
    .action(handle<object, [string, string | undefined, string | undefined]>(compare));
}

async function add({ out, session }: Run, options: AddOptions, name: string, capture: string): Promise<ExitCode> {
  const { title, mode, config, set = [] } = options;
  const expect = expectation(options);
  const { client } = await session();
  const added = await client.suites.add({ name, capture, title, mode, config, edits: set.map(parseEdit), expect });
  out.value(
    added,
    () => `Added "${added.name}" to ${name} as ${added.id}. It expects ${JSON.stringify(added.expect)}.`,
  );
  return EXIT.done;
}

/** Undefined: what is expected is that nothing changes. */
function expectation({ expect, status, cause, contains, lacks, within }: AddOptions): Expectation | undefined {
  let given: Expectation = {};
  if (expect !== undefined) {
    try {
      given = JSON.parse(expect) as Expectation;
    } catch {
      throw usage(
        '--expect wants a JSON object.',
        `For example --expect '{"ok":true,"body":[{"pointer":"/id","type":"string"}]}'`,
      );
    }
  }
  if (status !== undefined) {
    if (!/^[1-9]\d\d$/.test(status)) throw usage(`"${status.slice(0, 20)}" is no status.`, 'Give one such as 401.');
    given.status = Number(status);
  }
  if (cause !== undefined) given.cause = cause === 'none' ? null : causeOf(cause);
  if (contains) given.contains = contains;
  if (lacks) given.lacks = lacks;
  if (within !== undefined) given.maxDurationMs = within;
  return Object.keys(given).length > 0 ? given : undefined;
}

function causeOf(text: string): Cause {
  const name = text.replaceAll('-', '_') as Cause;
  if (CAUSES.includes(name)) return name;
  throw usage(`There is no cause "${text.slice(0, 40)}".`, `There are none, ${CAUSES.join(', ')}.`);
}

async function run(
  command: Run,
  { junit, mode, recordingsOnly = false }: RunOptions,
  target: string,
): Promise<ExitCode> {
  if (recordingsOnly && mode === 'live') {
    throw usage('--recordings-only and --mode live contradict each other.', 'Give one of them.');
  }
  // An existing path is a file; a name has neither slash nor ending.
  const isFile = /[/\\]|\.json$/.test(target) || existsSync(target);
  const file = isFile ? await readSuite(target) : undefined;
  const session = await (isFile ? command.passingSession() : command.session());
  if (mode === 'live' || !recordingsOnly) await unlockIfAsked(session);
  const { client } = session;
  const result = file
    ? await client.suites.runFile({ ...file, mode, recordingsOnly })
    : await client.suites.run({ name: target, mode, recordingsOnly });
  if (junit !== undefined) await writeReport(junit, result);
  command.out.value(result, () => report(result, command.out));
  if (result.failed + result.errors > 0) return EXIT.failed;
  if (result.passed > 0) return EXIT.done;
  throw new CliError(
    EXIT.failed,
    'Nothing ran, so nothing is proved.',
    result.skipped > 0
      ? 'Each skipped case says why; run them in another mode.'
      : 'Add a case: keyward suites add NAME CAPTURE',
  );
}

async function readSuite(file: string): Promise<{ name: string; text: string; bundle: string | null }> {
  if (file.endsWith('.keyward')) {
    const suite = file.replace(/\.keyward$/, '.json');
    throw usage(
      `${file} is a bundle: it holds the captures that a suite pins, not its cases.`,
      existsSync(suite)
        ? `Run the suite beside it: keyward suites run ${suite}`
        : `The suite is the file of the same name that ends in .json; copy it beside this one and run that.`,
    );
  }
  const stem = file.replace(/\.json$/, '');
  try {
    const text = await readFile(file, 'utf8');
    const beside = `${stem}.keyward`;
    const bundle = existsSync(beside) ? (await readFile(beside)).toString('base64') : null;
    return { name: stem.replace(/^.*[/\\]/, ''), text, bundle };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    const reason = code === 'ENOENT' ? 'it is not there' : code === 'EISDIR' ? 'it is a folder' : code;
    throw new CliError(
      EXIT.usage,
      `${file} cannot be read: ${reason}.`,
      'Name a suite of this home, or the path of its file.',
    );
  }
}

async function writeReport(file: string, result: SuiteRun): Promise<void> {
  try {
    await writeFile(file, junitXml(result));
  } catch (error) {
    throw new CliError(
      EXIT.usage,
      `${file} cannot be written (${(error as NodeJS.ErrnoException).code}).`,
      'Check the path.',
    );
  }
}

async function compare(
  { out, session }: Run,
  _options: object,
  name: string,
  before?: string,
  after?: string,
): Promise<ExitCode> {
  const { client } = await session();
  const runs = await client.suites.runs({ name });
  const [newer, older] = [after ?? runs[0]?.id, before ?? runs[1]?.id];
  if (newer === undefined || older === undefined) {
    throw new CliError(
      EXIT.failed,
      'There are not two runs to be compared.',
      `Run it again: keyward suites run ${name}`,
    );
  }
  const changes = await client.suites.compareRuns({ name, before: older, after: newer });
  out.list(
    changes,
    [
      { title: 'CASE', text: (row) => row.name },
      { title: 'BEFORE', text: (row) => row.before?.result ?? '' },
      { title: 'AFTER', text: (row) => row.after?.result ?? '' },
      { title: 'CHANGE', text: (row) => row.change },
    ],
    'Neither run had a case.',
  );
  return EXIT.done;
}

function columns({ paint }: Output) {
  return [
    { title: 'NAME', text: (row: SuiteRow) => row.name },
    { title: 'CASES', text: (row: SuiteRow) => String(row.cases.length), align: 'right' as const },
    { title: 'LAST RUN', text: (row: SuiteRow) => (row.lastRun ? localTime(row.lastRun.startedAt) : 'never') },
    {
      title: 'RESULT',
      text: (row: SuiteRow) => row.problem ?? (row.lastRun ? counts(row.lastRun) : ''),
      paint: (text: string, row: SuiteRow) =>
        row.problem || (row.lastRun && row.lastRun.failed + row.lastRun.errors > 0)
          ? paint.red(text)
          : paint.green(text),
    },
  ];
}

function counts({ passed, failed, errors, skipped }: SuiteRun): string {
  const parts: [number, string][] = [
    [passed, 'passed'],
    [failed, 'failed'],
    [errors, errors === 1 ? 'error' : 'errors'],
    [skipped, 'skipped'],
  ];
  return parts.flatMap(([count, word]) => (count > 0 ? [`${count} ${word}`] : [])).join(', ') || 'no cases';
}

function report(result: SuiteRun, { paint }: Output): string {
  const lines = result.results.flatMap((one) => [
    `  ${mark(one.result, paint)} ${oneLine(one.name)}  ${paint.dim(duration(one.durationMs))}`,
    ...one.failures.map((text) => `      ${oneLine(text)}`),
  ]);
  return [...lines, '', `${counts(result)} in ${duration(result.durationMs)}`].join('\n');
}

function mark(result: CaseResult['result'], paint: Output['paint']): string {
  return { passed: paint.green('✓'), failed: paint.red('✗'), error: paint.red('!'), skipped: paint.dim('–') }[result];
}

function describe({ name, cases, lastRun }: SuiteRow, { paint }: Output): string {
  const lines = cases.flatMap((one) => {
    const unsteady = one.flakiness > 0 ? paint.yellow(`  unsteady: ${Math.round(one.flakiness * 100)} %`) : '';
    const last = one.lastResults[0];
    return [
      `  ${last ? mark(last, paint) : ' '} ${oneLine(one.name)}${unsteady}`,
      paint.dim(
        `      ${one.id} · ${one.capture} · ${one.mode}, ${one.config} · expects ${oneLine(JSON.stringify(one.expect))}`,
      ),
    ];
  });
  const head = lastRun
    ? `${paint.bold(name)}: ${counts(lastRun)} at ${localTime(lastRun.startedAt)}`
    : paint.bold(name);
  return [head, ...lines].join('\n');
}

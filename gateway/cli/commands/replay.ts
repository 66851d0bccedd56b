import { type Command, Option } from 'commander';
import { STAGES, type Stage } from '../../causes.ts';
import type { Difference, Edit, Replay, ReplayStep } from '../../control/contract/replay.ts';
import type { ControlClient } from '../../control/router.ts';
import { CliError, EXIT, type ExitCode, usage } from '../cli-error.ts';
import { handle } from '../command.ts';
import type { Output, Paint } from '../output.ts';
import { confirm } from '../secret-input.ts';
import { unlockIfAsked } from '../session.ts';
import { stepLine } from '../step-line.ts';
import { oneLine } from '../table.ts';
import { collect } from './options.ts';

interface ReplayOptions {
  readonly mode: Replay['mode'];
  readonly set?: readonly string[];
  readonly until?: Stage;
  readonly config?: Replay['config'];
  readonly timing?: boolean;
  readonly yes?: boolean;
}

/** Those of the contract, whose schemas need not be loaded to say so. */
const MODES: readonly Replay['mode'][] = ['explain', 'dry-run', 'recorded', 'live'];

const MOST_DIFFERENCES = 12;

export function addReplayCommand(program: Command): void {
  program
    .command('replay <id>')
    .description('run a recorded request through the stages again, step by step')
    .addOption(
      new Option(
        '--mode <mode>',
        'explain: the recorded steps; dry-run: all but the sending; recorded: the recorded answer is served again; live: really sent',
      )
        .choices(MODES)
        .default('dry-run'),
    )
    .option(
      '--set <path=value>',
      'change something first (repeatable): model, key, gateway-key, method, url, base-url, header.NAME, query.NAME, body, or a JSON pointer into the body; without =VALUE it is taken away',
      collect,
    )
    .addOption(new Option('--until <stage>', 'stop behind this stage').choices(STAGES))
    .addOption(
      new Option(
        '--config <config>',
        'configuration and clock of its time, or of today (default: now; then for recorded)',
      ).choices(['then', 'now']),
    )
    .option('--timing', 'with --mode recorded: keep the pauses between the chunks')
    .option('-y, --yes', 'send without asking, also where it may cost money')
    .action(
      handle<ReplayOptions, [string]>(async (run, options, id) => {
        const edits = (options.set ?? []).map(parseEdit);
        const session = await run.session();
        const { client } = session;
        const { mode, until, config, timing } = options;
        if (mode === 'dry-run' || mode === 'live') await unlockIfAsked(session);
        if (mode === 'live' && options.yes !== true) await askBeforeSending(client, id, edits, options);
        const replay = await client.replay.run({ id, mode, config, edits, until, timing: timing === true });
        await show(run.out, replay);
        return exitCode(replay);
      }),
    );
}

/** What stands in the body is JSON where it reads as JSON; everything else is text. */
export function parseEdit(text: string): Edit {
  const at = text.indexOf('=');
  const path = (at === -1 ? text : text.slice(0, at)).trim();
  if (path === '') throw usage('--set wants PATH=VALUE.', 'For example --set model=openai/gpt-5-mini');
  if (at === -1) return { path, value: undefined };
  const value = text.slice(at + 1);
  if (!path.startsWith('/')) return { path, value };
  try {
    return { path, value: JSON.parse(value) };
  } catch {
    return { path, value };
  }
}

/** Whether it costs is known only once it is known where it goes, which a dry run tells. */
async function askBeforeSending(
  client: ControlClient,
  id: string,
  edits: readonly Edit[],
  { config, until }: ReplayOptions,
): Promise<void> {
  const { sending } = await client.replay.run({ id, mode: 'dry-run', config, edits: [...edits], until });
  if (!sending || sending.costUsd === 0) return;
  const cost = sending.costUsd === null ? 'it may cost money' : `about $${sending.costUsd.toFixed(4)}`;
  const what = `${sending.method} ${sending.url}${sending.key ? ` with key ${sending.key}` : ''} will really be sent; ${cost}.`;
  const sure = await confirm(`${what} Send it?`);
  if (sure === undefined) throw new CliError(EXIT.usage, what, 'Say so with --yes.');
  if (!sure) throw new CliError(EXIT.failed, 'Given up; nothing was sent.');
}

function exitCode({ refused, outcome, mode }: Replay): ExitCode {
  if (refused) return EXIT.locked;
  return mode === 'explain' || outcome === null || outcome.ok ? EXIT.done : EXIT.failed;
}

/**
 * Standard output holds the steps alone, which are the same on every run and every machine; the outcome names what is
 * new each time (the capture it became, notes on this home) and stays out of what is compared.
 */
async function show(out: Output, replay: Replay): Promise<void> {
  const { steps, ...outcome } = replay;
  for (const step of steps) await out.line(step, () => stepText(step, out.paint));
  if (out.json) out.note(JSON.stringify({ replay: outcome }));
  else out.say(outcomeText(replay, out.paint));
}

function stepText(step: ReplayStep, paint: Paint): string {
  const rule = step.rule ? [paint.dim(`    by ${step.rule.name} (${originOf(step.rule.origin)})`)] : [];
  return [stepLine(step, paint), ...rule, ...differencesText(step.differences, paint, '    ')].join('\n');
}

function originOf({ from, ...where }: NonNullable<ReplayStep['rule']>['origin']): string {
  return [from, ...Object.values(where).map(String)].join(' ');
}

function differencesText(differences: readonly Difference[], paint: Paint, indent: string): string[] {
  const lines = differences.slice(0, MOST_DIFFERENCES).map(({ path, kind, before, after }) => {
    const sign = { added: '+', removed: '-', changed: '~' }[kind];
    const values = [before, after].filter((value) => value !== undefined).map(shown);
    return paint.yellow(`${indent}${sign} ${oneLine(path)}: ${values.join(' → ')}`);
  });
  const more = differences.length - MOST_DIFFERENCES;
  return more > 0 ? [...lines, paint.dim(`${indent}and ${more} more differences (--json shows all)`)] : lines;
}

function shown(value: unknown): string {
  const text = oneLine(typeof value === 'string' ? value : JSON.stringify(value));
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}

function outcomeText(replay: Replay, paint: Paint): string {
  const { refused, outcome, prepared, sending, capture, notes } = replay;
  const lines: string[] = [''];
  if (prepared && replay.mode === 'dry-run') {
    lines.push(paint.bold(`Would be sent: ${prepared.method} ${oneLine(prepared.url)}`));
    if (sending?.key) lines.push(`  with key ${sending.key}`);
    lines.push(...prepared.headers.map(([name, value]) => `  ${oneLine(name)}: ${oneLine(value)}`));
    lines.push(...differencesText(replay.preparedDifferences, paint, '  '));
  }
  if (refused) lines.push(paint.red(`Not replayed to its end: ${refused.sentence}`), refused.next);
  else if (outcome) {
    const words = outcome.cause ? `${outcome.cause} at ${outcome.stage}: ${outcome.message}` : outcome.message;
    lines.push(outcome.ok ? paint.green(words) : paint.red(words));
    if (replay.mode !== 'explain') lines.push(...answerText(replay, paint));
  } else if (!prepared) lines.push('Nothing was decided yet.');
  lines.push(...notes.map((note) => paint.dim(note)));
  if (capture) lines.push(paint.dim(`Kept as ${capture}`));
  return lines.filter((line, at) => at > 0 || line !== '' || lines.length > 1).join('\n');
}

function answerText({ answerDifferences }: Replay, paint: Paint): string[] {
  if (answerDifferences.length === 0) return ['The answer is the same as then.'];
  return ['The answer differs:', ...differencesText(answerDifferences, paint, '  ')];
}

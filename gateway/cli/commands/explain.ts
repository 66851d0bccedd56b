import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Command } from 'commander';
import type { Explanation } from '../../control/contract/index.ts';
import { CliError, EXIT, type ExitCode, usage } from '../cli-error.ts';
import { handle } from '../command.ts';
import { explanationText } from '../explanation-text.ts';
import { fileFault, openInput, readInput } from '../input-file.ts';
import type { Output } from '../output.ts';
import { type Session, unlockIfAsked } from '../session.ts';

/** A single failure record is small; a whole file of them belongs to --batch. */
const MOST_RECORD_BYTES = 64 * 1024 * 1024;
const TOO_LARGE = { what: 'for one failure record', next: 'For a file of many, one a line: --batch FILE.' };

interface Explainer {
  /** What to do about a record that cannot be read. */
  readonly next: string;
  explain(
    value: unknown,
  ):
    | { readonly explanation: Explanation; readonly wrong?: undefined }
    | { readonly explanation?: undefined; readonly wrong: string };
}

export function addExplainCommand(program: Command): void {
  program
    .command('explain [capture-or-file]')
    .description('why a request failed, how that is known, and what to do about it')
    .option(
      '--probe',
      'try what would tell more: experiments that the settings allow (by default those that spend nothing)',
    )
    .option(
      '--paid',
      'with --probe: also send the request itself again, changed and unchanged, which may cost something',
    )
    .option('--batch <file>', 'explain a file of failure records, one JSON object a line (- for stdin)')
    .action(
      handle<{ probe?: boolean; paid?: boolean; batch?: string }, [string | undefined]>(
        async (run, { probe, paid, batch }, target) => {
          if (paid && !probe) throw usage('--paid says which experiments --probe may run; give both.');
          if (batch !== undefined) {
            if (target !== undefined) throw usage('Give either a capture or file, or --batch FILE.');
            return explainBatch(run.out, batch);
          }
          if (target === undefined)
            throw usage(
              'What is to be explained?',
              'Give a capture id, a file with a failure record, or --batch FILE.jsonl',
            );
          // An existing path is a file, and needs no home.
          if (target === '-' || existsSync(target)) return explainFile(run.out, target);
          if (/[./\\]/.test(target))
            throw new CliError(EXIT.failed, `There is no file ${target}.`, 'Check the path, or give a capture id.');
          const session = await run.session();
          if (probe) {
            await unlockIfAsked(session);
            await announce(run.out, session, target, paid === true);
          }
          show(
            run.out,
            await session.client.captures.explain({ id: target, probe: probe === true, paid: paid === true }),
          );
          return EXIT.done;
        },
      ),
    );
}

/** What may be sent, to whom and at what cost, before any of it is. */
async function announce(out: Output, session: Session, id: string, paid: boolean): Promise<void> {
  for (const { title, class: kind, sends, costUsd, allowed, unavailable } of await session.client.experiments.list({
    id,
  })) {
    if (unavailable !== null || sends.length === 0 || !(allowed || (paid && kind === 'paid-call'))) continue;
    const [first] = sends;
    const times = sends.length > 1 ? ` and ${sends.length - 1} more` : '';
    const cost = costUsd === 0 ? 'costs nothing' : costUsd === null ? 'cost not known' : `about $${costUsd.toFixed(4)}`;
    out.note(`May try: ${title} (${first?.method} ${first?.host}${first?.path}${times}; ${cost}).`);
  }
}

function show(out: Output, explanation: Explanation): void {
  out.value(explanation, () => explanationText(explanation, out.paint, process.stdout.columns));
}

async function explainFile(out: Output, file: string): Promise<ExitCode> {
  const bytes = await readInput(file, MOST_RECORD_BYTES, TOO_LARGE);
  const text = bytes.toString('utf8').replace(/^\ufeff/, '');
  const explainer = await loadExplainer();
  if (text.trim() === '')
    throw new CliError(EXIT.usage, `${file} is empty.`, 'It has to hold a failure record, as one JSON object.');
  const whole = parseJson(text);
  // A file of records, one a line, is understood without being told so.
  if (whole === undefined && text.trim().includes('\n')) return explainLines(out, text.split('\n'), file, explainer);
  if (whole === undefined)
    throw new CliError(EXIT.usage, `${file} is not JSON.`, 'It has to hold a failure record, as one JSON object.');
  const records = Array.isArray(whole) ? whole : [whole];
  if (records.length === 0) throw new CliError(EXIT.usage, `${file} holds an empty list.`, explainer.next);
  const explanations = records.map((record, index) => {
    const { explanation, wrong } = explainer.explain(record);
    if (explanation) return explanation;
    const which = records.length > 1 ? `Record ${index + 1} of ${file}` : 'This';
    throw new CliError(EXIT.usage, `${which} is no failure record: ${wrong}.`, explainer.next);
  });
  for (const explanation of explanations) show(out, explanation);
  return EXIT.done;
}

/** Line by line, as they come: memory does not grow with the file. */
async function explainBatch(out: Output, file: string): Promise<ExitCode> {
  if (file !== '-' && !existsSync(file))
    throw new CliError(EXIT.failed, `There is no file ${file}.`, 'Check the path.');
  const lines = createInterface({ input: openInput(file), crlfDelay: Number.POSITIVE_INFINITY });
  try {
    return await explainLines(out, lines, file, await loadExplainer());
  } catch (error) {
    throw fileFault(file, error, 'read');
  }
}

/** A line that holds no record is told on stderr and passed over; the exit code says so at the end. */
async function explainLines(
  out: Output,
  lines: AsyncIterable<string> | Iterable<string>,
  file: string,
  explainer: Explainer,
): Promise<ExitCode> {
  let number = 0;
  let code: ExitCode = EXIT.done;
  for await (const line of lines) {
    number += 1;
    if (line.trim() === '') continue;
    const record = parseJson(line);
    const { explanation, wrong } = record === undefined ? { wrong: 'it is no JSON' } : explainer.explain(record);
    if (explanation) {
      await out.line(
        explanation,
        () =>
          `${explanation.id}\t${explanation.cause ?? 'none'}\t${explanation.confidence.toFixed(2)}\t${explanation.title}`,
      );
      continue;
    }
    code = EXIT.failed;
    const message = `Line ${number} of ${file} holds no failure record: ${wrong}.`;
    out.note(out.json ? JSON.stringify({ error: { message, next: explainer.next } }) : message);
  }
  if (code === EXIT.failed && !out.json) out.note(explainer.next);
  return code;
}

/** The explanation engine, without store, captures or network. */
async function loadExplainer(): Promise<Explainer> {
  const [{ explainRecord }, { readFailureRecord, WHAT_A_RECORD_IS }] = await Promise.all([
    import('../../diagnosis/explain-record.ts'),
    import('../../diagnosis/read-failure-record.ts'),
  ]);
  return {
    next: WHAT_A_RECORD_IS,
    explain(value) {
      const read = readFailureRecord(value);
      return read.ok ? { explanation: explainRecord(read.record) } : { wrong: read.wrong };
    },
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined; // worded by who asked
  }
}

import type { Command } from 'commander';
import { CAUSES } from '../../causes.ts';
import type { Capture, CaptureRow, Cause } from '../../control/contract/index.ts';
import { parseSince } from '../../store/duration.ts';
import { usage } from '../cli-error.ts';
import { handle } from '../command.ts';
import type { Output, Paint } from '../output.ts';
import { ledgerLines, stepLine } from '../step-line.ts';
import { harmless, oneLine } from '../table.ts';
import { duration, localTime } from '../words.ts';
import { addCaptureTransferCommands } from './captures-transfer.ts';
import { count, milliseconds } from './options.ts';

interface ListOptions {
  readonly failed?: boolean;
  readonly cause?: Cause;
  readonly app?: string;
  readonly provider?: string;
  readonly model?: string;
  readonly status?: string;
  readonly since?: string;
  readonly text?: string;
  readonly limit?: number;
}

/** Rows of one answer; a longer listing is asked for page by page. */
const PAGE = 1000;

export function addCaptureCommands(program: Command): void {
  const captures = program.command('captures').description('what went through the gateway, recorded without secrets');
  captures
    .command('list')
    .description('the newest captures first')
    .option('--failed', 'only those that failed')
    .option('--cause <cause>', 'only those that failed for this cause, such as key_expired', cause)
    .option('--app <app>', 'only those of this app (name or id)')
    .option('--provider <id>', 'only those of this provider')
    .option('--model <model>', 'only those of this model')
    .option('--status <status>', 'only those with this status: 404, 4xx, 5xx')
    .option('--since <when>', 'only those since then: 1h, 2d, 2026-11-24')
    .option('--text <words>', 'only those with all these words')
    .option('--limit <n>', 'how many (default 50)', count)
    .action(
      handle<ListOptions, []>(async ({ out, session }, { since, limit = 50, ...filter }) => {
        const sinceMs = since === undefined ? undefined : parseSince(since, Date.now());
        const { client } = await session();
        const rows: CaptureRow[] = [];
        while (rows.length < limit) {
          const before = rows.at(-1)?.id;
          const page = await client.captures.list({
            ...filter,
            sinceMs,
            before,
            limit: Math.min(PAGE, limit - rows.length),
          });
          rows.push(...page);
          if (page.length < PAGE) break;
        }
        const empty = Object.keys(filter).length > 0 || since ? 'Nothing fits.' : 'Nothing was recorded yet.';
        out.list(rows, columns(out), empty);
      }),
    );
  captures
    .command('show <id>')
    .description('one capture with its steps, attempts and bodies')
    .action(
      handle<object, [string]>(async ({ out, session }, _options, id) => {
        const capture = await (await session()).client.captures.get({ id });
        out.value(capture, () => describe(capture, out.paint));
      }),
    );
  addCaptureTransferCommands(captures);
  captures
    .command('prune')
    .description('remove what the retention settings no longer keep, or all that is older than --older-than')
    .option('--older-than <duration>', 'such as 7d', milliseconds)
    .action(
      handle<{ olderThan?: number }, []>(async ({ out, session }, { olderThan }) => {
        const result = await (await session()).client.captures.prune({ olderThanMs: olderThan });
        out.value(result, () => `Removed ${result.removed} ${result.removed === 1 ? 'capture' : 'captures'}.`);
      }),
    );
}

function cause(text: string): Cause {
  const name = text.replaceAll('-', '_') as Cause;
  if (CAUSES.includes(name)) return name;
  const near = CAUSES.filter((known) => known.includes(name) || known.startsWith(name.split('_')[0] as string));
  throw usage(
    `There is no cause "${text.slice(0, 40)}".`,
    near.length > 0 ? `Did you mean ${near.slice(0, 3).join(', ')}?` : `There are ${CAUSES.join(', ')}.`,
  );
}

function columns({ paint }: Output) {
  return [
    { title: 'TIME', text: (row: CaptureRow) => localTime(row.time) },
    { title: 'ID', text: (row: CaptureRow) => row.id },
    { title: 'APP', text: (row: CaptureRow) => row.app ?? '' },
    { title: 'ANSWERED BY', text: answeredBy },
    {
      title: 'STATUS',
      text: (row: CaptureRow) => (row.status === null ? row.state : String(row.status)),
      paint: (text: string, row: CaptureRow) => paintRow(paint, text, row),
    },
    { title: 'TOOK', text: (row: CaptureRow) => duration(row.durationMs), align: 'right' as const },
    {
      title: 'VERDICT',
      text: (row: CaptureRow) => (row.cause ? `${row.cause}: ${row.message}` : row.message),
      paint: (text: string, row: CaptureRow) => (row.ok ? text : paintRow(paint, text, row)),
    },
  ];
}

function answeredBy(row: CaptureRow): string {
  if (row.provider && row.model) return `${row.provider}/${row.model}`;
  return row.provider ?? row.askedModel ?? `${row.method} ${row.path}`;
}

function paintRow(paint: Paint, text: string, row: CaptureRow): string {
  if (row.state === 'running') return paint.yellow(text);
  return row.ok ? paint.green(text) : paint.red(text);
}

function describe(capture: Capture, paint: Paint): string {
  const { request, answer, verdict } = capture;
  const head = [
    `${paint.bold(`${request.method} ${oneLine(request.url)}`)}`,
    `${localTime(capture.time)} · ${capture.app ?? 'no app'} · ${answeredBy(capture)} · ${capture.status ?? capture.state}${capture.durationMs === null ? '' : ` · ${duration(capture.durationMs)}`}`,
    ...(verdict
      ? [
          paintRow(
            paint,
            verdict.cause ? `${verdict.cause} at ${verdict.stage}: ${verdict.message}` : verdict.message,
            capture,
          ),
        ]
      : []),
  ];
  const steps = capture.steps.flatMap((step) => [`  ${stepLine(step, paint)}`, ...ledgerLines(step, paint)]);
  const attempts = capture.attemptList.map((attempt) => {
    const outcome = attempt.status ?? attempt.outcome?.errorCode ?? 'no answer';
    return `  ${attempt.index + 1}. ${attempt.method} ${oneLine(attempt.url)} → ${outcome}${attempt.key ? ` with ${attempt.key.label} (…${attempt.key.lastFour})` : ''}`;
  });
  return [
    ...head,
    '',
    paint.bold('Steps'),
    ...steps,
    ...(attempts.length > 0 ? ['', paint.bold('Attempts'), ...attempts] : []),
    '',
    paint.bold('Request'),
    ...headersOf(request.headers),
    ...bodyOf(request.body, paint),
    ...(answer
      ? ['', paint.bold(`Answer ${answer.status}`), ...headersOf(answer.headers), ...bodyOf(answer.body, paint)]
      : []),
    '',
    paint.dim(`Why? keyward explain ${capture.id}`),
  ].join('\n');
}

function headersOf(headers: Capture['request']['headers']): string[] {
  return headers.map(([name, value]) => `  ${oneLine(name)}: ${oneLine(value)}`);
}

function bodyOf(body: Capture['request']['body'], paint: Paint): string[] {
  if (body.text === undefined && body.base64 === undefined) {
    return body.sizeBytes === 0
      ? []
      : [paint.dim(`  (${body.sizeBytes} bytes, left out: ${body.leftOut ?? 'not kept'})`)];
  }
  if (body.text === undefined) return [paint.dim(`  (${body.sizeBytes} bytes, not text; --json has them)`)];
  const cut =
    body.keptBytes < body.sizeBytes ? [paint.dim(`  (the first ${body.keptBytes} of ${body.sizeBytes} bytes)`)] : [];
  return [
    '',
    ...harmless(body.text)
      .split('\n')
      .map((line) => `  ${line}`),
    ...cut,
  ];
}

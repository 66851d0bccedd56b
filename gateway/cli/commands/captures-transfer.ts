/** `captures export` and `captures import`: files out and in, a piece at a time. */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import type { Command } from 'commander';
import { EXPORT_FORMATS, type Imported } from '../../control/contract/transfer.ts';
import { EXIT, type ExitCode, usage } from '../cli-error.ts';
import { handle, type Run } from '../command.ts';
import { fileFault, readInput } from '../input-file.ts';
import type { Output } from '../output.ts';
import { oneLine } from '../table.ts';

type Format = (typeof EXPORT_FORMATS)[number];

/** What the control interface takes at once, as base64 within JSON. */
const MOST_IMPORT_BYTES = 140 * 1024 * 1024;
const TOO_LARGE = { what: 'to be taken in at once', next: 'Have it made with fewer captures at a time.' };

export function addCaptureTransferCommands(captures: Command): void {
  captures
    .command('export <ids...>')
    .description(
      'captures as a file, free of secrets: bundle (opens in another Keyward), har, curl or support (- reads ids from stdin)',
    )
    .option('--format <format>', `${EXPORT_FORMATS.join(', ')} (default bundle)`, format)
    .option('--out <file>', 'write to this file instead of standard output')
    .action(handle<{ format?: Format; out?: string }, [string[]]>(exportTo));
  captures
    .command('import <file>')
    .description('take in a bundle, a HAR file, a curl command or failure records (- for stdin)')
    .action(handle<object, [string]>((run, _options, file) => importFrom(run, file)));
}

function format(text: string): Format {
  if ((EXPORT_FORMATS as readonly string[]).includes(text)) return text as Format;
  throw usage(`There is no format "${text.slice(0, 40)}".`, `There are ${EXPORT_FORMATS.join(', ')}.`);
}

async function exportTo(
  run: Run,
  { format = 'bundle', out }: { format?: Format; out?: string },
  given: string[],
): Promise<ExitCode> {
  const ids = given.length === 1 && given[0] === '-' ? await idsOfInput() : given;
  const { client } = await run.session();
  if (run.globals.json && out === undefined) {
    run.out.value(await client.transfer.export({ ids, format }), () => '');
    return EXIT.done;
  }
  if (format === 'bundle' && out === undefined && process.stdout.isTTY) {
    throw usage('A bundle is no text to be shown on a terminal.', 'Name a file with --out, or redirect the output.');
  }
  const pieces = await client.transfer.download({ ids, format });
  if (out === undefined) {
    for await (const piece of pieces) if ('base64' in piece) await write(process.stdout, piece.base64);
    return EXIT.done;
  }
  const { sizeBytes, linked } = await writeFile(out, pieces);
  const asked = new Set(ids).size;
  run.out.value(
    { file: out, format, captures: asked, linked, sizeBytes },
    () => `Wrote ${capturesWords(asked, linked)} to ${out}.`,
  );
  return EXIT.done;
}

function capturesWords(captures: number, linked: number): string {
  const first = `${captures} ${captures === 1 ? 'capture' : 'captures'}`;
  if (linked === 0) return first;
  return `${first} and ${linked} ${linked === 1 ? 'run' : 'runs'} linked to ${captures === 1 ? 'it' : 'them'}`;
}

async function idsOfInput(): Promise<string[]> {
  const words = (await readInput('-', MOST_IMPORT_BYTES, TOO_LARGE)).toString('utf8').split(/[\s,]+/);
  // A listing with --json is understood too: a row holds its id.
  const ids = words.flatMap((word) => /\bc[0-9a-hjkmnp-tv-z]{20}\b/.exec(word)?.[0] ?? []);
  if (ids.length === 0)
    throw usage(
      'No capture ids came on standard input.',
      'For example: keyward captures list --json | keyward captures export -',
    );
  return [...new Set(ids)];
}

/** Under another name until it is whole: a file cut short by an error must not pass for one. */
async function writeFile(
  file: string,
  pieces: AsyncIterable<{ base64: string } | { linked: number } | object>,
): Promise<{ sizeBytes: number; linked: number }> {
  const unfinished = `${file}.part`;
  const stream = createWriteStream(unfinished, { mode: 0o600 });
  let sizeBytes = 0;
  let linked = 0;
  try {
    await once(stream, 'open');
    for await (const piece of pieces) {
      if ('base64' in piece) sizeBytes += await write(stream, piece.base64);
      else if ('linked' in piece) linked = piece.linked;
    }
    stream.end();
    await once(stream, 'close');
    await rename(unfinished, file);
    return { sizeBytes, linked };
  } catch (error) {
    stream.destroy();
    await rm(unfinished, { force: true });
    throw fileFault(file, error, 'written');
  }
}

async function write(stream: Writable, base64: string): Promise<number> {
  const bytes = Buffer.from(base64, 'base64');
  if (!stream.write(bytes)) await once(stream, 'drain');
  return bytes.length;
}

async function importFrom({ out, session }: Run, file: string): Promise<ExitCode> {
  const content = (await readInput(file, MOST_IMPORT_BYTES, TOO_LARGE)).toString('base64');
  const { client } = await session(true);
  const imported = await client.transfer.import({
    content,
    encoding: 'base64',
    fileName: file === '-' ? undefined : file,
  });
  out.value(imported, () => summary(imported, out));
  return EXIT.done;
}

function summary({ format, captures, skipped, signature }: Imported, { paint }: Output): string {
  const kinds = { bundle: 'a bundle', har: 'a HAR file', curl: 'a curl command', records: 'failure records' };
  const lines = captures.map(
    ({ id, from, ok, message, added }) =>
      `  ${ok ? paint.green('✓') : paint.red('✗')} ${id}  ${oneLine(from === id ? message : `${from} · ${message}`)}${added ? '' : paint.dim(' (was here already)')}`,
  );
  const left = skipped.map(({ entry, sentence }) => paint.dim(`  – ${oneLine(entry)}: ${sentence}`));
  const fresh = captures.filter(({ added }) => added);
  const signed = signature === 'good' ? ' Its signature is good.' : '';
  return [
    `Took in ${capturesWords(
      fresh.filter(({ linked }) => linked !== true).length,
      fresh.filter(({ linked }) => linked === true).length,
    )} from ${kinds[format]}.${signed}`,
    ...lines,
    ...left,
    '',
    paint.dim(`Why? keyward explain ${captures[0]?.id ?? 'CAPTURE'}`),
  ].join('\n');
}

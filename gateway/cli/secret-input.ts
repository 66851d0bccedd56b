/** Secrets come from standard input or a hidden prompt; never from arguments, which every user of the computer can list. */
import { openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { ReadStream } from 'node:tty';
import { CliError, EXIT, usage } from './cli-error.ts';

const LONGEST_SECRET_BYTES = 100_000;

/** A provider key: typed unseen where stdin is a terminal, else all of stdin. */
export async function readSecret(prompt: string, example: string): Promise<string> {
  const text = process.stdin.isTTY ? await askHidden(prompt, process.stdin) : await readAll(process.stdin);
  refuseLines(text);
  if (text.trim() !== '') return text;
  throw usage('No key came on standard input.', example);
}

/** A file with several lines holds more than one key; which of them is meant is not guessed. One JSON object may run over lines. */
function refuseLines(text: string): void {
  const lines = text.split(/\r\n|\r|\n/).filter((line) => line.trim() !== '');
  if (lines.length < 2 || text.trimStart().startsWith('{')) return;
  throw usage(
    `${lines.length} lines came on standard input, and a key is one line. Nothing was saved.`,
    'Pass on the key alone: printf %s "$KEY" | keyward keys add --provider ID',
  );
}

/**
 * A passphrase: from the file that was named, else from the terminal itself, as stdin may be carrying another secret.
 * Undefined where there is neither.
 */
export async function readPassphrase(
  prompt: string,
  file: string | undefined = process.env.KEYWARD_PASSPHRASE_FILE,
): Promise<string | undefined> {
  if (file) return passphraseOfFile(file);
  const terminal = openTerminal();
  if (!terminal) return undefined;
  try {
    return await askHidden(prompt, terminal);
  } finally {
    if (terminal !== process.stdin) terminal.destroy();
  }
}

/** Its text without the line break that editors put at the end. */
export async function passphraseOfFile(file: string): Promise<string> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw usage(
      `The passphrase file ${file} cannot be read (${(error as NodeJS.ErrnoException).code}).`,
      'Name another with --passphrase-file.',
    );
  }
  const passphrase = text.replace(/\r?\n$/, '');
  if (passphrase === '') throw usage(`The passphrase file ${file} is empty.`, 'Put the passphrase into it.');
  return passphrase;
}

function openTerminal(): ReadStream | undefined {
  if (process.stdin.isTTY) return process.stdin;
  if (process.platform === 'win32') return undefined;
  try {
    return new ReadStream(openSync('/dev/tty', 'r+'));
  } catch {
    return undefined; // started without a terminal: by cron, a service manager, a test
  }
}

async function readAll(stream: NodeJS.ReadableStream): Promise<string> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of stream) {
    const bytes = Buffer.from(chunk as Buffer);
    sizeBytes += bytes.length;
    if (sizeBytes > LONGEST_SECRET_BYTES) throw usage('What came on standard input is far too long for a key.');
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Reads a line without showing it. A pasted line break ends it; Ctrl-C gives up. */
function askHidden(prompt: string, terminal: ReadStream): Promise<string> {
  return new Promise((resolve, reject) => {
    // Before the prompt: what a quick hand or a script types at its sight must not be echoed.
    terminal.setRawMode(true);
    process.stderr.write(prompt);
    terminal.setEncoding('utf8');
    terminal.resume();
    let line = '';
    const finish = (settle: () => void) => {
      terminal.off('data', onData);
      terminal.setRawMode(false);
      terminal.pause();
      process.stderr.write('\n');
      settle();
    };
    const onData = (data: string) => {
      // Terminals that mark a paste put these around it.
      for (const character of data.replaceAll('\u001b[200~', '').replaceAll('\u001b[201~', '')) {
        if (character === '\r' || character === '\n' || character === '\u0004') return finish(() => resolve(line));
        if (character === '\u0003')
          return finish(() => reject(new CliError(EXIT.failed, 'Given up; nothing was changed.')));
        if (character === '\u007f' || character === '\b') line = [...line].slice(0, -1).join('');
        else if (character === '\u0015') line = '';
        else line += character;
      }
    };
    terminal.on('data', onData);
  });
}

/** Asks a yes-or-no question on the terminal; undefined where there is nobody to ask. */
export async function confirm(question: string): Promise<boolean | undefined> {
  if (!process.stdin.isTTY) return undefined;
  process.stderr.write(`${question} [y/N] `);
  const { createInterface } = await import('node:readline/promises');
  const lines = createInterface({ input: process.stdin });
  try {
    return /^y(es)?$/i.test((await lines.question('')).trim());
  } finally {
    lines.close();
  }
}

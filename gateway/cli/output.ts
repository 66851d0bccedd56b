/** Where a command writes: data to stdout, people's words beside it or, with `--json`, to stderr. */
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { type Column, table } from './table.ts';

type Stream = Writable & { readonly isTTY?: boolean; readonly columns?: number };

export interface Output {
  readonly json: boolean;
  readonly paint: Paint;
  /** A listing: one JSON object a line, or a table. `empty` is said where there is nothing. */
  list<T extends object>(rows: readonly T[], columns: readonly Column<T>[], empty: string): void;
  /** One value: JSON, or what `words` makes of it. */
  value(value: unknown, words: () => string): void;
  /** One line of a stream; resolves when the reader has caught up. */
  line(value: unknown, words: () => string): Promise<void>;
  /** Words for a person; never data. */
  say(text: string): void;
  /** A warning or hint that must not mix with data. */
  note(text: string): void;
}

export interface Paint {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
}

const CODES = { bold: [1, 22], dim: [2, 22], red: [31, 39], green: [32, 39], yellow: [33, 39] } as const;

/** Colours only where a person looks at a terminal and did not ask for none (no-color.org). */
export function createOutput(
  json: boolean,
  stdout: Stream = process.stdout,
  stderr: Stream = process.stderr,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Output {
  const colours = Boolean(stdout.isTTY) && !env.NO_COLOR && env.TERM !== 'dumb';
  const paint = painter(colours);
  const write = (text: string) => void stdout.write(`${text}\n`);
  return {
    json,
    paint,
    list: (rows, columns, empty) => {
      if (json) for (const row of rows) write(JSON.stringify(row));
      else if (rows.length === 0) write(empty);
      else write(table(rows, columns, { width: stdout.isTTY ? stdout.columns : undefined, head: paint.dim }));
    },
    value: (value, words) => write(json ? JSON.stringify(value) : words()),
    line: async (value, words) => {
      if (!stdout.write(`${json ? JSON.stringify(value) : words()}\n`)) await once(stdout, 'drain');
    },
    say: (text) => void (json ? stderr : stdout).write(`${text}\n`),
    note: (text) => void stderr.write(`${text}\n`),
  };
}

function painter(colours: boolean): Paint {
  const with_ = (name: keyof typeof CODES) => (text: string) =>
    colours && text !== '' ? `\u001b[${CODES[name][0]}m${text}\u001b[${CODES[name][1]}m` : text;
  return { bold: with_('bold'), dim: with_('dim'), red: with_('red'), green: with_('green'), yellow: with_('yellow') };
}

/** Aligned columns for a terminal. Pure. */
export interface Column<T> {
  readonly title: string;
  readonly text: (row: T) => string;
  /** Puts colour around the padded text. */
  readonly paint?: (text: string, row: T) => string;
  readonly align?: 'left' | 'right';
}

export interface TableOptions {
  /** Columns of the terminal: the last column is cut to it. Undefined: nothing is cut (a pipe, a file). */
  readonly width?: number;
  readonly head?: (text: string) => string;
}

const GAP = '  ';

/** Columns that are empty in every row are left out. */
export function table<T>(rows: readonly T[], columns: readonly Column<T>[], options: TableOptions = {}): string {
  const cells = rows.map((row) => columns.map((column) => oneLine(column.text(row))));
  const shown = columns.flatMap((column, at) =>
    cells.some((line) => line[at] !== '') ? [{ column, at, width: 0 }] : [],
  );
  for (const one of shown) {
    one.width = Math.max(displayWidth(one.column.title), ...cells.map((line) => displayWidth(line[one.at] as string)));
  }
  const last = shown.at(-1);
  if (last && options.width !== undefined) {
    const others = shown.slice(0, -1).reduce((sum, { width }) => sum + width + GAP.length, 0);
    last.width = Math.max(Math.min(last.width, options.width - others), 12);
  }
  const head = shown.map(({ column, width }) => pad(column.title, width, column.align, column === last?.column));
  const lines = cells.map((line, index) =>
    shown
      .map(({ column, at, width }) => {
        const text = pad(line[at] as string, width, column.align, column === last?.column);
        return column.paint ? column.paint(text, rows[index] as T) : text;
      })
      .join(GAP)
      .trimEnd(),
  );
  return [(options.head ?? String)(head.join(GAP).trimEnd()), ...lines].join('\n');
}

/** A control character of a stored name must not steer the terminal. */
export function oneLine(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly these are what must not reach the terminal
  return text.replace(/\s+/g, ' ').replace(/[\u0000-\u001f\u007f-\u009f]/g, '');
}

/** The same for text of several lines. */
export function harmless(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly these are what must not reach the terminal
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '');
}

function pad(text: string, width: number, align: 'left' | 'right' = 'left', isLast = false): string {
  let shown = text;
  if (displayWidth(shown) > width) {
    shown = '';
    for (const character of text) {
      if (displayWidth(shown + character) > width - 1) break;
      shown += character;
    }
    shown += '…';
  }
  const space = ' '.repeat(Math.max(0, width - displayWidth(shown)));
  if (align === 'right') return space + shown;
  return isLast ? shown : shown + space;
}

/** East Asian characters and emoji take two columns; marks that combine take none. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) {
    if (/\p{Mark}|\u200b|\u200d|\ufe0f/u.test(character)) continue;
    width +=
      /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u.test(
        character,
      )
        ? 2
        : 1;
  }
  return width;
}

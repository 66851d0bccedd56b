/** Extra headers as people write them: `Name: value`, one a line. Pure. */
export interface HeaderLines {
  readonly headers: Record<string, string>;
  /** Lines that are no headers. */
  readonly bad: readonly string[];
}

const LINE = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*)$/;

export function parseHeaderLines(text: string): HeaderLines {
  const headers: Record<string, string> = {};
  const bad: string[] = [];
  for (const line of text.split('\n').map((each) => each.trim())) {
    if (line === '') continue;
    const [, name, value] = LINE.exec(line) ?? [];
    if (name === undefined || !value) bad.push(line);
    else headers[name] = value;
  }
  return { headers, bad };
}

export function headerLines(headers: Readonly<Record<string, string>>): string {
  return Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n');
}

/** Edits of requests as lines that people read and write, both ways. Pure. */
import type { BodyEdit, HeaderEdit, RedactionRule, Transform } from '../../../gateway/control/contract/index.ts';

export type Rules = Pick<Transform, 'headers' | 'body' | 'redact'>;

export type ParsedLines = { readonly ok: true; readonly rules: Rules } | { readonly ok: false; readonly line: string };

export const STAND_IN = '[removed]';

/** One line a rule, in the order in which they are kept. */
export function toLines({ headers, body, redact }: Rules): string {
  return [...headers.map(headerLine), ...body.map(bodyLine), ...redact.map(redactLine)].join('\n');
}

export function headerLine(edit: HeaderEdit): string {
  if (edit.do === 'remove') return `remove header ${edit.name}`;
  if (edit.do === 'rename') return `rename header ${edit.name} to ${edit.to}`;
  return `${edit.do} header ${edit.name}: ${edit.value}`;
}

export function bodyLine(edit: BodyEdit): string {
  if (edit.do === 'remove') return `remove ${edit.path}`;
  if (edit.do === 'rename') return `rename ${edit.path} to ${edit.to}`;
  return `${edit.do} ${edit.path} = ${JSON.stringify(edit.value)}`;
}

export function redactLine({ pattern, with: standIn }: RedactionRule): string {
  // What a pattern holds of ` => ` would else be taken for the stand-in.
  return standIn === STAND_IN && !pattern.includes(' => ')
    ? `take out ${pattern}`
    : `take out ${pattern} => ${standIn}`;
}

/** The first line that is no rule is given back. */
export function parseLines(text: string): ParsedLines {
  const rules: Rules = { headers: [], body: [], redact: [] };
  for (const raw of text.split('\n')) {
    const line = raw.trim();
    if (line !== '' && !addRule(rules, line)) return { ok: false, line };
  }
  return { ok: true, rules };
}

function addRule(rules: Rules, line: string): boolean {
  const takeOut = /^take out (.+)$/i.exec(line)?.[1];
  if (takeOut !== undefined) {
    const at = `${takeOut} `.lastIndexOf(' => ');
    rules.redact.push(
      at < 1
        ? { pattern: takeOut, with: STAND_IN }
        : { pattern: takeOut.slice(0, at), with: takeOut.slice(at + ' => '.length) },
    );
    return true;
  }
  const header = headerRule(line);
  if (header) rules.headers.push(header);
  const body = header ? undefined : bodyRule(line);
  if (body) rules.body.push(body);
  return header !== undefined || body !== undefined;
}

function headerRule(line: string): HeaderEdit | undefined {
  const [, verb = '', rest = ''] = /^(set|default|remove|rename) header (.+)$/i.exec(line) ?? [];
  switch (verb.toLowerCase()) {
    case 'remove':
      return { do: 'remove', name: rest };
    case 'rename': {
      const [, name, to] = /^(\S+) to (\S+)$/i.exec(rest) ?? [];
      return name && to ? { do: 'rename', name, to } : undefined;
    }
    case 'set':
    case 'default': {
      const [, name, value = ''] = /^([^\s:]+):\s*(.*)$/.exec(rest) ?? [];
      return name ? { do: verb.toLowerCase() as 'set' | 'default', name, value } : undefined;
    }
    default:
      return undefined;
  }
}

function bodyRule(line: string): BodyEdit | undefined {
  const [, verb = '', rest = ''] = /^(set|default|remove|rename) (\/.*)$/i.exec(line) ?? [];
  switch (verb.toLowerCase()) {
    case 'remove':
      return { do: 'remove', path: rest };
    case 'rename': {
      const [, path, to] = /^(.+) to (\S+)$/i.exec(rest) ?? [];
      return path && to ? { do: 'rename', path, to } : undefined;
    }
    case 'set':
    case 'default': {
      const [, path, written] = /^([^=]*[^=\s])\s*=\s*(.+)$/.exec(rest) ?? [];
      if (!path || written === undefined) return undefined;
      return { do: verb.toLowerCase() as 'set' | 'default', path, value: jsonOrText(written) };
    }
    default:
      return undefined;
  }
}

/** What is typed as a value: JSON, or a text without its quotes. */
export function jsonOrText(written: string): Extract<BodyEdit, { do: 'set' }>['value'] {
  try {
    return JSON.parse(written);
  } catch {
    return written; // a text needs no quotes
  }
}

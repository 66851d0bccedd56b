/**
 * The grammar of the search box: `status:4xx cause:key_expired app:cursor provider:openai model:gpt since:1h failed "text"`.
 * Pure: the clock is an argument. What is not understood is searched as text and said so; nothing is silently dropped.
 */
import { CAUSES, type CaptureQuery, type Cause } from '../../../gateway/control/contract/index.ts';

export const FIELDS = ['status', 'cause', 'app', 'provider', 'model', 'since', 'until', 'text'] as const;
export type Field = (typeof FIELDS)[number];
export const FLAGS = ['failed', 'ok'] as const;

export interface Token {
  /** Offsets in the text, end exclusive. */
  readonly start: number;
  readonly end: number;
  /** Absent for bare words and quoted text. */
  readonly field?: string;
  readonly value: string;
  readonly quoted: boolean;
}

export type Fault =
  | { readonly kind: 'unknownField'; readonly value: string }
  | { readonly kind: 'badStatus'; readonly value: string }
  | { readonly kind: 'badCause'; readonly value: string }
  | { readonly kind: 'badTime'; readonly value: string }
  | { readonly kind: 'empty'; readonly value: string }
  | { readonly kind: 'twice'; readonly value: string }
  | { readonly kind: 'contradiction'; readonly value: string };

export interface Search {
  readonly query: Omit<CaptureQuery, 'before' | 'limit'>;
  readonly faults: readonly Fault[];
}

const TOKEN = /(?:([A-Za-z_]+):)?(?:"([^"]*)"?|([^\s"]+))|([A-Za-z_]+):/g;

export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  for (const match of text.matchAll(TOKEN)) {
    const [whole, field, quoted, bare, lonely] = match;
    const base = { start: match.index, end: match.index + whole.length };
    const name = field ?? lonely ?? lonelyField(bare);
    if (name !== undefined)
      tokens.push({
        ...base,
        field: name.toLowerCase(),
        value: quoted ?? (lonely || lonelyField(bare) ? '' : (bare ?? '')),
        quoted: quoted !== undefined,
      });
    else tokens.push({ ...base, value: quoted ?? bare ?? '', quoted: quoted !== undefined });
  }
  return tokens;
}

/** `app:` at the end, its value not yet written, matches as a bare word. */
function lonelyField(bare: string | undefined): string | undefined {
  return bare !== undefined && /^[A-Za-z_]+:$/.test(bare) ? bare.slice(0, -1) : undefined;
}

export function parseSearch(text: string, nowMs: number): Search {
  const query: { -readonly [K in keyof Search['query']]: Search['query'][K] } = {};
  const faults: Fault[] = [];
  const texts: string[] = [];
  const seen = new Set<string>();

  for (const token of tokenize(text)) {
    const { field, value } = token;
    if (field === undefined) {
      const word = value.toLowerCase();
      if (!token.quoted && (word === 'failed' || word === 'ok')) {
        const failed = word === 'failed';
        if (query.failed !== undefined && query.failed !== failed) faults.push({ kind: 'contradiction', value: word });
        query.failed = failed;
      } else if (value.trim() !== '') texts.push(value.trim());
      continue;
    }
    if (!isField(field)) {
      faults.push({ kind: 'unknownField', value: field });
      texts.push(`${field}:${value}`);
      continue;
    }
    if (value === '') {
      faults.push({ kind: 'empty', value: field });
      continue;
    }
    if (field === 'text') {
      texts.push(value);
      continue;
    }
    if (seen.has(field)) faults.push({ kind: 'twice', value: field });
    seen.add(field);
    readField(field, value, nowMs, query, faults);
  }
  if (texts.length > 0) query.text = texts.join(' ');
  return { query, faults };
}

function readField(
  field: Exclude<Field, 'text'>,
  value: string,
  nowMs: number,
  query: { -readonly [K in keyof Search['query']]: Search['query'][K] },
  faults: Fault[],
): void {
  switch (field) {
    case 'status': {
      const status = value.toLowerCase();
      if (/^[1-5](\d\d|xx)$/.test(status)) query.status = status;
      else faults.push({ kind: 'badStatus', value });
      return;
    }
    case 'cause': {
      const cause = value.toLowerCase().replaceAll('-', '_');
      if (isCauseName(cause)) query.cause = cause;
      else faults.push({ kind: 'badCause', value });
      return;
    }
    case 'app':
    case 'provider':
    case 'model':
      query[field] = value;
      return;
    case 'since':
    case 'until': {
      const at = timeAt(value, nowMs);
      if (at === undefined) faults.push({ kind: 'badTime', value });
      else if (field === 'since') query.sinceMs = at;
      else query.untilMs = at;
    }
  }
}

const UNITS_MS: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** `90s`, `15m`, `12h`, `30d`, `2w` before now, or a date (local midnight) or date and time. */
function timeAt(value: string, nowMs: number): number | undefined {
  const ago = /^(\d+(?:\.\d+)?)([smhdw])$/i.exec(value);
  if (ago) return Math.round(nowMs - Number(ago[1]) * (UNITS_MS[(ago[2] ?? '').toLowerCase()] ?? 0));
  if (/^\d{4}-\d{2}-\d{2}$/.test(value)) return atOrUndefined(Date.parse(`${value}T00:00:00`));
  if (/^\d{4}-\d{2}-\d{2}T/.test(value)) return atOrUndefined(Date.parse(value));
  return undefined;
}

const atOrUndefined = (ms: number) => (Number.isNaN(ms) ? undefined : ms);
const isField = (name: string): name is Field => (FIELDS as readonly string[]).includes(name);
const isCauseName = (name: string): name is Cause => (CAUSES as readonly string[]).includes(name);

/** Puts a field's value into the text, replacing the field where it stands; the value is quoted where it must be. */
export function withField(text: string, field: Field, value: string): string {
  const written = `${field}:${/[\s"]/.test(value) ? `"${value.replaceAll('"', '')}"` : value}`;
  const there = tokenize(text).find((token) => token.field === field);
  if (!there) return `${text.trim()} ${written}`.trim();
  return `${text.slice(0, there.start)}${written}${text.slice(there.end)}`;
}

/** Adds a bare flag, or takes it away where it stands. */
export function toggleFlag(text: string, flag: (typeof FLAGS)[number]): string {
  const there = tokenize(text).find((token) => !token.field && !token.quoted && token.value.toLowerCase() === flag);
  if (!there) return `${flag} ${text}`.trim();
  return `${text.slice(0, there.start)}${text.slice(there.end)}`.replace(/\s+/g, ' ').trim();
}

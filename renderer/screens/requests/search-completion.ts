/** What may come next in the search box, given where the caret stands. Pure. */
import { CAUSES } from '../../../gateway/control/contract/index.ts';
import { FIELDS, FLAGS, tokenize } from './search-grammar.ts';

export interface Vocabulary {
  readonly apps: readonly string[];
  readonly providers: readonly string[];
  readonly models: readonly string[];
}

export interface Suggestion {
  /** What is shown and, without its help, written. */
  readonly insert: string;
  /** Field or flag it belongs to, for its explanation. */
  readonly of: (typeof FIELDS)[number] | (typeof FLAGS)[number];
  /** The part of the text it replaces. */
  readonly start: number;
  readonly end: number;
}

const SHOWN_AT_MOST = 12;
const STATUSES = ['4xx', '5xx', '2xx', '400', '401', '403', '404', '429', '500', '503'];
const TIMES = ['15m', '1h', '24h', '7d', '30d'];

/** Suggestions for the word under the caret; none inside quoted text. */
export function completeSearch(text: string, caret: number, vocabulary: Vocabulary): Suggestion[] {
  const token = tokenize(text).find((each) => each.start < caret && caret <= each.end);
  if (!token) return names('', caret, caret);
  if (token.field === undefined) return token.quoted ? [] : names(token.value, token.start, token.end);
  const values = valuesOf(token.field, vocabulary);
  const wanted = token.value.toLowerCase();
  return rank(values, wanted)
    .filter((value) => value.toLowerCase() !== wanted)
    .slice(0, SHOWN_AT_MOST)
    .map((value) => ({
      insert: `${token.field}:${/\s/.test(value) ? `"${value}"` : value}`,
      of: token.field as Suggestion['of'],
      start: token.start,
      end: token.end,
    }));
}

function names(wanted: string, start: number, end: number): Suggestion[] {
  const lower = wanted.toLowerCase();
  const words = [...FLAGS, ...FIELDS].filter((name) => name.startsWith(lower) && name !== lower);
  const of = words.map((name) => ({
    insert: (FIELDS as readonly string[]).includes(name) ? `${name}:` : name,
    of: name,
    start,
    end,
  }));
  // A cause is what people have in mind: `expired` finds `cause:key_expired`.
  const causes = lower.length < 3 ? [] : CAUSES.filter((cause) => cause.includes(lower.replaceAll(' ', '_')));
  return [...of, ...causes.map((cause) => ({ insert: `cause:${cause}`, of: 'cause' as const, start, end }))].slice(
    0,
    SHOWN_AT_MOST,
  );
}

function valuesOf(field: string, vocabulary: Vocabulary): readonly string[] {
  switch (field) {
    case 'status':
      return STATUSES;
    case 'cause':
      return CAUSES;
    case 'app':
      return vocabulary.apps;
    case 'provider':
      return vocabulary.providers;
    case 'model':
      return vocabulary.models;
    case 'since':
    case 'until':
      return TIMES;
    default:
      return [];
  }
}

function rank(values: readonly string[], wanted: string): string[] {
  const starts = values.filter((value) => value.toLowerCase().startsWith(wanted));
  const holds = values.filter((value) => !starts.includes(value) && value.toLowerCase().includes(wanted));
  return [...starts, ...holds];
}

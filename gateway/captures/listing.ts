/**
 * Listings: newest first, any combination of filters, over settled captures (through the index) and fresh ones (read
 * through, there are few). A text finds whole words; when nothing has the whole word, its beginning counts.
 */
import type { CaptureRow, CheckedCaptureQuery } from './capture.ts';
import { captureNumber, captureNumberAt } from './capture-id.ts';
import { buffer, type CaptureStore, type FreshRow, originWord, type SettledRow } from './capture-store.ts';
import { openRecord } from './open-record.ts';
import { type RowTuple, rowFromTuple, STATE } from './record-form.ts';
import { containsPhrases, searchPhrases, searchText } from './search-text.ts';

const PAGE = 256;
/** Beginnings of words shorter than this match too much to be of use, and take long. */
const SHORTEST_PREFIX = 3;
const NO_LIMIT = Number.MAX_SAFE_INTEGER;

interface Filter {
  readonly query: CheckedCaptureQuery;
  readonly phrases: string[][];
  readonly prefix: boolean;
  readonly fromNumber: number;
  /** Exclusive. */
  readonly toNumber: number;
}

interface Line {
  readonly n: number;
  readonly row: CaptureRow;
}

export function listCaptures(store: CaptureStore, query: CheckedCaptureQuery): CaptureRow[] {
  const phrases = query.text === undefined ? [] : searchPhrases(query.text);
  const asId = query.text?.trim();
  if (asId && captureNumber(asId) !== undefined) {
    const found = store.get(asId);
    return found ? [rowOnly(found)] : [];
  }
  const lines = search(store, query, phrases, false);
  const last = phrases.at(-1)?.at(-1);
  if (lines.length > 0 || last === undefined || last.length < SHORTEST_PREFIX) return lines;
  return search(store, query, phrases, true);
}

function search(store: CaptureStore, query: CheckedCaptureQuery, phrases: string[][], prefix: boolean): CaptureRow[] {
  const before = query.before === undefined ? undefined : captureNumber(query.before);
  // Ids may run ahead of the clock after it was set back, never behind it.
  const until = query.untilMs === undefined ? NO_LIMIT : captureNumberAt(query.untilMs + store.counters.skewMs + 1_001);
  const filter: Filter = {
    query,
    phrases,
    prefix,
    fromNumber: query.sinceMs === undefined ? 0 : captureNumberAt(query.sinceMs - 1_000),
    toNumber: Math.min(before ?? NO_LIMIT, until),
  };
  const lines = [...freshLines(store, filter), ...settledLines(store, filter)];
  lines.sort((a, b) => b.n - a.n);
  return lines.slice(0, query.limit).map((line) => line.row);
}

function freshLines(store: CaptureStore, filter: Filter): Line[] {
  const lines: Line[] = [];
  if (store.fresh.captures === 0) return lines;
  const { query, phrases } = filter;
  const from = query.before === undefined ? NO_LIMIT : filter.toNumber;
  const rows = store.sql('SELECT n, id, state, record FROM fresh WHERE n < ? ORDER BY n DESC').iterate(from);
  for (const fresh of rows as unknown as Iterable<FreshRow>) {
    const tuple = store.freshRow(fresh);
    const row = rowFromTuple(fresh.id, fresh.state, tuple);
    if (!matchesFilters(row, tuple[0], query)) continue;
    if (phrases.length > 0) {
      const text = searchText(tuple, openRecord(buffer(fresh.record), store.templates.get));
      if (!containsPhrases(text, phrases, filter.prefix)) continue;
    }
    lines.push({ n: fresh.n, row });
    if (lines.length >= query.limit) break;
  }
  return lines;
}

function settledLines(store: CaptureStore, filter: Filter): Line[] {
  const match = matchExpression(store, filter);
  if (match === null) return [];
  const { query } = filter;
  const lines: Line[] = [];
  const statement =
    match === ''
      ? store.sql('SELECT n, id, state, row FROM capture WHERE n < ? AND n >= ? ORDER BY n DESC LIMIT ?')
      : store.sql(
          `SELECT capture.n, id, state, row FROM search CROSS JOIN capture ON capture.n = search.rowid
           WHERE search MATCH ? AND search.rowid < ? AND search.rowid >= ? ORDER BY search.rowid DESC LIMIT ?`,
        );
  let to = filter.toNumber;
  for (;;) {
    const page = Math.min(PAGE, query.limit - lines.length);
    const bounds = [to, filter.fromNumber, page] as const;
    const rows = (match === '' ? statement.all(...bounds) : statement.all(match, ...bounds)) as unknown as SettledRow[];
    for (const settled of rows) {
      const tuple = store.readRow(settled.row);
      to = settled.n;
      if (!inTime(tuple[0], query)) continue;
      lines.push({ n: settled.n, row: rowFromTuple(settled.id, settled.state, tuple) });
    }
    if (rows.length < page || lines.length >= query.limit) return lines;
  }
}

/** The index's query; empty for no restriction, null when nothing can match. */
function matchExpression(store: CaptureStore, { query, phrases, prefix }: Filter): string | null {
  const facets: string[] = [];
  const among = (letter: string, text: string | undefined): boolean => {
    if (text === undefined) return true;
    const ids = store.names.matching(text);
    facets.push(`(${ids.map((id) => `${letter}${id}`).join(' OR ')})`);
    return ids.length > 0;
  };
  if (!among('a', query.app) || !among('p', query.provider) || !among('m', query.model)) return null;
  if (!among('c', query.cause)) return null;
  if (query.of !== undefined) facets.push(originWord(query.of));
  if (query.failed !== undefined) facets.push(query.failed ? 'f1' : 'f0');
  if (query.status !== undefined) {
    const word = statusWord(query.status);
    if (word === null) return null;
    facets.push(word);
  }
  const parts: string[] = [];
  if (phrases.length > 0) {
    const texts = phrases.map(
      (phrase, nth) => `"${phrase.join(' ')}"${prefix && nth === phrases.length - 1 ? ' *' : ''}`,
    );
    parts.push(`{text} : (${texts.join(' AND ')})`);
  }
  if (facets.length > 0) parts.push(`{facet} : (${facets.join(' AND ')})`);
  return parts.join(' AND ');
}

function statusWord(status: string): string | null {
  const wanted = status.trim().toLowerCase();
  if (/^[1-5]xx$/.test(wanted)) return `k${wanted[0]}`;
  return /^[1-5]\d\d$/.test(wanted) ? `s${wanted}` : null;
}

function matchesFilters(row: CaptureRow, receivedAt: number, query: CheckedCaptureQuery): boolean {
  if (!inTime(receivedAt, query)) return false;
  if (query.failed !== undefined && (row.state === 'running' || row.ok === query.failed)) return false;
  if (query.cause !== undefined && row.cause !== query.cause) return false;
  if (query.of !== undefined && row.origin?.of !== query.of) return false;
  if (query.status !== undefined) {
    const word = statusWord(query.status);
    if (row.status === null || word === null) return false;
    if (word !== `s${row.status}` && word !== `k${Math.floor(row.status / 100)}`) return false;
  }
  return (
    nameFits(query.app, row.app, row.appId) &&
    nameFits(query.provider, row.provider) &&
    nameFits(query.model, row.model, row.askedModel)
  );
}

function nameFits(wanted: string | undefined, ...names: (string | null)[]): boolean {
  if (wanted === undefined) return true;
  const lower = wanted.toLowerCase();
  if (!lower.includes('*')) return names.some((name) => name?.toLowerCase() === lower);
  const pattern = new RegExp(
    `^${lower
      .split('*')
      .map((part) => part.replace(/[\\^$.+?()[\]{}|]/g, '\\$&'))
      .join('.*')}$`,
    's',
  );
  return names.some((name) => name !== null && pattern.test(name.toLowerCase()));
}

function inTime(receivedAt: number, query: CheckedCaptureQuery): boolean {
  return (
    (query.sinceMs === undefined || receivedAt >= query.sinceMs) &&
    (query.untilMs === undefined || receivedAt <= query.untilMs)
  );
}

const ROW_KEYS = Object.keys(rowFromTuple('', STATE.done, [0] as unknown as RowTuple));

function rowOnly(capture: CaptureRow): CaptureRow {
  return Object.fromEntries(ROW_KEYS.map((key) => [key, capture[key as keyof CaptureRow]])) as unknown as CaptureRow;
}

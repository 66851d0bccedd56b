/**
 * What changed between two documents, for the audit trail: record by record, only the fields that differ. Pure.
 * No seal, hash or wrapped key leaves this file, and no text that may hold a secret (a header's value, a password in a URL).
 */
import type { Document } from './schema.ts';

export interface DocumentChange {
  readonly before: Readonly<Record<string, unknown>>;
  readonly after: Readonly<Record<string, unknown>>;
}

/** Records are named `providers/openai`, `routes/fast`, `settings`, `vault`; one that is new or gone is null on the other side. */
export function describeChange(before: Document, after: Document): DocumentChange {
  const was: Record<string, unknown> = {};
  const is: Record<string, unknown> = {};
  const old = recordsOf(before);
  const now = recordsOf(after);
  for (const name of new Set([...old.keys(), ...now.keys()])) {
    const [from, to] = changedFields(old.get(name), now.get(name));
    if (from === undefined && to === undefined) continue;
    was[name] = from ?? null;
    is[name] = to ?? null;
  }
  return { before: was, after: is };
}

type Fields = Readonly<Record<string, unknown>>;

function recordsOf(document: Document): Map<string, Fields> {
  const records = new Map<string, Fields>();
  records.set('settings', document.settings);
  records.set('vault', document.vault);
  for (const list of ['providers', 'providerKeys', 'apps', 'gatewayKeys'] as const) {
    for (const record of document[list]) records.set(`${list}/${record.id}`, record);
  }
  for (const route of document.routes) records.set(`routes/${route.name}`, route);
  return records;
}

function changedFields(from: Fields | undefined, to: Fields | undefined): [unknown?, unknown?] {
  if (from && to) {
    if (JSON.stringify(from) === JSON.stringify(to)) return [];
    const names = [...new Set([...Object.keys(from), ...Object.keys(to)])].filter(
      (name) => JSON.stringify(from[name]) !== JSON.stringify(to[name]),
    );
    if (names.length === 0) return [];
    return [pick(from, names), pick(to, names)];
  }
  return [from && pick(from, Object.keys(from)), to && pick(to, Object.keys(to))];
}

function pick(fields: Fields, names: readonly string[]): Fields {
  return Object.fromEntries(names.map((name) => [name, presentable(fields[name], name)]));
}

/** Cipher text and hashes: of no use to a reader, of some to a thief. */
const NEVER_SHOWN = new Set(['sealed', 'hash', 'wrapped', 'salt', 'check']);

function presentable(value: unknown, name: string, inHeaders = false): unknown {
  if (value === null || value === undefined) return value;
  if (NEVER_SHOWN.has(name)) return '(not shown)';
  if (typeof value === 'string') {
    if (inHeaders) return `(${value.length} characters)`;
    return value
      .replace(/(:\/\/)[^/?#@\s]+@/, '$1(not shown)@')
      .replace(/(\?)[^#]+/, looksLikeUrl(value) ? '$1(not shown)' : '$&');
  }
  if (Array.isArray(value)) return value.map((item) => presentable(item, '', inHeaders));
  if (typeof value !== 'object') return value;
  const headers = inHeaders || name === 'headers';
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, presentable(item, key, headers)]));
}

function looksLikeUrl(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(text);
}

import type { CaptureRow } from '../../../gateway/control/contract/index.ts';
import type { Search } from './search-grammar.ts';

/**
 * Whether a live row belongs into a listing. `undefined`: only the gateway can tell (full text), so ask it.
 * Names compare as the gateway compares them: case-insensitive; app by id or name, model by part.
 */
export function rowMatches(row: CaptureRow, query: Search['query']): boolean | undefined {
  if (query.failed !== undefined && (row.state === 'running' || row.ok === query.failed)) return false;
  if (query.cause && row.cause !== query.cause) return false;
  if (query.status && !statusMatches(row.status, query.status)) return false;
  if (query.app && row.appId !== query.app && !same(row.app, query.app)) return false;
  if (query.provider && !same(row.provider, query.provider)) return false;
  if (query.model && !holds(row.model, query.model) && !holds(row.askedModel, query.model)) return false;
  const atMs = Date.parse(row.time);
  if (query.sinceMs !== undefined && atMs < query.sinceMs) return false;
  if (query.untilMs !== undefined && atMs > query.untilMs) return false;
  return query.text ? undefined : true;
}

function statusMatches(status: number | null, wanted: string): boolean {
  if (status === null) return false;
  return wanted.endsWith('xx') ? String(status)[0] === wanted[0] : String(status) === wanted;
}

const same = (a: string | null, b: string) => a?.toLowerCase() === b.toLowerCase();
const holds = (a: string | null, b: string) => a?.toLowerCase().includes(b.toLowerCase()) ?? false;

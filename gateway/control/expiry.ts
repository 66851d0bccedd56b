import { parseExpiry } from '../store/duration.ts';

/**
 * When something expires, as an ISO time: from a date, an ISO time or a duration; null for never. Throws StoreError
 * `invalid` for nonsense and the past.
 */
export function expiryTime(asked: string | null | undefined, nowMs: number): string | null {
  if (asked === null || asked === undefined || asked === '' || asked === 'never') return null;
  return new Date(parseExpiry(asked, nowMs)).toISOString();
}

/** A failure record from anywhere, checked for its form. Pure. */
import { whatIsWrong } from '../word-issue.ts';
import { type FailureRecord, failureRecordSchema } from './explanation.ts';

export type ReadRecord =
  | { readonly ok: true; readonly record: FailureRecord }
  | { readonly ok: false /** Half a sentence: `"id" is missing`. */; readonly wrong: string };

export const WHAT_A_RECORD_IS = 'It is a JSON object with an id, and request, response or transport_error where known.';

export function readFailureRecord(value: unknown): ReadRecord {
  if (Array.isArray(value)) return { ok: false, wrong: 'it is a list, not an object' };
  const parsed = failureRecordSchema.safeParse(value);
  return parsed.success
    ? { ok: true, record: parsed.data }
    : { ok: false, wrong: whatIsWrong(parsed.error.issues, value) };
}

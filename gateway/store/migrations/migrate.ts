/** Numbered steps from each schema to the next; a change of shape adds one file and one line here. */
import { SCHEMA_VERSION } from '../schema.ts';
import { migrateFrom0 } from './from-0.ts';

type Step = (old: Record<string, unknown>) => Record<string, unknown>;

/** `STEPS[n]` takes a document of schema n to n + 1. */
const STEPS: readonly Step[] = [migrateFrom0];

/** Brings a document of an older schema to the current one, step by step; the result is still to be checked. */
export function migrate(document: Record<string, unknown>, schema: number): Record<string, unknown> {
  let current = document;
  for (let at = schema; at < SCHEMA_VERSION; at++) {
    const step = STEPS[at];
    if (!step) throw new Error(`no migration from schema ${at}`);
    current = step(current);
  }
  return current;
}

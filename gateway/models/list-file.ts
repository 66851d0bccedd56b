/**
 * The lists of models on the disk (`model-lists.json` in the home): kept apart from the configuration, whose versions and
 * trail they would fill, and without secrets. What is lost of it is asked for again.
 */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { writeDurably } from '../store/durable-file.ts';
import { isMissing } from '../store/store-error.ts';
import type { ListRecord } from './listed.ts';

const count = z.number().int().min(0);

const fileSchema = z.object({
  schema: z.literal(1),
  lists: z.array(
    z.object({
      provider: z.string(),
      of: z.string(),
      listedAtMs: z.number().nullable(),
      triedAtMs: z.number(),
      count,
      leftOut: count,
      keys: count,
      rows: z.string(),
      failure: z
        .object({ sentence: z.string(), capture: z.string().optional(), away: z.boolean().optional() })
        .nullable(),
    }),
  ),
});

/** Empty where there is no such file, or none that can be read: `onFault` is told of the latter. */
export async function readListFile(file: string, onFault: (error: unknown) => void): Promise<readonly ListRecord[]> {
  try {
    return fileSchema.parse(JSON.parse(await readFile(file, 'utf8'))).lists;
  } catch (error) {
    if (!isMissing(error)) onFault(error);
    return [];
  }
}

export function writeListFile(file: string, lists: readonly ListRecord[]): Promise<void> {
  return writeDurably(file, `${JSON.stringify({ schema: 1, lists })}\n`);
}

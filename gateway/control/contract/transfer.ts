/** Captures on their way out and in: bundle, HAR, cURL, and the text for a provider's support. */
import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { base } from './base.ts';

export const EXPORT_FORMATS = ['bundle', 'har', 'curl', 'support'] as const;

export const exportedSchema = z.object({
  fileName: z.string(),
  mediaType: z.string(),
  /** Text as it is, anything else in base64. */
  content: z.string(),
  encoding: z.enum(['utf8', 'base64']),
  sizeBytes: z.number(),
});

export const importedSchema = z.object({
  format: z.enum(['bundle', 'har', 'curl', 'records']),
  /** Ids under which the captures stand here; `from` is the id or the entry in the file. */
  captures: z.array(
    z.object({
      id: z.string(),
      from: z.string(),
      ok: z.boolean(),
      message: z.string(),
      /** False: it was here already, and stays as it is. */
      added: z.boolean(),
      /** True: it came along because it was run from another one in the file. */
      linked: z.boolean().optional(),
    }),
  ),
  /** Entries that were left out, and why. */
  skipped: z.array(z.object({ entry: z.string(), sentence: z.string() })),
  /** Bundle only: whether its signature holds. */
  signature: z.enum(['good', 'bad', 'none']),
});
export type Imported = z.infer<typeof importedSchema>;

const exportInput = z.object({ ids: z.array(z.string()).min(1).max(10_000), format: z.enum(EXPORT_FORMATS) });

/** A file a piece at a time, its name first; last, how many runs of the captures asked for went along with them. */
export const exportPieceSchema = z.union([
  z.object({ fileName: z.string(), mediaType: z.string(), text: z.boolean() }),
  z.object({ base64: z.string() }),
  z.object({ linked: z.number() }),
]);

export const transferContract = {
  export: base.route({ method: 'POST', path: '/captures/export' }).input(exportInput).output(exportedSchema),
  /** The same, streamed: for files that nobody should hold in memory. */
  download: base
    .route({ method: 'POST', path: '/captures/export/stream' })
    .input(exportInput)
    .output(eventIterator(exportPieceSchema)),
  import: base
    .route({ method: 'POST', path: '/captures/import' })
    .input(z.object({ content: z.string(), encoding: z.enum(['utf8', 'base64']), fileName: z.string().optional() }))
    .output(importedSchema),
};

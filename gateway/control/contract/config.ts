/** The configuration as a file: out, and in again, of this Keyward's own form or another program's. */
import { z } from 'zod';
import { base } from './base.ts';

export const CONFIG_FORMATS = ['keyward', 'litellm', 'env', 'one-api', 'cc-switch'] as const;
/** Of the file itself; no configuration is larger. */
export const MOST_CONFIG_BYTES = 8 * 1024 * 1024;

export const configInputSchema = z.object({
  content: z.string().max(MOST_CONFIG_BYTES * 2),
  encoding: z.enum(['utf8', 'base64']).default('utf8'),
  fileName: z.string().max(500).optional(),
  /** Of a file whose secrets are sealed; without it they stay where they are. */
  passphrase: z.string().min(1).optional(),
  format: z.enum(['auto', ...CONFIG_FORMATS]).default('auto'),
  /** Values of the environment variables that the file names (`os.environ/NAME`). */
  environment: z.record(z.string(), z.string()).default({}),
});

export const configItemSchema = z.object({
  what: z.enum(['setting', 'provider', 'provider-key', 'app', 'gateway-key', 'route']),
  /** Its id or name here. */
  name: z.string(),
  /** `keep`: it is here already and stays. `skip`: it cannot be taken; `sentence` says why. */
  action: z.enum(['add', 'change', 'keep', 'skip']),
  sentence: z.string(),
  /** Of a provider key. */
  lastFour: z.string().optional(),
  fingerprint: z.string().optional(),
});
export type ConfigItem = z.infer<typeof configItemSchema>;

export const configPreviewSchema = z.object({
  format: z.enum(CONFIG_FORMATS),
  /** False: this is what would happen. */
  applied: z.boolean(),
  items: z.array(configItemSchema),
  /** What was not understood, or has no counterpart here. */
  notes: z.array(z.object({ place: z.string(), sentence: z.string() })),
  /** Environment variables that the file names and that were not given. */
  missing: z.array(z.string()),
  /** Its secrets are sealed, and no passphrase was given. */
  sealed: z.boolean(),
});
export type ConfigPreview = z.infer<typeof configPreviewSchema>;

export const configContract = {
  /** JSON Schema of the file. */
  schema: base.route({ method: 'GET', path: '/config/schema' }).output(z.record(z.string(), z.unknown())),
  /** Without secrets; with a passphrase, they go along sealed. */
  export: base
    .route({ method: 'POST', path: '/config/export' })
    .input(z.object({ passphrase: z.string().min(8).optional() }))
    .output(z.object({ fileName: z.string(), content: z.string() })),
  preview: base.route({ method: 'POST', path: '/config/preview' }).input(configInputSchema).output(configPreviewSchema),
  import: base.route({ method: 'POST', path: '/config/import' }).input(configInputSchema).output(configPreviewSchema),
};

/**
 * A configuration as a file that a person can read, keep and write by hand. Its schema is the store's own, made strict (a
 * misspelt field is a fault, not silence) and without what belongs to one home: seals, fingerprints, health, versions.
 */
import { z } from 'zod';
import {
  appSchema,
  gatewayKeySchema,
  providerKeySchema,
  providerSchema,
  routeSchema,
  settingsSchema,
} from '../../store/schema.ts';
import { whatIsWrong } from '../../word-issue.ts';
import { TransferError } from '../transfer-error.ts';
import { strictly } from './strictly.ts';

export const CONFIG_FILE_VERSION = 1;
/** What `keyward config schema` prints, where it is put beside the file: editors then check while one writes. */
const SCHEMA_NAME = 'keyward-config.schema.json';

const iso = z.iso.datetime();

/** The secrets of the file, under a passphrase: pairs of a JSON pointer and what stands there. */
const sealedSchema = z.strictObject({
  kdf: z.literal('scrypt'),
  salt: z.string(),
  n: z.number(),
  r: z.number(),
  p: z.number(),
  text: z.string(),
});

const record = <Shape extends z.ZodRawShape>(schema: z.ZodObject<Shape>) => strictly(schema) as z.ZodObject<Shape>;

export const configFileSchema = z
  .strictObject({
    $schema: z.string().optional(),
    keyward: z.literal('config'),
    version: z.literal(CONFIG_FILE_VERSION),
    /** Version of the Keyward that made it. */
    madeBy: z.string().optional(),
    /** Only what is named changes. */
    settings: (strictly(settingsSchema, { defaults: false }) as typeof settingsSchema).optional() as z.ZodOptional<
      z.ZodType<SettingsPart>
    >,
    providers: z.array(record(providerSchema.extend({ createdAt: iso.optional() }))).default([]),
    providerKeys: z
      .array(
        record(
          providerKeySchema
            .omit({ sealed: true, version: true, fingerprint: true, health: true, history: true })
            .extend({
              id: z
                .string()
                .regex(/^pk_[a-z0-9]{8}$/, 'is no id of a provider key')
                .optional(),
              label: z.string().max(120).optional(),
              lastFour: z.string().max(4).optional(),
              createdAt: iso.optional(),
              /** The key itself. Keyward never writes it in the clear. */
              secret: z.string().min(1).max(100_000).optional(),
            }),
        ),
      )
      .default([]),
    apps: z
      .array(
        record(
          appSchema.extend({
            id: z
              .string()
              .regex(/^app_[a-z0-9]{8}$/, 'is no id of an app')
              .optional(),
            createdAt: iso.optional(),
          }),
        ),
      )
      .default([]),
    gatewayKeys: z
      .array(
        record(
          gatewayKeySchema.omit({ previous: true }).extend({
            id: z.string().regex(/^[a-z0-9]{4,32}$/, 'is no id of a gateway key'),
            /** An id or a name of an app. */
            app: z.string(),
            label: z.string().max(120).default(''),
            hash: z
              .string()
              .regex(/^[0-9a-f]{64}$/, 'is no SHA-256')
              .optional(),
            lastFour: z.string().max(4).optional(),
            previous: gatewayKeySchema.shape.previous.unwrap().optional(),
            createdAt: iso.optional(),
          }),
        ),
      )
      .default([]),
    routes: z.array(record(routeSchema)).default([]),
    /** Where secrets stood that are not in the open, as JSON pointers. */
    omitted: z.array(z.string().max(500)).max(10_000).optional(),
    sealed: sealedSchema.optional(),
  })
  .describe('A configuration of Keyward, as `keyward config export` writes it and `keyward config import` reads it.');
export type ConfigFile = z.infer<typeof configFileSchema>;

type SettingsPart = { [Name in keyof z.infer<typeof settingsSchema>]?: unknown };

export function configFileHead(madeBy: string) {
  return { $schema: SCHEMA_NAME, keyward: 'config' as const, version: CONFIG_FILE_VERSION as 1, madeBy };
}

/** JSON Schema (2020-12) of what may be written. */
export function configJsonSchema(): Record<string, unknown> {
  return { title: 'Keyward configuration', ...z.toJSONSchema(configFileSchema, { io: 'input' }) };
}

/** Throws a TransferError that names the first wrong place; never a value, which may be a secret. */
export function readConfigFile(json: unknown): ConfigFile {
  if ((json as { version?: unknown } | null)?.version !== CONFIG_FILE_VERSION) {
    const version = (json as { version?: unknown } | null)?.version;
    if (typeof version === 'number' && version > CONFIG_FILE_VERSION) {
      throw new TransferError('This configuration was written by a newer Keyward.', 'Update this one, then import it.');
    }
  }
  const parsed = configFileSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new TransferError(
    `This configuration cannot be taken: ${describeFault(parsed.error.issues, json)}.`,
    'Nothing was changed. `keyward config schema` prints what may stand where.',
  );
}

function describeFault(issues: readonly z.core.$ZodIssue[], json: unknown): string {
  const [issue] = issues;
  if (issue?.code === 'unrecognized_keys') {
    const place = issue.path.map(String).join('.');
    const names = issue.keys.slice(0, 3).map((name) => `"${name.slice(0, 60)}"`);
    return `${place === '' ? 'it' : `"${place}"`} has ${names.join(', ')}, which is not known there`;
  }
  if (issue?.code === 'invalid_format') return `"${issue.path.map(String).join('.')}" ${plain(issue.message)}`;
  return whatIsWrong(issues, json);
}

const plain = (message: string) => (message.startsWith('Invalid') ? 'is not what it should be' : message);

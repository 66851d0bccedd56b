/** What listings show: the store's records without seals and hashes. */
import { z } from 'zod';
import {
  appSchema,
  keyHealthSchema,
  limitsSchema,
  providerSchema,
  scopeSchema,
  UPSTREAM_DIALECTS,
} from '../../store/schema.ts';

export const presetRowSchema = z.object({
  id: z.string(),
  name: z.string(),
  group: z.string(),
  region: z.string(),
  aliases: z.array(z.string()),
  dialect: z.enum(UPSTREAM_DIALECTS),
  /** False: its dialect (or sign-in) is not served yet; listed, but adding it is refused with a sentence. */
  supported: z.boolean(),
  /** The sentence of that refusal. */
  unsupportedBecause: z.string().optional(),
  baseUrls: z.array(z.object({ url: z.string(), use: z.string() })),
  settings: z.array(
    z.object({
      name: z.string(),
      title: z.string(),
      required: z.boolean(),
      example: z.string().optional(),
      /** What else there is to know of it. */
      note: z.string().optional(),
      /** Values that are offered; others may be given. */
      choices: z.array(z.string()).optional(),
    }),
  ),
  needsKey: z.boolean(),
  keyHint: z.string(),
  urls: z.object({
    keys: z.string().nullable(),
    billing: z.string().nullable(),
    limits: z.string().nullable(),
    status: z.string().nullable(),
    docs: z.string().nullable(),
  }),
  env: z.array(z.string()),
});
export type PresetRow = z.infer<typeof presetRowSchema>;

export const providerRowSchema = providerSchema.omit({ baseUrl: true }).extend({
  /** The resolved base URL, settings filled in. */
  baseUrl: z.string(),
  practice: z.boolean(),
  keys: z.number(),
});
export type ProviderRow = z.infer<typeof providerRowSchema>;

export const keyRowSchema = z.object({
  id: z.string(),
  provider: z.string(),
  label: z.string(),
  lastFour: z.string(),
  fingerprint: z.string(),
  version: z.number(),
  health: keyHealthSchema.shape.state,
  healthDetail: keyHealthSchema,
  createdAt: z.string(),
  replacedAt: z.string().nullable(),
  expires: z.string().nullable(),
  disabled: z.boolean(),
  limits: limitsSchema,
  lastUsedAt: z.string().nullable(),
  /** Where to make a new one. */
  replaceUrl: z.string().nullable(),
});
export type KeyRow = z.infer<typeof keyRowSchema>;

export const appRowSchema = appSchema.extend({ gatewayKeys: z.number(), lastUsedAt: z.string().nullable() });
export type AppRow = z.infer<typeof appRowSchema>;

export const gatewayKeyRowSchema = z.object({
  id: z.string(),
  app: z.string(),
  appId: z.string(),
  label: z.string(),
  state: z.enum(['active', 'expired', 'revoked']),
  lastFour: z.string(),
  createdAt: z.string(),
  expires: z.string().nullable(),
  revokedAt: z.string().nullable(),
  scope: scopeSchema,
  limits: limitsSchema,
  users: z.array(z.string()),
  graceUntil: z.string().nullable(),
  lastUsedAt: z.string().nullable(),
});
export type GatewayKeyRow = z.infer<typeof gatewayKeyRowSchema>;

/** The one time a gateway key is shown. */
export const issuedKeySchema = z.object({
  id: z.string(),
  key: z.string(),
  app: z.string(),
  expires: z.string().nullable(),
});
export type IssuedKey = z.infer<typeof issuedKeySchema>;

/** What a paste turned out to be; computed without a network, as one types. */
export const pasteAnalysisSchema = z.object({
  /** The text with its faults mended (spaces, quotes, `Bearer `, line breaks, look-alikes): what would be saved. Null when nothing usable. */
  cleaned: z.string().nullable(),
  /** Preset ids, best first. */
  candidates: z.array(
    z.object({ preset: z.string(), name: z.string(), certainty: z.enum(['certain', 'likely', 'possible']) }),
  ),
  /** Faults found, each with a plain sentence; `mended` ones are already out of `cleaned`. */
  faults: z.array(z.object({ kind: z.string(), sentence: z.string(), mended: z.boolean() })),
  /** One sentence for the person. */
  sentence: z.string(),
  /** False: saving this would certainly be a mistake (placeholder, gateway key, several keys …). */
  usable: z.boolean(),
  /** Already stored as this key id. */
  alreadyStored: z.string().nullable(),
});
export type PasteAnalysis = z.infer<typeof pasteAnalysisSchema>;

export const keyCheckSchema = z.object({
  key: z.string(),
  provider: z.string(),
  health: keyHealthSchema,
  /** The probe's capture. */
  capture: z.string().nullable(),
});
export type KeyCheck = z.infer<typeof keyCheckSchema>;

export const doctorCheckSchema = z.object({
  check: z.string(),
  result: z.enum(['ok', 'warning', 'failed', 'skipped']),
  sentence: z.string(),
  next: z.string().nullable(),
});
export type DoctorCheck = z.infer<typeof doctorCheckSchema>;

export const auditRowSchema = z.object({
  time: z.string(),
  /** `cli`, `screen`, `desktop`, `gateway`, `import` … */
  actor: z.string(),
  action: z.string(),
  /** Configuration version that the change made. */
  version: z.number(),
  subject: z.string(),
  before: z.unknown().optional(),
  after: z.unknown().optional(),
});
export type AuditRow = z.infer<typeof auditRowSchema>;

export const vaultStatusSchema = z.object({
  state: z.enum(['unlocked', 'locked', 'empty', 'damaged']),
  /** Ways in: `key-file`, `passphrase`, `keychain`. */
  ways: z.array(z.enum(['key-file', 'passphrase', 'keychain'])),
  /** Why it is locked or damaged, and what to do, in one sentence each. */
  sentence: z.string(),
  next: z.string().nullable(),
  /** Keychain backend; `weak` when it does not really protect (basic_text). */
  keychain: z.object({ backend: z.string(), weak: z.boolean() }).nullable(),
});
export type VaultStatus = z.infer<typeof vaultStatusSchema>;

export const statusSchema = z.object({
  version: z.string(),
  mode: z.enum(['desktop', 'headless']),
  url: z.string().nullable(),
  /** Why the gateway does not listen, when `url` is null. */
  problem: z.object({ sentence: z.string(), next: z.string() }).nullable(),
  home: z.string(),
  pid: z.number(),
  startedAt: z.string(),
  configVersion: z.number(),
  vault: vaultStatusSchema,
  /** Notices a person should see: a recovered configuration, a full disk, bodies being left out, a weak keychain. */
  notices: z.array(
    z.object({
      id: z.string(),
      level: z.enum(['info', 'warning', 'error']),
      sentence: z.string(),
      next: z.string().nullable(),
    }),
  ),
  counts: z.object({
    providers: z.number(),
    keys: z.number(),
    apps: z.number(),
    captures: z.number(),
    failures: z.number(),
  }),
});
export type Status = z.infer<typeof statusSchema>;

/** A snippet to connect a program: what to paste where. `KEY` stands for the gateway key. */
export const snippetSchema = z.object({
  id: z.string(),
  program: z.string(),
  language: z.string(),
  /** What to do with it, one sentence. */
  sentence: z.string(),
  text: z.string(),
});
export type Snippet = z.infer<typeof snippetSchema>;

/**
 * `keyward.json`, as schemas: checked on load and before every write. Secrets appear sealed (provider keys) or as
 * hashes (gateway keys), never in the clear. A change of shape raises SCHEMA_VERSION and adds a file to migrations/.
 */
import { z } from 'zod';
import { CAUSES } from '../causes.ts';
import { modelNamesSchema, transformSchema } from './schema-transform.ts';

export const SCHEMA_VERSION = 1;

const isoTime = z.iso.datetime();
/** Ids people type: lower case letters, digits, `-`, `_`, `.`; starts with a letter or digit. */
export const idSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, 'use lower-case letters, digits, dots, dashes or underscores (64 at most)');

export const UPSTREAM_DIALECTS = [
  'openai-chat',
  'openai-responses',
  'anthropic-messages',
  'gemini',
  'bedrock-converse',
  'cohere-v2',
  'watsonx-chat',
  'replicate-predictions',
  'other',
] as const;

export const recordingSchema = z.enum(['full', 'no-bodies', 'off']);

export const providerSchema = z.object({
  id: idSchema,
  /** Id of a built-in preset, or null for a custom one. */
  preset: z.string().nullable(),
  name: z.string().min(1).max(120),
  dialect: z.enum(UPSTREAM_DIALECTS),
  /** Overrides the preset's; required for custom ones. `{name}` places are filled from `settings`. */
  baseUrl: z.string().max(2048).optional(),
  settings: z.record(z.string(), z.string()).default({}),
  /** Extra headers sent with every request, e.g. OpenAI-Organization. */
  headers: z.record(z.string(), z.string()).default({}),
  enabled: z.boolean().default(true),
  createdAt: isoTime,
});
export type Provider = z.infer<typeof providerSchema>;

export const KEY_HEALTH = [
  'valid',
  'rejected',
  'expired',
  'revoked',
  'out_of_credit',
  'no_access',
  'unreachable',
  'never_checked',
] as const;

export const keyHealthSchema = z.object({
  state: z.enum(KEY_HEALTH),
  /** One plain sentence: "Works", "Rejected by OpenAI: the key was deleted". */
  sentence: z.string(),
  cause: z.enum(CAUSES).nullable(),
  checkedAt: isoTime.nullable(),
  /** How that is known. */
  source: z.enum(['probe', 'traffic', 'none']),
  status: z.number().nullable(),
  /** Since when it has been in this state. */
  since: isoTime.nullable(),
});
export type KeyHealth = z.infer<typeof keyHealthSchema>;

/** Requests and tokens in any 60 seconds, requests at once, dollars by local day and month. What is absent is not limited. */
export const limitsSchema = z.object({
  rpm: z.number().int().positive().optional(),
  tpm: z.number().int().positive().optional(),
  concurrency: z.number().int().positive().optional(),
  budgetDayUsd: z.number().positive().optional(),
  budgetMonthUsd: z.number().positive().optional(),
});

export const providerKeySchema = z.object({
  /** `pk_` and 8 characters. */
  id: z.string(),
  provider: z.string(),
  label: z.string().max(120),
  /** Vault cipher text, bound to this record's id. */
  sealed: z.string(),
  /** Rises when the secret is replaced. */
  version: z.number().int().min(1),
  lastFour: z.string().max(4),
  fingerprint: z.string(),
  createdAt: isoTime,
  replacedAt: isoTime.nullable().default(null),
  expiresAt: isoTime.nullable().default(null),
  disabledAt: isoTime.nullable().default(null),
  limits: limitsSchema.optional(),
  health: keyHealthSchema,
  /** Earlier versions, newest first: enough to recognise an old key, not to use it. */
  history: z
    .array(z.object({ version: z.number(), fingerprint: z.string(), lastFour: z.string(), until: isoTime }))
    .default([]),
});
export type ProviderKey = z.infer<typeof providerKeySchema>;

export const appSchema = z.object({
  /** `app_` and 8 characters. */
  id: z.string(),
  name: z.string().min(1).max(120),
  owner: z.string().max(200).nullable().default(null),
  limits: limitsSchema.optional(),
  recording: recordingSchema.nullable().default(null),
  /** Edits of what it sends. */
  transform: transformSchema.optional(),
  /** Models that are asked in place of those it asks for: `{ "gpt-4": "my-route" }`. */
  models: modelNamesSchema.optional(),
  createdAt: isoTime,
});
export type App = z.infer<typeof appSchema>;

export const scopeSchema = z.object({
  /** Provider ids; absent means all. */
  providers: z.array(z.string()).optional(),
  /** Patterns over `provider/model` and route names, `*` matches any run of characters. */
  models: z.array(z.string()).optional(),
  /** Endpoint names (`chat.completions`, `messages`, `generateContent`, `raw` …), `*` allowed. */
  endpoints: z.array(z.string()).optional(),
});

export const gatewayKeySchema = z.object({
  /** The public part of `kw_ID_SECRETCHECKSUM`. */
  id: z.string(),
  app: z.string(),
  label: z.string().max(120),
  /** SHA-256 of the whole key, hex. The key is random (256 bits), so a plain hash is enough. */
  hash: z.string(),
  lastFour: z.string(),
  createdAt: isoTime,
  expiresAt: isoTime.nullable().default(null),
  revokedAt: isoTime.nullable().default(null),
  scope: scopeSchema.default({}),
  limits: limitsSchema.default({}),
  /** When not empty, the asserted user must be one of them. */
  users: z.array(z.string()).default([]),
  /** After a rotation: the old hash, good until the grace ends. */
  previous: z.object({ hash: z.string(), lastFour: z.string(), until: isoTime }).nullable().default(null),
});
export type GatewayKey = z.infer<typeof gatewayKeySchema>;

export const routeSchema = z.object({
  name: z.string().regex(/^[^\s/][^\s]{0,127}$/, 'a route name has no spaces and does not start with a slash'),
  targets: z
    .array(
      z.object({
        provider: z.string(),
        model: z.string(),
        key: z.string().optional(),
        weight: z.number().positive().optional(),
      }),
    )
    .min(1),
  strategy: z.enum(['fallback', 'weighted', 'fastest']).default('fallback'),
  /** How often one target is asked again before the next; default 2. */
  retries: z.number().int().min(0).max(10).optional(),
  /** Nothing is asked again later than this after the request came in; default 30 s. */
  retryWithinMs: z.number().int().positive().optional(),
  /** Over the settings', for this route. */
  timeouts: z
    .object({
      connectMs: z.number().int().positive(),
      firstByteMs: z.number().int().positive(),
      idleMs: z.number().int().positive(),
      totalMs: z.number().int().positive(),
    })
    .partial()
    .optional(),
  /** When a target is passed over: after so many failures of its provider in a row (0: never), and for how long at first. */
  breaker: z
    .object({ failures: z.number().int().min(0).max(1000), openMs: z.number().int().positive() })
    .partial()
    .optional(),
  /** How long answers are kept and given again to equal requests; 0 switches off what the settings have on. */
  cacheTtlMs: z.number().int().min(0).optional(),
  /** Also what comes out differently each time: see `settings.cache.random`. */
  cacheRandom: z.boolean().optional(),
  /** One app may be given another's answer: see `settings.cache.shared`. */
  cacheShared: z.boolean().optional(),
  limits: limitsSchema.optional(),
  /** Edits of what is sent, after those of the app. */
  transform: transformSchema.optional(),
  recording: recordingSchema.nullable().default(null),
});
export type Route = z.infer<typeof routeSchema>;

/** What an experiment does to the world, mildest first; people allow classes, not single experiments. */
export const EXPERIMENT_CLASSES = ['local', 'network', 'free-call', 'paid-call'] as const;
export type ExperimentClass = (typeof EXPERIMENT_CLASSES)[number];

/** Answers kept in memory and given again to equal requests; a route may say otherwise for itself. */
export const cacheSettingsSchema = z.object({
  /** How long; 0 is off. */
  ttlMs: z.number().int().min(0).default(0),
  /** All answers together, in megabytes; an eighth of it is the most for one. */
  maxMb: z.number().positive().max(4096).default(64),
  /** One app may be given another's answer to the same request. */
  shared: z.boolean().default(false),
  /** Also requests with a temperature above 0 and no seed, answers that call tools, and pictures. */
  random: z.boolean().default(false),
});

export const settingsSchema = z.object({
  recording: recordingSchema.default('full'),
  /** Largest request body accepted, bytes. */
  maxBodyBytes: z
    .number()
    .int()
    .min(1024)
    .default(32 * 1024 * 1024),
  /** Largest part of each body that is recorded, bytes. */
  captureBodyBytes: z
    .number()
    .int()
    .min(0)
    .default(1024 * 1024),
  retention: z
    .object({
      maxAgeDays: z.number().positive().default(30),
      failureMaxAgeDays: z.number().positive().default(90),
      maxSizeMb: z.number().positive().default(1024),
    })
    .default({ maxAgeDays: 30, failureMaxAgeDays: 90, maxSizeMb: 1024 }),
  timeouts: z
    .object({
      connectMs: z.number().int().positive().default(10_000),
      firstByteMs: z.number().int().positive().default(300_000),
      idleMs: z.number().int().positive().default(120_000),
      totalMs: z.number().int().positive().default(3_600_000),
    })
    .default({ connectMs: 10_000, firstByteMs: 300_000, idleMs: 120_000, totalMs: 3_600_000 }),
  limits: z
    .object({
      /** When several gateways share their counters and Redis cannot be asked: count alone, or let nothing limited pass. */
      redisGone: z.enum(['count-locally', 'refuse']).default('count-locally'),
      /** How much of a budget is used before its end is warned of. */
      warnAtPercent: z.number().min(1).max(100).default(80),
      /** Held of a token limit for the output of a request that says nothing of its length. */
      assumedOutputTokens: z.number().int().min(0).default(1024),
    })
    .default({ redisGone: 'count-locally', warnAtPercent: 80, assumedOutputTokens: 1024 }),
  /** Browser origins the user named; none by default. */
  allowedOrigins: z.array(z.string()).default([]),
  /** Further `Host` names accepted besides the loopback's. */
  allowedHosts: z.array(z.string()).default([]),
  /** Proxy URL for upstream requests; null: the environment's HTTPS_PROXY and friends. */
  proxyUrl: z.string().nullable().default(null),
  /** Classes of experiments that may run without asking each time. */
  experiments: z.array(z.enum(EXPERIMENT_CLASSES)).default(['local', 'network', 'free-call']),
  cache: cacheSettingsSchema.default({ ttlMs: 0, maxMb: 64, shared: false, random: false }),
  /** Traces for an OpenTelemetry collector (OTLP over HTTP); null: none, and nothing for it is loaded. */
  tracing: z
    .object({
      otlpUrl: z
        .url({ protocol: /^https?$/ })
        .nullable()
        .default(null),
      /** Bodies go along, redacted: whoever reads the collector reads what was said. */
      content: z.boolean().default(false),
    })
    .default({ otlpUrl: null, content: false }),
  startAtLogin: z.boolean().default(false),
  notifyOnFailure: z.boolean().default(true),
  /** Port of the desktop app; `serve --port` overrides it. */
  port: z.number().int().min(0).max(65535).default(4141),
});
export type Settings = z.infer<typeof settingsSchema>;

/** The master key, wrapped one or several ways; any of them opens the vault. Base64 fields. */
export const vaultSchema = z.object({
  /** Salt of the keyed fingerprints, fixed for the life of the home; not secret by itself. */
  salt: z.string(),
  /** Lets a wrong master key be told from a damaged record: a known text sealed with the master key. */
  check: z.string().nullable().default(null),
  wraps: z
    .array(
      z.discriminatedUnion('kind', [
        z.object({ kind: z.literal('key-file'), wrapped: z.string(), path: z.string().optional() }),
        z.object({
          kind: z.literal('passphrase'),
          wrapped: z.string(),
          salt: z.string(),
          n: z.number(),
          r: z.number(),
          p: z.number(),
        }),
        z.object({ kind: z.literal('keychain'), wrapped: z.string(), backend: z.string() }),
      ]),
    )
    .default([]),
});
export type VaultDocument = z.infer<typeof vaultSchema>;

export const documentSchema = z.object({
  schema: z.literal(SCHEMA_VERSION),
  /** Random id of this home: seals are bound to it. */
  homeId: z.string(),
  /** Rises with every change; captures refer to it. */
  version: z.number().int().min(1),
  changedAt: isoTime,
  settings: settingsSchema,
  vault: vaultSchema,
  providers: z.array(providerSchema).default([]),
  providerKeys: z.array(providerKeySchema).default([]),
  apps: z.array(appSchema).default([]),
  gatewayKeys: z.array(gatewayKeySchema).default([]),
  routes: z.array(routeSchema).default([]),
});
export type Document = z.infer<typeof documentSchema>;

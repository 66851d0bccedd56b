/**
 * The shape of data/providers.json, written down once. The file ships with the product, so it is checked by a test and
 * not at every start; at run time only the types below are used.
 */
import { z } from 'zod';
import { CAUSES } from '../causes.ts';

const regularExpression = z.string().refine((source) => {
  try {
    new RegExp(source);
    return true;
  } catch {
    return false;
  }
}, 'is no regular expression');

const confidence = z.enum(['high', 'medium', 'low', 'unknown']);
const url = z.string().regex(/^https?:\/\/[^\s]+$/);
const scalar = z.union([z.string(), z.number()]);

const headerAuth = z.strictObject({
  kind: z.literal('header'),
  header: z.string(),
  prefix: z.string(),
  note: z.string().optional(),
});
const queryAuth = z.strictObject({ kind: z.literal('query'), parameter: z.string(), note: z.string().optional() });
const authAlternative = z.discriminatedUnion('kind', [headerAuth, queryAuth]);
const alternatives = z.array(authAlternative);

const auth = z.discriminatedUnion('kind', [
  headerAuth.extend({ alternatives }),
  z.strictObject({ kind: z.literal('none'), note: z.string().optional(), alternatives }),
  z.strictObject({
    kind: z.literal('oauth2'),
    header: z.string(),
    prefix: z.string(),
    note: z.string().optional(),
    alternatives,
  }),
  z.strictObject({ kind: z.literal('aws-sigv4'), service: z.string(), note: z.string().optional(), alternatives }),
]);

export const PRESET_DIALECTS = [
  'openai-chat',
  'openai-responses',
  'anthropic-messages',
  'gemini-generate',
  'bedrock-converse',
  'cohere-v2',
  'ollama-chat',
  'openai-embeddings',
  'replicate-predictions',
  'cloudflare-run',
  'watsonx-chat',
  'llama-completion',
] as const;

const errorRow = z.strictObject({
  status: z.number().int(),
  /** Path in the body (`details[]` is any element, `errors[0]` that one) → the value it must have. */
  when: z.record(z.string(), scalar).optional(),
  messageMatch: regularExpression.optional(),
  cause: z.enum(CAUSES),
  /** Whether waiting can help. */
  retry: z.boolean(),
  note: z.string().optional(),
});

export const presetSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9.-]*$/),
  name: z.string().min(1),
  aliases: z.array(z.string()),
  group: z.enum(['cloud', 'cloud-platform', 'router', 'plan', 'local']),
  region: z.enum(['global', 'cn', 'local']),
  /** The first is the default; `{name}` places are filled from the settings. */
  baseUrls: z.array(z.strictObject({ url, use: z.string() })).min(1),
  dialect: z.enum(PRESET_DIALECTS),
  otherDialects: z.array(
    z.strictObject({
      dialect: z.enum(PRESET_DIALECTS),
      /** Behind the base URL. */
      path: z.string().startsWith('/').optional(),
      url: url.optional(),
      note: z.string().optional(),
    }),
  ),
  auth,
  extraHeaders: z.array(
    z.strictObject({
      name: z.string(),
      value: z.string().optional(),
      required: z.boolean(),
      note: z.string().optional(),
    }),
  ),
  settings: z.array(
    z.strictObject({
      name: z.string(),
      label: z.string(),
      required: z.boolean(),
      example: z.string().optional(),
      note: z.string().optional(),
      /** Values that are offered; others may be typed. */
      choices: z.array(z.string()).min(1).optional(),
      pattern: regularExpression.optional(),
    }),
  ),
  env: z.array(z.string()),
  key: z.strictObject({
    /** For the whole trimmed key. */
    pattern: regularExpression.nullable(),
    prefixes: z.array(z.string()),
    description: z.string(),
    /** True: the shape alone names this provider. */
    identifies: z.boolean(),
    confidence,
    /** Things people paste by mistake. */
    otherForms: z.array(z.strictObject({ pattern: regularExpression, meaning: z.string() })),
  }),
  probe: z.strictObject({
    method: z.enum(['GET', 'POST']),
    /** From the host's root, or behind `{base}`. */
    path: z.string(),
    /** When it is another host than the base URL's. */
    host: z.string().optional(),
    body: z.string().optional(),
    auth: z.boolean(),
    spendsTokens: z.boolean(),
    proves: z.string(),
    note: z.string().optional(),
    fallback: z.string().optional(),
  }),
  invalidKey: z.strictObject({
    status: z.number().int().nullable(),
    body: z.string().nullable(),
    messageMatch: regularExpression.nullable(),
    confidence,
  }),
  urls: z.strictObject({
    /** Mostly a URL; for a desktop program the way through its menus. */
    keys: z.string().nullable(),
    billing: url.nullable(),
    limits: url.nullable(),
    status: url.nullable(),
    docs: url.nullable(),
    errors: url.nullable(),
  }),
  rateLimitHeaders: z.array(z.string()),
  retryAfter: z.string().nullable(),
  requestIdHeader: z.string().nullable(),
  errorEnvelope: z.strictObject({
    form: z.string(),
    example: z.string(),
    message: z.string(),
    type: z.string().nullable(),
    code: z.string().nullable(),
    note: z.string().optional(),
  }),
  errors: z.array(errorRow),
  capabilities: z.strictObject({
    streaming: z.boolean().nullable(),
    tools: z.boolean().nullable(),
    vision: z.boolean().nullable(),
    embeddings: z.boolean().nullable(),
    jsonSchema: z.boolean().nullable(),
    modelList: z.boolean().nullable(),
  }),
  quirks: z.array(z.string()),
  confidence,
  checkedOn: z.string(),
  sources: z.array(z.string()),
  furtherReading: z.array(z.string()),
});

export const presetFileSchema = z.strictObject({
  schema: z.number(),
  generatedOn: z.string(),
  count: z.number().int(),
  providers: z.array(presetSchema),
});

export type Preset = z.infer<typeof presetSchema>;
export type PresetDialect = (typeof PRESET_DIALECTS)[number];
export type ErrorRow = z.infer<typeof errorRow>;
export type AuthAlternative = z.infer<typeof authAlternative>;

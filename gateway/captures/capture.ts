/**
 * A capture as it is read back: the recorded exchange with every secret replaced by a marker. Schemas here, because the
 * same shape is what the control interface answers, what a bundle holds and what explanation and replay work on.
 */
import { z } from 'zod';
import { CAUSES, STAGES } from '../causes.ts';

/** Where something was replaced before writing. The marker in its place is described in marker.ts. */
export const redactionSchema = z.object({
  /** `provider-key`, `gateway-key`, `credential-header`, `key-pattern`, `session-token` … */
  kind: z.string(),
  /** `header authorization`, `query key`, `body 120-171`. */
  where: z.string(),
  /** Length in characters of what was removed. */
  length: z.number(),
  /** Keyed fingerprint (HMAC with the home's salt): equal secrets have equal fingerprints, nothing else can be told. */
  fingerprint: z.string(),
  lastFour: z.string().optional(),
});
export type Redaction = z.infer<typeof redactionSchema>;

export const recordedBodySchema = z.object({
  /** Bytes on the wire, also those that were not kept. */
  sizeBytes: z.number(),
  /** The kept bytes as text where they are UTF-8, else `base64`. Neither: nothing was kept, and `leftOut` says why. */
  text: z.string().optional(),
  base64: z.string().optional(),
  keptBytes: z.number(),
  leftOut: z
    .enum(['recording-off', 'over-bound', 'queue-full', 'disk-full', 'crashed', 'running', 'undecodable'])
    .optional(),
  /** The same bytes as another leg: `request`, `attempt`. They are filled in on reading. */
  sameAs: z.enum(['request', 'attempt']).optional(),
  /** Content coding undone before recording (`gzip`, `br` …). */
  decodedFrom: z.string().optional(),
  complete: z.boolean(),
  redactions: z.array(redactionSchema),
  chunkTimesMs: z.array(z.number()).optional(),
  chunkSizes: z.array(z.number()).optional(),
});
export type RecordedBody = z.infer<typeof recordedBodySchema>;

export const headerListSchema = z.array(z.tuple([z.string(), z.string()]));

export const evidenceSchema = z.object({ what: z.string(), where: z.string(), value: z.string() });

export const ruleSchema = z.object({
  name: z.string(),
  origin: z.object({ from: z.string() }).catchall(z.union([z.string(), z.number()])),
  value: z.unknown().optional(),
});

export const stepSchema = z.object({
  stage: z.enum(STAGES),
  decision: z.enum(['passed', 'answered', 'refused', 'skipped']),
  summary: z.string(),
  rule: ruleSchema.optional(),
  input: z.record(z.string(), z.unknown()).optional(),
  output: z.record(z.string(), z.unknown()).optional(),
  evidence: z.array(evidenceSchema).optional(),
  startMs: z.number(),
  endMs: z.number(),
});
export type RecordedStep = z.infer<typeof stepSchema>;

export const keyReferenceSchema = z.object({
  id: z.string(),
  version: z.number(),
  label: z.string(),
  lastFour: z.string(),
  fingerprint: z.string(),
});

export const timingsSchema = z.object({
  startMs: z.number(),
  dnsMs: z.number().optional(),
  connectMs: z.number().optional(),
  tlsMs: z.number().optional(),
  sentMs: z.number().optional(),
  firstByteMs: z.number().optional(),
  lastByteMs: z.number().optional(),
  endMs: z.number().optional(),
  reusedConnection: z.boolean().optional(),
});

export const recordedAttemptSchema = z.object({
  index: z.number(),
  provider: z.string(),
  model: z.string().optional(),
  method: z.string(),
  url: z.string(),
  requestHeaders: headerListSchema,
  requestBody: recordedBodySchema,
  key: keyReferenceSchema.optional(),
  origins: z.array(ruleSchema),
  timings: timingsSchema,
  status: z.number().optional(),
  statusText: z.string().optional(),
  responseHeaders: headerListSchema.optional(),
  responseTrailers: headerListSchema.optional(),
  responseBody: recordedBodySchema.optional(),
  remoteAddress: z.string().optional(),
  /** What was removed from this attempt's URL and headers. */
  redactions: z.array(redactionSchema).optional(),
  outcome: z
    .object({
      ok: z.boolean(),
      cause: z.enum(CAUSES).optional(),
      errorCode: z.string().optional(),
      errorMessage: z.string().optional(),
      movedOn: z.string().optional(),
      /** What was wrong with the shape of the credential sent; tells no part of it. */
      keyFlaws: z
        .array(z.object({ flaw: z.string(), where: z.string(), says: z.string(), shown: z.string() }))
        .optional(),
    })
    .optional(),
});
export type RecordedAttempt = z.infer<typeof recordedAttemptSchema>;

export const usageSchema = z.object({
  inputTokens: z.number().optional(),
  outputTokens: z.number().optional(),
  cachedInputTokens: z.number().optional(),
  cacheWriteTokens: z.number().optional(),
  longCacheWriteTokens: z.number().optional(),
  reasoningTokens: z.number().optional(),
  otherKindsTokens: z.number().optional(),
  serviceTier: z.string().optional(),
  statedCostUsd: z.number().optional(),
});

const price = z.number().nullable();

/** The prices that a cost was worked out from, as they were then. */
export const costSchema = z.object({
  usd: z.number(),
  by: z.enum(['stated', 'list']),
  model: z.string().optional(),
  /** USD per 1,000,000 tokens. */
  prices: z.object({ input: price, output: price, cachedInput: price, cacheWrite: price }).optional(),
  pricesOf: z.string().optional(),
});

/** What the cache did: see exchange.ts. */
export const cacheUseSchema = z.object({
  state: z.enum(['hit', 'miss', 'off']),
  of: z.string().optional(),
  provider: z.string().optional(),
  model: z.string().optional(),
  ageMs: z.number().optional(),
  saved: z
    .object({
      inputTokens: z.number().optional(),
      outputTokens: z.number().optional(),
      costUsd: z.number().optional(),
    })
    .optional(),
  kept: z.boolean().optional(),
  notKept: z.string().optional(),
});

/** One line of a listing. */
export const captureRowSchema = z.object({
  id: z.string(),
  /** ISO 8601, when the request was accepted. */
  time: z.string(),
  /** `running` until its end was recorded; `interrupted` when the process died before. */
  state: z.enum(['running', 'done', 'interrupted']),
  app: z.string().nullable(),
  appId: z.string().nullable(),
  gatewayKeyId: z.string().nullable(),
  provider: z.string().nullable(),
  /** Model that answered (or was asked of the provider). */
  model: z.string().nullable(),
  askedModel: z.string().nullable(),
  endpoint: z.string().nullable(),
  method: z.string(),
  path: z.string(),
  status: z.number().nullable(),
  ok: z.boolean(),
  cause: z.enum(CAUSES).nullable(),
  stage: z.enum(STAGES).nullable(),
  message: z.string(),
  durationMs: z.number().nullable(),
  firstByteMs: z.number().nullable(),
  attempts: z.number(),
  /** Answered by the cache; bundles of earlier versions do not say. */
  cached: z.boolean().default(false),
  stream: z.boolean(),
  clientGone: z.boolean(),
  inputTokens: z.number().nullable(),
  outputTokens: z.number().nullable(),
  costUsd: z.number().nullable(),
  practice: z.boolean(),
  keyId: z.string().nullable(),
  keyVersion: z.number().nullable(),
  configVersion: z.number(),
  origin: z.object({ kind: z.enum(['replay', 'probe', 'check', 'import']), of: z.string().optional() }).nullable(),
});
export type CaptureRow = z.infer<typeof captureRowSchema>;

export const captureSchema = captureRowSchema.extend({
  request: z.object({
    method: z.string(),
    url: z.string(),
    httpVersion: z.string(),
    headers: headerListSchema,
    remoteAddress: z.string(),
    body: recordedBodySchema,
    redactions: z.array(redactionSchema),
  }),
  credentialFrom: z.string().nullable(),
  routeName: z.string().nullable(),
  steps: z.array(stepSchema),
  attemptList: z.array(recordedAttemptSchema),
  answer: z
    .object({
      status: z.number(),
      headers: headerListSchema,
      body: recordedBodySchema,
      firstByteMs: z.number().optional(),
      /** What was removed from the answer's headers. */
      redactions: z.array(redactionSchema).optional(),
    })
    .nullable(),
  /** What was removed anywhere else: steps, error texts, the verdict. */
  redactions: z.array(redactionSchema).optional(),
  verdict: z
    .object({
      ok: z.boolean(),
      cause: z.enum(CAUSES).nullable(),
      stage: z.enum(STAGES).nullable(),
      message: z.string(),
      status: z.number().nullable(),
      endMs: z.number(),
      clientGone: z.boolean().optional(),
      evidence: z.array(evidenceSchema).optional(),
    })
    .nullable(),
  usage: usageSchema.nullable(),
  /** Absent where it is not known. */
  cost: costSchema.optional(),
  /** Absent where no cache was switched on for it. */
  cache: cacheUseSchema.optional(),
});
export type Capture = z.infer<typeof captureSchema>;

/** Filters of a listing; all given ones must hold. Newest first; `before` is the last id of the page before. */
export const captureQuerySchema = z.object({
  failed: z.boolean().optional(),
  cause: z.enum(CAUSES).optional(),
  app: z.string().optional(),
  provider: z.string().optional(),
  model: z.string().optional(),
  /** Replays, probes and imports that came from this capture. */
  of: z.string().optional(),
  /** `404`, `4xx`, `5xx`. */
  status: z.string().optional(),
  /** Full-text words, all of which must occur (in errors, messages' heads, models, paths). */
  text: z.string().optional(),
  /** Epoch milliseconds, inclusive. */
  sinceMs: z.number().optional(),
  untilMs: z.number().optional(),
  before: z.string().optional(),
  limit: z.number().int().min(1).max(1000).default(100),
});
export type CaptureQuery = z.input<typeof captureQuerySchema>;
/** With its defaults filled in. */
export type CheckedCaptureQuery = z.output<typeof captureQuerySchema>;

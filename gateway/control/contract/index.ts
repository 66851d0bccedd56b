/**
 * The control interface: one typed contract, carried over a MessagePort inside Electron and over HTTP under `/api/`.
 * Screens, CLI and desktop shell use nothing else. Pure: schemas and types only, safe to bundle into the renderer.
 */
import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { captureQuerySchema, captureRowSchema, captureSchema } from '../../captures/capture.ts';
import { explanationSchema, failureRecordSchema } from '../../diagnosis/explanation.ts';
import { limitsSchema, recordingSchema, scopeSchema, settingsSchema, UPSTREAM_DIALECTS } from '../../store/schema.ts';
import { base } from './base.ts';
import { cacheContract } from './cache.ts';
import { configContract } from './config.ts';
import { experimentContract, fixContract } from './experiments.ts';
import { limitContract, limitUsageSchema } from './limits.ts';
import { modelContract } from './models.ts';
import { replayContract } from './replay.ts';
import { routeContract } from './routes.ts';
import {
  appRowSchema,
  auditRowSchema,
  doctorCheckSchema,
  gatewayKeyRowSchema,
  issuedKeySchema,
  keyCheckSchema,
  keyRowSchema,
  pasteAnalysisSchema,
  presetRowSchema,
  providerRowSchema,
  snippetSchema,
  statusSchema,
  vaultStatusSchema,
} from './rows.ts';
import { settingsChangeSchema } from './settings-change.ts';
import { suiteContract } from './suites.ts';
import { transferContract } from './transfer.ts';
import { transformContract } from './transforms.ts';
import { usageContract } from './usage.ts';

export type {
  Capture,
  CaptureQuery,
  CaptureRow,
  RecordedAttempt,
  RecordedBody,
  RecordedStep,
} from '../../captures/capture.ts';
export { CAUSES, type Cause, type Stage } from '../../causes.ts';
export type { Explanation, Fix, LadderCheck, LadderRung } from '../../diagnosis/explanation.ts';
export type { KeyHealth, Route, Settings } from '../../store/schema.ts';
export type { BodyEdit, HeaderEdit, RedactionRule, Transform } from '../../store/schema-transform.ts';
export type { CacheStatus } from './cache.ts';
export type { ModelListRow, ModelRow } from './models.ts';
export type { RouteState, TargetState } from './routes.ts';
export * from './rows.ts';
export type { Usage, UsageGroup, UsageNumbers, UsageStep, WeatherRow } from './usage.ts';

const id = z.object({ id: z.string() });
const done = z.object({ done: z.literal(true) });
/** An ISO time, a date (`2026-12-31`) or a duration from now (`30d`, `12h`); null for never. */
const expiry = z.string().nullable();

const gatewayKeyOptions = z.object({
  label: z.string().max(120).optional(),
  expires: expiry.optional(),
  scope: scopeSchema.optional(),
  limits: limitsSchema.optional(),
  users: z.array(z.string()).optional(),
});

/** What changed, for live screens: refetch what you show. */
export const liveEventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('hello'), configVersion: z.number() }),
  z.object({ type: z.literal('capture'), row: captureRowSchema }),
  z.object({ type: z.literal('config'), version: z.number() }),
  z.object({ type: z.literal('status') }),
]);
export type LiveEvent = z.infer<typeof liveEventSchema>;

export const contract = {
  status: {
    get: base.route({ method: 'GET', path: '/status' }).output(statusSchema),
    live: base.route({ method: 'GET', path: '/live' }).output(eventIterator(liveEventSchema)),
    stop: base.route({ method: 'POST', path: '/stop' }).output(done),
    /** A new one-time sign-in URL for a browser. */
    signIn: base.route({ method: 'POST', path: '/sign-in' }).output(z.object({ url: z.string() })),
    doctor: base.route({ method: 'POST', path: '/doctor' }).output(z.array(doctorCheckSchema)),
  },
  presets: {
    list: base.route({ method: 'GET', path: '/presets' }).output(z.array(presetRowSchema)),
  },
  providers: {
    list: base.route({ method: 'GET', path: '/providers' }).output(z.array(providerRowSchema)),
    add: base
      .route({ method: 'POST', path: '/providers', successStatus: 201 })
      .input(
        z.object({
          id: z.string(),
          preset: z.string().optional(),
          name: z.string().optional(),
          baseUrl: z.string().optional(),
          dialect: z.enum(UPSTREAM_DIALECTS).optional(),
          settings: z.record(z.string(), z.string()).optional(),
          headers: z.record(z.string(), z.string()).optional(),
        }),
      )
      .output(providerRowSchema),
    update: base
      .route({ method: 'PATCH', path: '/providers/{id}' })
      .input(
        z.object({
          id: z.string(),
          name: z.string().optional(),
          baseUrl: z.string().nullable().optional(),
          settings: z.record(z.string(), z.string()).optional(),
          headers: z.record(z.string(), z.string()).optional(),
          enabled: z.boolean().optional(),
        }),
      )
      .output(providerRowSchema),
    remove: base.route({ method: 'DELETE', path: '/providers/{id}' }).input(id).output(done),
    /** Reachability and, where there is a key, the free probe with its first active key. */
    test: base
      .route({ method: 'POST', path: '/providers/{id}/test' })
      .input(id)
      .output(
        z.object({
          provider: z.string(),
          reachable: z.boolean(),
          sentence: z.string(),
          check: keyCheckSchema.nullable(),
        }),
      ),
  },
  keys: {
    list: base.route({ method: 'GET', path: '/keys' }).output(z.array(keyRowSchema)),
    analyse: base
      .route({ method: 'POST', path: '/keys/analyse' })
      .input(z.object({ text: z.string().max(100_000), provider: z.string().optional() }))
      .output(pasteAnalysisSchema),
    /** Saves, then checks live unless told not to. `provider` is a provider's or a preset's id (the provider is then added). */
    add: base
      .route({ method: 'POST', path: '/keys', successStatus: 201 })
      .input(
        z.object({
          provider: z.string(),
          secret: z.string().min(1).max(100_000),
          label: z.string().max(120).optional(),
          expires: expiry.optional(),
          check: z.boolean().default(true),
          baseUrl: z.string().optional(),
          settings: z.record(z.string(), z.string()).optional(),
        }),
      )
      .output(z.object({ key: keyRowSchema, check: keyCheckSchema.nullable() })),
    test: base.route({ method: 'POST', path: '/keys/{id}/test' }).input(id).output(keyCheckSchema),
    replace: base
      .route({ method: 'POST', path: '/keys/{id}/replace' })
      .input(
        z.object({
          id: z.string(),
          secret: z.string().min(1).max(100_000),
          expires: expiry.optional(),
          check: z.boolean().default(true),
        }),
      )
      .output(z.object({ key: keyRowSchema, check: keyCheckSchema.nullable() })),
    update: base
      .route({ method: 'PATCH', path: '/keys/{id}' })
      .input(z.object({ id: z.string(), label: z.string().max(120).optional(), expires: expiry.optional() }))
      .output(keyRowSchema),
    disable: base.route({ method: 'POST', path: '/keys/{id}/disable' }).input(id).output(keyRowSchema),
    enable: base.route({ method: 'POST', path: '/keys/{id}/enable' }).input(id).output(keyRowSchema),
    remove: base.route({ method: 'DELETE', path: '/keys/{id}' }).input(id).output(done),
  },
  apps: {
    list: base.route({ method: 'GET', path: '/apps' }).output(z.array(appRowSchema)),
    add: base
      .route({ method: 'POST', path: '/apps', successStatus: 201 })
      .input(
        z.object({
          name: z.string().min(1).max(120),
          owner: z.string().max(200).nullable().optional(),
          limits: limitsSchema.optional(),
        }),
      )
      .output(appRowSchema),
    update: base
      .route({ method: 'PATCH', path: '/apps/{id}' })
      .input(
        z.object({
          id: z.string(),
          name: z.string().min(1).max(120).optional(),
          owner: z.string().max(200).nullable().optional(),
          /** All of them: what is left out is taken away. */
          limits: limitsSchema.optional(),
          recording: recordingSchema.nullable().optional(),
        }),
      )
      .output(appRowSchema),
    /** `id` is an app's id or name. Its gateway keys go with it. */
    remove: base.route({ method: 'DELETE', path: '/apps/{id}' }).input(id).output(done),
  },
  gatewayKeys: {
    list: base.route({ method: 'GET', path: '/gateway-keys' }).output(z.array(gatewayKeyRowSchema)),
    show: base
      .route({ method: 'GET', path: '/gateway-keys/{id}' })
      .input(id)
      .output(gatewayKeyRowSchema.extend({ usage: z.array(limitUsageSchema) })),
    /** `app` is an app's id or name. The key is shown this once. */
    issue: base
      .route({ method: 'POST', path: '/gateway-keys', successStatus: 201 })
      .input(gatewayKeyOptions.extend({ app: z.string() }))
      .output(issuedKeySchema),
    edit: base
      .route({ method: 'PATCH', path: '/gateway-keys/{id}' })
      .input(gatewayKeyOptions.extend({ id: z.string() }))
      .output(gatewayKeyRowSchema),
    revoke: base.route({ method: 'POST', path: '/gateway-keys/{id}/revoke' }).input(id).output(gatewayKeyRowSchema),
    restore: base.route({ method: 'POST', path: '/gateway-keys/{id}/restore' }).input(id).output(gatewayKeyRowSchema),
    /** Same id, new secret; the old one stays good for `graceMs` (default 0). */
    rotate: base
      .route({ method: 'POST', path: '/gateway-keys/{id}/rotate' })
      .input(z.object({ id: z.string(), graceMs: z.number().int().min(0).optional() }))
      .output(issuedKeySchema),
  },
  routes: routeContract,
  transforms: transformContract,
  limits: limitContract,
  cache: cacheContract,
  models: modelContract,
  captures: {
    list: base.route({ method: 'GET', path: '/captures' }).input(captureQueryInput()).output(z.array(captureRowSchema)),
    get: base.route({ method: 'GET', path: '/captures/{id}' }).input(id).output(captureSchema),
    explain: base
      .route({ method: 'POST', path: '/captures/{id}/explain' })
      .input(
        z.object({
          id: z.string(),
          /** Runs the experiments that the settings allow, and explains with what they showed. */
          probe: z.boolean().default(false),
          /** Also those that may cost something. */
          paid: z.boolean().default(false),
        }),
      )
      .output(explanationSchema),
    prune: base
      .route({ method: 'POST', path: '/captures/prune' })
      .input(z.object({ olderThanMs: z.number().min(0).optional() }))
      .output(z.object({ removed: z.number() })),
  },
  experiments: experimentContract,
  replay: replayContract,
  transfer: transferContract,
  config: configContract,
  suites: suiteContract,
  fixes: fixContract,
  usage: usageContract,
  explain: {
    record: base.route({ method: 'POST', path: '/explain' }).input(failureRecordSchema).output(explanationSchema),
  },
  practice: {
    /** Sends a real request through the gateway's own listener with a short-lived key; the first-run "try it". */
    try: base
      .route({ method: 'POST', path: '/practice/try' })
      .input(
        z.object({
          /** Without `practice/`: `ok`, `key-expired:as=anthropic` … */
          model: z.string().default('ok'),
          dialect: z.enum(['openai-chat', 'anthropic-messages', 'gemini']).default('openai-chat'),
          prompt: z.string().max(4000).default('Hello!'),
        }),
      )
      .output(z.object({ capture: z.string(), status: z.number(), text: z.string(), durationMs: z.number() })),
  },
  connect: {
    snippets: base.route({ method: 'GET', path: '/connect/snippets' }).output(z.array(snippetSchema)),
  },
  vault: {
    status: base.route({ method: 'GET', path: '/vault' }).output(vaultStatusSchema),
    unlock: base
      .route({ method: 'POST', path: '/vault/unlock' })
      .input(z.object({ passphrase: z.string().min(1) }))
      .output(vaultStatusSchema),
    /** Sets (or, with null, takes away) the passphrase; refused when it would leave no way in. */
    passphrase: base
      .route({ method: 'POST', path: '/vault/passphrase' })
      .input(z.object({ passphrase: z.string().min(8).nullable() }))
      .output(vaultStatusSchema),
    /** Desktop: use the weak keychain all the same, by the user's word. */
    acceptWeak: base.route({ method: 'POST', path: '/vault/accept-weak' }).output(vaultStatusSchema),
    /** Keeps everything but provider keys. */
    reset: base
      .route({ method: 'POST', path: '/vault/reset' })
      .input(z.object({ confirm: z.literal(true) }))
      .output(vaultStatusSchema),
  },
  settings: {
    get: base.route({ method: 'GET', path: '/settings' }).output(settingsSchema),
    set: base.route({ method: 'PATCH', path: '/settings' }).input(settingsChangeSchema).output(settingsSchema),
    audit: base
      .route({ method: 'GET', path: '/audit' })
      .input(z.object({ limit: z.coerce.number().int().min(1).max(1000).default(100) }))
      .output(z.array(auditRowSchema)),
  },
};

/** Query strings carry text only; the MessagePort carries numbers. Both are taken. */
function captureQueryInput() {
  const shape = captureQuerySchema.shape;
  return z.object({
    ...shape,
    failed: z.union([z.boolean(), z.stringbool()]).optional(),
    sinceMs: z.coerce.number().optional(),
    untilMs: z.coerce.number().optional(),
    limit: z.coerce.number().int().min(1).max(1000).default(100),
  });
}

export type Contract = typeof contract;

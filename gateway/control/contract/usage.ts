/** Usage over time and provider weather, as the control interface gives them. */
import { z } from 'zod';
import { CAUSES } from '../../causes.ts';
import { STEPS, type Step } from '../../usage/calendar.ts';
import { WEATHER_STATES, WEATHER_WINDOWS } from '../../usage/weather.ts';
import { base } from './base.ts';

export const USAGE_GROUPS = ['app', 'provider', 'model', 'key', 'gatewayKey', 'cause'] as const;
export type UsageGroup = (typeof USAGE_GROUPS)[number];

export type UsageStep = Step;

/** Milliseconds; read from counts in fixed bins, so right to within a fifth. */
const spreadSchema = z.object({ p50: z.number(), p95: z.number(), p99: z.number(), mean: z.number() }).nullable();

export const usageNumbersSchema = z.object({
  requests: z.number(),
  failures: z.number(),
  /** The app hung up: neither answered nor failed. */
  clientGone: z.number(),
  streams: z.number(),
  cacheHits: z.number(),
  /** Tries at providers, those before a fallback included. */
  attempts: z.number(),
  tokens: z.object({
    input: z.number(),
    output: z.number(),
    /** Of the input. */
    cachedInput: z.number(),
    cacheWrite: z.number(),
    /** Of the output. */
    reasoning: z.number(),
  }),
  costUsd: z.number(),
  /** Of `costUsd`: worked out from list prices, where the provider did not say what it charged. */
  estimatedUsd: z.number(),
  /** What answers out of the cache would have cost. */
  savedUsd: z.number(),
  /** Requests whose tokens were counted but whose price is not known: not in `costUsd`. */
  unpriced: z.number(),
  durationMs: spreadSchema,
  firstByteMs: spreadSchema,
});
export type UsageNumbers = z.infer<typeof usageNumbersSchema>;

export const usageSchema = z.object({
  since: z.string(),
  until: z.string(),
  step: z.enum(STEPS),
  total: usageNumbersSchema,
  /** One for each step between the two, the empty ones included. */
  buckets: z.array(usageNumbersSchema.extend({ start: z.string() })),
  /** Most requests first. `id` is empty where it does not apply: an app that could not be identified, say. */
  rows: z.array(usageNumbersSchema.extend({ id: z.string(), name: z.string(), practice: z.boolean() })),
  causes: z.array(z.object({ cause: z.enum(CAUSES), count: z.number() })),
  /** Answered by practice: not in any number above unless asked for, and never spend. */
  practiceRequests: z.number(),
  /** What the owner's own replays and checks sent; not in any number above. */
  own: z.object({ requests: z.number(), costUsd: z.number() }),
});
export type Usage = z.infer<typeof usageSchema>;

export const weatherRowSchema = z.object({
  provider: z.string(),
  name: z.string(),
  /** Null for all keys of the provider together. */
  key: z.object({ id: z.string(), label: z.string(), lastFour: z.string() }).nullable(),
  state: z.enum(WEATHER_STATES),
  sentence: z.string(),
  /** Since when nothing came back without trouble. */
  failingSince: z.string().nullable(),
  failingApps: z.array(z.object({ id: z.string(), name: z.string() })),
  windows: z.array(
    z.object({
      window: z.enum(WEATHER_WINDOWS),
      requests: z.number(),
      failures: z.number(),
      /** Of the failures: trouble with the provider, the way there, or the key. */
      troubled: z.number(),
      /** Without trouble, 0..1; null where there was nothing. */
      share: z.number().nullable(),
      causes: z.array(z.object({ cause: z.enum(CAUSES), count: z.number() })),
      p50Ms: z.number().nullable(),
      p95Ms: z.number().nullable(),
      firstByteP50Ms: z.number().nullable(),
      firstByteP95Ms: z.number().nullable(),
    }),
  ),
});
export type WeatherRow = z.infer<typeof weatherRowSchema>;

export const usageContract = {
  /** Apps' traffic, from statistics that outlive the captures. */
  get: base
    .route({ method: 'GET', path: '/usage' })
    .input(
      z.object({
        /** A duration back from now (`7d`), a date or an ISO time. */
        since: z.string().default('24h'),
        until: z.string().optional(),
        /** Default: what gives a readable number of them. */
        step: z.enum(STEPS).optional(),
        by: z.enum(USAGE_GROUPS).default('app'),
        /** Practice counts as well. */
        practice: z.union([z.boolean(), z.stringbool()]).default(false),
        /** Only that app (id or name), provider, model, provider key or gateway key. */
        app: z.string().optional(),
        provider: z.string().optional(),
        model: z.string().optional(),
        key: z.string().optional(),
        gatewayKey: z.string().optional(),
      }),
    )
    .output(usageSchema),
  /** Providers one after the other, each followed by its keys; those without traffic in a day are quiet. */
  weather: base.route({ method: 'GET', path: '/weather' }).output(z.array(weatherRowSchema)),
};

/** The shapes of an explanation and of the failure record it may start from; both are public (interchange) forms. */
import { z } from 'zod';
import { evidenceSchema } from '../captures/capture.ts';
import { CAUSES } from '../causes.ts';

export const LADDER_CHECKS = [
  'arrived',
  'identified',
  'permitted',
  'cached',
  'routed',
  'translated',
  'reached',
  'key_accepted',
  'request_accepted',
  'capacity',
  'answer_whole',
] as const;
export type LadderCheck = (typeof LADDER_CHECKS)[number];

export const ladderRungSchema = z.object({
  check: z.enum(LADDER_CHECKS),
  result: z.enum(['passed', 'failed', 'unknown']),
  evidence: z.array(evidenceSchema),
});
export type LadderRung = z.infer<typeof ladderRungSchema>;

/** A fix is a button: `action` is carried out through the control interface, `url` opens the provider's page. */
export const fixSchema = z.object({
  id: z.string(),
  title: z.string(),
  action: z.object({ kind: z.string() }).loose().nullable(),
  url: z.string().optional(),
});
export type Fix = z.infer<typeof fixSchema>;

export const probeResultSchema = z.object({
  probe: z.string(),
  result: z.string(),
  /** What its outcome would tell; for a probe that was not run. */
  tells: z.string().optional(),
  capture: z.string().optional(),
});

export const explanationSchema = z.object({
  id: z.string(),
  /** null for an exchange that succeeded. */
  cause: z.enum(CAUSES).nullable(),
  confidence: z.number().min(0).max(1),
  status: z.enum(['proven', 'likely', 'possible']),
  /** One plain sentence for a person who has never seen an API. */
  title: z.string(),
  /** What happened, for a developer. */
  detail: z.string(),
  /** Why it usually happens. */
  why: z.string().optional(),
  ladder: z.array(ladderRungSchema),
  alternatives: z.array(z.object({ cause: z.enum(CAUSES), confidence: z.number() })),
  fixes: z.array(fixSchema),
  probes: z.array(probeResultSchema),
});
export type Explanation = z.infer<typeof explanationSchema>;

/** Logs often hold a status as a text. */
function numberOfText(value: unknown): unknown {
  return typeof value === 'string' && /^\s*\d{3}\s*$/.test(value) ? Number(value) : value;
}

/** A failure from anywhere. Every field but `id` may be missing or null; unknown fields are ignored. */
export const failureRecordSchema = z.object({
  id: z.union([z.string(), z.number()]).transform(String),
  provider: z.string().nullish(),
  surface: z.string().nullish(),
  base_url: z.string().nullish(),
  request: z
    .object({
      method: z.string().nullish(),
      path: z.string().nullish(),
      base_url: z.string().nullish(),
      headers: z.record(z.string(), z.unknown()).nullish(),
      body: z.unknown(),
    })
    .partial()
    .nullish(),
  response: z
    .object({
      status: z.preprocess(numberOfText, z.number().nullish()),
      headers: z.record(z.string(), z.unknown()).nullish(),
      body: z.unknown(),
    })
    .partial()
    .nullish(),
  transport_error: z.preprocess(
    (value) => (typeof value === 'string' ? { message: value } : value),
    z.object({ code: z.string().nullish(), message: z.string().nullish() }).partial().nullish(),
  ),
});
export type FailureRecord = z.infer<typeof failureRecordSchema>;

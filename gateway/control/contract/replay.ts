/** Replay as the control interface offers it: a capture run again through the real stages, wholly or in part. */
import { z } from 'zod';
import {
  captureRowSchema,
  captureSchema,
  headerListSchema,
  keyReferenceSchema,
  stepSchema,
} from '../../captures/capture.ts';
import { CAUSES, STAGES } from '../../causes.ts';
import { base } from './base.ts';

/**
 * `explain` shows the recorded steps; `dry-run` runs the stages up to `forward` and sends nothing; `recorded` serves the
 * recorded answer of the provider; `live` really sends.
 */
export const REPLAY_MODES = ['explain', 'dry-run', 'recorded', 'live'] as const;

/** Where in a request an edit applies, and what stands there then; no value takes it away. */
export const editSchema = z.object({
  /**
   * `method`, `url`, `model`, `key` (id of a provider key), `gateway-key` (id), `base-url`, `header.NAME`, `query.NAME`,
   * `body` (the whole text) or a JSON pointer into the body (`/messages/0/content`).
   */
  path: z.string().min(1).max(2000),
  value: z.unknown().optional(),
});
export type Edit = z.infer<typeof editSchema>;

export const differenceSchema = z.object({
  /** `header.NAME`, JSON pointer, `status`, `body`, `event 3/delta` … */
  path: z.string(),
  kind: z.enum(['added', 'removed', 'changed']),
  before: z.unknown().optional(),
  after: z.unknown().optional(),
});
export type Difference = z.infer<typeof differenceSchema>;

export const replayStepSchema = stepSchema.extend({
  /** The step of the same stage in the original; null where that never came so far. */
  original: stepSchema.nullable(),
  /** What differs from the original, timings apart; empty: the same. */
  differences: z.array(differenceSchema),
  /** What the exchange looked like before and after this step: small facts, never secrets. */
  before: z.record(z.string(), z.unknown()),
  after: z.record(z.string(), z.unknown()),
});
export type ReplayStep = z.infer<typeof replayStepSchema>;

export const replayInputSchema = z.object({
  id: z.string(),
  mode: z.enum(REPLAY_MODES).default('dry-run'),
  /** Configuration, clock and randomness as recorded (`then`, the default of `recorded`) or as they are (`now`). */
  config: z.enum(['then', 'now']).optional(),
  edits: z.array(editSchema).max(200).default([]),
  /** Runs up to and including this stage. */
  until: z.enum(STAGES).optional(),
  /** `recorded`: serves the chunks with the pauses they came with. */
  timing: z.boolean().default(false),
});
export type ReplayInput = z.input<typeof replayInputSchema>;

/** What a live replay will do, told before it is done. */
export const sendingSchema = z.object({
  method: z.string(),
  /** Without query: it may hold a key. */
  url: z.string(),
  host: z.string(),
  key: z.string().nullable(),
  /** Estimate in dollars; null where the price is not known. */
  costUsd: z.number().nullable(),
  practice: z.boolean(),
});

export const replaySchema = z.object({
  of: z.string(),
  mode: z.enum(REPLAY_MODES),
  config: z.enum(['then', 'now']),
  configVersion: z.number(),
  edits: z.array(editSchema),
  steps: z.array(replayStepSchema),
  /** Why it could not be run to its end, with what to do about it; null when it was. */
  refused: z.object({ sentence: z.string(), next: z.string() }).nullable(),
  /** The capture that this run became; null for modes that leave none. */
  capture: z.string().nullable(),
  /** Null while nothing was decided (a dry run that would have been sent). */
  outcome: z
    .object({
      ok: z.boolean(),
      cause: z.enum(CAUSES).nullable(),
      stage: z.enum(STAGES).nullable(),
      status: z.number().nullable(),
      message: z.string(),
    })
    .nullable(),
  /** What was, or in a dry run would be, sent. */
  sending: sendingSchema.nullable(),
  /** How the answer differs from the original's: status, headers, body or events. */
  answerDifferences: z.array(differenceSchema),
  /** The request as it goes (or would go) to the provider, secrets removed; null where none was made ready. */
  prepared: z
    .object({
      method: z.string(),
      url: z.string(),
      headers: headerListSchema,
      /** Null where there is none, or where it is no text. */
      body: z.string().nullable(),
      key: keyReferenceSchema.nullable(),
    })
    .nullable(),
  /** How that differs from what was sent then. */
  preparedDifferences: z.array(differenceSchema),
  /** What to know about this run, one sentence each. */
  notes: z.array(z.string()),
});
export type Replay = z.infer<typeof replaySchema>;

const side = z.object({ title: z.string(), row: captureRowSchema.nullable() });

export const comparisonSchema = z.object({
  before: side,
  after: side,
  request: z.array(differenceSchema),
  sent: z.array(differenceSchema),
  steps: z.array(
    z.object({
      stage: z.enum(STAGES),
      before: stepSchema.nullable(),
      after: stepSchema.nullable(),
      differences: z.array(differenceSchema),
    }),
  ),
  answer: z.array(differenceSchema),
});
export type Comparison = z.infer<typeof comparisonSchema>;

/** One thing that differs from the last time it worked. */
export const changeSchema = z.object({
  what: z.enum([
    'key',
    'key-version',
    'configuration',
    'model',
    'parameter',
    'header',
    'base-url',
    'body-shape',
    'network-path',
    'gateway-key',
  ]),
  path: z.string(),
  before: z.unknown().optional(),
  after: z.unknown().optional(),
  /** How likely this alone is to blame, 0..1; ranked by it. */
  suspicion: z.number().min(0).max(1),
  sentence: z.string(),
  /** Replaying with this edit puts the earlier state back; null where no edit can. */
  undo: editSchema.nullable(),
});
export type Change = z.infer<typeof changeSchema>;

export const changesSchema = z.object({
  of: z.string(),
  /** Nearest earlier success; null when there is none within what is kept. */
  success: captureRowSchema.nullable(),
  /** On what the two agree: `app`, `route`, `endpoint`, `model` … */
  matchedBy: z.array(z.string()),
  changes: z.array(changeSchema),
  sentence: z.string(),
});
export type Changes = z.infer<typeof changesSchema>;

/** A translated stream, event by event. */
export const translatedEventsSchema = z.object({
  /** The app's dialect and the provider's; null where nothing was translated. */
  from: z.string().nullable(),
  to: z.string().nullable(),
  /** How many steps there are in all, the end of the bytes being the last. */
  total: z.number(),
  events: z.array(
    z.object({
      number: z.number(),
      /** As the provider sent it; null is the end of its bytes. */
      provider: z.string().nullable(),
      /** What it says, in the canonical form's words. */
      meaning: z.array(z.string()),
      /** What went to the app for it; empty where it completes nothing. */
      app: z.string(),
      lost: z.array(z.object({ path: z.string(), why: z.string() })),
    }),
  ),
});
export type TranslatedEvents = z.infer<typeof translatedEventsSchema>;

const id = z.object({ id: z.string() });

export const replayContract = {
  run: base.route({ method: 'POST', path: '/captures/{id}/replay' }).input(replayInputSchema).output(replaySchema),
  /** The capture as its edits would make it: what the editor shows. */
  preview: base
    .route({ method: 'POST', path: '/captures/{id}/replay/preview' })
    .input(z.object({ id: z.string(), edits: z.array(editSchema).max(200) }))
    .output(z.object({ request: captureSchema.shape.request, differences: z.array(differenceSchema) })),
  events: base
    .route({ method: 'GET', path: '/captures/{id}/translated-events' })
    .input(
      z.object({
        id: z.string(),
        at: z.coerce.number().int().min(0).default(0),
        limit: z.coerce.number().int().min(1).max(200).default(100),
      }),
    )
    .output(translatedEventsSchema),
  compare: base
    .route({ method: 'POST', path: '/captures/{id}/compare' })
    .input(z.object({ id: z.string(), with: z.string() }))
    .output(comparisonSchema),
  changes: base.route({ method: 'GET', path: '/captures/{id}/changes' }).input(id).output(changesSchema),
};

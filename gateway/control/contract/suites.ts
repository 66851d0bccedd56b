/** Cases and suites: captures pinned with what must hold, run again whenever asked. */
import { z } from 'zod';
import { CAUSES } from '../../causes.ts';
import { base } from './base.ts';
import { editSchema, REPLAY_MODES } from './replay.ts';

/** What must hold of an answer. Every field given is checked. */
export const expectationSchema = z.object({
  ok: z.boolean().optional(),
  status: z.number().int().optional(),
  cause: z.enum(CAUSES).nullable().optional(),
  /** Stage that decided. */
  stage: z.string().nullable().optional(),
  /** JSON pointers of the answer with the value or, as `{ "type": "string" }`, the kind of value that must stand there. */
  body: z
    .array(z.object({ pointer: z.string(), equals: z.unknown().optional(), type: z.string().optional() }))
    .optional(),
  /** Texts that the answer must, or must not, contain. */
  contains: z.array(z.string()).optional(),
  lacks: z.array(z.string()).optional(),
  maxDurationMs: z.number().positive().optional(),
});
export type Expectation = z.infer<typeof expectationSchema>;

export const caseSchema = z.object({
  id: z.string(),
  name: z.string(),
  capture: z.string(),
  mode: z.enum(REPLAY_MODES),
  config: z.enum(['then', 'now']),
  edits: z.array(editSchema),
  expect: expectationSchema,
});
export type Case = z.infer<typeof caseSchema>;

export const caseResultSchema = z.object({
  case: z.string(),
  name: z.string(),
  result: z.enum(['passed', 'failed', 'error', 'skipped']),
  /** What did not hold, one sentence each. */
  failures: z.array(z.string()),
  durationMs: z.number(),
  capture: z.string().nullable(),
});
export type CaseResult = z.infer<typeof caseResultSchema>;

export const suiteRunSchema = z.object({
  id: z.string(),
  suite: z.string(),
  /** ISO time. */
  startedAt: z.string(),
  durationMs: z.number(),
  passed: z.number(),
  failed: z.number(),
  errors: z.number(),
  skipped: z.number(),
  results: z.array(caseResultSchema),
});
export type SuiteRun = z.infer<typeof suiteRunSchema>;

export const suiteRowSchema = z.object({
  name: z.string(),
  cases: z.array(
    caseSchema.extend({
      /** Newest first, of the runs that are kept. */
      lastResults: z.array(caseResultSchema.shape.result),
      /** Share of neighbouring runs with another result and the same inputs, 0..1. */
      flakiness: z.number(),
    }),
  ),
  lastRun: suiteRunSchema.nullable(),
  /** Why its file cannot be read, with what to do about it. */
  problem: z.string().optional(),
});
export type SuiteRow = z.infer<typeof suiteRowSchema>;

/** A suite as a file, which people may write and carry elsewhere. */
export const suiteFileSchema = z.object({
  keyward: z.literal('suite'),
  version: z.number().int().min(1),
  cases: z.array(
    caseSchema.extend({
      name: z.string().max(200).default(''),
      mode: z.enum(REPLAY_MODES).default('recorded'),
      config: z.enum(['then', 'now']).default('then'),
      edits: z.array(editSchema).default([]),
    }),
  ),
  /** A bundle with the captures, base64; absent where it lies beside the file under the same name. */
  bundle: z.string().optional(),
});
export type SuiteFile = z.infer<typeof suiteFileSchema>;

const named = z.object({ name: z.string() });

export const suiteContract = {
  list: base.route({ method: 'GET', path: '/suites' }).output(z.array(suiteRowSchema)),
  get: base.route({ method: 'GET', path: '/suites/{name}' }).input(named).output(suiteRowSchema),
  /** Makes the suite where it is not there yet. Without `expect`: that the outcome stays what it was. */
  add: base
    .route({ method: 'POST', path: '/suites/{name}/cases', successStatus: 201 })
    .input(
      z.object({
        name: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/),
        capture: z.string(),
        title: z.string().max(200).optional(),
        mode: z.enum(REPLAY_MODES).default('recorded'),
        config: z.enum(['then', 'now']).optional(),
        edits: z.array(editSchema).default([]),
        expect: expectationSchema.optional(),
      }),
    )
    .output(caseSchema),
  update: base
    .route({ method: 'PATCH', path: '/suites/{name}/cases/{case}' })
    .input(
      z.object({
        name: z.string(),
        case: z.string(),
        title: z.string().max(200).optional(),
        expect: expectationSchema.optional(),
      }),
    )
    .output(caseSchema),
  removeCase: base
    .route({ method: 'DELETE', path: '/suites/{name}/cases/{case}' })
    .input(z.object({ name: z.string(), case: z.string() }))
    .output(z.object({ done: z.literal(true) })),
  remove: base
    .route({ method: 'DELETE', path: '/suites/{name}' })
    .input(named)
    .output(z.object({ done: z.literal(true) })),
  /** `recordingsOnly` skips, with the reason, every case that would send something. */
  run: base
    .route({ method: 'POST', path: '/suites/{name}/run' })
    .input(
      z.object({ name: z.string(), mode: z.enum(REPLAY_MODES).optional(), recordingsOnly: z.boolean().default(false) }),
    )
    .output(suiteRunSchema),
  /** Runs a suite that is not kept here: the text of its file, and its bundle where that lies beside it. */
  runFile: base
    .route({ method: 'POST', path: '/suites/run' })
    .input(
      z.object({
        name: z.string().max(200),
        text: z.string(),
        bundle: z.string().nullable(),
        mode: z.enum(REPLAY_MODES).optional(),
        recordingsOnly: z.boolean().default(false),
      }),
    )
    .output(suiteRunSchema),
  runs: base.route({ method: 'GET', path: '/suites/{name}/runs' }).input(named).output(z.array(suiteRunSchema)),
  compareRuns: base
    .route({ method: 'GET', path: '/suites/{name}/compare' })
    .input(z.object({ name: z.string(), before: z.string(), after: z.string() }))
    .output(
      z.array(
        z.object({
          case: z.string(),
          name: z.string(),
          before: caseResultSchema.nullable(),
          after: caseResultSchema.nullable(),
          change: z.enum(['same', 'broken', 'mended', 'added', 'removed', 'other']),
        }),
      ),
    ),
};

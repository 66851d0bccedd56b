/** Experiments and fixes: what would tell, what would mend, both shown before they are done and checked afterwards. */
import { z } from 'zod';
import { explanationSchema } from '../../diagnosis/explanation.ts';
import { EXPERIMENT_CLASSES } from '../../store/schema.ts';
import { base } from './base.ts';
import { editSchema } from './replay.ts';
import { issuedKeySchema } from './rows.ts';

export const experimentSchema = z.object({
  /** A probe's name: `key-shape`, `list-models`, `other-key` … */
  id: z.string(),
  title: z.string(),
  /** What its outcome would tell. */
  tells: z.string(),
  class: z.enum(EXPERIMENT_CLASSES),
  /** The requests it makes; empty for one that only looks at what is here. */
  sends: z.array(z.object({ method: z.string(), host: z.string(), path: z.string(), withKey: z.string().nullable() })),
  /** Estimate in dollars; 0 is free, null not known. */
  costUsd: z.number().nullable(),
  /** True when its class may run without asking. */
  allowed: z.boolean(),
  /** Why it cannot be run here; null when it can. */
  unavailable: z.string().nullable(),
});
export type Experiment = z.infer<typeof experimentSchema>;

export const experimentResultSchema = z.object({
  experiment: z.string(),
  verdict: z.enum(['confirms', 'contradicts', 'inconclusive', 'not-run']),
  /** One plain sentence: what was seen. */
  sentence: z.string(),
  /** The changed run, and the unchanged one beside it. */
  captures: z.array(z.string()),
  /** The explanation as it stands with this result. */
  explanation: explanationSchema,
});
export type ExperimentResult = z.infer<typeof experimentResultSchema>;

export const fixResultSchema = z.object({
  fix: z.string(),
  /** True when it was carried out (or, with the practice provider, rehearsed); false for what lies outside. */
  applied: z.boolean(),
  /** The replay that shows the effect; null when none could be made. */
  capture: z.string().nullable(),
  /** True when that replay succeeded; null when it is not known. */
  fixed: z.boolean().nullable(),
  sentence: z.string(),
  next: z.string().nullable(),
  /** Hand this to `undo` to put back what was there; null when there is nothing to put back. */
  undo: z.string().nullable(),
  /** A page where the fix lies outside. */
  url: z.string().nullable(),
  /** A gateway key that the fix made: shown this once, to be put into the app. */
  issued: issuedKeySchema.nullable(),
});
export type FixResult = z.infer<typeof fixResultSchema>;

const id = z.object({ id: z.string() });

export const experimentContract = {
  list: base.route({ method: 'GET', path: '/captures/{id}/experiments' }).input(id).output(z.array(experimentSchema)),
  /** Runs one; `confirm` is needed for a class that is not allowed by the settings. */
  run: base
    .route({ method: 'POST', path: '/captures/{id}/experiments/{experiment}' })
    .input(z.object({ id: z.string(), experiment: z.string(), confirm: z.boolean().default(false) }))
    .output(experimentResultSchema),
};

export const fixContract = {
  /** What a fix would do, without doing it: the change in words, and whether it needs something from the person. */
  preview: base
    .route({ method: 'POST', path: '/captures/{id}/fixes/{fix}/preview' })
    .input(z.object({ id: z.string(), fix: z.string() }))
    .output(
      z.object({
        sentence: z.string(),
        /** Values that a person must give: `secret`, `value`, `model` … */
        needs: z.array(
          z.object({
            name: z.string(),
            title: z.string(),
            secret: z.boolean(),
            /** Taken where nothing is given; null: it must be given. */
            suggested: z.string().nullable(),
            /** A text of several lines, and none at all is an answer, too. */
            lines: z.boolean().optional(),
          }),
        ),
        /** True when carrying it out changes something that is stored. */
        changes: z.boolean(),
        /** True for the practice provider's failures: nothing stored changes. */
        rehearsal: z.boolean(),
        edits: z.array(editSchema),
        costUsd: z.number().nullable(),
      }),
    ),
  /** Carries a fix out, replays the request, and says whether it helped. */
  apply: base
    .route({ method: 'POST', path: '/captures/{id}/fixes/{fix}' })
    .input(z.object({ id: z.string(), fix: z.string(), values: z.record(z.string(), z.string()).default({}) }))
    .output(fixResultSchema),
  undo: base
    .route({ method: 'POST', path: '/fixes/undo' })
    .input(z.object({ undo: z.string() }))
    .output(z.object({ sentence: z.string() })),
};

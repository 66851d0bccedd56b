/**
 * Fixes as the control interface offers them: shown before they are carried out, carried out in the asker's name, and
 * followed by a replay of the request, which alone says whether they helped.
 */
import type { Cause } from '../causes.ts';
import { FIXES, type FixId } from '../diagnosis/fixes.ts';
import { among, CREDENTIAL_CAUSES } from '../experiments/cause-groups.ts';
import { mendedModel } from '../experiments/practice-rehearsal.ts';
import { costsNothing, subjectOf } from '../experiments/subject.ts';
import type { FixResult } from './contract/experiments.ts';
import type { Edit } from './contract/replay.ts';
import { explainWithExperiments } from './experiments.ts';
import { findCapture } from './find-capture.ts';
import { FIX_ACTIONS } from './fix/actions.ts';
import { changesSomething, type Done, type FixAction, type FixContext, fixContext } from './fix/fix-action.ts';
import { createUndoBook } from './fix/undo.ts';
import { type ControlContext, os } from './implementer.ts';
import { Problem } from './problem.ts';
import { type LiveReplay, replayLive, sendingOf } from './replay-live.ts';
import type { ControlDeps } from './services.ts';

/** `clientFor` gives the control interface in somebody's name: fixes change nothing past it. */
export function fixProcedures(deps: ControlDeps, clientFor: (actor: ControlContext['actor']) => FixContext['client']) {
  const undoBook = createUndoBook(deps);
  const prepare = async (
    input: { readonly id: string; readonly fix: string; readonly values?: Record<string, string> },
    actor: ControlContext['actor'],
  ) => {
    const capture = await findCapture(deps, input.id);
    const explanation = await explainWithExperiments(deps, input.id, { probe: false });
    const fix = explanation.fixes.find(({ id }) => id === input.fix);
    if (!fix)
      throw unknownFix(
        input.fix,
        explanation.fixes.map(({ id }) => id),
      );
    const context = fixContext({ deps, client: clientFor(actor), capture, fix, values: input.values ?? {} });
    const rehearsal = fix.action?.kind === 'rehearse' || (fix.action === null && capture.practice);
    return { context, action: FIX_ACTIONS[fix.id as FixId], rehearsal };
  };

  return {
    preview: os.fixes.preview.handler(async ({ input, context: { actor } }) => {
      const { context, action, rehearsal } = await prepare(input, actor);
      if (rehearsal) {
        return {
          sentence: `Rehearses "${context.fix.title}" with the practice provider: nothing stored changes.`,
          needs: [],
          edits: rehearsalEdits(context),
          changes: false,
          rehearsal: true,
          costUsd: 0,
        };
      }
      const edits = action.edits?.(context) ?? [];
      return {
        sentence: action.sentence(context),
        needs: action.needs?.(context) ?? [],
        edits,
        changes: changesSomething(action, context),
        rehearsal: false,
        costUsd: await costOf(deps, context, action, edits),
      };
    }),
    apply: os.fixes.apply.handler(async ({ input, context: { actor } }): Promise<FixResult> => {
      const { context, action, rehearsal } = await prepare(input, actor);
      if (rehearsal) return rehearse(deps, context);
      const passed = await triedUnchanged(deps, context, action);
      const before = deps.store.snapshot.document;
      const done = await action.apply(context);
      const undo = changesSomething(action, context) ? undoBook.note(before, deps.store.snapshot.document) : null;
      const result = await shown(deps, context, action, done);
      // A fault that went away by itself was not mended by what was changed.
      const sentence =
        passed && result.fixed
          ? `${result.sentence} So it was just before the change: the fault had passed.`
          : result.sentence;
      return { ...result, sentence, undo };
    }),
    undo: os.fixes.undo.handler(async ({ input, context: { actor } }) => ({
      sentence: await undoBook.undo(input.undo, actor),
    })),
  };
}

/** Failures that show at once and cost nothing, so that the request can be sent unchanged beside the changed one. */
const QUICK_AND_FREE: readonly Cause[] = [...CREDENTIAL_CAUSES, 'key_missing', 'wrong_endpoint'];

/** Sends the request once more before anything is changed: beside it, an answer afterwards is proof. True: it is answered. */
async function triedUnchanged(deps: ControlDeps, context: FixContext, action: FixAction): Promise<boolean> {
  const { capture } = context;
  if (capture.attemptList.length === 0 || !changesSomething(action, context)) return false;
  if (!among(QUICK_AND_FREE, capture.cause)) return false;
  try {
    return (await replayLive(deps, capture.id, [])).outcome.ok;
  } catch (error) {
    // It cannot be replayed as it was (its body was not kept, say): then nothing is proven, and the fix goes on.
    if (typeof (error as { code?: unknown }).code === 'string') return false;
    throw error;
  }
}

function unknownFix(asked: string, offered: readonly string[]): Problem {
  const known = Object.hasOwn(FIXES, asked);
  return new Problem(
    known ? 'CONFLICT' : 'NOT_FOUND',
    known ? `"${asked}" does not mend this failure.` : `There is no fix "${asked.slice(0, 60)}".`,
    offered.length > 0 ? `There are ${offered.join(', ')}.` : 'There is nothing to mend here.',
  );
}

function rehearsalEdits({ capture, fix }: FixContext): Edit[] {
  return [{ path: 'model', value: mendedModel(capture, fix.id) }];
}

async function rehearse(deps: ControlDeps, context: FixContext): Promise<FixResult> {
  const { capture, outcome } = await replayLive(deps, context.capture.id, rehearsalEdits(context));
  return {
    fix: context.fix.id,
    applied: true,
    capture,
    fixed: outcome.ok,
    sentence: outcome.ok
      ? 'Rehearsed, nothing stored was changed: with this fix the practice provider answers.'
      : `Rehearsed, nothing stored was changed: this fix does not mend this failure. ${outcome.message}`,
    next: null,
    undo: null,
    url: context.fix.url ?? null,
    issued: null,
  };
}

/** What the replay that follows may cost; 0 where none follows or nobody sends a bill. */
async function costOf(
  deps: ControlDeps,
  { capture }: FixContext,
  action: FixAction,
  edits: Edit[],
): Promise<number | null> {
  if (action.outside || costsNothing(subjectOf(capture, deps.store.snapshot, []))) return 0;
  const planned = await sendingOf(deps, capture.id, edits).catch(() => 'not possible');
  return typeof planned === 'string' ? null : planned.costUsd;
}

/** The replay after the fix, and what it shows. */
async function shown(
  deps: ControlDeps,
  context: FixContext,
  action: FixAction,
  done: Done,
): Promise<Omit<FixResult, 'undo'>> {
  const base = {
    fix: context.fix.id,
    applied: !action.outside,
    next: done.next ?? null,
    url: context.fix.url ?? null,
    issued: done.issued ?? null,
  };
  if (done.capture !== undefined) return { ...base, capture: done.capture, fixed: null, sentence: done.sentence };
  let replay: LiveReplay;
  try {
    replay = await replayLive(deps, context.capture.id, done.edits ?? []);
  } catch (error) {
    const refused = error as { message: string; next?: string | null; code?: string };
    if (typeof refused.code !== 'string') throw error;
    // What was changed stays changed; only its effect could not be shown.
    const sentence = `${done.sentence} Whether it helped could not be tried: ${refused.message}`;
    return { ...base, capture: null, fixed: null, sentence, next: done.next ?? 'Send the request again from the app.' };
  }
  const { outcome, capture } = replay;
  return {
    ...base,
    capture,
    fixed: outcome.ok,
    sentence: `${done.sentence} ${outcome.ok ? 'The request is answered now.' : `The request still fails: ${outcome.message}`}`,
  };
}

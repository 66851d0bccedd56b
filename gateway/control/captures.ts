import { explainRecord } from '../diagnosis/explain-record.ts';
import { explainWithExperiments } from './experiments.ts';
import { findCapture } from './find-capture.ts';
import { os } from './implementer.ts';
import { findApp } from './names.ts';
import { Problem } from './problem.ts';
import type { ControlDeps } from './services.ts';

export function captureProcedures(deps: ControlDeps) {
  const { recorder } = deps;
  return {
    list: os.captures.list.handler(({ input }) => recorder.list({ ...input, app: appId(deps, input.app) })),
    get: os.captures.get.handler(({ input }) => findCapture(deps, input.id)),
    explain: os.captures.explain.handler(({ input }) => explainWithExperiments(deps, input.id, input)),
    prune: os.captures.prune.handler(async ({ input }) => recorder.prune(input)),
  };
}

export function explainProcedures() {
  return { record: os.explain.record.handler(({ input }) => explainRecord(input)) };
}

/** A name is resolved to the app's id, under which captures are kept; one that is gone is looked for as it is. */
function appId(deps: ControlDeps, asked: string | undefined): string | undefined {
  if (asked === undefined) return undefined;
  try {
    return findApp(deps.store.snapshot.document, asked).id;
  } catch (error) {
    if (error instanceof Problem && error.code === 'NOT_FOUND') return asked;
    throw error;
  }
}

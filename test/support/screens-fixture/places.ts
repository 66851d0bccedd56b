/** Replay, experiments, fixes, transfer and suites over the sample captures: what the look of the screens needs, no more. */
import { implement, ORPCError } from '@orpc/server';
import { type Capture, contract } from '../../../gateway/control/contract/index.ts';
import type { Replay } from '../../../gateway/control/contract/replay.ts';
import type { SuiteRow } from '../../../gateway/control/contract/suites.ts';

const notHere = (): never => {
  throw new ORPCError('FAILED', { status: 422, message: 'The sample home cannot do that.', data: { next: null } });
};

export function places(captureOf: (id: string) => Capture, suites: readonly SuiteRow[]) {
  const os = implement(contract);
  const suiteOf = (name: string) => suites.find((suite) => suite.name === name) ?? notHere();
  return {
    replay: {
      run: os.replay.run.handler(({ input }) => explained(captureOf(input.id), input.mode)),
      preview: os.replay.preview.handler(({ input }) => ({ request: captureOf(input.id).request, differences: [] })),
      events: os.replay.events.handler(() => ({ from: null, to: null, total: 0, events: [] })),
      compare: os.replay.compare.handler(notHere),
      changes: os.replay.changes.handler(({ input }) => ({
        of: input.id,
        success: null,
        matchedBy: [],
        changes: [],
        sentence: 'No earlier success is recorded that resembles this request.',
      })),
    },
    experiments: { list: os.experiments.list.handler(() => []), run: os.experiments.run.handler(notHere) },
    fixes: {
      preview: os.fixes.preview.handler(notHere),
      apply: os.fixes.apply.handler(notHere),
      undo: os.fixes.undo.handler(notHere),
    },
    config: {
      schema: os.config.schema.handler(notHere),
      export: os.config.export.handler(notHere),
      preview: os.config.preview.handler(notHere),
      import: os.config.import.handler(notHere),
    },
    transfer: {
      export: os.transfer.export.handler(notHere),
      download: os.transfer.download.handler(notHere),
      import: os.transfer.import.handler(notHere),
    },
    suites: {
      list: os.suites.list.handler(() => [...suites]),
      get: os.suites.get.handler(({ input }) => suiteOf(input.name)),
      add: os.suites.add.handler(notHere),
      update: os.suites.update.handler(notHere),
      removeCase: os.suites.removeCase.handler(notHere),
      remove: os.suites.remove.handler(notHere),
      run: os.suites.run.handler(notHere),
      runFile: os.suites.runFile.handler(notHere),
      runs: os.suites.runs.handler(({ input }) => {
        const { lastRun } = suiteOf(input.name);
        return lastRun ? [lastRun] : [];
      }),
      compareRuns: os.suites.compareRuns.handler(() => []),
    },
  };
}

function explained(capture: Capture, mode: Replay['mode']): Replay {
  return {
    of: capture.id,
    mode,
    config: 'then',
    configVersion: capture.configVersion,
    edits: [],
    steps: capture.steps.map((step) => ({ ...step, original: step, differences: [], before: {}, after: {} })),
    refused: null,
    capture: null,
    outcome: {
      ok: capture.ok,
      cause: capture.cause,
      stage: capture.stage,
      status: capture.status,
      message: capture.message,
    },
    sending: null,
    answerDifferences: [],
    prepared: null,
    preparedDifferences: [],
    notes: [],
  };
}

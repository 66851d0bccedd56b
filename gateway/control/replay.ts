import { type Capture, type CaptureRow, captureRowSchema } from '../captures/capture.ts';
import { compareCaptures, requestDifferences } from '../replay/compare.ts';
import { nearestSuccess } from '../replay/nearest-success.ts';
import { previewOf, runReplay } from '../replay/replay.ts';
import { configThen } from '../replay/replay-config.ts';
import { translatedEvents } from '../replay/translated-events.ts';
import { whatChanged } from '../replay/what-changed.ts';
import { findCapture } from './find-capture.ts';
import { os } from './implementer.ts';
import type { ControlDeps } from './services.ts';

/** Rows of the audit trail that are looked through where a configuration is no longer kept. */
const AUDIT_ROWS = 1000;

export function replayProcedures(deps: ControlDeps) {
  return {
    run: os.replay.run.handler(({ input }) => runReplay(deps, input)),
    preview: os.replay.preview.handler(async ({ input }) => {
      const capture = await findCapture(deps, input.id);
      const { method, url, headers, body, bodyEdited } = previewOf(capture, input.edits);
      const request: Capture['request'] = {
        ...capture.request,
        method,
        url,
        headers: headers.map(([name, value]) => [name, value]),
        body: bodyEdited && body ? editedBody(body) : capture.request.body,
      };
      return { request, differences: requestDifferences(capture, { request }) };
    }),
    events: os.replay.events.handler(async ({ input }) =>
      translatedEvents(deps, await findCapture(deps, input.id), input.at, input.limit),
    ),
    compare: os.replay.compare.handler(async ({ input }) =>
      compareCaptures(await findCapture(deps, input.id), await findCapture(deps, input.with), rowOf),
    ),
    changes: os.replay.changes.handler(async ({ input }) => {
      const capture = await findCapture(deps, input.id);
      const nearest = await nearestSuccess(deps.recorder, capture);
      const success = nearest && (await deps.recorder.get(nearest.row.id));
      return whatChanged({
        capture,
        success: nearest && success ? { capture: success, nearest } : null,
        configBroken: (await configThen(deps, capture))?.snapshot ?? null,
        configWorking: success ? ((await configThen(deps, success))?.snapshot ?? null) : null,
        today: deps.store.snapshot,
        audited: success ? await deps.store.audit(AUDIT_ROWS) : [],
      });
    }),
  };
}

function rowOf(capture: Capture): CaptureRow {
  return captureRowSchema.parse(capture);
}

function editedBody(body: Buffer): Capture['request']['body'] {
  return {
    sizeBytes: body.length,
    keptBytes: body.length,
    text: body.toString('utf8'),
    complete: true,
    redactions: [],
  };
}

import type { Capture, CaptureRow } from '../captures/capture.ts';
import { isCaptureId } from '../captures/capture-id.ts';
import { explainCapture } from '../diagnosis/explain-capture.ts';
import { explainRecord } from '../diagnosis/explain-record.ts';
import { checkKey } from './check-key.ts';
import type { Explanation } from './contract/index.ts';
import { os } from './implementer.ts';
import { findApp } from './names.ts';
import { Problem } from './problem.ts';
import type { ControlDeps } from './services.ts';

/** Rows of the neighbourhood an explanation may look at: "is this key failing everywhere, or only here?" */
const COMPANY_ROWS = 200;

export function captureProcedures(deps: ControlDeps) {
  const { recorder, store } = deps;
  return {
    list: os.captures.list.handler(({ input }) => recorder.list({ ...input, app: appId(deps, input.app) })),
    get: os.captures.get.handler(({ input }) => captureOf(deps, input.id)),
    explain: os.captures.explain.handler(async ({ input }) => {
      const capture = await captureOf(deps, input.id);
      const explain = async () =>
        explainCapture(capture, { now: deps.now(), snapshot: store.snapshot, company: await companyOf(deps, capture) });
      if (!input.probe) return explain();
      const probes = await probeKeyOf(deps, capture);
      const explanation = await explain();
      return { ...explanation, probes: [...probes, ...explanation.probes] };
    }),
    prune: os.captures.prune.handler(async ({ input }) => recorder.prune(input)),
  };
}

export function explainProcedures() {
  return { record: os.explain.record.handler(({ input }) => explainRecord(input)) };
}

async function captureOf(deps: ControlDeps, id: string): Promise<Capture> {
  const capture = isCaptureId(id) ? await deps.recorder.get(id) : undefined;
  if (capture) return capture;
  throw new Problem(
    'NOT_FOUND',
    `There is no capture "${id.slice(0, 40)}" here.`,
    isCaptureId(id)
      ? 'It may have been pruned; `keyward captures list` shows those that are kept.'
      : 'A capture id is the letter c and 20 characters, as in the answer header x-keyward-capture.',
  );
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

async function companyOf(deps: ControlDeps, capture: Capture): Promise<CaptureRow[]> {
  if (capture.provider === null) return [];
  const rows = await deps.recorder.list({ provider: capture.provider, limit: COMPANY_ROWS });
  return rows.filter((row) => row.id !== capture.id);
}

/** The free check of the key that was used, run now. */
async function probeKeyOf(deps: ControlDeps, capture: Capture): Promise<Explanation['probes']> {
  const keyId = capture.keyId;
  const key = keyId === null ? undefined : deps.store.snapshot.providerKeys.get(keyId);
  if (!key) return [];
  const check = await checkKey(deps, key.id);
  return [
    {
      probe: 'key-check',
      result: check.health.sentence,
      ...(check.capture === null ? {} : { capture: check.capture }),
    },
  ];
}

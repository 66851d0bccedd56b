/** Experiments as the control interface offers them: what could be tried, trying it, and the explanation that follows. */
import type { Capture, CaptureRow } from '../captures/capture.ts';
import type { Cause } from '../causes.ts';
import type { ConfigFacts } from '../diagnosis/capture-fixes.ts';
import { countCaptured } from '../diagnosis/count-captured.ts';
import { explainCapture } from '../diagnosis/explain-capture.ts';
import type { Explanation } from '../diagnosis/explanation.ts';
import type { Finding } from '../diagnosis/finding.ts';
import type { ProbeId } from '../diagnosis/probes.ts';
import { weatherEvidence } from '../diagnosis/weather-evidence.ts';
import { among, MODEL_CAUSES } from '../experiments/cause-groups.ts';
import type { Tools } from '../experiments/experiment.ts';
import { findingsOf, type Proposal, proposeExperiments } from '../experiments/experiments.ts';
import { modelsListed } from '../experiments/model-list.ts';
import { type Subject, subjectOf } from '../experiments/subject.ts';
import { readTrials } from '../experiments/trial.ts';
import { configThen } from '../replay/replay-config.ts';
import type { Experiment, ExperimentResult } from './contract/experiments.ts';
import { findCapture } from './find-capture.ts';
import { os } from './implementer.ts';
import { openedKey } from './opened-key.ts';
import { Problem } from './problem.ts';
import { replayLive, sendingOf } from './replay-live.ts';
import type { ControlDeps } from './services.ts';
import { weatherNow } from './weather.ts';

/** Rows of the neighbourhood an explanation may look at: "is this key failing everywhere, or only here?" */
const COMPANY_ROWS = 200;
const MOST_RELATED = 40;
const PROBE_TIMEOUT_MS = 15_000;
/** `explain --probe` runs a few, not all that could be. */
const MOST_RUN = 5;
/** Run first: once a cause is proven, nothing more is sent. */
const CAN_PROVE: ReadonlySet<ProbeId> = new Set<ProbeId>([
  'without-organisation-header',
  'other-key',
  'other-base-url',
  'other-model',
  'minimal-request',
]);

export function experimentProcedures(deps: ControlDeps) {
  return {
    list: os.experiments.list.handler(async ({ input }) => {
      const view = await viewOf(deps, input.id);
      const { experiments } = deps.store.snapshot.settings;
      return (await proposalsFor(deps, view)).map((proposal) => rowOf(proposal, experiments));
    }),
    run: os.experiments.run.handler(async ({ input }): Promise<ExperimentResult> => {
      const view = await viewOf(deps, input.id);
      const proposal = (await proposalsFor(deps, view)).find(({ id }) => id === input.experiment);
      if (!proposal) {
        throw new Problem(
          'NOT_FOUND',
          `There is no experiment "${input.experiment.slice(0, 60)}" for this failure.`,
          '`keyward explain CAPTURE` names those that would tell more.',
        );
      }
      if (typeof proposal.plan === 'string') {
        throw new Problem('REFUSED', `It cannot be made here: ${proposal.plan}`, null);
      }
      if (!input.confirm && !deps.store.snapshot.settings.experiments.includes(proposal.plan.class)) {
        throw new Problem('REFUSED', `${proposal.title}: ${costWords(proposal.plan.costUsd)}`, 'Confirm it to run it.');
      }
      await proposal.plan.run();
      const after = await viewOf(deps, input.id);
      const finding = after.findings.find(({ probe }) => probe === proposal.id);
      return {
        experiment: proposal.id,
        verdict: verdictOf(finding, view.explanation.cause),
        sentence: finding?.sentence ?? 'It was run, and showed nothing that tells.',
        captures: [...(finding?.captures ?? [])],
        explanation: after.explanation,
      };
    }),
  };
}

/** The explanation of a capture with all that is known about it by now; with `probe`, after the experiments that may run. */
export async function explainWithExperiments(
  deps: ControlDeps,
  id: string,
  options: { readonly probe: boolean; readonly paid?: boolean },
): Promise<Explanation> {
  let view = await viewOf(deps, id);
  if (!options.probe || !view.subject.attempt || view.capture.verdict?.ok) return view.explanation;
  const allowed = new Set(deps.store.snapshot.settings.experiments);
  if (options.paid) allowed.add('paid-call');
  const sent = new Set<string>();
  let runs = 0;
  while (runs < MOST_RUN) {
    // Planned anew each time: what one shows, such as a list of models, is what the next one tries.
    const next = (await proposalsFor(deps, view))
      .sort((a, b) => order(a.id, view.causes) - order(b.id, view.causes))
      .flatMap(({ id: experiment, plan }) =>
        typeof plan === 'string' || plan.class === 'local' || !allowed.has(plan.class) ? [] : [{ experiment, plan }],
      )
      // Several questions are answered by one request: it is sent once.
      .find(({ experiment, plan }) => !sent.has(experiment) && !sent.has(JSON.stringify(plan.sends)));
    if (!next) break;
    sent.add(next.experiment).add(JSON.stringify(next.plan.sends));
    runs += 1;
    await next.plan.run();
    view = await viewOf(deps, id);
    if (view.explanation.status === 'proven') break;
  }
  return view.explanation;
}

/** The list of models tells which model to try; then come those that can prove, and the rest. */
function order(id: ProbeId, [leading]: readonly Cause[]): number {
  if (id === 'list-models' && among(MODEL_CAUSES, leading)) return 0;
  return CAN_PROVE.has(id) ? 1 : 2;
}

interface View {
  readonly capture: Capture;
  readonly subject: Subject;
  readonly findings: readonly Finding[];
  readonly explanation: Explanation;
  /** The leading causes by the words alone: which experiments are proposed must not hang on their outcome. */
  readonly causes: readonly Cause[];
}

async function viewOf(deps: ControlDeps, id: string): Promise<View> {
  const { recorder, store, now } = deps;
  const capture = await findCapture(deps, id);
  const [company, relatedRows, forecast] = await Promise.all([
    companyOf(deps, capture),
    recorder.list({ of: capture.id, limit: MOST_RELATED }),
    weatherNow(deps),
  ]);
  const weather = weatherEvidence(capture, forecast, now());
  const snapshot = store.snapshot;
  // What came from elsewhere was asked of a provider that may be another one here.
  const lists = capture.origin?.kind === 'import' ? undefined : deps.lists;
  const plainSubject = subjectOf(capture, snapshot, company, lists);
  const known = await configOf(deps, capture);
  const plain = explainCapture(capture, { now: now(), snapshot: known, company, weather, lists });
  const requestTokens = plain.cause === 'context_too_long' ? await tokensSent(deps, capture, known) : undefined;
  const causes = [plain.cause, ...plain.alternatives.map(({ cause }) => cause)].filter((cause) => cause !== null);
  const related = plainSubject.attempt
    ? (await Promise.all(relatedRows.map((row) => recorder.get(row.id)))).filter((one) => one !== null)
    : [];
  const listed = modelsListed(readTrials(plainSubject, related))?.names ?? [];
  const subject = { ...plainSubject, listed };
  const findings = findingsOf(subject, related, causes, { openKey: (key) => openedKey(deps, key) });
  const explanation =
    findings.length === 0 && !requestTokens
      ? plain
      : explainCapture(capture, { now: now(), snapshot: known, company, weather, lists, requestTokens, findings });
  return { capture, subject, findings, explanation, causes };
}

function tokensSent({ replay }: ControlDeps, capture: Capture, { providers }: ConfigFacts) {
  const preset = providers.get(capture.attemptList.at(-1)?.provider ?? '')?.preset ?? null;
  return countCaptured(capture, preset, replay.countTexts);
}

/** A capture from elsewhere is explained with the providers it knew; what was called so there may be another here. */
async function configOf(deps: ControlDeps, capture: Capture): Promise<ConfigFacts> {
  const { snapshot } = deps.store;
  if (capture.origin === null) return snapshot;
  const then = await configThen(deps, capture);
  if (!then?.imported) return snapshot;
  return { ...snapshot, providers: new Map([...snapshot.providers, ...then.snapshot.providers]) };
}

async function companyOf({ recorder }: ControlDeps, capture: Capture): Promise<CaptureRow[]> {
  if (capture.provider === null) return [];
  const rows = await recorder.list({ provider: capture.provider, limit: COMPANY_ROWS });
  // What was tried on this very capture is weighed as experiments, not again as its company.
  // What came from elsewhere says nothing about this home, nor this home about it.
  const imported = capture.origin?.kind === 'import';
  return rows.filter(
    (row) => row.id !== capture.id && row.origin?.of !== capture.id && (row.origin?.kind === 'import') === imported,
  );
}

async function proposalsFor(deps: ControlDeps, view: View): Promise<Proposal[]> {
  if (!view.subject.attempt || view.causes.length === 0) return [];
  return proposeExperiments(view.subject, view.causes, toolsFor(deps, view.subject));
}

function toolsFor(deps: ControlDeps, { capture, provider }: Subject): Tools {
  return {
    probe: async (request) => {
      if (!provider) throw new Error('a probe without a provider');
      const origin = { kind: 'probe', of: capture.id } as const;
      const answer = await deps.probe({ ...request, provider: provider.id, origin, timeoutMs: PROBE_TIMEOUT_MS });
      // What is read of it afterwards is its record, which a compressed answer delays.
      await deps.recorder.get(answer.capture);
      return answer;
    },
    replay: async (edits) => {
      await replayLive(deps, capture.id, edits);
    },
    rehearse: (edits) => sendingOf(deps, capture.id, edits),
    openKey: (key) => openedKey(deps, key),
  };
}

function rowOf({ id, title, tells, plan }: Proposal, allowed: readonly string[]): Experiment {
  if (typeof plan === 'string') {
    return { id, title, tells, class: 'local', sends: [], costUsd: 0, allowed: false, unavailable: plan };
  }
  return {
    id,
    title,
    tells,
    class: plan.class,
    sends: [...plan.sends],
    costUsd: plan.costUsd,
    allowed: allowed.includes(plan.class),
    unavailable: null,
  };
}

function costWords(costUsd: number | null): string {
  if (costUsd === 0) return 'it spends nothing, and experiments of its kind are not allowed to run by themselves.';
  return costUsd === null
    ? 'it sends the request again, which may cost something; how much is not known.'
    : `it sends the request again, which may cost about $${costUsd.toFixed(4)}.`;
}

function verdictOf(finding: Finding | undefined, cause: Cause | null): ExperimentResult['verdict'] {
  if (!finding) return 'inconclusive';
  const weight = cause === null ? 0 : (finding.gives[cause] ?? 0);
  if (weight > 0 || (cause !== null && finding.proves?.includes(cause))) return 'confirms';
  return weight < 0 ? 'contradicts' : 'inconclusive';
}

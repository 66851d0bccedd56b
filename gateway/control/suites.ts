import { randomBytes } from 'node:crypto';
import type { Capture } from '../captures/capture.ts';
import { entriesOf, pinnedIn, withPinned } from '../suites/pinned-captures.ts';
import { compareRuns, flakiness, type KeptRun, lastResults } from '../suites/run-history.ts';
import { observe, runSuite } from '../suites/run-suite.ts';
import { SuiteError } from '../suites/suite-error.ts';
import { EMPTY_SUITE, parseSuite, SuiteStore } from '../suites/suite-store.ts';
import { CaptureConfigs } from '../transfer/export-captures.ts';
import { signingKeyOf } from '../transfer/signing-key.ts';
import { writeBundle } from '../transfer/write-bundle.ts';
import type { Case, Expectation, SuiteFile, SuiteRow, SuiteRun } from './contract/suites.ts';
import { findCapture } from './find-capture.ts';
import { os } from './implementer.ts';
import type { ControlDeps } from './services.ts';

const done = { done: true as const };

export function suiteProcedures(deps: ControlDeps) {
  const suites = new SuiteStore(deps.store.home);
  return {
    list: os.suites.list.handler(async () =>
      Promise.all((await suites.names()).map((name) => rowOf(suites, name).catch((error) => spoiled(name, error)))),
    ),
    get: os.suites.get.handler(({ input }) => rowOf(suites, input.name)),
    add: os.suites.add.handler(({ input }) => suites.alone(() => addCase(deps, suites, input))),
    update: os.suites.update.handler(({ input }) => suites.alone(() => updateCase(suites, input))),
    removeCase: os.suites.removeCase.handler(({ input }) =>
      suites.alone(() => removeCase(deps, suites, input.name, input.case)),
    ),
    remove: os.suites.remove.handler(async ({ input }) => {
      await suites.alone(() => suites.remove(input.name));
      return done;
    }),
    run: os.suites.run.handler(async ({ input }) => {
      const suite = await suites.get(input.name);
      const bundle = suite.bundle === undefined ? await suites.bundle(input.name) : Buffer.from(suite.bundle, 'base64');
      const options = { ...input, runId: newRunId(deps) };
      const run = await runSuite(deps, input.name, suite, await pinnedIn(bundle), options);
      await suites.alone(() => suites.addRun(input.name, run));
      return told(run);
    }),
    runFile: os.suites.runFile.handler(async ({ input }) => {
      const suite = parseSuite(input.text, input.name);
      const base64 = input.bundle ?? suite.bundle;
      const pinned = await pinnedIn(base64 === undefined ? null : Buffer.from(base64, 'base64'));
      return told(await runSuite(deps, input.name, suite, pinned, { ...input, runId: newRunId(deps) }));
    }),
    runs: os.suites.runs.handler(async ({ input }) => {
      await suites.get(input.name);
      return (await suites.runs(input.name)).map(told);
    }),
    compareRuns: os.suites.compareRuns.handler(async ({ input }) => {
      await suites.get(input.name);
      const runs = await suites.runs(input.name);
      return compareRuns(runOf(runs, input.before), runOf(runs, input.after));
    }),
  };
}

/** One file that cannot be read must not hide the others. */
function spoiled(name: string, error: unknown): SuiteRow {
  if (!(error instanceof SuiteError)) throw error;
  return { name, cases: [], lastRun: null, problem: `${error.message} ${error.next}` };
}

async function rowOf(suites: SuiteStore, name: string): Promise<SuiteRow> {
  const [suite, runs] = await Promise.all([suites.get(name), suites.runs(name)]);
  const cases = suite.cases.map((one) => ({
    ...one,
    lastResults: lastResults(runs, one.id),
    flakiness: flakiness(runs, one.id),
  }));
  return { name, cases, lastRun: runs[0] ? told(runs[0]) : null };
}

async function updateCase(
  suites: SuiteStore,
  input: { readonly name: string; readonly case: string; readonly title?: string; readonly expect?: Expectation },
): Promise<Case> {
  const suite = await suites.get(input.name);
  const before = caseOf(suite, input.case);
  const changed = { ...before, name: input.title ?? before.name, expect: input.expect ?? before.expect };
  const cases = suite.cases.map((one) => (one.id === input.case ? changed : one));
  await suites.write(input.name, { ...suite, cases }, undefined);
  return changed;
}

/** Its capture goes with it, unless another case is on the same one. */
async function removeCase(deps: ControlDeps, suites: SuiteStore, name: string, id: string): Promise<typeof done> {
  const suite = await suites.get(name);
  caseOf(suite, id);
  const cases = suite.cases.filter((one) => one.id !== id);
  const wanted = new Set(cases.map((one) => one.capture));
  const pinned = new Map([...(await pinnedIn(await suites.bundle(name)))].filter(([capture]) => wanted.has(capture)));
  await suites.write(name, { ...suite, cases }, await bundled(deps, pinned));
  return done;
}

interface NewCase {
  readonly name: string;
  readonly capture: string;
  readonly title?: string;
  readonly mode: Case['mode'];
  readonly config?: Case['config'];
  readonly edits: Case['edits'];
  readonly expect?: Expectation;
}

async function addCase(deps: ControlDeps, suites: SuiteStore, input: NewCase): Promise<Case> {
  const suite = (await suites.find(input.name)) ?? EMPTY_SUITE;
  const before = await pinnedIn(await suites.bundle(input.name));
  const capture = before.get(input.capture)?.capture ?? (await findCapture(deps, input.capture));
  const pinned = new Map(before);
  if (!pinned.has(capture.id)) pinned.set(capture.id, { capture, config: await new CaptureConfigs(deps).of(capture) });
  const name = input.title ?? nameOf(capture);
  const config = input.config ?? (input.mode === 'recorded' || input.mode === 'explain' ? 'then' : 'now');
  const bare: Case = {
    id: idFor(name, suite),
    name,
    capture: capture.id,
    mode: input.mode,
    config,
    edits: input.edits,
    expect: {},
  };
  const expect = input.expect ?? (await asItIs(deps, bare, capture, pinned));
  const added = { ...bare, expect };
  await suites.write(input.name, { ...suite, cases: [...suite.cases, added] }, await bundled(deps, pinned));
  return added;
}

/** What a case expects that is only told to stay as it is: the recorded outcome, or with edits that of a first replay. */
async function asItIs(
  deps: ControlDeps,
  one: Case,
  capture: Capture,
  pinned: Awaited<ReturnType<typeof pinnedIn>>,
): Promise<Expectation> {
  const { ok, status, cause, stage } = capture.verdict ?? { ok: capture.ok, status: null, cause: null, stage: null };
  const recorded = { ok, status: status ?? undefined, cause, stage };
  if (one.mode === 'live') return one.edits.length === 0 ? recorded : { ok: true };
  if (one.mode !== 'dry-run' && one.edits.length === 0) return recorded;
  const observed = await observe(withPinned(deps, pinned), one);
  if ('refused' in observed)
    throw new SuiteError(
      'invalid',
      `It cannot be replayed as asked: ${observed.refused}`,
      'Choose another mode, or other edits.',
    );
  return {
    ok: observed.ok,
    status: observed.status ?? undefined,
    cause: observed.cause as Expectation['cause'],
    stage: observed.stage,
  };
}

async function bundled(deps: ControlDeps, pinned: Awaited<ReturnType<typeof pinnedIn>>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const options = {
    redactor: deps.replay.redactor,
    signingKey: await signingKeyOf(deps.store.home),
    madeAt: new Date(deps.now()).toISOString(),
    madeBy: deps.version,
  };
  for await (const chunk of writeBundle(entriesOf(pinned), options)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function caseOf(suite: SuiteFile, id: string): Case {
  const found = suite.cases.find((one) => one.id === id);
  if (found) return found;
  throw new SuiteError(
    'not-found',
    `There is no case "${id.slice(0, 60)}" in this suite.`,
    '`keyward suites show NAME` lists its cases.',
  );
}

function runOf(runs: readonly KeptRun[], id: string): KeptRun {
  const found = runs.find((run) => run.id === id);
  if (found) return found;
  throw new SuiteError(
    'not-found',
    `There is no run "${id.slice(0, 60)}" of this suite.`,
    'The newest fifty are kept.',
  );
}

function nameOf({ askedModel, method, path, cause, status }: Capture): string {
  return `${askedModel ?? `${method} ${path}`}: ${cause ?? status ?? 'not sent'}`.slice(0, 200);
}

/** Readable, since people edit these files; numbered where it is taken. */
function idFor(name: string, suite: SuiteFile): string {
  const base =
    name
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
      .replaceAll(/^-|-$/g, '')
      .slice(0, 48) || 'case';
  const taken = new Set(suite.cases.map((one) => one.id));
  let id = base;
  for (let count = 2; taken.has(id); count++) id = `${base}-${count}`;
  return id;
}

function newRunId(deps: ControlDeps): string {
  const at = new Date(deps.now()).toISOString().replaceAll(/\D/g, '').slice(0, 14);
  return `run-${at}-${randomBytes(3).toString('hex')}`;
}

/** Without what is kept for the next run only. */
function told({ inputs: _, ...run }: KeptRun): SuiteRun {
  return run;
}

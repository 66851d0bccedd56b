/** Runs the cases of a suite, one after the other, and says of each what held. */
import { createHash } from 'node:crypto';
import type { Capture } from '../captures/capture.ts';
import { decodeLater } from '../captures/decode-body.ts';
import type { Case, CaseResult, SuiteFile } from '../control/contract/suites.ts';
import type { Exchange } from '../exchange.ts';
import { headerValue } from '../providers/headers.ts';
import { replayCapture } from '../replay/replay.ts';
import type { ReplayDeps } from '../replay/replay-deps.ts';
import { checkExpectation, needsAnswer, type Observed } from './check-expectation.ts';
import { type PinnedCaptures, withPinned } from './pinned-captures.ts';
import type { KeptRun } from './run-history.ts';

export interface RunOptions {
  /** In place of each case's own. */
  readonly mode?: Case['mode'];
  /** Nothing is sent: cases that would send are skipped. */
  readonly recordingsOnly: boolean;
  readonly runId: string;
}

const LONGEST_ANSWER_BYTES = 16 * 1024 * 1024;

export async function runSuite(
  deps: ReplayDeps,
  name: string,
  suite: SuiteFile,
  pinned: PinnedCaptures,
  options: RunOptions,
): Promise<KeptRun> {
  const startedAt = new Date(deps.now()).toISOString();
  const started = performance.now();
  const results: CaseResult[] = [];
  const inputs: Record<string, string> = {};
  const served = withPinned(deps, pinned);
  for (const one of suite.cases) {
    const mode = options.mode ?? one.mode;
    inputs[one.id] = digestOf(one, mode);
    results.push(await runCase(served, { ...one, mode }, options.recordingsOnly));
  }
  const count = (result: CaseResult['result']) => results.filter((one) => one.result === result).length;
  return {
    id: options.runId,
    suite: name,
    startedAt,
    durationMs: performance.now() - started,
    passed: count('passed'),
    failed: count('failed'),
    errors: count('error'),
    skipped: count('skipped'),
    results,
    inputs,
  };
}

/** Also what a case without `expect` will expect: that things stay as they are. */
export async function observe(deps: ReplayDeps, one: Case): Promise<Observed | { readonly refused: string }> {
  const capture = await deps.recorder.get(one.capture);
  if (!capture) return { refused: `There is no capture ${one.capture} here, and none in the suite's bundle.` };
  let exchange: Exchange | undefined;
  const started = performance.now();
  const { mode, config, edits } = one;
  const replay = await replayCapture(deps, capture, { mode, config, edits }, (ran) => {
    exchange = ran;
  });
  if (replay.refused) return { refused: `${replay.refused.sentence} ${replay.refused.next}` };
  const durationMs =
    mode === 'explain' ? capture.durationMs : (exchange?.verdict?.endMs ?? performance.now() - started);
  const answer = exchange ? await answerText(exchange) : mode === 'explain' ? recordedText(capture) : undefined;
  if (!replay.outcome) return { ok: true, status: null, cause: null, stage: null, answer: undefined, durationMs };
  const { ok, status, cause, stage } = replay.outcome;
  return { ok, status, cause, stage, answer, durationMs };
}

async function runCase(deps: ReplayDeps, one: Case, recordingsOnly: boolean): Promise<CaseResult> {
  const started = performance.now();
  const result = (kind: CaseResult['result'], failures: string[]): CaseResult => ({
    case: one.id,
    name: one.name || one.id,
    result: kind,
    // What was observed is quoted here, and a live answer is nothing that was redacted before.
    failures: failures.map((text) => deps.replay.redactor.redactText(text, 'result').text),
    durationMs: performance.now() - started,
    capture: one.capture,
  });
  if (recordingsOnly && one.mode === 'live') {
    return result('skipped', ['It would send a request, and this run is on recordings only.']);
  }
  try {
    const observed = await observe(deps, one);
    if ('refused' in observed) return result('error', [observed.refused]);
    const undecided = one.mode === 'dry-run' && observed.status === null && observed.ok;
    if (undecided && needsAnswer(one.expect)) {
      return result('skipped', ['A dry run sends nothing, so what this case expects of the answer cannot be seen.']);
    }
    const failures = checkExpectation(one.expect, observed);
    return failures.length === 0 ? result('passed', []) : result('failed', failures);
  } catch (error) {
    return result('error', [error instanceof Error ? error.message : String(error)]);
  }
}

async function answerText({ answer, attempts }: Exchange): Promise<string | undefined> {
  if (!answer) return undefined;
  const tap = answer.body === 'same' ? attempts.at(-1)?.responseBody : answer.body;
  if (!tap) return undefined;
  const bytes = Buffer.concat(tap.chunks);
  const coding = headerValue(answer.headers, 'content-encoding');
  if (coding === undefined) return bytes.toString('utf8');
  const decoded = await decodeLater(bytes, coding, LONGEST_ANSWER_BYTES);
  return (decoded.bytes ?? bytes).toString('utf8');
}

function recordedText({ answer }: Capture): string | undefined {
  if (!answer) return undefined;
  return answer.body.text ?? Buffer.from(answer.body.base64 ?? '', 'base64').toString('utf8');
}

/** Its name apart: what decides how it goes. */
function digestOf({ name: _, ...one }: Case, mode: Case['mode']): string {
  return createHash('sha256')
    .update(JSON.stringify({ ...one, mode }))
    .digest('hex')
    .slice(0, 16);
}

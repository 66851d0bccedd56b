/** Explains an exchange that this gateway recorded. Pure: clock and configuration are arguments. */
import type { Capture, CaptureRow } from '../captures/capture.ts';
import type { Cause } from '../causes.ts';
import type { Evidence } from '../exchange.ts';
import type { RequestTokens } from '../models/request-tokens.ts';
import { detailOf, fill, type Judgement, judge, masked, probesFor, statusOf } from './assemble.ts';
import { attemptsInWords, withAttempts } from './attempt-story.ts';
import { type ConfigFacts, fixContextOf, providerNameOf } from './capture-fixes.ts';
import { evidenceOf, gatewayLadder } from './capture-ladder.ts';
import { doorWords } from './causes/door.ts';
import { causeWords } from './causes/index.ts';
import type { SideWords } from './causes/words.ts';
import type { Explanation, LadderCheck, LadderRung } from './explanation.ts';
import { factsOfAttempt } from './facts-of-capture.ts';
import type { Finding } from './finding.ts';
import { buildFixes } from './fixes.ts';
import { type Doubt, doubtAboutKey, keyHistory } from './key-history.ts';
import { type ListFacts, listSays } from './list-evidence.ts';
import { mergeRungs, probeEntries, prove } from './proof.ts';
import { providerLadder } from './provider-ladder.ts';
import { score } from './score.ts';
import { windowEvidence } from './window-evidence.ts';

export interface ExplainContext {
  /** Wall clock, milliseconds since the epoch. */
  readonly now: number;
  readonly snapshot?: ConfigFacts;
  /** Recent captures' rows (same provider, key or app), newest first. */
  readonly company?: readonly CaptureRow[];
  /** How the provider did for others meanwhile; shown beside the rest, it decides nothing. */
  readonly weather?: readonly Evidence[];
  /** The length of what was sent, counted by the model's own tokenizer; wanted where the cause is `context_too_long`. */
  readonly requestTokens?: RequestTokens;
  /** What the providers listed of their models. */
  readonly lists?: ListFacts;
  /** What experiments on this capture showed. */
  readonly findings?: readonly Finding[];
}

/** What the gateway decided by itself it knows; only experiments prove. */
const OWN_DECISION_CONFIDENCE = 0.99;
const PROVIDER_CHECKS = [
  'reached',
  'key_accepted',
  'request_accepted',
  'capacity',
  'answer_whole',
] as const satisfies readonly LadderCheck[];

/** The explanation of a capture: refused here, failed on the way, refused by the provider, cut off, left by its client, or fine. */
export function explainCapture(capture: Capture, context: ExplainContext): Explanation {
  const { verdict } = capture;
  if (capture.state !== 'done' || verdict === null) return explainUnfinished(capture);
  if (verdict.clientGone) return explainClientGone(capture);
  if (verdict.ok && verdict.status === null && capture.origin?.kind === 'import') return explainUnsent(capture);
  if (verdict.ok) return explainSuccess(capture);
  const refused = capture.steps.findLast((step) => step.decision === 'refused');
  const decidedHere =
    refused !== undefined &&
    capture.attemptList.every((attempt) => attempt.status === undefined && attempt.outcome?.errorCode === undefined);
  if (decidedHere || capture.attemptList.length === 0) return explainOwnRefusal(capture, context);
  return explainAttempt(capture, context);
}

function explainOwnRefusal(capture: Capture, context: ExplainContext): Explanation {
  const cause: Cause = capture.verdict?.cause ?? 'other';
  // What stops a request on its way out is about the provider's key and address, not about the app's.
  const onTheWayOut = capture.verdict?.stage === 'forward' && cause !== 'gateway_config';
  const words: SideWords =
    doorWords(capture, cause) ?? (onTheWayOut ? undefined : causeWords[cause].atGateway) ?? causeWords[cause];
  const provider = providerNameOf(capture, context.snapshot);
  return {
    id: capture.id,
    cause,
    confidence: OWN_DECISION_CONFIDENCE,
    status: 'likely',
    title: fill(words.title, { provider, model: capture.askedModel ?? undefined }),
    detail:
      `${capture.verdict?.message ?? ''} ${fill(words.means, { provider, model: capture.askedModel ?? undefined })}`.trim(),
    why: fill(words.why, { provider }),
    ladder: [...gatewayLadder(capture), ...PROVIDER_CHECKS.map((check) => unreached(check, capture))],
    alternatives: [],
    fixes: buildFixes(words.fixes, fixContextOf(capture, context.snapshot, provider)),
    probes: [],
  };
}

function unreached(check: LadderCheck, capture: Capture): LadderRung {
  return {
    check,
    result: 'unknown',
    evidence: [
      {
        what: 'not reached',
        where: `step ${capture.verdict?.stage ?? 'unknown'}`,
        value: 'nothing was sent to a provider',
      },
    ],
  };
}

function explainAttempt(capture: Capture, context: ExplainContext): Explanation {
  const attempt = capture.attemptList.at(-1);
  if (!attempt) return explainOwnRefusal(capture, context);
  const provider = context.snapshot?.providers.get(attempt.provider);
  const facts = factsOfAttempt(capture, attempt, provider);
  const key = context.snapshot?.providerKeys.get(attempt.key?.id ?? '');
  const findings = context.findings ?? [];
  const company = context.company ?? [];
  const history = keyHistory(capture, key, company, context.now);
  const scored = score(facts, [
    ...history,
    ...findings.map(({ probe, gives, evidence }) => ({ id: `experiment.${probe}`, gives, evidence })),
  ]);
  const judged = judge(scored);
  const shown = findings.some(({ proves }) => proves !== undefined);
  const doubt = shown ? undefined : doubtAboutKey(judged.cause, capture, company, history);
  const judgement = prove(doubt ? doubted(judged) : judged, scored, findings);
  const { cause, confidence } = judgement;
  const words = causeWords[cause];
  const evidence: Evidence[] = [...judgement.evidence, ...(capture.verdict?.evidence ?? []).slice(0, 3).map(masked)];
  evidence.push(...(context.weather ?? []));
  if (cause === 'context_too_long') evidence.push(...windowEvidence(capture, attempt, provider, context));
  const listed =
    cause === 'model_not_found' || cause === 'model_no_access'
      ? listSays(attempt, facts.providerName, context.lists, context.now)
      : undefined;
  if (listed) evidence.push(listed.evidence);
  const ladder = [...gatewayLadder(capture), ...providerLadder(facts, cause, evidence)];
  return {
    id: capture.id,
    cause,
    confidence,
    status: judgement.proof ? 'proven' : statusOf(confidence),
    title: fill(words.title, { provider: facts.providerName, model: facts.model }),
    detail: [
      detailOf(facts, words),
      attemptsInWords(capture),
      listed?.sentence,
      doubt && doubtWords(doubt, facts.providerName),
      judgement.proof?.sentence,
    ]
      .filter(Boolean)
      .join(' '),
    why: fill(words.why, { provider: facts.providerName, model: facts.model }),
    ladder: withAttempts(mergeRungs(ladder, findings), capture),
    alternatives: judgement.alternatives,
    fixes: buildFixes(words.fixes, fixContextOf(capture, context.snapshot, facts.providerName, findings)),
    // Once it is proven there is nothing more to tell.
    probes: probeEntries(
      findings,
      judgement.proof ? [] : probesFor([cause, ...judgement.alternatives.slice(0, 1).map((one) => one.cause)]),
    ),
  };
}

/** What the key's own history speaks against is not said with confidence; the provider's fault is named beside it. */
const DOUBTED_CONFIDENCE = 0.6;

function doubted(judgement: Judgement): Judgement {
  const confidence = Math.min(judgement.confidence, DOUBTED_CONFIDENCE);
  const outage = { cause: 'provider_outage' as const, confidence: Math.round((1 - confidence) * 75) / 100 };
  const others = judgement.alternatives.filter(({ cause }) => cause !== 'provider_outage');
  return { ...judgement, confidence, alternatives: [outage, ...others].slice(0, 4) };
}

function doubtWords({ until, capture }: Doubt, provider: string): string {
  return `The same key was accepted at ${until} (capture ${capture}): either it was withdrawn since, or ${provider}’s own sign-in is at fault. A free call with the key in a few minutes tells which: an outage passes, a withdrawn key stays refused.`;
}

function explainSuccess(capture: Capture): Explanation {
  return {
    ...plainly(
      capture,
      capture.cache?.state === 'hit' ? 'The request was answered from the cache.' : 'The request was answered.',
      [capture.verdict?.message ?? 'The answer came back whole.', attemptsInWords(capture)].filter(Boolean).join(' '),
    ),
    ladder: withAttempts([...gatewayLadder(capture), ...finished(capture, 'passed')], capture),
  };
}

/** A request alone, as a curl command holds it. */
function explainUnsent(capture: Capture): Explanation {
  return {
    ...plainly(
      capture,
      'This request has not been sent yet.',
      'It was imported as a request alone; a replay sends it and shows what becomes of it.',
    ),
    confidence: 0,
    status: 'possible',
    ladder: withAttempts([...gatewayLadder(capture), ...finished(capture, 'unknown')], capture),
    fixes: buildFixes(['retry'], fixContextOf(capture, undefined, '')),
  };
}

function explainClientGone(capture: Capture): Explanation {
  return {
    ...plainly(
      capture,
      'The app hung up before the answer was complete.',
      `${capture.verdict?.message ?? ''} Neither the gateway nor the provider is known to be at fault: the connection was closed from the app’s side.`.trim(),
    ),
    cause: capture.verdict?.cause ?? null,
    why: 'The app was stopped, its own time limit ran out, or its user pressed stop.',
    ladder: withAttempts([...gatewayLadder(capture), ...finished(capture, 'unknown')], capture),
    fixes: buildFixes(['retry'], fixContextOf(capture, undefined, '')),
  };
}

function explainUnfinished(capture: Capture): Explanation {
  const running = capture.state === 'running';
  return {
    ...plainly(
      capture,
      running ? 'This request is still running.' : 'Keyward stopped before this request ended.',
      running
        ? 'Its end has not been recorded yet.'
        : 'The process ended between the start of this request and its end, so its outcome was not recorded.',
    ),
    cause: running ? null : 'other',
    confidence: running ? 0 : 0.5,
    status: 'possible',
    ladder: withAttempts([...gatewayLadder(capture), ...finished(capture, 'unknown')], capture),
    fixes: running ? [] : buildFixes(['retry'], fixContextOf(capture, undefined, '')),
  };
}

function plainly(capture: Capture, title: string, detail: string): Explanation {
  return {
    id: capture.id,
    cause: null,
    confidence: 1,
    status: 'likely',
    title,
    detail,
    ladder: [],
    alternatives: [],
    fixes: [],
    probes: [],
  };
}

/** The provider's half for an exchange without a fault of the provider's; `answer_whole` as told. */
function finished(capture: Capture, whole: 'passed' | 'unknown'): LadderRung[] {
  const respond = capture.steps.find((step) => step.stage === 'respond');
  return PROVIDER_CHECKS.map((check): LadderRung => {
    if (check !== 'answer_whole') return asked(check, capture);
    const evidence = respond
      ? evidenceOf(respond)
      : [{ what: 'end of the exchange', where: 'verdict', value: capture.verdict?.message || 'not recorded' }];
    return { check, result: whole, evidence };
  });
}

/** What the last attempt shows of its provider: any status that it was reached, a success that it took key and request. */
function asked(check: LadderCheck, capture: Capture): LadderRung {
  const attempt = capture.attemptList.at(-1);
  if (!attempt) {
    const of = capture.cache?.of;
    const evidence =
      of !== undefined
        ? { what: 'not asked: the answer came from the cache', where: 'step cache', value: `capture ${of}` }
        : { what: 'not recorded', where: 'attempts', value: 'no provider was asked' };
    return { check, result: 'unknown', evidence: [evidence] };
  }
  const { status } = attempt;
  const where = 'attempt status';
  if (status === undefined) {
    const evidence = { what: 'not recorded', where: 'attempts', value: 'no answer was recorded' };
    return { check, result: 'unknown', evidence: [evidence] };
  }
  const shows = check === 'reached' || (status >= 200 && status < 300);
  if (shows)
    return { check, result: 'passed', evidence: [{ what: 'the provider answered', where, value: `${status}` }] };
  return { check, result: 'unknown', evidence: [{ what: 'not shown by its status', where, value: `${status}` }] };
}

/** What experiments change in an explanation: proof of the leading cause, rungs of the ladder, the list of probes. Pure. */
import type { Cause } from '../causes.ts';
import type { Judgement } from './assemble.ts';
import type { Explanation, LadderRung } from './explanation.ts';
import type { Finding } from './finding.ts';
import type { Scored } from './score.ts';

export interface ProvenJudgement extends Judgement {
  readonly proof?: Finding;
}

/** An experiment shows that a change helps; which of the causes it takes away was at work, the other facts must tell. */
const LEADING_SHARE = 0.5;
const PROVEN_CONFIDENCE = 0.99;
const LEFT_OVER = 0.01;

/**
 * The judgement, proven where an experiment proves its cause. An experiment's causes come before any other: what a proof
 * has shown no reading of words can outweigh.
 */
export function prove(judgement: Judgement, scored: Scored, findings: readonly Finding[]): ProvenJudgement {
  for (const finding of findings) {
    if (!finding.proves) continue;
    const group = finding.proves;
    const inside = scored.ranking.filter(({ cause }) => group.includes(cause));
    const [leading] = inside;
    const total = inside.reduce((sum, { share }) => sum + share, 0);
    if (!leading || leading.share < total * LEADING_SHARE) continue;
    return {
      cause: leading.cause,
      confidence: PROVEN_CONFIDENCE,
      alternatives: leftOver(inside.slice(1), judgement, leading.cause),
      evidence: [finding.evidence, ...judgement.evidence.filter((one) => one.value !== finding.evidence.value)].slice(
        0,
        5,
      ),
      proof: finding,
    };
  }
  return judgement;
}

/** Only causes that the same change would take away can still be meant. */
function leftOver(inside: Scored['ranking'], judgement: Judgement, proven: Cause): Explanation['alternatives'] {
  return judgement.alternatives
    .filter(({ cause }) => cause !== proven && inside.some((one) => one.cause === cause))
    .map(({ cause }) => ({ cause, confidence: LEFT_OVER }))
    .slice(0, 2);
}

/** A rung that was unknown takes the experiment's result; one that failed keeps it and gains the evidence. */
export function mergeRungs(ladder: readonly LadderRung[], findings: readonly Finding[]): LadderRung[] {
  return ladder.map((rung) => {
    const shown = findings.flatMap((finding) => (finding.rung?.check === rung.check ? [finding.rung] : []));
    const [first] = shown;
    if (!first) return rung;
    const evidence = shown.flatMap((one) => one.evidence);
    if (rung.result !== 'unknown') return { ...rung, evidence: [...rung.evidence, ...evidence] };
    const failed = shown.some((one) => one.result === 'failed');
    return { check: rung.check, result: failed ? 'failed' : first.result, evidence };
  });
}

/** What was run, with its result; then what was not, with what it would tell. */
export function probeEntries(findings: readonly Finding[], open: Explanation['probes']): Explanation['probes'] {
  const run = findings.map(({ probe, sentence, captures }) => ({
    probe,
    result: sentence,
    ...(captures[0] === undefined ? {} : { capture: captures[0] }),
  }));
  const done = new Set<string>(findings.map(({ probe }) => probe));
  return [...run, ...open.filter(({ probe }) => !done.has(probe))];
}

/** Explains a failure record from anywhere. Pure: no clock, no file, no network; constant memory however many it is given. */
import type { Cause } from '../causes.ts';
import type { Evidence } from '../exchange.ts';
import { detailOf, fill, judge, probesFor, statusOf } from './assemble.ts';
import { causeWords } from './causes/index.ts';
import type { Explanation, FailureRecord, LadderCheck, LadderRung } from './explanation.ts';
import { factsOfRecord } from './facts-of-record.ts';
import { buildFixes } from './fixes.ts';
import type { KeyFinding } from './key-shape.ts';
import { providerLadder } from './provider-ladder.ts';
import { score } from './score.ts';

const GATEWAY_CHECKS = [
  'arrived',
  'identified',
  'permitted',
  'cached',
  'routed',
  'translated',
] as const satisfies readonly LadderCheck[];

/** The cause of a failure record with its confidence, ladder, alternatives, fixes and the probes that would settle it. Never throws. */
export function explainRecord(record: FailureRecord): Explanation {
  const facts = factsOfRecord(record);
  const judgement = judge(score(facts));
  const { cause, confidence } = judgement;
  const words = causeWords[cause];
  return {
    id: record.id,
    cause,
    confidence,
    status: statusOf(confidence),
    title: fill(words.title, { provider: facts.providerName, model: facts.model }),
    detail: detailOf(facts, words),
    why: fill(words.why, { provider: facts.providerName, model: facts.model }),
    ladder: [
      ...GATEWAY_CHECKS.map((check) => gatewayRung(check, cause === 'gateway_config' ? judgement.evidence : [])),
      ...providerLadder(facts, cause, judgement.evidence),
    ],
    alternatives: judgement.alternatives,
    fixes: buildFixes(words.fixes, {
      preset: facts.preset,
      providerName: facts.providerName,
      failedModel: facts.model,
    }),
    probes: probesFor([cause, ...judgement.alternatives.slice(0, 1).map((one) => one.cause)]),
  };
}

/** The leading cause alone, with what is wrong with the credentials in sight; for the request path, which has no time for words. */
export function readingOfRecord(record: FailureRecord): {
  readonly cause: Cause;
  readonly keyFindings: readonly KeyFinding[];
} {
  const facts = factsOfRecord(record);
  return { cause: score(facts).ranking[0]?.cause ?? 'other', keyFindings: facts.keyFindings };
}

/** This request did not pass our gateway, so only a fault that names a gateway says anything about these checks. */
function gatewayRung(check: LadderCheck, routedFault: readonly Evidence[]): LadderRung {
  if (check === 'routed' && routedFault.length > 0) return { check, result: 'failed', evidence: [...routedFault] };
  return {
    check,
    result: 'unknown',
    evidence: [
      {
        what: 'not recorded',
        where: 'record',
        value: 'a failure from elsewhere holds no steps; the same request through this gateway would show it',
      },
    ],
  };
}

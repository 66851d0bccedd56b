/**
 * The provider's half of the ladder (reached … answer whole), from the facts of the attempt. A rung is passed or failed only
 * where a fact shows it; beyond the failure nothing is known, and that is said.
 */
import type { Cause } from '../causes.ts';
import type { Evidence } from '../exchange.ts';
import type { LadderCheck, LadderRung } from './explanation.ts';
import type { Facts } from './facts.ts';
import { RUNG_OF_CAUSE } from './rungs.ts';

const PROVIDER_CHECKS = ['reached', 'key_accepted', 'request_accepted', 'capacity', 'answer_whole'] as const;

const NOT_RECORDED: Readonly<Record<(typeof PROVIDER_CHECKS)[number], string>> = {
  reached: 'neither an answer nor a network error was recorded; a connection test would tell',
  key_accepted: 'nothing recorded shows whether the key was accepted; listing the models with it would tell',
  request_accepted: 'the request did not come that far, or nothing recorded shows it',
  capacity: 'the request did not come that far, or nothing recorded shows it',
  answer_whole: 'no answer was recorded whose end could be checked',
};

/** Causes that a provider states only after it has accepted the key. */
const AFTER_KEY: ReadonlySet<Cause> = new Set<Cause>([
  'rate_limited',
  'quota_exhausted',
  'context_too_long',
  'content_blocked',
  'model_no_access',
  'permission_missing',
  'account_disabled',
]);

export function providerLadder(facts: Facts, cause: Cause, evidence: readonly Evidence[]): LadderRung[] {
  const failing = failingRung(facts, cause);
  const checks: readonly (LadderCheck | undefined)[] = PROVIDER_CHECKS;
  const failedAt = checks.indexOf(failing);
  return PROVIDER_CHECKS.map((check, index): LadderRung => {
    if (check === failing)
      return { check, result: 'failed', evidence: evidence.length > 0 ? [...evidence] : [missing(check)] };
    const shown = failedAt === -1 || index < failedAt ? showPassed(check, facts, cause) : undefined;
    if (shown) return { check, result: 'passed', evidence: [shown] };
    return {
      check,
      result: 'unknown',
      evidence: [index > failedAt && failedAt !== -1 ? beyond(failing) : missing(check)],
    };
  });
}

/** A time-out or a page after the headers is a fault of the answer, not of the way there. */
function failingRung(facts: Facts, cause: Cause): LadderCheck | undefined {
  if (cause === 'other') return undefined;
  if (cause === 'upstream_timeout' && facts.phase === 'in-body') return 'answer_whole';
  if (cause === 'network_reset_or_truncated' && facts.status === undefined && facts.phase !== 'in-body')
    return 'reached';
  return RUNG_OF_CAUSE[cause];
}

function showPassed(check: LadderCheck, facts: Facts, cause: Cause): Evidence | undefined {
  if (check === 'reached') {
    if (facts.status !== undefined)
      return { what: 'an answer came back', where: 'response status', value: String(facts.status) };
    if (facts.bodyKnown && !facts.transport)
      return { what: 'an answer came back', where: 'response body', value: facts.body.prose.slice(0, 120) };
    return undefined;
  }
  if (check === 'key_accepted' && AFTER_KEY.has(cause) && facts.bodyKnown) {
    return {
      what: 'the answer is about what an accepted key asked for',
      where: 'response body',
      value: facts.body.prose.slice(0, 120),
    };
  }
  const success = facts.status !== undefined && facts.status >= 200 && facts.status < 300;
  if ((check === 'key_accepted' || check === 'request_accepted' || check === 'capacity') && success) {
    return { what: 'the answer began as a success', where: 'response status', value: String(facts.status) };
  }
  return undefined;
}

function missing(check: (typeof PROVIDER_CHECKS)[number]): Evidence {
  return { what: 'not recorded', where: 'record', value: NOT_RECORDED[check] };
}

function beyond(failing: LadderCheck | undefined): Evidence {
  return { what: 'not reached', where: 'ladder', value: `the check "${failing}" failed before it` };
}

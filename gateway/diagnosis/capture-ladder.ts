/** The gateway's half of the ladder (arrived … translated), from the recorded steps. Every rung points at a step or says what is missing. */
import type { Capture, RecordedStep } from '../captures/capture.ts';
import type { Stage } from '../causes.ts';
import type { Evidence } from '../exchange.ts';
import type { LadderCheck, LadderRung } from './explanation.ts';

const STAGES_OF_CHECK = {
  arrived: ['receive'],
  identified: ['identify'],
  permitted: ['authorize', 'limit'],
  cached: ['cache'],
  routed: ['route'],
  translated: ['transform', 'translate'],
} as const satisfies Partial<Record<LadderCheck, readonly Stage[]>>;

type GatewayCheck = keyof typeof STAGES_OF_CHECK;

export const GATEWAY_CHECKS = Object.keys(STAGES_OF_CHECK) as GatewayCheck[];

export function gatewayLadder(capture: Capture): LadderRung[] {
  const refusedAt = GATEWAY_CHECKS.findIndex((check) =>
    stepsOf(capture, check).some((step) => step.decision === 'refused'),
  );
  return GATEWAY_CHECKS.map((check, index) => {
    if (refusedAt !== -1 && index > refusedAt) {
      return unknown(check, 'not reached', 'ladder', `the check "${GATEWAY_CHECKS[refusedAt]}" failed before it`);
    }
    const steps = stepsOf(capture, check);
    const refused = steps.find((step) => step.decision === 'refused');
    if (refused) return { check, result: 'failed', evidence: [...evidenceOf(refused), ...verdictEvidence(capture)] };
    const passed = steps.filter((step) => step.decision !== 'refused');
    if (passed.length > 0) {
      const more = check === 'cached' ? cacheEvidence(capture) : [];
      return {
        check,
        result: 'passed',
        evidence: [...passed.flatMap((step) => [...evidenceOf(step), ...lossesOf(step)]), ...more],
      };
    }
    return withoutStep(check, capture);
  });
}

function stepsOf(capture: Capture, check: GatewayCheck): RecordedStep[] {
  const stages: readonly Stage[] = STAGES_OF_CHECK[check];
  return capture.steps.filter((step) => stages.includes(step.stage));
}

/** A stage that left no step is judged by what came after it. */
function withoutStep(check: GatewayCheck, capture: Capture): LadderRung {
  const attempt = capture.attemptList[0];
  if (check === 'cached' && attempt) {
    return passed(check, 'sent on: no cache is switched on for a request like this', 'attempt 1', attempt.provider);
  }
  if (capture.cache?.state === 'hit') {
    return passed(check, 'not needed: the answer came from the cache', 'step cache', `capture ${capture.cache.of}`);
  }
  if (check === 'translated' && attempt) {
    const whole = attempt.requestBody.sameAs === 'request';
    return passed(
      check,
      'nothing to translate: it was sent on in the dialect it came in',
      'attempt 1',
      whole ? `${attempt.requestBody.sizeBytes} bytes, as they came` : 'the model’s name alone was exchanged',
    );
  }
  if (attempt) return passed(check, 'the request came as far as an attempt', 'attempt 1', attempt.provider);
  const later = GATEWAY_CHECKS.slice(GATEWAY_CHECKS.indexOf(check) + 1)
    .flatMap((next) => stepsOf(capture, next))
    .at(0);
  if (later) return passed(check, 'the request came further than this', `step ${later.stage}`, later.decision);
  return unknown(check, 'not recorded', 'steps', 'this stage left no step in the capture');
}

/** Whose answer was given again, or whether this one is kept. */
function cacheEvidence({ cache }: Capture): Evidence[] {
  const where = 'step cache';
  if (cache?.state === 'hit') {
    const age = `${Math.round((cache.ageMs ?? 0) / 1000)} s old`;
    return [{ what: 'the answer of an earlier request was given again', where, value: `capture ${cache.of}, ${age}` }];
  }
  if (cache?.kept) return [{ what: 'the answer is kept for the next time', where, value: 'kept' }];
  return cache?.notKept === undefined ? [] : [{ what: 'the answer is not kept', where, value: cache.notKept }];
}

export function evidenceOf(step: RecordedStep): Evidence[] {
  const where = `step ${step.stage}`;
  const rule = step.rule
    ? [
        {
          what: `rule ${step.rule.name}, set in ${describeOrigin(step.rule.origin)}`,
          where,
          value: asText(step.rule.value),
        },
      ]
    : [];
  return [{ what: step.summary, where, value: step.decision }, ...rule, ...(step.evidence ?? [])];
}

/** Each entry of a translation's ledger: what could not be carried as it was, on which way, and why. */
function lossesOf({ stage, output }: RecordedStep): Evidence[] {
  const ledger = stage === 'translate' ? output?.ledger : undefined;
  if (!Array.isArray(ledger)) return [];
  return ledger.slice(0, MOST_LOSSES).map((entry: Readonly<Record<string, unknown>>) => ({
    what: `${asText(entry.action)}: ${asText(entry.why)}`,
    where: `${entry.on === 'answer' ? 'answer' : 'request'} ${asText(entry.path)}`,
    value:
      entry.before === undefined && entry.after === undefined
        ? ''
        : `${valueText(entry.before)} → ${valueText(entry.after)}`,
  }));
}

/** The rest stands in the step. */
const MOST_LOSSES = 20;

function valueText(value: unknown): string {
  return value === undefined ? '—' : asText(value);
}

function verdictEvidence(capture: Capture): Evidence[] {
  const inSteps = new Set(
    capture.steps.flatMap((step) => (step.evidence ?? []).map((one) => `${one.what}|${one.value}`)),
  );
  return (capture.verdict?.evidence ?? []).filter((one) => !inSteps.has(`${one.what}|${one.value}`));
}

function describeOrigin(origin: { readonly from: string }): string {
  const { from, id, name, path, where } = origin as Record<string, unknown>;
  const which = id ?? name ?? path ?? where;
  return which === undefined ? String(from) : `${String(from)} ${String(which)}`;
}

function asText(value: unknown): string {
  if (value === undefined) return 'set';
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? 'set').slice(0, 300);
}

function passed(check: LadderCheck, what: string, where: string, value: string): LadderRung {
  return { check, result: 'passed', evidence: [{ what, where, value }] };
}

function unknown(check: LadderCheck, what: string, where: string, value: string): LadderRung {
  return { check, result: 'unknown', evidence: [{ what, where, value }] };
}

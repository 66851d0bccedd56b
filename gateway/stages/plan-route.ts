/** The plan of a route: its targets in the order of its strategy, each with its keys, without those that are passed over. */
import type { Evidence, Exchange } from '../exchange.ts';
import { BREAKER_DEFAULTS, type BreakerRules } from '../routing/breaker.ts';
import type { FactsLog } from '../routing/facts-log.ts';
import { type Orderable, orderTargets } from '../routing/order.ts';
import { policyFor } from '../routing/policy.ts';
import { numbersFrom } from '../routing/random.ts';
import { type OpenTarget, targetName } from '../routing/routing-facts.ts';
import type { Route } from '../store/schema.ts';
import type { ConfigSnapshot } from '../store/snapshot.ts';
import { entriesOf, planOf, planPassed, type RouteResult } from './plan.ts';
import { type ResolvedTarget, targetsOfRoute } from './resolve-target.ts';
import { closedBy, namesOf } from './scope.ts';
import { refuse, type StageOutcome } from './stage.ts';
import { type UsableTarget, usableTarget } from './usable-target.ts';

interface PassedOver {
  readonly target: ResolvedTarget;
  readonly why: string;
  /** What is answered where it was the only one. */
  readonly outcome?: StageOutcome;
  readonly open?: OpenTarget;
}

type Candidate = Extract<UsableTarget, { ok: true }> & Orderable & { readonly trial: boolean };

export function planRoute(exchange: Exchange, config: ConfigSnapshot, name: string, facts: FactsLog): RouteResult {
  const route = config.routes.get(name) as Route;
  const nowMs = exchange.receivedAt;
  const breaker = breakerOf(route);
  const draw = facts.draw();
  const { candidates, over } = sift(exchange, config, route, facts, breaker);
  if (candidates.length === 0) {
    const outcome = nothingLeft(route, over, breaker, nowMs);
    return { outcome: { ...outcome, input: { ...outcome.input, routing: facts.recorded() } } };
  }
  const random = numbersFrom(draw);
  const { targets, because } = orderTargets(candidates, route.strategy, random);
  const plan = planOf(entriesOf(targets), policyFor(route, config.settings), breaker, draw);
  const [first] = plan.entries;
  const trial = targets.find(({ target }) => target.providerId === first.providerId && target.model === first.model);
  if (trial?.trial) facts.tries(targetName(first.providerId, first.model), nowMs);
  const evidence = over.map(({ target, why }) => ({
    what: 'passed over',
    where: targetName(target.providerId, target.model),
    value: why,
  }));
  return { plan, outcome: planPassed(plan, facts, { because: candidates.length > 1 ? because : undefined, evidence }) };
}

export function breakerOf({ breaker }: Pick<Route, 'breaker'>): BreakerRules {
  if (!breaker) return BREAKER_DEFAULTS;
  const { failures = BREAKER_DEFAULTS.failures, openMs = BREAKER_DEFAULTS.openMs } = breaker;
  return { failures, openMs };
}

/** Which targets may be asked, and why the others are passed over. */
function sift(
  exchange: Exchange,
  config: ConfigSnapshot,
  route: Route,
  facts: FactsLog,
  breaker: BreakerRules,
): { readonly candidates: Candidate[]; readonly over: PassedOver[] } {
  const nowMs = exchange.receivedAt;
  const scope = config.gatewayKeys.get(exchange.caller?.gatewayKeyId ?? '')?.scope ?? {};
  const candidates: Candidate[] = [];
  const over: PassedOver[] = [];
  for (const target of targetsOfRoute(route.name, config).found) {
    const closed = closedBy(scope, target.providerId, namesOf(target, exchange.askedModel));
    if (closed) {
      over.push({ target, why: `outside the scope of the gateway key (${closed})` });
      continue;
    }
    const usable = usableTarget(target, config, facts, nowMs);
    if (!usable.ok) {
      over.push({ target, why: usable.outcome.summary, outcome: usable.outcome });
      continue;
    }
    const named = targetName(target.providerId, target.model);
    const open = breaker.failures === 0 ? undefined : facts.openTarget(named, nowMs);
    if (open && !open.trial) {
      over.push({ target, why: `${open.trip.message} Passed over until ${clock(open.untilMs)}.`, open });
      continue;
    }
    const firstByteMs = route.strategy === 'fastest' ? facts.firstByteMs(named, nowMs) : undefined;
    candidates.push({ ...usable, weight: target.weight, firstByteMs, trial: open !== undefined });
  }
  return { candidates, over };
}

/** What tripped the breaker that opens first is told again; else what stands against the first target. */
function nothingLeft(route: Route, over: readonly PassedOver[], rules: BreakerRules, nowMs: number): StageOutcome {
  const open = over.filter((each) => each.open).sort((a, b) => (a.open?.untilMs ?? 0) - (b.open?.untilMs ?? 0))[0];
  if (open?.open) return refuseOpen(route, open.target, open.open, rules, over, nowMs);
  const first = over.find(({ outcome }) => outcome)?.outcome;
  if (first) return first;
  throw new Error(`route ${route.name} has no target within the scope, and authorize let it pass`);
}

function refuseOpen(
  { name, breaker }: Route,
  target: ResolvedTarget,
  { trip, untilMs }: OpenTarget,
  rules: BreakerRules,
  over: readonly PassedOver[],
  nowMs: number,
): StageOutcome {
  const named = targetName(target.providerId, target.model);
  const evidence: Evidence[] = [
    { what: 'failure that opened the circuit', where: `capture ${trip.capture}`, value: trip.message },
    { what: 'failures before it opened', where: named, value: String(trip.failures) },
    { what: 'asked again at', where: named, value: new Date(untilMs).toISOString() },
    ...over.map(({ target: each, why }) => ({
      what: 'passed over',
      where: targetName(each.providerId, each.model),
      value: why,
    })),
  ];
  return refuse({
    cause: trip.cause,
    message: `Route "${name}" has nothing left to ask: ${named} failed ${trip.failures} times, last with "${trip.message}", and is left alone until ${clock(untilMs)}. Its owner can have it tried at once: keyward routes try ${name}`,
    retryAfterSeconds: Math.max(1, Math.ceil((untilMs - nowMs) / 1000)),
    rule: {
      name: 'breaker',
      origin: breaker ? { from: 'route', name } : { from: 'default', name: 'breaker' },
      value: rules,
    },
    evidence,
  });
}

function clock(ms: number): string {
  return `${new Date(ms).toISOString().slice(11, 19)} UTC`;
}
